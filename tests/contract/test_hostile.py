"""Whatever is sent: a right answer or a refusal in JSON, never a defect."""

import gzip
import json
from itertools import cycle

import pytest

from tests.builders import anorectal_with_bone_and_inguinal, orders, request

ODD = [None, True, 7, -1.5, "", "x", "x" * 100_000, [], [None], [[]], {}, {"a": None}, {"resourceType": "Bundle"}, {"resourceType": 7}]
PATIENT = anorectal_with_bone_and_inguinal()


def view():
    return request(PATIENT)


def select():
    return request(PATIENT, "order-select", orders(PATIENT.id).surgery("inguinal-dissection").drug("cisplatin"))


def changed(body, path, value):
    body = json.loads(json.dumps(body))
    *steps, last = path
    node = body
    for step in steps:
        node = node[step]
    node[last] = value
    return body


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:24])
@pytest.mark.parametrize(
    "path",
    [
        ("hook",), ("hookInstance",), ("fhirServer",), ("fhirAuthorization",), ("context",), ("prefetch",), ("extension",),
        ("context", "userId"), ("context", "patientId"), ("context", "encounterId"), ("context", "selections"), ("context", "draftOrders"),
        ("context", "draftOrders", "entry"), ("context", "draftOrders", "entry", 0), ("context", "draftOrders", "entry", 0, "resource"),
        ("context", "draftOrders", "entry", 0, "resource", "subject"), ("context", "draftOrders", "entry", 0, "resource", "code"),
        ("context", "selections", 0), ("prefetch", "patient"), ("prefetch", "conditions"), ("prefetch", "staging"),
        ("prefetch", "conditions", "entry"), ("prefetch", "conditions", "link"), ("prefetch", "conditions", "total"),
        ("prefetch", "conditions", "entry", 0), ("prefetch", "conditions", "entry", 0, "fullUrl"),
        ("prefetch", "conditions", "entry", 0, "search"),
        ("prefetch", "conditions", "entry", 0, "resource"), ("prefetch", "conditions", "entry", 0, "resource", "id"),
        ("prefetch", "conditions", "entry", 0, "resource", "meta"), ("prefetch", "patient", "birthDate"), ("prefetch", "patient", "id"),
    ],
    ids=lambda path: ".".join(map(str, path)),
)  # fmt: skip
def test_a_wrong_type_anywhere_in_the_envelope(client, path, value):
    client.call(changed(select(), path, value), "order-select")


def elements(resource, prefix=()):
    """Every element of a resource, as a path."""
    for name, value in resource.items() if isinstance(resource, dict) else enumerate(resource):
        yield (*prefix, name)
        if isinstance(value, dict | list):
            yield from elements(value, (*prefix, name))


@pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
def test_a_wrong_type_anywhere_in_a_resource(client):
    """Every element of every resource takes one of the odd values, in turn."""
    body = view()
    odd = cycle((None, 7, "x", [], {}, [{}], {"coding": "x"}))
    tried = 0
    for holder, key in resources(body["prefetch"]):
        sound = holder[key]
        for path in elements(sound):
            holder[key] = changed(sound, path, next(odd))
            assert client.call(body).status_code in (200, 400, 412)
            tried += 1
        holder[key] = sound
    assert body == view()
    assert tried > 100


def resources(prefetch):
    """Where each resource stands: (what holds it, under which key)."""
    yield prefetch, "patient"
    yield from ((entry, "resource") for key, bundle in prefetch.items() if key != "patient" for entry in bundle.get("entry", []))


@pytest.mark.parametrize(
    ("body", "status", "comment"),
    [
        (b"", 400, "nothing"),
        (b"[]", 400, "an array"),
        (b"null", 400, "null"),
        (b"{}", 400, "an empty object"),
        (b"\xff\xfe\x00", 400, "no UTF-8"),
        (b'{"hook": NaN}', 400, "NaN"),
        (b"[" * 200_000, 400, "nested without end"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, 400, "nested as deep as the parser goes"),
        (b'{"hook": 1' + b"0" * 5000 + b"}", 400, "a number without end"),
    ],
)
def test_what_is_no_request(client, body, status, comment):
    assert client.call(body).status_code == status, comment


