"""Which resource arrives under which prefetch key, and what a hook call carries."""

import pytest

from cds_service.cases.request import Delivery, Undeliverable, hook_request
from cds_service.fhir.bundles import Item, items
from cds_service.hooks.parse import parse_hook_request
from cds_service.model.hook_library import LIBRARY
from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.plans.service import Service
from cds_service.prefetch.contexts import orders

PATIENT = {"resourceType": "Patient", "id": "p1"}
LEAF = {"resourceType": "Observation", "id": "leaf", "code": {"coding": [{"system": "urn:plants", "code": "leaf"}]}}
ROOT = {"resourceType": "Observation", "id": "root", "code": {"coding": [{"system": "urn:plants", "code": "root"}]}}
BARK = {"resourceType": "Observation", "id": "bark", "code": {"text": "bark"}}
REPORT = {"resourceType": "DiagnosticReport", "id": "r", "category": [{"coding": [{"system": "urn:plants", "code": "leaf"}]}]}
STONE = {"resourceType": "Device", "id": "stone"}
CAN = {"resourceType": "ServiceRequest", "id": "draft-1"}


def requirement(key, kind, code=None, path="code"):
    filters = (CodeFilter(path, (("urn:plants", code),)),) if code else ()
    return DataRequirement(key=key, type=kind, filters=filters)


def service(hook, *requirements):
    empty = {
        "title": "",
        "description": "",
        "usage_requirements": None,
        "actions": (),
        "evaluation": (),
        "max_cards": 5,
        "overflow_title": "",
    }
    return Service(id=hook, hook=hook, requirements=(requirement("patient", "Patient"), *requirements), **empty)


VIEW = service("patient-view", requirement("leaves", "Observation", "leaf"), requirement("reports", "DiagnosticReport", "leaf", "category"))
SIGN = service("order-sign", requirement("roots", "Observation", "root"))
SELECT = service("order-select")


def call(one, *record, drafts=(), **more):
    delivery = Delivery.of(one, [VIEW, SIGN, SELECT], {"Observation": "leaves", "Plant": "reports"})
    return hook_request("x", delivery, [PATIENT, *record], drafts, **more)


def arrived(body):
    return {
        key: [entry["resource"]["id"] for entry in value.get("entry", [])] for key, value in body["prefetch"].items() if key != "patient"
    }


@pytest.mark.parametrize(
    ("at", "record", "expected", "comment"),
    [
        (VIEW, [], {"leaves": [], "reports": []}, "every key is answered, empty where there is nothing"),
        (VIEW, [LEAF, REPORT], {"leaves": ["leaf"], "reports": ["r"]}, "by type and code, also of a list of concepts"),
        (VIEW, [ROOT], {"leaves": [], "reports": []}, "what only another service asks for stays away"),
        (SIGN, [ROOT, LEAF], {"roots": ["root"]}, "and so at the other service"),
        (VIEW, [BARK], {"leaves": ["bark"], "reports": []}, "a code that nobody asks for arrives where the content says"),
        (SIGN, [BARK], {"roots": []}, "if the service has that key"),
        (VIEW, [{"resourceType": "Plant", "id": "p"}], {"leaves": [], "reports": ["p"]}, "a type that nobody asks for, too"),
    ],
)
def test_a_resource_arrives_where_an_ehr_would_send_it(at, record, expected, comment):
    assert arrived(call(at, *record)) == expected, comment


def test_what_nothing_brings_is_an_error():
    with pytest.raises(Undeliverable, match="Device"):
        call(VIEW, STONE)


def test_a_key_may_be_missing_or_come_in_part():
    body = call(VIEW, LEAF, missing=["reports"], truncated=["leaves"])
    assert set(body["prefetch"]) == {"patient", "leaves"}
    assert body["prefetch"]["leaves"]["link"][0]["relation"] == "next"
    assert "total" not in body["prefetch"]["leaves"]


@pytest.mark.parametrize(
    ("at", "context", "comment"),
    [
        (VIEW, {}, "no orders"),
        (SIGN, {"draftOrders": ["draft-1"]}, "orders"),
        (SELECT, {"draftOrders": ["draft-1"], "selections": []}, "orders of which none is selected"),
    ],
)
def test_the_context_is_that_of_the_hook(at, context, comment):
    found = call(at, drafts=[(CAN, False)])["context"]
    assert found.pop("patientId") == "p1"
    assert found.pop("userId").startswith("Practitioner/")
    found.pop("encounterId")
    if "draftOrders" in found:
        found["draftOrders"] = [entry["resource"]["id"] for entry in found["draftOrders"]["entry"]]
    assert found == context, comment


def test_what_is_selected_is_named_by_type_and_id():
    assert call(SELECT, drafts=[(CAN, True)])["context"]["selections"] == ["ServiceRequest/draft-1"]


@pytest.mark.parametrize(
    ("user", "asking"),
    [
        ("Practitioner", "Practitioner/synthetic"),
        ("PractitionerRole", "PractitionerRole/synthetic"),
        ("RelatedPerson", "RelatedPerson/synthetic"),
        ("Patient", "Patient/p1"),
    ],
)
def test_somebody_is_asking(user, asking):
    assert call(VIEW, user=user)["context"]["userId"] == asking


@pytest.mark.parametrize("hook", LIBRARY)
def test_at_every_hook_the_call_has_what_it_must_have(hook):
    draft = {"resourceType": "ServiceRequest", "id": "d1"}
    drafts = [(draft, True)] if LIBRARY[hook].orders else []
    body = call(service(hook, requirement("patient", "Patient"), requirement("orders", "ServiceRequest")), drafts=drafts)
    parsed = parse_hook_request(body)
    found = [item.resource for value in body["prefetch"].values() for item in items(value, "")]
    about = orders(hook, parsed.context, [Item(one, one["resourceType"], "") for one in found])
    assert [item.resource for item in about] == [resource for resource, _ in drafts]
