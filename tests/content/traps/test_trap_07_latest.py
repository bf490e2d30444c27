"""Trap 7: what is latest. effectiveDateTime, else the period's end, its start, the instant, issued; partial dates leave it open; a tie of
different values is a conflict, never a choice.
"""

import pytest

from tests.builders import patient
from tests.builders.answer import ask
from tests.builders.expect import differences, expect
from tests.builders.tables import rows

RECTUM = patient().rectum(onset="2025-01-10").metastasis("para-aortic-node")
OLD, NEW = 9, 3


def cea(*dates):
    """CEA results, the first 9 ng/mL and the second 3 ng/mL, each with the given date elements."""
    record = RECTUM
    for value, elements in zip((OLD, NEW), dates, strict=False):
        name = f"cea-{value}"
        record = record.observation(name, {"coding": [{"system": "http://loinc.org", "code": "2039-6"}]}, None).changed(
            name, valueQuantity={"value": value, "unit": "ng/mL"}, **elements
        )
    return record


EFFECTIVE = {"effectiveDateTime": "2026-06-01"}


@pytest.mark.parametrize(
    ("record", "value", "why"),
    rows(
        (cea(EFFECTIVE, {"effectiveDateTime": "2026-07-01"}), NEW, "effectiveDateTime"),
        (cea(EFFECTIVE, {"effectivePeriod": {"start": "2026-05-01", "end": "2026-07-01"}}), NEW, "the end of a period"),
        (cea(EFFECTIVE, {"effectivePeriod": {"start": "2026-07-01"}}), NEW, "the start of one without end"),
        (cea(EFFECTIVE, {"effectiveInstant": "2026-07-01T08:00:00Z"}), NEW, "effectiveInstant"),
        (cea(EFFECTIVE, {"issued": "2026-07-01T08:00:00Z"}), NEW, "issued, where nothing else is said"),
        (
            cea(EFFECTIVE, {"effectiveDateTime": "2026-05-01", "issued": "2026-11-01T08:00:00Z"}),
            OLD,
            "effective comes before issued: a late report of an old sample is old",
        ),
        (
            cea(EFFECTIVE, {"effectivePeriod": {"start": "2026-05-01", "end": "2026-05-02"}, "issued": "2026-11-01T08:00:00Z"}),
            OLD,
            "so does a period",
        ),
        (
            cea(EFFECTIVE | {"issued": "2026-06-02T08:00:00Z"}, EFFECTIVE | {"issued": "2026-06-03T08:00:00Z"}),
            NEW,
            "same day: the later issue corrects the earlier one",
        ),
        (cea(EFFECTIVE, {"effectiveDateTime": "2026"}), None, "a year that may be before or after"),
        (cea(EFFECTIVE, {"effectiveDateTime": "2026-06"}), None, "a month that holds the other day"),
        (cea(EFFECTIVE, {"effectiveDateTime": "2026-07"}), NEW, "a month that is certainly later"),
        (cea(EFFECTIVE, {"effectiveDateTime": "2025"}), OLD, "a year that is certainly earlier"),
        (cea(EFFECTIVE, EFFECTIVE), None, "the same day, and different values"),
        (cea({}, {}), None, "two without any date"),
        (cea(EFFECTIVE, {}), OLD, "one without a date beside one with"),
    ),
)
def test_trap_07_latest(knowledge, record, value, why):
    answer = ask(knowledge, record)

    assert differences(answer, {"cea.value": value}, "+staging-summary") == [], why
    said = {conflict.path for conflict in answer.assessment.facts.conflicts}
    assert ("cea.value" in said) is (value is None), why


@pytest.mark.parametrize(
    ("first", "second", "facts", "cards", "why"),
    rows(
        (
            "III",
            "IIIA",
            {"stage.asserted": None},
            "+stage-inconsistency=warning",
            "3 and 3A at the same instant: a conflict, as in public data",
        ),
        ("IIIA", "IIIA", {"stage.asserted": "IIIA"}, "-stage-inconsistency", "the same value twice is none"),
    ),
)
def test_trap_07_two_stage_groups_at_one_instant(knowledge, first, second, facts, cards, why):
    instant = "2026-06-01T10:00:00Z"
    expect(
        knowledge,
        RECTUM.without("metastasis-para-aortic-node").stage_group(first, on=instant).stage_group(second, on=instant),
        facts,
        cards,
        why,
    )


@pytest.mark.parametrize(
    ("second", "t", "cards", "why"),
    rows(
        ("3", "T3", "-stage-inconsistency", "the same pT on the same day, sent twice"),
        ("2", None, "+stage-inconsistency=warning", "another pT on the same day"),
    ),
)
def test_trap_07_two_categories_of_a_day(knowledge, second, t, cards, why):
    record = RECTUM.tnm("p", "3", "1b", None, on="2026-06-01").tnm("p", second, None, None, on="2026-06-01")
    answer = ask(knowledge, record)

    assert differences(answer, {}, cards) == [], why
    assert [one.get("t") for one in answer.fact("tnm")] == [t], why
