"""The ten published hooks: what their contexts must have, may have, and are tolerated to have."""

import pytest

from cds_service.errors import MalformedRequest
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.schema import schema
from cds_service.model.hook_library import LIBRARY
from tests.builders import plants

HOOKS = tuple(LIBRARY)
BUNDLE = {"resourceType": "Bundle"}


def body(hook, context):
    return {"hook": hook, "hookInstance": "i-1", "context": context}


def parsed(hook, **fields):
    return parse_hook_request(body(hook, plants.context(hook, **fields)))


def test_there_is_a_definition_for_every_hook_of_the_library():
    assert set(HOOKS) <= set(schema("contexts")["$defs"])
    assert set(HOOKS) == set(plants.CONTEXTS)
    assert len(HOOKS) == 10


@pytest.mark.parametrize("hook", HOOKS)
def test_the_required_fields_are_enough(hook):
    found = parsed(hook).hook
    assert (found.name, found.patient_id) == (hook, "p1")


@pytest.mark.parametrize("hook", HOOKS)
def test_each_required_field_is_missed(hook):
    context = plants.context(hook)
    for name in context:
        with pytest.raises(MalformedRequest) as caught:
            parse_hook_request(body(hook, {field: value for field, value in context.items() if field != name}))
        assert caught.value.where == f"context.{name}"
        assert str(caught.value) == f"context.{name} is missing"


@pytest.mark.parametrize("hook", HOOKS)
def test_optional_fields_may_be_null_and_fields_of_later_versions_present(hook):
    required = plants.context(hook)
    context = {"encounterId": None, "userId": None, "fulfillmentTasks": None, "reasonForVisit": {"a": [1]}} | required
    if "userId" in required or hook in ("order-dispatch", "medication-refill"):
        assert parse_hook_request(body(hook, context)).hook.name == hook


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("value", [7, [], {}, True, "", None])
def test_a_required_field_of_the_wrong_type_is_named(hook, value):
    for name, sound in plants.context(hook).items():
        if type(sound) is type(value) and value != {}:
            continue
        with pytest.raises(MalformedRequest) as caught:
            parsed(hook, **{name: value})
        assert caught.value.where.startswith(f"context.{name}")


@pytest.mark.parametrize("hook", ["medication-prescribe", "order-review", "medication-verify", "com.example.our-own", "Patient-View"])
def test_hooks_that_are_withdrawn_or_unknown_may_have_any_context(hook):
    found = parse_hook_request(body(hook, {"patientId": 7, "orders": [BUNDLE]})).hook
    assert (found.name, found.patient_id) == (hook, None)


@pytest.mark.parametrize(
    ("hook", "fields", "comment"),
    [
        ("order-sign", {"draftOrders": BUNDLE | {"entry": []}}, "a Bundle without type"),
        ("order-sign", {"draftOrders": BUNDLE | {"entry": None}}, "null for entries"),
        (
            "order-sign",
            {"draftOrders": BUNDLE | {"entry": [{"resource": {"resourceType": "MedicationRequest"}}]}},
            "a draft without intent",
        ),
        ("order-sign", {"draftOrders": BUNDLE | {"entry": [{"resource": {"category": {"text": "x"}}}]}}, "category as an object, no type"),
        ("order-select", {"selections": []}, "nothing selected"),
        ("order-dispatch", {"userId": "Practitioner/d1"}, "a user, though the hook has none"),
        ("order-dispatch", {"fulfillmentTasks": [{"resourceType": "Task"}]}, "tasks"),
        ("appointment-book", {"appointments": BUNDLE | {"entry": [{"resource": {"resourceType": "Appointment"}}]}}, "a proposal"),
    ],
)
def test_incomplete_resources_are_no_reason_to_refuse(hook, fields, comment):
    assert parsed(hook, **fields).hook.name == hook, comment


def test_absolute_references_are_read_as_type_and_id():
    found = parsed("order-select", selections=["https://x/fhir/ServiceRequest/s1"], userId="https://x/fhir/PractitionerRole/r1").hook
    assert (found.selections, found.user_type) == (("ServiceRequest/s1",), "PractitionerRole")
    assert parsed("order-dispatch", performer="https://x/fhir/Organization/o1").hook.performer == "Organization/o1"
    assert parsed("encounter-start", encounterId="Encounter/e1").hook.encounter_id == "e1"


@pytest.mark.parametrize(
    ("task", "expected", "comment"),
    [({"task": {"resourceType": "Task"}}, 1, "with a task"), ({"task": None}, 0, "null"), ({}, 0, "without")],
)
def test_an_order_dispatch_of_version_1_0_is_read_under_the_present_names(task, expected, comment):
    context = {"patientId": "p1", "performer": "Organization/o1", "order": "ServiceRequest/s1", **task}
    found = parse_hook_request(body("order-dispatch", context)).context
    assert found["dispatchedOrders"] == ["ServiceRequest/s1"], comment
    assert len(found["fulfillmentTasks"]) == expected, comment
