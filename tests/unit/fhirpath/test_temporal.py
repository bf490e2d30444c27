"""Dates of partial precision, and three answers to "which is first?"."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.fhirpath import Temporal


def read(text):
    found = Temporal.parse(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("text", "first", "last", "comment"),
    [
        ("2024", "2024-01-01", "2024-12-31", "a year"),
        ("2024-02", "2024-02-01", "2024-02-29", "a month of a leap year"),
        ("2023-02", "2023-02-01", "2023-02-28", "a month of another"),
        ("2024-05-31", "2024-05-31", "2024-05-31", "a day"),
        ("2024-05-31T23:30:00-05:00", "2024-05-31", "2024-05-31", "the day as written, not as it is in UTC"),
        (" 2024-05-31 ", "2024-05-31", "2024-05-31", "blanks around it"),
    ],
)
def test_days(text, first, last, comment):
    found = read(text)
    assert (found.first_day, found.last_day) == (date.fromisoformat(first), date.fromisoformat(last)), comment


@pytest.mark.parametrize(
    ("text", "low", "high", "comment"),
    [
        ("2024-05-31T10", (10, 0, 0, 0), (10, 59, 59, 999999), "an hour"),
        ("2024-05-31T10:30", (10, 30, 0, 0), (10, 30, 59, 999999), "a minute"),
        ("2024-05-31 10:30", (10, 30, 0, 0), (10, 30, 59, 999999), "a blank for the T"),
        ("2024-05-31T10:30:15", (10, 30, 15, 0), (10, 30, 15, 0), "seconds are a moment"),
        ("2024-05-31T10:30:15.5Z", (10, 30, 15, 500000), (10, 30, 15, 500000), "a fraction"),
        ("2024-05-31T10:30:15.123456789Z", (10, 30, 15, 123456), (10, 30, 15, 123456), "a fraction beyond microseconds"),
        ("2024-05-31T10:30:60Z", (10, 30, 59, 0), (10, 30, 59, 0), "a leap second"),
        ("2024-05-31T12:30:00+02:00", (10, 30, 0, 0), (10, 30, 0, 0), "a zone"),
        ("2024-05-31T12:30:00+0200", (10, 30, 0, 0), (10, 30, 0, 0), "a zone without colon"),
        ("2024-05-31T05:00:00-05:30", (10, 30, 0, 0), (10, 30, 0, 0), "a zone west"),
        ("2024-05-31", (0, 0, 0, 0), (23, 59, 59, 999999), "a day"),
    ],
)
def test_bounds(text, low, high, comment):
    found = read(text)
    assert (found.earliest, found.latest) == (datetime(2024, 5, 31, *low, tzinfo=UTC), datetime(2024, 5, 31, *high, tzinfo=UTC)), comment


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("", "nothing"),
        ("31.05.2024", "another order"),
        ("2024-5-31", "one digit"),
        ("2024-13", "no such month"),
        ("2024-00", "no such month"),
        ("2024-05-00", "no such day"),
        ("2023-02-29", "no such day"),
        ("0000", "no such year"),
        ("2024-05-31T24:00:00Z", "no such hour"),
        ("2024-05-31T10:60:00Z", "no such minute"),
        ("2024-05-31T10:00:61Z", "no such second"),
        ("2024-05-31T10:00:00+25:00", "no such zone"),
        ("2024-05-31T10:00:00+01:75", "no such zone"),
        ("9999-12-31T23:00:00-05:00", "beyond the calendar in UTC"),
        ("0001-01-01T00:00:00+05:00", "before the calendar in UTC"),
        ("2024-05-31Z", "a zone without time"),
        ("2024-05-31T10:00:00Z and more", "something after it"),
        ("2024-05-31\n2024", "a second line"),
        ("٢٠٢٤", "digits of another script"),
        ("2024" + " " * 40, "too long"),
        (None, "no text"),
        (2024, "no text"),
        (["2024"], "no text"),
    ],
)
def test_what_is_no_date(text, comment):
    assert Temporal.parse(text) is None, comment


written = st.from_regex(
    r"(0001|2024|9999)-(0[1-9]|1[0-2])-(29|3[01]|0[01])T2[0-4]:[056][09]:(00|59|60)(\.[0-9]{1,9})?(Z|[+-]2[0-4]:[056]0)", fullmatch=True
)


@given(written)
def test_blank_means_what_t_means(text):
    """What is written as the standard writes it is read by the shortest way; a blank for the T is not, and says the same."""
    usual, other = Temporal.parse(text), Temporal.parse(text.replace("T", " "))
    assert (usual is None) == (other is None)
    if usual is not None and other is not None:
        assert [getattr(usual, name) for name in _MEANING] == [getattr(other, name) for name in _MEANING]


_MEANING = ("first_day", "last_day", "earliest", "latest", "has_time", "zoned")


@pytest.mark.parametrize(
    ("one", "other", "expected", "comment"),
    [
        ("2024-05-30", "2024-05-31", -1, "days"),
        ("2024-05-31", "2024-05-31", 0, "the same day"),
        ("2024", "2025-01-01", -1, "a year before a day"),
        ("2024", "2024", 0, "the same year, though either may be any day of it"),
        ("2024", "2024-05", None, "a year around a month"),
        ("2024-05", "2024-05-31", None, "a month around a day"),
        ("2024-05", "2024-06", -1, "months"),
        ("2024-05-31T10:00:00Z", "2024-05-31T12:00:00+02:00", 0, "one moment in two zones"),
        ("2024-05-31T10:00:00Z", "2024-05-31T11:00:00+02:00", 1, "moments in two zones"),
        ("2024-06-01T00:30:00+02:00", "2024-05-31T23:00:00Z", -1, "moments, although the days as written are the other way round"),
        ("2024-05-31T10:00:00Z", "2024-05-31", 0, "a time and a day: by day"),
        ("2024-05-31T10:00:00Z", "2024-06", -1, "a time and a month: by day"),
        ("2024-05-31T10:00:00Z", "2024-05", None, "a time in a month"),
        ("2024-05-31T10:00:00", "2024-05-31T12:00:00", -1, "times without zone, as they are written"),
        ("2024-05-31T10:00:00", "2024-05-31T12:00:00Z", 0, "one zone unknown: by day"),
        ("2024-05-31T23:00:00", "2024-06-01T01:00:00Z", -1, "one zone unknown: by day, as written"),
        ("2024-05-31T10Z", "2024-05-31T10:30Z", None, "an hour around a minute"),
        ("2024-05-31T10Z", "2024-05-31T11:00:00Z", -1, "an hour before a moment"),
        ("2024-05-31T10:00:00Z", "2024-05-31T10:00:00.000Z", 0, "seconds and their fraction are one precision"),
    ],
)
def test_compare(one, other, expected, comment):
    opposite = None if expected is None else -expected
    assert read(one).compare(read(other)) == expected, comment
    assert read(other).compare(read(one)) == opposite, comment


@pytest.mark.parametrize(
    ("text", "days", "expected", "comment"),
    [
        ("2024-02-28", 1, "2024-02-29", "a day later"),
        ("2024-05-31", -31, "2024-04-30", "a month earlier"),
        ("2024-05-31T23:30:00-05:00", 1, "2024-06-01", "from the day as written, without time"),
        ("2024-05", 30, "2024-05-31/2024-06-30", "a month stays as wide as it was"),
        ("2024-05-31", 0, "2024-05-31", "not moved"),
        ("9999-12-01", 90, "9999-12-31", "no further than the calendar goes"),
        ("0001-02-01", -90, "0001-01-01", "no further than the calendar goes"),
    ],
)
def test_plus_days(text, days, expected, comment):
    moved = read(text).plus_days(days)
    assert str(moved) == expected, comment
    assert not moved.has_time
    assert not moved.zoned


def test_a_moved_month_keeps_its_uncertainty():
    moved = read("2024-05").plus_days(30)
    assert moved.compare(read("2024-06-15")) is None
    assert moved.compare(read("2024-05-30")) == 1
    assert moved.compare(read("2024-07-01")) == -1


def test_of_day():
    assert Temporal.of_day(date(2024, 5, 31)) == read("2024-05-31")
    assert Temporal.of_day(date(2024, 5, 31)).compare(read("2024-05-31")) == 0


def test_equality_goes_by_the_text():
    assert read("2024-05-31T10:00:00Z") != read("2024-05-31T10:00:00+00:00")
    assert len({read("2024"), read(" 2024 "), read("2024-01")}) == 2
    assert read("2024") != "2024"


_DATES = st.builds(
    lambda day, length: read(day.isoformat()[:length]), st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from([4, 7, 10])
)


@given(_DATES, _DATES)
def test_compare_is_antisymmetric_and_true_of_every_day_it_may_mean(one, other):
    found = one.compare(other)
    assert other.compare(one) == (None if found is None else -found)
    if found == -1:
        assert one.last_day < other.first_day
    if found == 0:
        assert (one.first_day, one.last_day) == (other.first_day, other.last_day)
    if found is None:
        assert one.first_day <= other.last_day
        assert other.first_day <= one.last_day


@given(st.text(max_size=45))
def test_no_text_raises(text):
    Temporal.parse(text)
