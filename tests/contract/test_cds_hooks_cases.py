"""Eighteen cases that every CDS Service should be asked about, each with the tests that answer it.

Those that no other module has are here. ``CASES`` is the register; a row that names a test that is gone fails.
"""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.errors import DataUnavailable
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.response import InvalidResponse, check_response
from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.complete import complete_prefetch
from cds_service.prefetch.discovery import discovery
from cds_service.prefetch.fetch import Failure, Fetched
from cds_service.prefetch.missing import reader
from cds_service.settings import Settings
from cds_service.wiring import build
from tests.builders import AS_OF, anorectal_with_bone_and_inguinal, orders, plants
from tests.builders import request as shipped_request
from tests.contract.conftest import Client
from tests.unit.plans import world

ROOT = Path(__file__).resolve().parents[2]
HERE = "tests/contract/test_cds_hooks_cases.py"
UUID = "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10"

#: case -> (what is asked, tests that answer)
CASES = {
    "C1": (
        "discovery, and that of nothing",
        [f"{HERE}::test_c1_no_services", f"{HERE}::test_c1_nothing_is_null_or_empty"],
    ),
    "C2": ("one id at two hooks", [f"{HERE}::test_c2_each_hook_is_routed_to_its_own_plan"]),
    "C3": ("neither prefetch nor a FHIR server", [f"{HERE}::test_c3_no_prefetch_and_no_server"]),
    "C4": (
        "the states of a prefetch key",
        [
            f"{HERE}::test_c4_every_state_of_a_key",
            "tests/unit/prefetch/test_answers.py::test_the_states_on_the_wire",
            "tests/unit/prefetch/test_missing.py::test_only_what_is_missing_is_asked_for",
            "tests/contract/test_fetching.py::test_an_error_that_the_client_sent_is_not_asked_about_again",
        ],
    ),
    "C5": ("Epic's extension, absolute references and -user keys", [f"{HERE}::test_c5_what_epic_sends_makes_no_difference"]),
    "C6": (
        "a draft without intent and drug",
        [f"{HERE}::test_c6_nothing_is_suggested_for_a_draft_without_code", "tests/contract/test_sandbox.py::test_every_call_is_answered"],
    ),
    "C7": (
        "what is no proper call",
        [f"{HERE}::test_c7_what_is_no_proper_call", "tests/contract/test_hostile.py::test_what_is_no_request"],
    ),
    "C8": (
        "patient A asked about, patient B sent",
        ["tests/contract/test_hostile.py::test_another_patient", "tests/contract/test_hostile.py::test_a_draft_for_another_patient"],
    ),
    "C9": (
        "paged Bundles",
        [
            "tests/contract/test_fetching.py::test_pages_of_a_prefetched_bundle_are_read",
            "tests/contract/test_fetching.py::test_pages_elsewhere_are_not_read",
        ],
    ),
    "C10": (
        "a FHIR server that sleeps",
        [
            "tests/contract/test_fetching.py::test_a_server_that_hangs_costs_no_more_than_the_deadline",
            "tests/contract/test_fetching.py::test_a_server_that_hangs_altogether_is_412_in_time",
        ],
    ),
    "C11": (
        "long summaries, and markup from the record",
        [f"{HERE}::test_c11_a_summary_has_139_characters", "tests/contract/test_hostile.py::test_huge_strings"],
    ),
    "C12": (
        "answers that break the contract",
        [
            f"{HERE}::test_c12_our_own_answers_are_refused",
            "tests/unit/hooks/test_response.py::test_a_breach_is_caught_and_told_without_values",
        ],
    ),
    "C13": (
        "tokens that are not good",
        [
            "tests/unit/tokens/test_verify.py::test_every_other_token_is_refused_with_a_reason_for_the_log",
            "tests/unit/web/test_auth.py::test_whatever_is_wrong_the_answer_is_the_same_and_the_log_says_why",
        ],
    ),
    "C14": (
        "feedback",
        [
            "tests/unit/web/test_feedback.py::test_what_is_acknowledged_is_kept",
            "tests/unit/hooks/test_feedback.py::test_reasons_come_in_many_shapes",
            "tests/unit/store/test_feedback.py::test_the_same_report_is_kept_once_and_counted",
        ],
    ),
    "C15": (
        "hooks without user, and a hook without its visit",
        [
            f"{HERE}::test_c15_hooks_without_user_or_visit",
            "tests/unit/hooks/test_contexts.py::test_each_required_field_is_missed",
            "tests/contract/test_hooks.py::test_a_card_at_every_hook",
        ],
    ),
    "C16": (
        "a browser's preflight",
        [f"{HERE}::test_c16_a_browser_may_ask_beforehand", "tests/unit/web/test_auth.py::test_a_browser_may_ask_beforehand"],
    ),
    "C17": ("asap, remove, nested actions, two triggers", [f"{HERE}::test_c17_a_plan_with_all_of_it"]),
    "C18": ("the public Sandbox in a browser", []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_named_test_exists(case):
    for name in CASES[case][1]:
        file, _, function = name.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_there_are_eighteen():
    assert list(CASES) == [f"C{number}" for number in range(1, 19)]


def bundle(*resources, **fields):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": item} for item in resources], **fields}


@pytest.fixture
def serve(tmp_path):
    def _serve(**row):
        content = plants.write_content(tmp_path / "plants", **row)
        return Client(build(Settings(content_dir=content, database_url=f"sqlite:///{tmp_path}/store.db"), today=lambda: AS_OF))

    return _serve


def test_c1_no_services(application):
    answer = Client(replace(application, discovery=discovery([]))).http.get("/cds-services")
    assert (answer.status_code, answer.json) == (200, {"services": []})


def test_c1_nothing_is_null_or_empty(client):
    answer = client.http.get("/cds-services")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert all(value for service in answer.json["services"] for value in (*service.values(), *service["prefetch"].values()))


def test_c2_each_hook_is_routed_to_its_own_plan(serve):
    client = serve(hooks=("patient-view", "encounter-start", "order-sign"))
    listed = client.http.get("/cds-services").json["services"]
    assert [(one["id"], one["hook"]) for one in listed] == [("plants", hook) for hook in ("patient-view", "encounter-start", "order-sign")]
    for hook, cards in (("patient-view", 1), ("encounter-start", 1), ("order-sign", 0)):  # no order, nothing about orders
        answer = client.call(plants.call(dry=True) | {"hook": hook, "context": plants.context(hook)}, hook)
        assert len(answer.json["cards"]) == cards, hook
    other = plants.call(dry=True) | {"hook": "encounter-discharge", "context": plants.context("encounter-discharge")}
    assert client.call(other, "patient-view").status_code == 400


@pytest.mark.parametrize("prefetch", [..., None, {}])
def test_c3_no_prefetch_and_no_server(serve, prefetch):
    body = plants.call(dry=True, prefetch=prefetch)
    if prefetch is ...:
        del body["prefetch"]
    answer = serve().call(body)
    assert (answer.status_code, answer.json["issue"][0]["expression"]) == (412, ["prefetch.conditions"])


def outcome(severity, code="processing"):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


ABSENT = object()
DRY = plants.plant(dry=True)[1]
NEXT = "https://ehr.example.org/fhir?page=2"
COMPLETE, PART, MISSING = "answered", "truncated", "unavailable"


@pytest.mark.parametrize("server", ["none", "answers", "refuses"])
@pytest.mark.parametrize("required", [True, False], ids=["required", "optional"])
@pytest.mark.parametrize(
    ("value", "state", "asked", "comment"),
    [
        (ABSENT, MISSING, "Condition?patient=p1&_count=200", "the key is absent"),
        ({}, MISSING, "Condition?patient=p1&_count=200", "no FHIR"),
        (None, COMPLETE, None, "null"),
        (bundle(), COMPLETE, None, "an empty Bundle"),
        ({"resourceType": "Bundle", "total": 0}, COMPLETE, None, "a Bundle without entry"),
        (bundle(entry=[{"resource": outcome("warning"), "search": {"mode": "outcome"}}], total=0), COMPLETE, None, "only a warning (Epic)"),
        (outcome("error"), MISSING, None, "an OperationOutcome: asking again would fail again"),
        (outcome("warning"), MISSING, None, "a mild OperationOutcome in the place of data"),
        (bundle(entry=[{"resource": outcome("error", "forbidden")}]), MISSING, None, "nothing but an error"),
        (bundle(DRY, link=[{"relation": "next", "url": NEXT}]), PART, NEXT, "one page of several"),
        (bundle(DRY), COMPLETE, None, "data"),
    ],
)
def test_c4_every_state_of_a_key(value, state, asked, comment, required, server):
    """What is not known is never nothing, and only what is absent is asked for: no answer (412) without a required key."""
    requirements = (DataRequirement("patient", "Patient"), DataRequirement("conditions", "Condition", required=required))
    prefetch = {"patient": plants.plant(dry=False)[0]} | ({} if value is ABSENT else {"conditions": value})
    invocation = parse_hook_request(plants.call(dry=False) | {"prefetch": prefetch})
    queries = []

    def fetch(wanted):
        queries.extend(wanted.values())
        return {key: Fetched((bundle(),)) if server == "answers" else Fetched(failure=Failure.FORBIDDEN) for key in wanted}

    read = None if server == "none" else reader(fetch, invocation, AS_OF, lambda: True)
    expected = COMPLETE if asked and server == "answers" else state
    if required and expected == MISSING:
        with pytest.raises(DataUnavailable) as caught:
            complete_prefetch(invocation, requirements, {}, read)
        assert (caught.value.status, caught.value.where) == (412, "prefetch.conditions"), comment
    else:
        record = complete_prefetch(invocation, requirements, {}, read)
        assert [name for name in (COMPLETE, PART, MISSING) if "conditions" in getattr(record, name)] == [expected], comment
    assert queries == ([asked] if asked and read else []), comment


def test_c5_what_epic_sends_makes_no_difference(client):
    patient = anorectal_with_bone_and_inguinal()
    body = shipped_request(patient, "order-sign", orders(patient.id).surgery("apr"))
    plain = client.call(body, "order-sign").json
    sent = json.loads(json.dumps(body).replace('"Patient/', '"https://ehr.example.org/api/FHIR/R4/Patient/'))
    sent["prefetch"] = {f"{key}-user": value for key, value in sent["prefetch"].items()}
    sent["extension"] = {"com.epic.cdshooks.request.bpa-trigger-action": "23", "internal": {"epic-version": 11.1}}
    for entry in sent["context"]["draftOrders"]["entry"]:
        entry["resource"] |= {"category": {"text": "Chemotherapy"}, "identifier": [{"use": "usual"}]}
    assert client.call(sent, "order-sign").json == plain
    assert plain["cards"]


def test_c6_nothing_is_suggested_for_a_draft_without_code(client):
    patient = anorectal_with_bone_and_inguinal()
    body = shipped_request(patient, "order-select", orders(patient.id))
    subject = {"reference": f"Patient/{patient.id}"}
    draft = {"resourceType": "MedicationRequest", "id": "request-123", "status": "draft", "subject": subject}
    body["context"] |= {"draftOrders": bundle(draft), "selections": ["MedicationRequest/request-123"]}
    assert client.call(body, "order-select").json == {"cards": []}


@pytest.mark.parametrize(
    ("change", "options", "status", "comment"),
    [
        ({"hook": "order-sign"}, {}, 400, "a hook without what it needs"),
        ({"hook": "somebodys-own"}, {}, 400, "a hook that the service does not answer"),
        ({}, {"service": "nobody"}, 404, "a service that there is not"),
        (b"{", {}, 400, "no JSON"),
        (b'{"x": "' + b"x" * 33 * 1024 * 1024 + b'"}', {}, 413, "a body that is too large"),
        ({}, {"content_type": "text/xml"}, 415, "another content type"),
        ({}, {"content_type": "application/json; charset=utf-8"}, 200, "JSON with a charset"),
    ],
)
def test_c7_what_is_no_proper_call(serve, change, options, status, comment):
    body = change if isinstance(change, bytes) else plants.call(dry=True) | change
    answer = serve().call(body, **options)
    assert answer.status_code == status, comment
    if status >= 400:
        assert answer.json["issue"][0]["severity"] == "error", comment


@pytest.mark.parametrize(("length", "sound"), [(139, True), (140, False)])
def test_c11_a_summary_has_139_characters(length, sound):
    response = {"cards": [{"uuid": UUID, "summary": "x" * length, "indicator": "info", "source": {"label": "L"}}]}
    if sound:
        check_response(response)
    else:
        with pytest.raises(InvalidResponse):
            check_response(response)


@pytest.mark.parametrize(
    ("part", "comment"),
    [
        ({"suggestions": [{"label": "L", "uuid": UUID}]}, "suggestions without selectionBehavior"),
        (
            {"suggestions": [{"label": "L", "uuid": UUID, "isRecommended": True}] * 2, "selectionBehavior": "at-most-one"},
            "two recommended of at most one",
        ),
        ({"links": [{"label": "L", "url": "https://x.example", "type": "absolute", "appContext": "x"}]}, "appContext on an absolute link"),
    ],
)
def test_c12_our_own_answers_are_refused(part, comment):
    with pytest.raises(InvalidResponse) as caught:
        check_response({"cards": [{"uuid": UUID, "summary": "S", "indicator": "info", "source": {"label": "L"}, **part}]})
    assert caught.value.status == 500, comment


@pytest.mark.parametrize(
    ("hook", "left_out", "status"),
    [("order-dispatch", None, 200), ("medication-refill", None, 200), ("encounter-start", "encounterId", 400)],
)
def test_c15_hooks_without_user_or_visit(serve, hook, left_out, status):
    order = {"resourceType": "ServiceRequest", "id": "o1", "status": "active"}
    context = {name: value for name, value in plants.context(hook).items() if name != left_out}
    body = plants.call(dry=True) | {"hook": hook, "context": context}
    body["prefetch"]["orders"] = bundle(order)
    assert "userId" not in context or status == 400
    assert serve(hooks=(hook,)).call(body, hook).status_code == status


def test_c16_a_browser_may_ask_beforehand(client):
    wanted = {"Origin": "https://sandbox.example.org", "Access-Control-Request-Headers": "authorization,content-type"}
    for path in ("/cds-services", f"/cds-services/{client.service('patient-view')}"):
        answer = client.http.options(path, headers={**wanted, "Access-Control-Request-Method": "POST"})
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert answer.status_code in (200, 204)
        assert all(name in allowed for name in ("authorization", "content-type"))
        assert answer.headers["Access-Control-Allow-Origin"]


def test_c17_a_plan_with_all_of_it(serve):
    parts = [world.section("why", "Because the soil is dry."), world.withdraw("not-now") | {"description": "Withdraw what waters"}]
    client = serve(hooks=("patient-view", "order-sign"), priority="asap", action=parts)
    draft = {"resourceType": "ServiceRequest", "id": "o1", "status": "draft"}
    [viewed] = client.call(plants.call(dry=True)).json["cards"]
    body = plants.call(dry=True) | {"hook": "order-sign", "context": plants.context("order-sign", draftOrders=bundle(draft))}
    [signed] = client.call(body, "order-sign").json["cards"]

    assert {viewed["indicator"], signed["indicator"]} == {"warning"}
    assert "Because the soil is dry." in viewed["detail"]
    assert "suggestions" not in viewed
    [withdrawal] = signed["suggestions"]
    assert withdrawal["actions"] == [{"type": "delete", "description": "Withdraw what waters", "resourceId": "ServiceRequest/o1"}]
