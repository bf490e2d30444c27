"""Facts cost as much as there is to read: ten times the resources, at most eleven times the work. Counted in calls, not in seconds."""

from __future__ import annotations

import sys

import pytest

from cds_service.fhir.record import Entry, PatientRecord
from tests.builders.clock import AS_OF, days_before
from tests.builders.codes import ICD10CM, LOINC, concept

pytestmark = pytest.mark.no_cover
ACTIVE = {"clinicalStatus": {"coding": [{"code": "active"}]}, "verificationStatus": {"coding": [{"code": "confirmed"}]}}


def condition(code):
    return lambda number: {"resourceType": "Condition", **ACTIVE, "code": concept(ICD10CM, code), "onsetDateTime": days_before(number % 99)}


def observation(code):
    def made(number):
        value = {"value": number % 50, "unit": "ng/mL"}
        day = days_before(number % 99)
        dated = {"effectiveDateTime": day, "valueQuantity": value}
        return {"resourceType": "Observation", "status": "final", "code": concept(LOINC, code), **dated}

    return made


def prescription(number):
    named = {"text": f"Tablets no. {number}"}
    return {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "medicationCodeableConcept": named}


CHARTS = {
    "conditions of no interest": condition("I10"),
    "the primary, again and again": condition("C20"),
    "spread": condition("C79.51"),
    "other primaries": condition("C50.9"),
    "observations of no interest": observation("8867-4"),
    "results": observation("2039-6"),
    "prescriptions": prescription,
}


def calls(engine, made, count):
    """How many functions are called to read a record of so many resources."""
    kind = made(0)["resourceType"]
    record = PatientRecord(entries={kind: tuple(Entry(made(number), f"{kind}/{number}") for number in range(count))}, whole=True)
    found = 0

    def note(_frame, event, _argument):
        nonlocal found
        found += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        engine.build(record, AS_OF)
    finally:
        sys.setprofile(before)
    return found


@pytest.mark.parametrize("name", CHARTS)
def test_ten_times_the_resources_are_at_most_eleven_times_the_work(knowledge, name):
    made, engine = CHARTS[name], knowledge.facts_engine
    assert calls(engine, made, 1000) <= 11 * calls(engine, made, 100)


def test_an_observation_of_no_interest_costs_next_to_nothing(knowledge):
    made, engine = CHARTS["observations of no interest"], knowledge.facts_engine
    more = calls(engine, made, 1200) - calls(engine, made, 200)
    assert more <= 10 * 1000
