"""Days as people write them."""

from datetime import date

import pytest

from cds_service.cases.days import Timing, timing_of

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("today", Timing("2026-11-30", given=True), "the day of the cases"),
        ("yesterday", Timing("2026-11-29", given=True), "one day before"),
        ("tomorrow", Timing("2026-12-01", given=True), "one day after"),
        ("1 day ago", Timing("2026-11-29", given=True), "singular"),
        ("12 days ago", Timing("2026-11-18", given=True), "plural"),
        ("2 weeks ago", Timing("2026-11-16", given=True), "weeks are seven days"),
        ("9 months ago", Timing("2026-02-28", given=True), "the last day of a shorter month"),
        ("2 years ago", Timing("2024-11-30", given=True), "the same day"),
        ("in 3 days", Timing("2026-12-03", given=True), "ahead"),
        ("in 1 month", Timing("2026-12-30", given=True), "ahead by a month"),
        ("on 2026-10-01", Timing("2026-10-01", given=True), "a small word before"),
        ("2026-10", Timing("2026-10", given=True), "a month"),
        ("2026", Timing("2026", given=True), "a year"),
        ("2026-10-01T08:30:00+02:00", Timing("2026-10-01T08:30:00+02:00", given=True), "an instant"),
        ("from 3 days ago until today", Timing("2026-11-27", "2026-11-30", given=True), "a period"),
        ("until 3 days ago", Timing(None, "2026-11-27"), "an end alone leaves the start to the phrase"),
        ("UNDATED", Timing(given=True), "no date, said on purpose"),
        ("3 days", None, "neither before nor ahead"),
        ("suspected", None, "something else"),
    ],
)
def test_a_timing_is_read(text, expected, comment):
    assert timing_of(text, TODAY) == expected, comment


@pytest.mark.parametrize(
    ("own", "other", "expected", "comment"),
    [
        (Timing(), Timing("2026", given=True), Timing("2026", given=True), "nothing said: the other"),
        (Timing(given=True), Timing("2026", given=True), Timing(given=True), "undated stays undated"),
        (Timing("2025", given=True), Timing("2026", given=True), Timing("2025", given=True), "what is said wins"),
        (Timing(None, "2026-02"), Timing("2026-01", given=True), Timing("2026-01", "2026-02", given=True), "an end joins the start"),
    ],
)
def test_what_is_said_wins_over_the_default(own, other, expected, comment):
    assert own.over(other) == expected, comment
