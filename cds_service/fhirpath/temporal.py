"""Dates of partial precision, compared with three values (FHIRPath 2.0, 6.2; FHIR R4 datatypes)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

_PATTERN = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?)?)?\Z"
)


@dataclass(frozen=True, slots=True, eq=False)
class Temporal:
    """A FHIR date, dateTime or instant as written: the interval of moments that it may mean.

    ``earliest`` and ``latest`` are inclusive bounds in UTC; a value without a zone, or without a time, is compared
    by calendar day, because its zone is not known (see :meth:`compare`).
    """

    text: str
    earliest: datetime
    latest: datetime
    has_time: bool
    zoned: bool

    @staticmethod
    def parse(text: object) -> Temporal | None:
        """Read a FHIR date/dateTime/instant leniently (zone, seconds and minutes may be missing); ``None`` if it is none."""
        return _parse(text) if isinstance(text, str) and len(text) <= 40 else None

    @staticmethod
    def of_day(day: date) -> Temporal:
        """The whole of a calendar day."""
        parsed = _parse(day.isoformat())
        assert parsed is not None
        return parsed

    @property
    def first_day(self) -> date:
        """The first calendar day, as written, that this may mean."""
        return date(int(self.text[:4]), int(self.text[5:7] or 1), int(self.text[8:10] or 1))

    @property
    def last_day(self) -> date:
        """The last calendar day, as written, that this may mean."""
        year, month = int(self.text[:4]), int(self.text[5:7] or 12)
        return date(year, month, int(self.text[8:10] or monthrange(year, month)[1]))

    def compare(self, other: Temporal) -> int | None:
        """-1, 0 or 1 for before, same, after; ``None`` where precision leaves it open.

        Two zoned times compare as moments; if one side lacks the time or the zone, both compare as calendar days.
        """
        if self.has_time and other.has_time and self.zoned == other.zoned:
            low, high, other_low, other_high = self.earliest, self.latest, other.earliest, other.latest
        else:
            low, high, other_low, other_high = self.first_day, self.last_day, other.first_day, other.last_day
        if high < other_low:
            return -1
        if low > other_high:
            return 1
        return 0 if low == high == other_low == other_high or (low, high) == (other_low, other_high) else None

    def plus_days(self, days: int) -> Temporal:
        """The same interval moved by whole days, at day precision."""
        low, high = self.first_day + timedelta(days=days), self.last_day + timedelta(days=days)
        bounds = (datetime(low.year, low.month, low.day, tzinfo=UTC), datetime(high.year, high.month, high.day, 23, 59, 59, 999999, tzinfo=UTC))
        return Temporal(low.isoformat(), *bounds, has_time=False, zoned=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Temporal) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def _parse(text: str) -> Temporal | None:
    match = _PATTERN.match(text.strip())
    if match is None:
        return None
    try:
        return _bounds(text.strip(), match.groupdict())
    except (ValueError, OverflowError):
        return None


def _bounds(text: str, part: dict[str, str | None]) -> Temporal:
    number = {name: int(value) for name, value in part.items() if value is not None and name not in ("zone", "fraction")}
    year, month, day = number["year"], number.get("month"), number.get("day")
    last_month = month or 12
    last_day = day or monthrange(year, last_month)[1]
    zone = _zone(part["zone"])
    has_time = "hour" in number
    fraction = part["fraction"]
    micro = int((fraction or "0").ljust(6, "0")[:6])
    second = min(number.get("second", 0), 59)  # a leap second counts as the last ordinary one
    low = datetime(year, month or 1, day or 1, number.get("hour", 0), number.get("minute", 0), second, micro, tzinfo=zone)
    high = datetime(
        year, last_month, last_day,
        number.get("hour", 23), number.get("minute", 59), second if "second" in number else 59,
        micro if fraction else (0 if "second" in number else 999999), tzinfo=zone,
    )  # fmt: skip
    return Temporal(text, low.astimezone(UTC), high.astimezone(UTC), has_time, part["zone"] is not None)


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
