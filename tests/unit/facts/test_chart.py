"""One record as readers ask it: what is looked at, what is found by code, what a text says."""

from __future__ import annotations

import pytest

from cds_service.facts.chart import Chart, Seen
from cds_service.fhir import terminology as module
from cds_service.fhir.record import Entry, PatientRecord
from tests.builders.tiny import SYSTEM, coding, terminology

TERMS = terminology(
    sets={"leaves": ("oak", "elm"), "trees": ("oak", "pine"), "nothing": ()},
    maps={"shapes": {"shape": {"oak": "lobed", "text:pine needle": "needle"}}},
)


def both(*codes):
    return {"coding": [{"system": SYSTEM, "code": code} for code in codes]}


def chart(*codes, kind="Observation", **more):
    entries = tuple(Entry({"resourceType": kind, "code": code, **more}, f"{kind}/{number}") for number, code in enumerate(codes))
    return Chart(PatientRecord(entries={kind: entries}), TERMS)


@pytest.mark.parametrize(
    ("code", "is_seen", "why"),
    [
        (coding("oak"), True, "a code of a value set"),
        (coding("rose"), False, "a code that the content never names"),
        (both("rose", "oak"), True, "one of its codes is"),
        ({"text": "oak"}, True, "no code: its words may be listed"),
        (None, True, "nothing at all"),
        ({"coding": [{"code": "oak"}]}, False, "a code of no system"),
        ({"coding": [{"system": SYSTEM, "code": 5}, "oak", None]}, True, "nothing that is a code"),
        ({"coding": {"system": SYSTEM, "code": "oak"}}, True, "a single coding where a list should be"),
        ([coding("rose"), coding("elm")], True, "a list of them"),
    ],
)
def test_observations_that_the_content_never_names_are_not_looked_at(code, is_seen, why):
    for _ in range(2):  # a code that was met before is looked up otherwise
        assert [one.reference for one in chart(code).of("Observation")] == (["Observation/0"] if is_seen else []), why
    assert len(chart(code, kind="Condition").of("Condition")) == 1


def test_resources_are_found_by_the_value_sets_that_hold_their_code():
    record = chart(coding("pine"), both("elm", "oak"), coding("oak"))

    def found(*sets, element="code"):
        return [(seen.reference[-1], concept.code) for seen, concept in record.coded("Observation", *sets, element=element)]

    assert found("leaves") == [("1", "elm"), ("2", "oak")]  # the first of the codes that it holds
    assert found("trees", "leaves") == [("0", "pine"), ("1", "oak"), ("2", "oak")]  # the first of the value sets
    assert found("nothing") == found() == found("leaves", element="category") == []


def test_a_resource_is_looked_at_once_and_a_text_read_once():
    record = chart(coding("oak"))
    (seen,) = record.of("Observation")
    assert record.of("Observation", "Condition") == (seen,)
    assert seen.state is seen.state
    assert isinstance(Seen.state.__doc__, str)
    assert record.words("Pine needle!") is record.words("Pine needle!")


@pytest.mark.parametrize(
    ("text", "phrases", "why"),
    [
        ("Pine needle!", ["pine needle"], "whatever its spelling"),
        ("a PINE needle of last year", ["pine needle"], "inside a text"),
        ("needle of a pine", [], "its words in another order"),
        ("", [], "nothing"),
    ],
)
def test_the_spellings_that_a_text_holds(text, phrases, why):
    assert [phrase.text for phrase in chart().words(text).phrases] == phrases, why


def test_codes_are_forgotten_before_they_are_too_many(monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    terms = terminology(sets={"leaves": ("oak",)})
    for number in range(10):
        assert not terms.may_matter(coding(str(number)))
        assert terms.may_matter(coding("oak"))
        terms.meanings({"coding": [*coding(str(number))["coding"], *coding("oak")["coding"]]})
    assert len(terms._remembered) <= 3
    assert len(terms._together) <= 3
