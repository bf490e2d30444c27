"""The rule of "latest": by effective date, then by issue date; what still disagrees is a conflict, never a choice."""

import pytest

from cds_service.facts.context import Candidate, settle
from cds_service.fhir.record import Entry
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence
from tests.builders.tiny import seen, terminology


def candidate(value, moment=None, issued=None, *, name="Observation/a", explicit=True):
    return Candidate(
        value=value,
        seen=seen((Entry({}, name),), terminology())[0],
        evidence=Evidence(name, explicit=explicit),
        moment=Temporal.parse(moment),
        issued=Temporal.parse(issued),
    )


@pytest.mark.parametrize(
    ("candidates", "value", "_why"),
    [
        ([], None, "nothing recorded"),
        ([("a", "2026-01-01"), ("b", "2026-02-01")], "b", "the newer one"),
        ([("b", "2026-02-01"), ("a", "2026-01-01")], "b", "whatever their order"),
        ([("a", None), ("b", "2026-02-01")], "b", "a dated value before an undated one"),
        ([("a", None)], "a", "a single undated value"),
        ([("a", None), ("b", None)], None, "two undated values that differ"),
        ([("a", "2026-01-01"), ("b", "2026-01-01")], None, "the same day, different values"),
        ([("a", "2026-01-01"), ("a", "2026-01-01")], "a", "the same day, the same value"),
        ([("a", "2026-01"), ("b", "2026-01-15")], None, "a month that may be before or after the day"),
        ([("a", "2026-01"), ("b", "2026-02-15")], "b", "a month that is certainly before the day"),
        ([("a", "2026-01-01T08:00:00Z"), ("b", "2026-01-01T09:00:00Z")], "b", "by time on one day"),
        ([("a", "2026-01-01T08:00:00Z"), ("b", "2026-01-01")], None, "by day where one side lacks the time"),
        ([("a", "2026-01-01", "2026-01-02T08:00:00Z"), ("b", "2026-01-01", "2026-01-03T08:00:00Z")], "b", "then by issue date"),
    ],
)
def test_the_latest_value_decides(candidates, value, _why):
    finding, conflicts = settle("x", [candidate(*row, name=f"Observation/{number}") for number, row in enumerate(candidates)])
    assert finding.value == value
    assert bool(conflicts) == (value is None and bool(candidates))


def test_a_conflict_names_the_values_and_where_they_stand():
    _, [conflict] = settle("x", [candidate("b", "2026-01-01", name="Observation/2"), candidate("a", "2026-01-01", name="Observation/1")])
    assert (conflict.path, conflict.values, conflict.references) == ("x", ("a", "b"), ("Observation/1", "Observation/2"))


def test_a_fact_is_weak_only_if_none_of_its_evidence_is_explicit():
    same = [candidate("a", "2026-01-01", explicit=False), candidate("a", "2026-01-01", name="Observation/b")]
    assert not settle("x", same)[0].weak
    assert settle("x", same[:1])[0].weak
