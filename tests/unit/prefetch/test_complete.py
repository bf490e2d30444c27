"""A hook call becomes a record, or says why it cannot."""

import pytest

from cds_service.errors import BodyTooLarge, DataUnavailable, WrongPatient
from cds_service.hooks.invocation import Invocation
from cds_service.model.assessment import Hook
from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.prefetch.complete import complete_prefetch

REQUIREMENTS = (
    DataRequirement("patient", "Patient"),
    DataRequirement("conditions", "Condition", required=True),
    DataRequirement("labs", "Observation", (CodeFilter("code", (("s", "1"),)),)),
)
PATIENT = {"resourceType": "Patient", "id": "p1"}
CONDITION = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}
OLD = {"resourceType": "Condition", "id": "c2", "clinicalStatus": "active"}


def call(prefetch, drafts=None, requirements=REQUIREMENTS, aliases=None):
    context = {} if drafts is None else {"draftOrders": drafts}
    invocation = Invocation(hook=Hook(name="order-sign", patient_id="p1"), context=context, prefetch=prefetch)
    return complete_prefetch(invocation, requirements, aliases or {})


def test_a_complete_call():
    record = call({"patient": PATIENT, "conditions": [CONDITION], "labs": None})
    assert record.patient == PATIENT
    assert record.answered == {"patient", "conditions", "labs"}
    assert (record.truncated, record.unavailable, record.whole) == ((), (), False)


def test_what_is_missing_is_named_and_the_rest_is_used():
    partial = {"resourceType": "Bundle", "entry": [], "link": [{"relation": "next", "url": "u"}]}
    record = call({"conditions": [CONDITION], "labs": partial})
    assert record.unavailable == ("patient",)
    assert record.truncated == ("labs",)
    assert not record.has_answered("labs")


@pytest.mark.parametrize(
    ("prefetch", "comment"),
    [
        ({}, "no prefetch at all"),
        ({"patient": PATIENT}, "the key is absent"),
        ({"patient": PATIENT, "conditions": {"resourceType": "OperationOutcome"}}, "the key is an error"),
        ({"patient": PATIENT, "conditions": "x"}, "the key is unreadable"),
        ({"patient": None}, "null for another key"),
        ({"theirs": None}, "null for we know not what"),
        ({"patient": PATIENT, "conditions": [OLD]}, "every resource is of another FHIR version"),
    ],
)
def test_without_the_required_key_there_is_no_answer(prefetch, comment):
    with pytest.raises(DataUnavailable) as caught:
        call(prefetch)
    assert caught.value.status == 412, comment
    assert caught.value.remedy, comment


def test_one_readable_condition_is_enough():
    assert call({"conditions": [OLD, CONDITION]}).doubtful_types == {"Condition"}


@pytest.mark.parametrize("prefetch", [{"conditions": None}, {"patient": None, "conditions": None}, dict.fromkeys("abc")])
def test_a_record_known_to_be_empty_is_an_answer(prefetch):
    assert "conditions" in call(prefetch).answered


def test_an_alias_stands_for_our_key():
    assert "conditions" in call({"patient": PATIENT, "problems": [CONDITION]}, aliases={"problems": "conditions"}).answered


def test_drafts_come_from_the_context():
    drafts = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "ServiceRequest", "id": "s1"}}]}
    assert [order.reference for order in call({"conditions": None}, drafts).draft_orders] == ["ServiceRequest/s1"]


def test_patients_are_not_mixed():
    with pytest.raises(WrongPatient):
        call({"conditions": None, "patient": {"resourceType": "Patient", "id": "p2"}})


def test_content_that_asks_for_no_condition_requires_nothing():
    assert call({}, requirements=REQUIREMENTS[:1]).unavailable == ("patient",)


def test_more_drafts_than_anybody_can_enter_are_refused():
    entry = {"resource": {"resourceType": "ServiceRequest", "subject": {"reference": "Patient/p1"}}}
    with pytest.raises(BodyTooLarge) as caught:
        call({"conditions": [CONDITION]}, {"resourceType": "Bundle", "entry": [entry] * 1001})
    assert (caught.value.status, caught.value.where) == (413, "context")
    assert len(call({"conditions": [CONDITION]}, {"resourceType": "Bundle", "entry": [entry] * 1000}).draft_orders) == 1000
