"""The running service under hostile input: what its own description allows, what it forbids, and what no description thinks of.

Always JSON, never a 5xx, no growing memory, and the next call is answered as if nothing had been.
"""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.builders import anorectal_with_bone_and_inguinal, orders, request
from tests.builders.serving import served

MIB = 1024 * 1024
PATIENT = anorectal_with_bone_and_inguinal()
VIEW = "/cds-services/rectal-anal-patient-view"
SIGN = "/cds-services/rectal-anal-order-sign"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with served(tmp_path_factory.mktemp("running"), CDS_MAX_BODY_BYTES=str(16 * MIB)) as running:
        yield running


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_calls_made_from_the_description_are_answered_as_it_says(service, mode):
    """As it allows them (positive), and as it forbids them (negative): the statuses and the bodies that it names, and no 5xx."""
    described = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    operations = [one.ok() for one in described.get_all_operations()]
    if mode is GenerationMode.NEGATIVE:
        operations = [one for one in operations if one.body]  # there is nothing to get wrong about a GET without parameters
    assert {f"{SIGN}/feedback", SIGN} <= {operation.path for operation in operations}
    for operation in operations:
        assert all_answered(operation, mode) > 0


def all_answered(operation, mode):
    """Make calls of an operation and hold each answer against the description; how many were made."""
    made = []

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case):
        made.append(case)
        # A request in due form is still refused where it lacks what is required (412), or mixes patients (400)
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    check()
    return len(made)


def view():
    return request(PATIENT)


def ten_thousand():
    body = view()
    entry = body["prefetch"]["conditions"]["entry"][0]
    body["prefetch"]["conditions"]["entry"] = [{"resource": {**entry["resource"], "id": f"c{number}"}} for number in range(10_000)]
    return body


def many(**prefetch):
    body = view()
    return json.dumps({**body, "prefetch": {**body["prefetch"], **prefetch}}).encode()


def drafts(number):
    body = request(PATIENT, "order-sign", orders(PATIENT.id).drug("cisplatin"))
    body["context"]["draftOrders"]["entry"] *= number
    return body


def select():
    """A call that nothing else holds a part of."""
    return json.loads(json.dumps(request(PATIENT, "order-select", orders(PATIENT.id).surgery("inguinal-dissection").drug("cisplatin"))))


def circle():
    """Medications and conditions that refer to each other, and to themselves."""
    body = request(PATIENT, "order-sign", orders(PATIENT.id).drug("cisplatin"))
    draft = body["context"]["draftOrders"]["entry"][0]["resource"]
    draft.pop("medicationCodeableConcept", None)
    draft["medicationReference"] = {"reference": "Medication/a"}
    ring = [
        {"resourceType": "Medication", "id": one, "ingredient": [{"itemReference": {"reference": f"Medication/{other}"}}]}
        for one, other in [("a", "b"), ("b", "a"), ("c", "c")]
    ]
    body["prefetch"]["medications"]["entry"] = [{"resource": one} for one in ring]
    body["prefetch"]["medications"]["total"] = len(ring)
    return body


def backtracking():
    """Texts that make a careless regular expression run for ever, at every place that is read by one."""
    text = ("a" * 50 + "!") * 200 + "T" * 5_000 + " " * 20_000 + "1" * 20_000 + "." * 5_000
    body = json.loads(json.dumps(view()))
    for resource in (entry["resource"] for bundle in body["prefetch"].values() for entry in bundle.get("entry", [])):
        for coding in (one for name in ("code", "valueCodeableConcept") for one in (resource.get(name) or {}).get("coding", [])):
            coding["display"] = coding["code"] = text
        for name in ("code", "valueCodeableConcept"):
            if name in resource:
                resource[name]["text"] = text
        resource.update({name: text for name in ("effectiveDateTime", "onsetDateTime", "recordedDate", "issued") if name in resource})
    return body


