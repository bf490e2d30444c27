"""Regimens recognised from single drugs, and which of them count."""

from datetime import date

import pytest

from cds_service.facts.chart import Chart
from cds_service.facts.context import Context
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders
from cds_service.facts.readers.treatments import read_treatments
from cds_service.fhir.record import Entry, PatientRecord
from cds_service.fhirpath.temporal import Temporal
from tests.builders.tiny import coding, terminology

TERMS = terminology(
    sets={"topical": ("cream",), "lines": ("line",), "questions": ("status",)},
    maps={
        "drugs": {"agent": {"a": "a", "b": "b", "c": "c", "s": "s", "text:drug a": "a"}},
        "regimens": {"agent": {}},
        "answers": {"response": {"better": "PR", "worse": "PD"}},
    },
)
SPEC = Spec(
    file="test.yaml",
    path="systemic",
    options={
        "keys": ["medications"],
        "window": "window",
        "from": "since",
        "agents": {"map": "drugs", "regimens": "regimens", "target": "agent", "topical": "topical"},
        "supportive": ["s"],
        "medications": {"MedicationAdministration": ["done"], "MedicationRequest": ["active", "completed"]},
        "unnamed": [{"resource": "EpisodeOfCare", "codes": "lines", "states": ["done"]}],
        "regimens": [{"name": "AB", "agents": ["a", "b"], "with": ["s"]}],
        "outcomes": {"codes": "questions", "map": "answers", "target": "response", "decisive": ["PR", "PD"]},
        "gives": {"lines": "lines", "firstStart": "first", "lastStart": "last"},
    },
)


def given(agent, day, **more):
    resource = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": coding(agent),
        "effectiveDateTime": day,
    }
    return {key: value for key, value in (resource | more).items() if value is not None}


def line(day):
    return {"resourceType": "EpisodeOfCare", "status": "active", "type": [coding("line")], "period": {"start": day}}


def answer(code, day):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coding("status"),
        "valueCodeableConcept": coding(code),
        "effectiveDateTime": day,
    }


def read(*resources, since="2026-01-01", answered=("medications",)):
    entries: dict[str, tuple[Entry, ...]] = {}
    for number, resource in enumerate(resources):
        kind = resource["resourceType"]
        entries[kind] = (*entries.get(kind, ()), Entry(resource, f"{kind}/{number}"))
    context = Context(
        chart=Chart(PatientRecord(entries=entries, answered=frozenset(answered)), TERMS),
        parameters={"window": 14},
        as_of=date(2026, 11, 21),
        tree={"since": Temporal.parse(since)} if since else {},
        shared={"disorders": Disorders()},
    )
    return {finding.path: finding.value for finding in read_treatments(context, SPEC).findings}


@pytest.mark.parametrize(
    ("resources", "expected", "_why"),
    [
        ([], [], "nothing given"),
        ([given("a", "2026-02-01"), given("b", "2026-02-15")], [("a", "b")], "14 days apart: one regimen"),
        ([given("a", "2026-02-01"), given("b", "2026-02-16")], [("a",), ("b",)], "15 days apart: two"),
        ([given("a", "2026-02-01"), given("a", "2026-05-01")], [("a",)], "the same agent again goes on"),
        ([given("a", "2026-02-01"), given("b", "2026-02-01"), given("a", "2026-05-01")], [("a", "b")], "fewer agents go on"),
        (
            [given("a", "2026-02-01"), given("a", "2026-04-01"), given("b", "2026-04-01")],
            [("a", "b")],
            "an agent added to all of them goes on",
        ),
        (
            [given("a", "2026-02-01"), given("b", "2026-02-01"), given("a", "2026-05-01"), given("c", "2026-05-01")],
            [("a", "b"), ("a", "c")],
            "an agent exchanged is a new regimen",
        ),
        ([given("s", "2026-02-01")], [], "a supportive agent alone is no treatment"),
        ([given("a", "2026-02-01", status="not-done")], [], "not given"),
        ([given("a", "2026-02-01", status="unknown")], [], "an unknown status is no evidence"),
        ([given("a", "2026-02-01", dosage={"route": coding("cream")})], [], "a topical form is no systemic treatment"),
        (
            [given("a", "2026-02-01", medicationCodeableConcept={**coding("cream"), "text": "Drug A cream"})],
            [],
            "nor is a topical product, whatever its name says",
        ),
        ([given("a", "2026-02-01", medicationCodeableConcept={"text": "Drug A 5 mg IV"})], [("a",)], "by words, where no code says it"),
        ([line("2026-02-01")], [()], "a line of therapy whose agents nobody names"),
        ([given("a", "2026-02-01"), line("2026-02-05")], [("a",)], "the line is the regimen that starts with it"),
    ],
)
def test_drugs_form_regimens(resources, expected, _why):
    assert [item["agents"] for item in read(*resources)["systemic"]] == expected


@pytest.mark.parametrize(
    ("resources", "since", "lines", "_why"),
    [
        ([], "2026-01-01", 0, "none documented"),
        ([given("a", "2025-06-01")], "2026-01-01", 0, "before advanced disease: shown, not counted"),
        ([given("a", "2026-01-01")], "2026-01-01", 1, "on the day of first evidence"),
        ([given("a", "2025-06-01"), given("a", "2026-02-01")], "2026-01-01", 1, "the same drug again after it is a line of its own"),
        ([given("a", "2026-02-01"), given("c", "2026-06-01")], "2026-01-01", 2, "two regimens"),
        ([given("a", "2026-02-01")], None, None, "no date of advanced disease"),
        ([given("a", None)], "2026-01-01", None, "an undated treatment may be a line"),
        ([given("a", "2026")], "2026-02-01", None, "a year may lie before or after"),
    ],
)
def test_lines_are_counted_from_the_first_evidence_of_advanced_disease(resources, since, lines, _why):
    assert read(*resources, since=since)["lines"] == lines


def test_nothing_is_known_where_the_medications_did_not_come():
    found = read(answered=())
    assert (found["systemic"], found["lines"]) == (None, None)


def test_a_regimen_has_its_name_dates_and_outcome():
    [item] = read(given("a", "2026-02-01"), given("b", "2026-02-02"), given("s", "2026-02-02"), answer("better", "2026-04-01"))["systemic"]
    assert (item["regimen"], str(item["start"]), str(item["end"]), item["outcome"]) == ("AB", "2026-02-01", "2026-02-02", "PR")


def test_an_answer_after_the_next_regimen_began_is_not_the_outcome_of_the_first():
    first, second = read(given("a", "2026-02-01"), given("c", "2026-06-01"), answer("worse", "2026-07-01"))["systemic"]
    assert "outcome" not in first
    assert second["outcome"] == "PD"