def test_deep_nesting_inside_a_resource(client):
    deep = "x"
    for _ in range(450):
        deep = {"extension": [deep]}
    body = changed(view(), ("prefetch", "conditions", "entry", 0, "resource", "extension"), [deep])
    assert client.call(body).status_code in (200, 400)


def test_of_a_key_that_stands_twice_the_last_counts(client):
    once = json.dumps(view()).encode()
    twice = b'{"prefetch": {"conditions": "nonsense"},' + once[1:]
    assert client.call(twice).json == client.call(once).json


@pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
def test_ten_thousand_resources(client):
    body = view()
    entries = body["prefetch"]["conditions"]["entry"]
    expected = client.call(view()).json
    noise = {"resourceType": "Condition", "code": {"text": "cough"}, "subject": {"reference": f"Patient/{PATIENT.id}"}}
    entries += [{"resource": noise | {"id": f"noise-{number}"}} for number in range(10_000)]
    body["prefetch"]["conditions"]["total"] = len(entries)
    assert client.call(body).json == expected


def test_ten_thousand_resources_of_another_patient(client):
    body = view()
    stray = {"resourceType": "Condition", "code": {"text": "x"}, "subject": {"reference": "Patient/other"}}
    body["prefetch"]["conditions"]["entry"] += [{"resource": stray | {"id": f"s-{number}"}} for number in range(10_000)]
    answer = client.call(body)
    assert answer.status_code == 200
    assert len(answer.data) < 100_000


def test_huge_strings(client):
    body = view()
    for entry in body["prefetch"]["conditions"]["entry"]:
        entry["resource"]["code"]["text"] = "x" * 1_000_000
        entry["resource"]["note"] = [{"text": "<img src=x onerror=alert(1)>" * 10_000}]
    answer = client.call(body)
    assert answer.status_code == 200
    assert b"<img" not in answer.data
    assert len(answer.data) < 100_000


def test_a_gzip_bomb(client):
    bomb = gzip.compress(b" " * 40_000_000)
    assert client.call(bomb, headers={"Content-Encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize("method", ["HEAD", "GET", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods(client, method):
    answer = client.http.open(f"/cds-services/{client.service('patient-view')}", method=method)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_head_of_discovery(client):
    answer = client.http.head("/cds-services")
    assert (answer.status_code, answer.data) == (200, b"")


def test_an_unknown_service(client):
    assert client.call(view(), service="nobody").status_code == 404


@pytest.mark.parametrize("hook", ["order-sign", "encounter-start", "Patient-View"])
def test_a_hook_that_is_not_the_services(client, hook):
    body = select() | {"hook": hook}
    answer = client.call(body, "patient-view")
    assert (answer.status_code, answer.json["issue"][0]["expression"]) == (400, ["hook"])


@pytest.mark.parametrize("declared", ["text/plain", "application/xml", None])
def test_another_content_type(client, declared):
    assert client.call(view(), content_type=declared).status_code == 415


def test_another_patient(client):
    body = changed(view(), ("prefetch", "patient", "id"), "somebody-else")
    answer = client.call(body)
    assert (answer.status_code, b"somebody" in answer.data) == (400, False)


def test_a_draft_for_another_patient(client):
    body = changed(select(), ("context", "draftOrders", "entry", 0, "resource", "subject", "reference"), "Patient/somebody-else")
    assert client.call(body, "order-select").status_code == 400


def test_required_data_that_is_missing(client):
    body = view()
    del body["prefetch"]["conditions"]
    answer = client.call(body)
    assert (answer.status_code, answer.json["issue"][0]["expression"]) == (412, ["prefetch.conditions"])


def test_no_prefetch_and_no_server(client):
    body = view()
    del body["prefetch"]
    assert client.call(body).status_code == 412


def test_a_record_known_to_be_empty(client):
    body = view()
    body["prefetch"] = dict.fromkeys(body["prefetch"])
    assert client.call(body).json == {"cards": []}
