"""The EHR's FHIR server behind a hook call: what is read, what is not, how long it may take, and what is told of it."""

import io
import json
import threading
from dataclasses import replace
from time import monotonic

import pytest

from cds_service.cds_clients import CdsClient, CdsClients
from cds_service.outbound.fhir import FhirReader
from cds_service.outbound.http import Http
from cds_service.settings import Settings
from cds_service.web import create_app
from tests.builders import anorectal_with_bone_and_inguinal, orders, request
from tests.builders.fhir_server import FhirServer, hang, json_of, outcome, status
from tests.contract.conftest import Client

PATIENT = anorectal_with_bone_and_inguinal()
TOKEN = "Zz4711-secret-token"
BOUND = 10.0  # what a test waits at most; a server that hangs does so for a minute


@pytest.fixture
def server():
    with FhirServer([PATIENT.demographics(), *PATIENT.resources]) as server:
        yield server


@pytest.fixture
def ehr(application, server):
    """The service, with the server registered, and time enough for a busy machine unless a test says otherwise."""
    reader = FhirReader(Http(connections=40), 40)
    yield client_of(application, server, reader, deadline_ms=10_000)
    reader.close()


def client_of(application, server, reader, **settings):
    clients = CdsClients((CdsClient(name="ehr", fhir_servers=(server.base,)),))
    return Client(replace(application, clients=clients, reader=reader, settings=Settings(**settings)))


def hurried(ehr, deadline_ms=200):
    return Client(replace(ehr.application, settings=Settings(deadline_ms=deadline_ms)))


def body(server, *keys, hook="patient-view", drafts=None):
    """A call that brings some of the keys, and where to read the others."""
    whole = request(PATIENT, hook, drafts)
    access = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs", "subject": "cds"}
    return whole | {
        "prefetch": {key: whole["prefetch"][key] for key in keys},
        "fhirServer": server.base,
        "fhirAuthorization": access,
    }


def line(client):
    return json.loads(client.log.getvalue().splitlines()[-1])


def details(answer):
    return " ".join(card["detail"] for card in answer.json["cards"])


def test_a_call_without_prefetch_is_answered_from_the_server(ehr, server):
    answer = ehr.call(body(server))
    assert answer.status_code == 200
    assert answer.json["cards"]
    assert "Not received" not in details(answer)
    assert len(server.asked) == 10
    assert {one.headers["authorization"] for one in server.asked} == {f"Bearer {TOKEN}"}
    assert (line(ehr)["fetched"], line(ehr)["fetch_failed"]) == (10, [])
    assert line(ehr)["fetch_ms"] <= line(ehr)["ms"]


def test_a_call_that_brings_everything_asks_for_nothing(ehr, server):
    assert ehr.call(body(server, *request(PATIENT)["prefetch"])).json["cards"]
    assert server.connections == 0
    assert "fetched" not in line(ehr)


def test_a_server_that_is_not_registered_is_not_asked(client, server):
    answer = client.call(body(server))
    assert answer.status_code == 412
    assert "may be read for this client" in answer.json["issue"][0]["details"]["text"]
    assert server.connections == 0
    assert line(client)["fetch_failed"] == ["not-registered"]


def test_without_the_required_key_the_call_says_why(ehr, server):
    server.script("/fhir/Condition", status(403, json.dumps(outcome("forbidden")).encode()))
    answer = ehr.call(body(server))
    [issue] = answer.json["issue"]
    assert (answer.status_code, issue["expression"]) == (412, ["prefetch.conditions"])
    assert "does not permit it (403)" in issue["details"]["text"]
    assert "scopes" in issue["diagnostics"]
    assert line(ehr)["fetch_failed"] == ["forbidden"]


