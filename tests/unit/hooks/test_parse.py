"""The envelope of a request: strict in form, silent about values."""

import pytest

from cds_service.errors import MalformedRequest
from cds_service.hooks.parse import parse_hook_request

CONTEXT = {"patientId": "p1", "userId": "Practitioner/d1"}
DRAFTS = {"resourceType": "Bundle", "entry": []}
SECRET = "Margaret-4711"


def body(hook="patient-view", context=None, **fields):
    return {"hook": hook, "hookInstance": "i-1", "context": CONTEXT | (context or {}), **fields}


def test_a_patient_view_is_read():
    invocation = parse_hook_request(body(context={"encounterId": "e1"}, prefetch={"x": None}, fhirServer="https://x"), "s1")
    hook = invocation.hook
    assert (hook.name, hook.service, hook.instance, hook.patient_id) == ("patient-view", "s1", "i-1", "p1")
    assert (hook.user_id, hook.user_type, hook.encounter_id, hook.selections) == ("Practitioner/d1", "Practitioner", "e1", ())
    assert (invocation.prefetch, invocation.fhir_server) == ({"x": None}, "https://x")


def test_an_order_select_is_read():
    selections = ["ServiceRequest/s1", "https://x/MedicationRequest/m1", "odd"]
    invocation = parse_hook_request(body("order-select", {"draftOrders": DRAFTS, "selections": selections}))
    assert invocation.hook.selections == ("ServiceRequest/s1", "MedicationRequest/m1", "odd")
    assert invocation.context["draftOrders"] == DRAFTS


@pytest.mark.parametrize(
    ("context", "patient", "user", "comment"),
    [
        ({"patientId": "Patient/p1"}, "p1", "Practitioner", "a reference where the id is due"),
        ({"userId": "https://x/fhir/PractitionerRole/r1"}, "p1", "PractitionerRole", "an absolute user"),
        ({"userId": "d1"}, "p1", None, "a user without type"),
        ({"encounterId": None}, "p1", "Practitioner", "null for an optional field"),
        ({"somethingNew": 1}, "p1", "Practitioner", "fields of later versions"),
    ],
)
def test_what_clients_really_send_is_accepted(context, patient, user, comment):
    hook = parse_hook_request(body(context=context)).hook
    assert (hook.patient_id, hook.user_type) == (patient, user), comment


@pytest.mark.parametrize("extra", [{"prefetch": None}, {"fhirServer": None}, {"extension": {"a": 1}}, {"anything": [1]}])
def test_optional_fields_may_be_null_and_others_present(extra):
    assert parse_hook_request(body(**extra)).prefetch == {}


@pytest.mark.parametrize(
    ("change", "where", "comment"),
    [
        ({"hook": None}, "hook", "null for a required field"),
        ({"hook": 7}, "hook", "a number"),
        ({"hookInstance": ""}, "hookInstance", "empty"),
        ({"hookInstance": SECRET * 20}, "hookInstance", "too long"),
        ({"context": SECRET}, "context", "text for an object"),
        ({"context": {"userId": "d"}}, "context.patientId", "no patient"),
        ({"context": {"patientId": "p"}}, "context.userId", "no user"),
        ({"context": {"patientId": [SECRET], "userId": "d"}}, "context.patientId", "a list for an id"),
        ({"context": CONTEXT | {"encounterId": {SECRET: 1}}}, "context.encounterId", "an object for an id"),
        ({"prefetch": [SECRET]}, "prefetch", "a list for an object"),
        ({"fhirServer": 1}, "fhirServer", "a number for an address"),
        ({"extension": SECRET}, "extension", "text for an object"),
        ({"hook": "order-sign"}, "context.draftOrders", "no drafts at order-sign"),
        ({"hook": "order-sign", "context": CONTEXT | {"draftOrders": [SECRET]}}, "context.draftOrders", "a list for a Bundle"),
        ({"hook": "order-sign", "context": CONTEXT | {"draftOrders": {}}}, "context.draftOrders.resourceType", "no Bundle"),
        (
            {"hook": "order-sign", "context": CONTEXT | {"draftOrders": {"resourceType": SECRET}}},
            "context.draftOrders.resourceType", "another resource",
        ),
        (
            {"hook": "order-sign", "context": CONTEXT | {"draftOrders": {"resourceType": "Bundle", "entry": SECRET}}},
            "context.draftOrders.entry", "text for entries",
        ),
        ({"hook": "order-select", "context": CONTEXT | {"draftOrders": DRAFTS}}, "context.selections", "no selections"),
        (
            {"hook": "order-select", "context": CONTEXT | {"draftOrders": DRAFTS, "selections": ["x", 7]}},
            "context.selections[1]", "a number for a reference",
        ),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_its_value_is_not(change, where, comment):
    with pytest.raises(MalformedRequest) as caught:
        parse_hook_request(body() | change)
    assert caught.value.where == where, comment
    assert where in str(caught.value), comment
    assert SECRET not in str(caught.value) + caught.value.remedy, comment


@pytest.mark.parametrize("value", [None, [], "x", 7, True])
def test_a_body_that_is_no_object_is_refused(value):
    with pytest.raises(MalformedRequest, match="JSON object"):
        parse_hook_request(value)


def test_the_context_of_a_hook_that_nobody_answers_is_left_open():
    assert parse_hook_request({"hook": "other", "hookInstance": "i", "context": {}}).hook.patient_id is None


def test_an_invocation_does_not_show_what_it_carries():
    context = dict.fromkeys(("patientId", "userId", "encounterId"), SECRET)
    shown = repr(parse_hook_request(body(context=context, prefetch={"x": SECRET}, hookInstance=SECRET)))
    assert SECRET not in shown
