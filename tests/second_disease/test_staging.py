"""The anatomic stage of the test content: its own table, its own words, two tumours kept apart."""

import pytest

from tests.builders.clock import days_before
from tests.second_disease.people import LOINC, Person, ask, woman


def stage(second, person):
    facts = ask(second, person).assessment.facts
    return facts.value("anatomic.recorded"), facts.value("anatomic.worked"), facts.value("anatomic.far")


@pytest.mark.parametrize(
    ("t", "n", "m", "expected", "comment"),
    [
        ("Tis", "N0", "M0", "0", "in the ducts only"),
        ("T1mi", "N0", "M0", "IA", "the smallest T1"),
        ("T1c", "N0", "M0", "IA", "the largest T1"),
        ("T1", "N1mi", "M0", "IB", "the smallest deposit of a node has a group of its own"),
        ("T0", "N1mi", "M0", "IB", "no primary found"),
        ("T1", "N1", "M0", "IIA", "one step up"),
        ("T2", "N0", "M0", "IIA", "larger, no node"),
        ("T2", "N1mi", "M0", "IIB", "with a larger tumour it is N1"),
        ("T2", "N1a", "M0", "IIB", "the sub-category of N makes no difference"),
        ("T3", "N0", "M0", "IIB", "larger still"),
        ("T3", "N1b", "M0", "IIIA", ""),
        ("T0", "N2", "M0", "IIIA", ""),
        ("T3", "N2b", "M0", "IIIA", ""),
        ("T4d", "N0", "M0", "IIIB", "the skin"),
        ("T4b", "N2a", "M0", "IIIB", "and nodes"),
        ("T1", "N3a", "M0", None, "this row is not verified"),
        ("T4", "N0", "M1", "IV", "distant spread decides"),
        ("TX", "NX", "M1", "IV", "whatever T and N are"),
        ("Tis", "N1", "M0", None, "no such row"),
        ("T2", "NX", "M0", None, "N is not known"),
        ("T2", "N0", "M1a", "IV", "a sub-category that this scheme lacks is M1"),
    ],
)
def test_the_table_decides(second, t, n, m, expected, comment):
    assert stage(second, woman().tnm(t, n, m))[1] == expected, comment


@pytest.mark.parametrize(
    ("person", "recorded", "worked", "far", "comment"),
    [
        (woman().deposit("bone"), None, "IV", True, "a deposit alone makes it"),
        (woman().deposit("axilla"), None, None, None, "axillary nodes are regional"),
        (woman().deposit("node"), None, None, None, "a node without a station may be either"),
        (woman().tnm("T2", "N0", "M0").deposit("bone", verification="provisional"), None, "IIA", None, "a suspicion changes no stage"),
        (woman().category("stage", "IIIC1"), "IIIC1", None, False, "a group that the table lacks is recorded all the same"),
        (
            woman().observation(LOINC, "21914-7", valueCodeableConcept={"text": "not assessed"}),
            None,
            None,
            None,
            "its own words for nothing",
        ),
        (Person().tumour("no side").tnm("T2", "N0", "M0"), None, "IIA", False, "the side does not matter"),
        (woman().category("pt", "T2").category("pn", "N1").category("cm", "M0"), None, "IIB", False, "pathological, with the clinical M"),
        (
            woman().category("pt", "T2").category("pn", "N1").category("cm", "M0", on=days_before(101)),
            None,
            None,
            None,
            "the clinical M is older than this content allows",
        ),
    ],
)
def test_stage(second, person, recorded, worked, far, comment):
    assert stage(second, person)[:2] == (recorded, worked), comment
    assert stage(second, person)[2] is far, comment


def test_nodes_counted_beside_n0_are_a_conflict(second):
    person = woman().category("pt", "T2").category("pn", "N0").observation(LOINC, "21893-3", valueQuantity={"value": 2, "code": "{nodes}"})
    [conflict] = ask(second, person).assessment.facts.conflicts
    assert (conflict.path, conflict.why) == ("categories", "nodes are counted as involved beside category N0")


def both(left_focus="Condition/r1", right_focus="Condition/r2"):
    """Two tumours, each with its own categories and stage on the same day, and the left one's stage recorded later."""
    left, right = {"focus": [{"reference": left_focus}]}, {"focus": [{"reference": right_focus}]}
    person = Person().tumour("left").tumour("right")
    person = person.tnm("T1", "N0", "M0", **left).tnm("T3", "N1", "M0", **right)
    return person.category("stage", "IIIA", **right).category("stage", "IA", on=days_before(10), **left)


def test_two_tumours_are_staged_apart(second):
    facts = ask(second, both()).assessment.facts
    sets = [{name: value for name, value in one.items() if name != "date"} for one in facts.value("categories")]
    assert sorted(sets, key=str) == sorted(
        [
            {"prefix": "c", "t": "T1", "n": "N0", "m": "M0", "owner": "left"},
            {"prefix": "c", "t": "T3", "n": "N1", "m": "M0", "owner": "right"},
            {"group": "IIIA", "owner": "right"},
            {"group": "IA", "owner": "left"},
        ],
        key=str,
    )
    assert (facts.value("tumour.side"), facts.value("tumour.sides")) == (None, ("left", "right"))
    assert (facts.value("anatomic.recorded"), facts.value("anatomic.worked")) == (None, None)
    assert {item.path for item in facts.conflicts} == {"tumour.side", "anatomic.recorded"}


def test_two_tumours_whose_staging_names_none_of_them_have_no_stage_worked_out(second):
    person = Person().tumour("left").tumour("right").tnm("T1", "N0", "M0")
    assert stage(second, person)[1] is None


def test_distant_spread_of_one_of_two_tumours_is_the_person_s(second):
    assert stage(second, both().deposit("liver"))[2] is True