@pytest.mark.parametrize(
    ("script", "told", "kind"),
    [
        (status(401), "Not permitted by the FHIR server", "unauthorized"),
        (status(503), "Not readable from the FHIR server", "server-error"),
        (status(429), "Not answered in time by the FHIR server", "throttled"),
        (status(302, Location="https://evil.example.org/"), "Not readable from the FHIR server", "refused"),
        (status(200, b"<html>", "text/html"), "Not readable from the FHIR server", "not-fhir"),
    ],
)
def test_without_another_key_the_cards_say_what_is_missing(ehr, server, script, told, kind):
    server.script("/fhir/DiagnosticReport", script)
    answer = ehr.call(body(server))
    assert f"- {told}: reports" in details(answer)
    assert "Not received" not in details(answer)
    assert line(ehr)["fetch_failed"] == [kind]


def test_a_server_that_hangs_costs_no_more_than_the_deadline(ehr, server):
    """What came is used, what did not is named."""
    server.script("/fhir/DiagnosticReport", hang())
    client = hurried(ehr, 2000)
    started = monotonic()
    answer = client.call(body(server))
    assert monotonic() - started < BOUND
    assert "- Not answered in time by the FHIR server: reports" in details(answer)
    assert line(client)["fetch_ms"] >= 1500


def test_a_server_that_hangs_altogether_is_412_in_time(ehr, server):
    for kind in {path.split("?")[0].split("/")[0] for path in templates(ehr)}:
        server.script(f"/fhir/{kind}", hang())
    started = monotonic()
    answer = hurried(ehr).call(body(server))
    assert monotonic() - started < BOUND
    assert (answer.status_code, "in time" in answer.json["issue"][0]["details"]["text"]) == (412, True)


def templates(client):
    [service] = [one for one in client.http.get("/cds-services").json["services"] if one["hook"] == "patient-view"]
    return service["prefetch"].values()


def test_calls_that_need_no_reading_do_not_wait_for_those_that_do(ehr, server):
    """More calls than threads wait for a server that hangs; a call that brings its data is answered meanwhile."""
    server.script("/fhir/Condition", hang())
    slow = hurried(ehr, 3000)
    answers = []

    def call_slowly():
        answers.append(
            create_app(slow.application, io.BytesIO())
            .test_client()
            .post(f"/cds-services/{slow.service('patient-view')}", json=body(server))
        )

    calls = [threading.Thread(target=call_slowly) for _ in range(12)]
    for call in calls:
        call.start()
    whole = ehr.call(body(server, *request(PATIENT)["prefetch"]))
    waiting = [call.is_alive() for call in calls]
    for call in calls:
        call.join(BOUND * 3)
    assert whole.json["cards"]
    assert any(waiting)
    assert [answer.status_code for answer in answers] == [412] * 12


def test_pages_of_a_prefetched_bundle_are_read(ehr, server):
    server.page = 2
    call = body(server, *request(PATIENT)["prefetch"])
    whole = call["prefetch"]["conditions"]
    kept = {entry["resource"]["id"] for entry in whole["entry"][:2]}
    assert kept == {one["id"] for one in [r for r in PATIENT.resources if r["resourceType"] == "Condition"][:2]}
    link = {"relation": "next", "url": f"{server.base}?_getpages=Condition&patient={PATIENT.id}&_offset=2"}
    paged = {**whole, "entry": whole["entry"][:2], "link": [link]}
    expected = ehr.call(call).json
    call["prefetch"]["conditions"] = paged
    assert ehr.call(call).json == expected
    assert set(server.paths) == {"/fhir"}


def test_pages_elsewhere_are_not_read(ehr, server):
    call = body(server, *request(PATIENT)["prefetch"])
    with FhirServer() as other:
        call["prefetch"]["reports"] |= {"link": [{"relation": "next", "url": f"{other.base}?_getpages=a"}]}
        answer = ehr.call(call)
    assert "- Received only in part: reports" in details(answer)
    assert (other.connections, server.connections) == (0, 0)
    assert line(ehr)["fetch_failed"] == ["link"]


PARTIAL = [
    ({"total": 99}, "fewer than the server found"),
    ({"link": [{"relation": "next", "url": "https://other.example.org/fhir?page=2"}]}, "a page that may not be read"),
]


