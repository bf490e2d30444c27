"""Trap 12: contained, relative, absolute, versioned and urn:uuid references, logical ones, and targets that were not received."""

import pytest

from cds_service.errors import DataUnavailable
from tests.builders import days_before, orders, patient, request
from tests.builders.answer import answer_to, ask, assessed
from tests.builders.codes import INGREDIENTS, RELATED_EXTENSION, RXNORM, concept
from tests.builders.expect import differences
from tests.builders.tables import rows

BOTH = patient().rectum().primary("breast", None).metastasis("bone")
URN = "urn:uuid:0b7a4cc2-9ad1-4bd2-a9a5-0d5f0a1f6b11"


def linked(target):
    return BOTH.changed("metastasis-bone", extension=[{"url": RELATED_EXTENSION, "valueReference": target}])


@pytest.mark.parametrize(
    ("target", "ours", "why"),
    rows(
        ({"reference": "Condition/primary"}, True, "relative"),
        ({"reference": "https://ehr.example.org/fhir/Condition/primary"}, True, "absolute"),
        ({"reference": "Condition/primary/_history/3"}, True, "versioned"),
        ({"reference": "https://ehr.example.org/fhir/Condition/primary/_history/3"}, True, "absolute and versioned"),
        ({"reference": URN}, True, "urn:uuid of the entry"),
        ({"reference": "Condition/primary-2"}, False, "the other primary"),
        ({"identifier": {"system": "urn:registry", "value": "7"}}, False, "logical: it cannot be followed, and two could be meant"),
        ({"reference": "urn:uuid:11111111-1111-1111-1111-111111111111"}, False, "a target that was not received"),
        ({"reference": "#inside"}, False, "a contained target that is not there"),
        ({}, False, "an empty reference"),
    ),
)
def test_trap_12_references(knowledge, target, ours, why):
    body = request(linked(target))
    entries = body["prefetch"]["conditions"]["entry"]
    next(entry for entry in entries if entry["resource"]["id"] == "primary")["fullUrl"] = (
        URN if target.get("reference") == URN else ("https://ehr.example.org/fhir/Condition/primary")
    )
    answer = answer_to(knowledge, body)

    facts = {"metastases[].site": ["bone"] if ours else [], "unattributed[].site": [] if ours else ["bone"]}
    assert differences(answer, facts, "+bone-management" if ours else "-bone-management") == [], why


DRUG = concept(RXNORM, INGREDIENTS["cetuximab"], "cetuximab")
MEDICATION = {"resourceType": "Medication", "id": "med", "code": DRUG}
KRAS = patient().rectum().metastasis("liver").kras("mutated", on=days_before(20))


@pytest.mark.parametrize(
    ("reference", "contained", "received", "card", "why"),
    rows(
        ({"reference": "#med"}, True, False, True, "contained"),
        ({"reference": "Medication/med"}, False, True, True, "relative"),
        ({"reference": "https://ehr.example.org/fhir/Medication/med"}, False, True, True, "absolute"),
        ({"reference": "Medication/med/_history/2"}, False, True, True, "versioned"),
        ({"reference": "Medication/med"}, False, False, False, "not received: what it is, is not known"),
        ({"reference": "Medication/med", "display": "Cetuximab 5 mg/mL"}, False, False, True, "not received, but named"),
        ({"identifier": {"value": "med"}, "display": "Cetuximab"}, False, False, True, "logical, and named"),
        ({"identifier": {"value": "med"}}, False, False, False, "logical only"),
    ),
)
def test_trap_12_medication_references(knowledge, reference, contained, received, card, why):
    fields = {"medicationReference": reference} | ({"contained": [MEDICATION]} if contained else {})
    body = request(KRAS, "order-sign", orders().add("MedicationRequest", **fields))
    if received:
        body["context"]["draftOrders"]["entry"].append({"resource": MEDICATION})
    answer = answer_to(knowledge, body)

    assert differences(answer, {}, "+anti-egfr-kras-mutated" if card else "-anti-egfr-kras-mutated") == [], why


def test_trap_12_a_missing_target_of_an_incomplete_record(knowledge):
    """One malignancy, but not every Condition came: what the link names may be another cancer."""
    record = (
        patient()
        .rectum()
        .metastasis("bone")
        .changed("metastasis-bone", extension=[{"url": RELATED_EXTENSION, "valueReference": {"reference": "Condition/gone"}}])
    )
    body = request(record)
    body["prefetch"]["conditions"]["link"] = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]

    assert differences(assessed(knowledge, body), {"bone.present": None, "unattributed[].site": ["bone"]}, "-bone-management") == []
    with pytest.raises(DataUnavailable):  # a part of the Conditions is not enough to say that there is nothing to say
        answer_to(knowledge, body)
    assert differences(ask(knowledge, record), {"bone.present": True}, "+bone-management") == []
