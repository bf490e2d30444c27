"""Measured values in every form that feeds send; what cannot be compared stays unknown."""

from datetime import date
from decimal import Decimal

import pytest

from cds_service.facts.chart import Chart
from cds_service.facts.context import Context
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders
from cds_service.facts.readers.quantities import read_quantity
from cds_service.fhir.record import Entry, PatientRecord
from tests.builders.tiny import coding, terminology

TERMS = terminology(sets={"tests": ("test",), "others": ("other",), "nothing": ("no-result",)}, maps={"answers": {"score": {"two": "2"}}})
OPTIONS = {
    "codes": "tests",
    "notComparable": "others",
    "units": {"ng/ml": Decimal(1), "ug/l": Decimal(1), "mg/l": Decimal(1000)},
    "range": [0, 100000],
    "within": "days",
    "keys": ["labs"],
    "gives": {"value": "x.value", "comparator": "x.comparator", "date": "x.date", "recent": "x.recent", "documented": "x.documented"},
}


def result(value, when="2026-11-01", code="test", **more):
    quantity = (
        {"valueQuantity": value}
        if isinstance(value, dict)
        else {"valueString": value}
        if isinstance(value, str)
        else {"valueInteger": value}
    )
    return {"resourceType": "Observation", "status": "final", "code": coding(code), "effectiveDateTime": when} | quantity | more


def read(*resources, answered=("labs",), **options):
    record = PatientRecord(
        entries={"Observation": tuple(Entry(resource, f"Observation/{number}") for number, resource in enumerate(resources))},
        answered=frozenset(answered),
    )
    context = Context(chart=Chart(record, TERMS), parameters={"days": 90}, as_of=date(2026, 11, 21), shared={"disorders": Disorders()})
    reading = read_quantity(context, Spec(file="t", path="x", options=OPTIONS | options))
    return {finding.path: finding.value for finding in reading.findings}, reading


NG = {"value": 4.9, "unit": "ng/mL", "code": "ng/mL", "system": "http://unitsofmeasure.org"}


@pytest.mark.parametrize(
    ("value", "number", "comparator", "_why"),
    [
        (NG, "4.9", None, "the plain case"),
        (NG | {"code": "ug/L"}, "4.9", None, "micrograms per litre are the same number"),
        (NG | {"value": 0.005, "code": "mg/L"}, "5.000", None, "milligrams per litre"),
        (NG | {"value": "5.0"}, "5.0", None, "a number sent as text"),
        (NG | {"comparator": "<", "value": 5}, "5", "<", "below the limit of detection"),
        (NG | {"comparator": ">=", "value": 5}, "5", ">=", "at or above a limit"),
        (NG | {"comparator": "<=", "value": 5}, "5", "<=", "at or below one: it may be the limit itself"),
        ({"value": 5, "unit": "ng/mL", "code": "strange"}, "5", None, "the unit's text where its code is odd"),
        ("<0.5 ng/mL", "0.5", "<", "as a text"),
        ("5.1 ng/mL", "5.1", None, "as a text"),
        (NG | {"code": "U/mL", "unit": "U/mL"}, None, None, "units per volume cannot be compared"),
        ({"value": 5}, None, None, "no unit is not assumed"),
        (NG | {"value": True}, None, None, "a boolean is no number"),
        (NG | {"value": "five"}, None, None, "a word is no number"),
        (NG | {"value": -1}, None, None, "outside the possible range"),
        (NG | {"value": 1e300}, None, None, "outside the possible range"),
        (NG | {"comparator": "~"}, None, None, "an unknown comparator"),
        ("pending", None, None, "a text that is no number"),
        ({"unit": "ng/mL"}, None, None, "no value at all"),
    ],
)
def test_a_result_is_read(value, number, comparator, _why):
    found, _ = read(result(value))
    assert (found["x.value"], found["x.comparator"]) == (Decimal(number) if number else None, comparator)


def test_a_newer_result_that_cannot_be_compared_hides_an_older_one_and_is_reported():
    found, reading = read(result(NG, "2026-01-01"), result(NG | {"code": "U/mL", "unit": "U/mL"}, "2026-02-01"))
    assert found["x.value"] is None
    assert [issue.where for issue in reading.issues] == ["Observation/1"]


def test_a_result_without_a_value_does_not_hide_an_older_one():
    found, _ = read(result(NG, "2026-01-01"), result(NG, "2026-02-01") | {"valueQuantity": None, "dataAbsentReason": {"text": "unknown"}})
    assert found["x.value"] == Decimal("4.9")


def test_a_value_that_cannot_be_read_hides_an_older_one():
    """Unless it says that there is no result."""
    ratio = {"valueInteger": None, "valueRatio": {"numerator": {"value": 1}}}
    nothing = {"valueInteger": None, "valueCodeableConcept": coding("no-result")}

    assert read(result(NG, "2026-01-01"), result(1, "2026-02-01") | ratio)[0]["x.value"] is None
    assert read(result(NG, "2026-01-01"), result(1, "2026-02-01") | nothing)[0]["x.value"] is None
    assert read(result(NG, "2026-01-01"), result(1, "2026-02-01") | nothing, absent="nothing")[0]["x.value"] == Decimal("4.9")


def test_the_number_of_a_method_that_cannot_be_compared_is_not_read():
    assert read(result(NG, code="other"))[0]["x.value"] is None


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "unknown"])
def test_results_that_do_not_count_are_not_read(status):
    assert read(result(NG, status=status))[0]["x.value"] is None


@pytest.mark.parametrize(
    ("when", "recent", "documented", "_why"),
    [
        ("2026-11-20", True, True, "yesterday"),
        ("2026-08-23", True, True, "90 days ago"),
        ("2026-08-22", False, False, "91 days ago"),
        ("2026", False, None, "a year that may be too long ago"),
        (None, False, None, "no date proves nothing, either way"),
    ],
)
def test_the_look_back_counts_in_days(when, recent, documented, _why):
    found, _ = read(result(NG, when))
    assert (found["x.recent"], found["x.documented"]) == (recent, documented)


def test_nothing_found_is_none_documented_only_where_the_key_was_answered():
    assert read()[0]["x.documented"] is False
    assert read(answered=())[0]["x.documented"] is None


def test_scores_are_whole_numbers_and_may_come_as_coded_answers():
    score = {"units": {"": Decimal(1)}, "range": [0, 5], "integer": True, "answers": {"map": "answers", "target": "score"}}
    assert read(result(1), **score)[0]["x.value"] == 1
    assert read(result({"value": 1.5}), **score)[0]["x.value"] is None
    assert read(result({"value": 6}), **score)[0]["x.value"] is None
    coded = {
        "resourceType": "Observation",
        "status": "final",
        "code": coding("test"),
        "effectiveDateTime": "2026-11-01",
        "valueCodeableConcept": coding("two"),
    }
    assert read(coded, **score)[0]["x.value"] == 2