@pytest.mark.parametrize(("members", "comment"), PARTIAL)
def test_a_part_of_what_is_required_is_no_ground_for_silence(ehr, server, members, comment):
    """The cancer may stand in the part that did not come."""
    call = body(server, *request(PATIENT)["prefetch"])
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}]}
    entry = {"resource": {"resourceType": "Condition", "id": "c1", "subject": {"reference": f"Patient/{PATIENT.id}"}, "code": code}}
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [entry]}
    call["prefetch"]["conditions"] = bundle
    assert ehr.call(call).json == {"cards": []}, comment
    call["prefetch"]["conditions"] = bundle | members
    answer = ehr.call(call)
    assert (answer.status_code, answer.json["issue"][0]["expression"]) == (412, ["prefetch.conditions"]), comment
    assert "only in part" in answer.json["issue"][0]["details"]["text"]


def test_a_part_is_enough_for_the_silence_about_the_dead(ehr, server):
    call = body(server, *request(PATIENT)["prefetch"])
    call["prefetch"]["patient"] |= {"deceasedBoolean": True}
    call["prefetch"]["conditions"] = {"resourceType": "Bundle", "type": "searchset", "total": 99}
    assert ehr.call(call).json == {"cards": []}


def test_conditions_of_somebody_else_alone_are_no_ground_for_silence(ehr, server):
    """A server that ignores the patient of a search has said nothing of this one."""
    call = body(server, *request(PATIENT)["prefetch"])
    for entry in call["prefetch"]["conditions"]["entry"]:
        entry["resource"] = entry["resource"] | {"subject": {"reference": "Patient/another"}}
    answer = ehr.call(call)
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (412, "incomplete")
    assert "another patient" in answer.json["issue"][0]["details"]["text"]


def test_orders_that_concern_nothing_cost_no_request(ehr, server):
    drafts = orders(PATIENT.id).service({"text": "Flu vaccination"})
    answer = ehr.call(body(server, hook="order-sign", drafts=drafts), "order-sign")
    assert (answer.status_code, answer.json["cards"], server.connections) == (200, [], 0)


def test_orders_that_may_concern_something_are_looked_into(ehr, server):
    drafts = orders(PATIENT.id).surgery("inguinal-dissection")
    answer = ehr.call(body(server, hook="order-sign", drafts=drafts), "order-sign")
    assert answer.json["cards"]
    assert len(server.asked) == 10


def test_an_error_that_the_client_sent_is_not_asked_about_again(ehr, server):
    call = body(server)
    call["prefetch"] = {"reports": outcome("timeout")}
    answer = ehr.call(call)
    assert "- Not received: reports" in details(answer)
    assert "/fhir/DiagnosticReport" not in server.paths


def test_nothing_of_the_patient_or_the_token_is_told(ehr, server):
    mark = "Zz4711Margaret"
    server.script(f"/fhir/Patient/{mark}", status(500, mark.encode()))
    call = json.loads(json.dumps(body(server)).replace(PATIENT.id, mark))
    for script in (
        status(403, json.dumps(outcome(mark)).encode()),
        json_of({"resourceType": mark}),
        status(302, Location=f"http://{mark}/"),
    ):
        server.script("/fhir/Condition", script)
        answer = ehr.call(call)
        assert answer.status_code == 412
        told = answer.data + ehr.log.getvalue()
        assert mark.encode() not in told
        assert TOKEN.encode() not in told
        assert str(server.port).encode() not in told


@pytest.mark.parametrize("patient", ["../Observation", "a/b", "p1&_include=*", "p1?x=y", "..", "p1 p2", "%2e%2e", "p1#x"])
def test_a_patient_id_cannot_become_another_query(ehr, server, patient):
    call = body(server)
    call["context"]["patientId"] = patient
    ehr.call(call)
    assert {path.removeprefix("/fhir/") for path in server.paths} <= {query.split("?")[0] for query in templates(ehr)}
    assert all(set(one.parameters) <= {"patient", "code", "category", "_count"} for one in server.asked)
