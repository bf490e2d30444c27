"""Trap 15: AJCC and UICC methods; without an edition only what all editions agree on is derived; the date is no edition; anus version 9."""

import pytest

from tests.builders import days_before, patient
from tests.builders.answer import ask
from tests.builders.codes import NCIT, SNOMED, concept
from tests.builders.expect import differences
from tests.builders.tables import rows

RECTUM, ANUS = patient().rectum(), patient().primary("anal-canal", "squamous")
NOW, BEFORE_8 = days_before(20), "2017-06-01"
UICC_8 = concept(NCIT, "C176253", "UICC 8th edition")


def staged(record, t, n, m, edition, on=NOW):
    return record.tnm("c", t, n, m, edition=edition, on=on)


def with_method(record, method):
    for name in ("cT", "cN", "cM"):
        record = record.changed(name, method=method)
    return record


@pytest.mark.parametrize(
    ("record", "edition", "derived", "cards", "why"),
    rows(
        (staged(RECTUM, "3", "1b", "1c", 8), "8", "IVC", "+staging-summary", "rectum, AJCC 8: M1c"),
        (staged(RECTUM, "3", "1b", "1a", 7), "7", "IVA", "+staging-summary", "rectum, AJCC 7"),
        (staged(RECTUM, "3", "1b", "1a", None), None, "IVA", "+staging-summary", "no edition: all agree"),
        (
            staged(RECTUM, "3", "1b", "1c", None),
            None,
            "IV",
            "+staging-summary",
            "no edition: M1c is of one edition only, stage IV is of all",
        ),
        (staged(ANUS, "2", "1a", "0", None), None, None, "none", "anus without edition: the editions differ, so nothing is derived"),
        (staged(ANUS, "2", "1a", "0", None, on=BEFORE_8), None, None, "none", "a date before 2018 is a hint, not an edition"),
        (staged(ANUS, "2", "1a", "0", None, on="2024-06-01"), None, None, "none", "nor is one after 2023"),
        (staged(ANUS, "2", "0", "1", None), None, "IV", "+staging-summary", "anus without edition: M1 is stage IV in all"),
    ),
)
def test_trap_15_editions(knowledge, record, edition, derived, cards, why):
    answer = ask(knowledge, record)

    assert {one.get("edition") for one in answer.fact("tnm")} == {edition}, why
    assert differences(answer, {"stage.derived": derived}, cards) == [], why


def test_trap_15_anus_version_9_differs_from_8(knowledge):
    """T2 N1: IIIA in the 8th edition, IIB in version 9 (from 2023)."""
    found = {edition: ask(knowledge, staged(ANUS, "2", "1a", "0", edition)).fact("stage.derived") for edition in (8, 9)}

    assert found == {8: "IIIA", 9: "IIB"}


@pytest.mark.parametrize(
    ("method", "why"),
    rows(
        (concept(SNOMED, "897275008"), "AJCC 8 by SNOMED"),
        ({"text": "AJCC 8th edition"}, "AJCC 8 in words"),
        ({"text": "UICC 8th edition"}, "UICC 8 in words"),
    ),
)
def test_trap_15_methods(knowledge, method, why):
    answer = ask(knowledge, with_method(staged(RECTUM, "3", "1b", "1c", None), method))

    assert [str(one.get("edition")).rpartition(" ")[2] for one in answer.fact("tnm")] == ["8"], why
    assert differences(answer, {"stage.isIV": True}, "+staging-summary") == [], why


def test_trap_15_an_unknown_method_is_no_edition(knowledge):
    record = with_method(staged(RECTUM, "3", "1b", "1a", None), {"text": "house rules"})

    assert [one.get("edition") for one in ask(knowledge, record).fact("tnm")] == [None]


def test_trap_15_categories_of_two_editions_do_not_mix(knowledge):
    record = staged(RECTUM, "3", None, None, 7).tnm("c", None, "1b", "1a", edition=8, on=NOW)

    assert len(ask(knowledge, record).fact("tnm")) == 2
