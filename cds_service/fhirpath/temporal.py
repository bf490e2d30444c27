"""Dates of partial precision, compared with three values (FHIRPath 2.0, 6.2; FHIR R4 datatypes)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TypeVar

Moment = TypeVar("Moment", date, datetime)

_LONGEST = 40
_PATTERN = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-5][0-9])?)?)?)?\Z"
)
# As nearly all moments of a record are written: what the standard library reads in one step
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_ZONED = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-5][0-9])\Z"
)


@dataclass(frozen=True, slots=True, eq=False)
class Temporal:
    """A FHIR date, dateTime or instant as written: the interval of moments that it may mean.

    ``first_day`` and ``last_day`` are the calendar days, as written, that it may mean; ``earliest`` and ``latest`` are
    inclusive bounds in UTC. A value without a zone, or without a time, is compared by calendar day, because its zone
    is not known (see :meth:`compare`). ``==`` and ``hash`` go by the text, for use as a key.
    """

    text: str
    first_day: date
    last_day: date
    earliest: datetime
    latest: datetime
    has_time: bool
    zoned: bool

    @staticmethod
    def parse(text: object) -> Temporal | None:
        """Read a FHIR date/dateTime/instant leniently (zone, seconds and minutes may be missing); ``None`` if it is none."""
        return _parse(text.strip()) if isinstance(text, str) and len(text) <= _LONGEST else None

    @staticmethod
    def of_day(day: date) -> Temporal:
        """The whole of a calendar day."""
        return _days(day, day)

    def compare(self, other: Temporal) -> int | None:
        """-1, 0 or 1 for before, same, after; ``None`` where precision leaves it open.

        Two zoned times compare as moments, two times without zone as they are written; if one side lacks the time or
        the zone, both compare as calendar days, as written. Two values that mean the same interval are the same.
        """
        if self.has_time and other.has_time and self.zoned == other.zoned:
            return _compare((self.earliest, self.latest), (other.earliest, other.latest))
        return _compare((self.first_day, self.last_day), (other.first_day, other.last_day))

    def plus_days(self, days: int) -> Temporal:
        """The same interval moved by whole days, at day precision; it ends at the first or last day of the calendar."""
        return _days(_moved(self.first_day, days), _moved(self.last_day, days))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Temporal) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text


def _compare(one: tuple[Moment, Moment], other: tuple[Moment, Moment]) -> int | None:
    if one[1] < other[0]:
        return -1
    if one[0] > other[1]:
        return 1
    return 0 if one == other else None


def _days(first: date, last: date) -> Temporal:
    """Whole days; several are written as an ISO 8601 interval."""
    text = first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"
    bounds = datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC)
    return Temporal(text, first, last, *bounds, has_time=False, zoned=False)


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.min if days < 0 else date.max


def _parse(text: str) -> Temporal | None:
    try:
        if _ZONED.match(text):
            return _at(text, datetime.fromisoformat(text))
        if _DAY.match(text):
            return Temporal.of_day(date.fromisoformat(text))
        match = _PATTERN.match(text)
        return None if match is None else _read(text, match.groupdict())
    except (ValueError, OverflowError):  # no day of the calendar, no time of the day, no zone, or beyond the year 9999 in UTC
        return None


def _at(text: str, moment: datetime) -> Temporal:
    day, in_utc = moment.date(), moment.astimezone(UTC)
    return Temporal(text, day, day, in_utc, in_utc, True, True)


def _read(text: str, part: dict[str, str | None]) -> Temporal:
    year, month, day = (int(part[name] or 0) for name in ("year", "month", "day"))
    if "00" in (part["month"], part["day"]):
        raise ValueError(text)
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    zone = _zone(part["zone"])
    low = datetime.combine(first, _time(part, latest=False), zone)
    high = datetime.combine(last, _time(part, latest=True), zone)
    return Temporal(text, first, last, low.astimezone(UTC), high.astimezone(UTC), part["hour"] is not None, part["zone"] is not None)


def _time(part: dict[str, str | None], *, latest: bool) -> time:
    """The first or last moment that the written part of a time allows; seconds and their fraction are one precision."""
    if part["hour"] is None:
        return time.max if latest else time.min
    hour = int(part["hour"])
    if part["minute"] is None:
        return time(hour, 59, 59, 999999) if latest else time(hour)
    minute = int(part["minute"])
    if part["second"] is None:
        return time(hour, minute, 59, 999999) if latest else time(hour, minute)
    second = int(part["second"])
    micro = int((part["fraction"] or "").ljust(6, "0")[:6])
    return time(hour, minute, 59 if second == 60 else second, micro)  # a leap second counts as the last ordinary one


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