DEEP = 100_000
BODIES = [
    (b"[" * DEEP + b"]" * DEEP, "nested lists"),
    (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "nested objects"),
    (
        json.dumps(view()).encode().replace(b'"prefetch": {', b'"prefetch": {"x": ' + b"[" * 500 + b"]" * 500 + b",", 1),
        "nested in prefetch",
    ),
    (json.dumps({**view(), "extension": {"x": "x" * (10 * MIB)}}).encode(), "10 MB"),
    (b" " * (17 * MIB), "more than is taken"),
    (b'{"hook": "patient-view", "hook": "order-sign", "context": {}, "context": 7}', "keys that stand twice"),
    (b'{"hook": NaN, "hookInstance": Infinity}', "no numbers"),
    (b'{"hook": "\xff\xfe"}', "no UTF-8"),
    (b'{"hook": "\\ud800"}', "half a character"),
    (b'{"hook": 1e999999}', "a number beyond all"),
    (b"\x00" * 1000, "zeros"),
    (b"", "nothing"),
    (b"null", "null"),
    (json.dumps(view()).encode()[:-100], "cut off"),
    (json.dumps(ten_thousand()).encode(), "ten thousand resources"),
    (many(x=[1] * 1_000_000), "a million of nothing"),
    (many(x={"resourceType": "Bundle", "entry": [{}] * 1_000_000}), "a million empty entries"),
    (many(**{f"k{number}": None for number in range(500_000)}), "half a million keys"),
    (json.dumps(backtracking()).encode(), "texts for regular expressions"),
]


@pytest.mark.parametrize(("body", "comment"), BODIES, ids=[comment for _, comment in BODIES])
def test_a_hostile_body_gets_json_and_the_next_call_its_cards(service, body, comment):
    status, answer = service.ask(VIEW, body)
    assert 200 <= status < 500, comment
    assert "cards" in answer if status == 200 else answer["resourceType"] == "OperationOutcome"
    status, answer = service.ask(VIEW, view())
    assert (status, len(answer["cards"])) == (200, 5)


@pytest.mark.parametrize(
    ("body", "comment"),
    [
        (drafts(10_000), "ten thousand drafts"),
        ({**select(), "context": {**select()["context"], "selections": ["ServiceRequest/draft-1"] * 1_000_000}}, "a million selections"),
        ({**select(), "context": {**select()["context"], "selections": [1] * 1_000_000}}, "a million wrong selections"),
    ],
)
def test_more_than_anybody_can_enter_is_refused_at_once(service, body, comment):
    status, answer = service.ask(SIGN if body["hook"] == "order-sign" else "/cds-services/rectal-anal-order-select", body)
    assert (status, answer["resourceType"]) in [(400, "OperationOutcome"), (413, "OperationOutcome")], comment


def test_references_in_a_circle_end(service):
    status, answer = service.ask(SIGN, circle())
    assert status == 200
    assert "cards" in answer


def test_gzip_that_unpacks_without_end_is_refused(service):
    status, answer = service.ask(VIEW, gzip.compress(b" " * (64 * MIB)), headers={"Content-Encoding": "gzip"})
    assert (status, answer["issue"][0]["code"]) == (413, "too-long")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def paths(value, prefix=()):
    for name, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*prefix, name)
        if isinstance(one, dict | list):
            yield from paths(one, (*prefix, name))


PLACES = list(paths(select()))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(PLACES), value=json_values)
def test_any_value_at_any_place_gets_an_answer(service, place, value):
    body = select()
    *steps, last = place
    node = body
    for step in steps:
        node = node[step]
    node[last] = value
    status, answer = service.ask("/cds-services/rectal-anal-order-select", body)
    assert status in (200, 400, 412)
    assert "cards" in answer if status == 200 else answer["resourceType"] == "OperationOutcome"


def test_many_hostile_callers_at_once_do_not_keep_others_waiting(service):
    hostile = [body for body, comment in BODIES if comment != "ten thousand resources"] * 4
    with ThreadPoolExecutor(8) as pool:
        bad = [pool.submit(service.ask, VIEW, body) for body in hostile]
        good = [pool.submit(service.ask, VIEW, view()) for _ in range(20)]
    assert all(200 <= one.result()[0] < 500 for one in bad)
    assert {(status, len(answer["cards"])) for status, answer in (one.result() for one in good)} == {(200, 5)}


def test_memory_is_given_back(service):
    """After the first large bodies have been seen by every worker, the same again takes no more."""

    large = [body for body, comment in BODIES if len(body) > MIB and comment != "ten thousand resources"]

    def burden():
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda body: service.ask(VIEW, body), large * 4))
        return service.memory()

    before = [burden() for _ in range(2)]
    after = [burden() for _ in range(2)]
    assert min(after) < max(before) + 64 * MIB
