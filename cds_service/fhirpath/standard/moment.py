"""Date, DateTime and Time of partial precision, compared with three answers (FHIRPath 2.0, 6.1 and 6.2)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

_DAY = 86_400_000_000
_FACTORS = (3_600_000_000, 60_000_000, 1_000_000)
_EAST, _WEST = 14 * 60, -12 * 60  # the zones of the world, in minutes
_CLOCK = r"(?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?"
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})(?P<t>T(?:" + _CLOCK + r"(?P<zone>Z|[+-][0-9]{2}:[0-5][0-9])?)?)?)?)?"
    r"(?P<end>T?)\Z"
)
_TIME = re.compile(_CLOCK + r"\Z")
_DATE_PARTS = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Moment:
    """A value of type ``kind`` ("Date", "DateTime" or "Time"), as precise as it was written.

    ``fields`` are year, month, day, hour, minute, second, as many as are given (a Time begins with the hour);
    ``fraction`` are the digits after the second, one precision with it; ``offset`` the zone in minutes east.
    ``earliest`` and ``latest`` are the inclusive bounds in microseconds, in the zone as written.
    """

    kind: str
    fields: tuple[int, ...]
    fraction: str
    offset: int | None
    earliest: int
    latest: int

    @staticmethod
    def parse(text: str, kind: str) -> Moment | None:
        """Read the text of a date (no time), a dateTime or a time; ``None`` if it is none."""
        return _parse(text, kind) if len(text) <= 40 else None

    @staticmethod
    def of(kind: str, fields: tuple[int, ...], fraction: str = "", offset: int | None = None) -> Moment | None:
        """Put a value together; ``None`` if the calendar has no such moment."""
        bounds = _clock_bounds(fields, fraction) if kind == "Time" else _date_bounds(fields, fraction)
        return None if bounds is None else Moment(kind, fields, fraction, offset, *bounds)

    @property
    def has_time(self) -> bool:
        """Whether an hour is known."""
        return self.kind == "Time" or len(self.fields) > 3

    def compare(self, other: Moment) -> int | None:
        """-1, 0 or 1 for before, same, after; ``None`` where precision, or a zone that is not known, leaves it open.

        Both must be Times, or neither.
        """
        low, high, other_low, other_high = self.earliest, self.latest, other.earliest, other.latest
        exact = True
        if self.has_time and other.has_time and self.offset != other.offset:
            exact = self.offset is not None and other.offset is not None
            low, high = _in_utc(self, low, high)
            other_low, other_high = _in_utc(other, other_low, other_high)
        if high < other_low:
            return -1
        if low > other_high:
            return 1
        return 0 if exact and (low, high) == (other_low, other_high) else None

    @property
    def key(self) -> tuple[bool, bool, int, int]:
        """The same for two that certainly mean the same."""
        zoned = self.offset is not None and self.has_time
        low, high = _in_utc(self, self.earliest, self.latest) if zoned else (self.earliest, self.latest)
        return self.kind == "Time", zoned, low, high

    @property
    def text(self) -> str:
        """As FHIR writes it."""
        if self.kind == "Time":
            return self._clock(self.fields)
        text = "-".join(f"{part:0{4 if index == 0 else 2}d}" for index, part in enumerate(self.fields[:3]))
        if len(self.fields) > 3:
            text += f"T{self._clock(self.fields[3:])}"
        return text + self._zone()

    def _clock(self, parts: tuple[int, ...]) -> str:
        text = ":".join(f"{part:02d}" for part in parts)
        return f"{text}.{self.fraction}" if self.fraction else text

    def _zone(self) -> str:
        if self.offset is None:
            return ""
        sign, minutes = ("-" if self.offset < 0 else "+"), abs(self.offset)
        return "Z" if self.offset == 0 else f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"

    @staticmethod
    def at(moment: datetime) -> Moment:
        """A clock's time, to the millisecond; ``moment`` must know its zone."""
        found = Moment.parse(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "DateTime")
        assert found is not None
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self.kind == other.kind and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text}>"

    def __str__(self) -> str:
        return self.text


def _in_utc(moment: Moment, low: int, high: int) -> tuple[int, int]:
    """The bounds in UTC; a zone that is not known may be any."""
    east, west = (_EAST, _WEST) if moment.offset is None else (moment.offset, moment.offset)
    return low - east * 60_000_000, high - west * 60_000_000


@lru_cache(maxsize=4096)
def _parse(text: str, kind: str) -> Moment | None:
    match = (_TIME if kind == "Time" else _DATE).match(text)
    if match is None or (kind != "Time" and match["end"] and match["t"]):
        return None
    parts = match.groupdict()
    if kind == "Date" and (parts["t"] is not None or parts["end"]):
        return None
    names = _DATE_PARTS[3:] if kind == "Time" else _DATE_PARTS
    fields = tuple(int(parts[name] or 0) for name in names if parts[name] is not None)
    return Moment.of(kind, fields, parts["fraction"] or "", _offset(parts.get("zone")))


def _offset(text: str | None) -> int | None:
    if text is None or text == "Z":
        return None if text is None else 0
    minutes = int(text[1:3]) * 60 + int(text[4:])
    return minutes if text[0] == "+" else -minutes


def _clock_bounds(fields: tuple[int, ...], fraction: str) -> tuple[int, int] | None:
    limits = (23, 59, 60)
    if any(part > limit for part, limit in zip(fields, limits, strict=False)):
        return None
    fields = tuple(min(part, 59) if index == 2 else part for index, part in enumerate(fields))  # a leap second is the last ordinary one
    low = sum(part * factor for part, factor in zip(fields, _FACTORS, strict=False)) + int(fraction.ljust(6, "0")[:6] or 0)
    size = _DAY if not fields else 1 if len(fields) == 3 else _FACTORS[len(fields) - 1]
    return low, low + size - 1


def _date_bounds(fields: tuple[int, ...], fraction: str) -> tuple[int, int] | None:
    year, month, day = (*fields[:3], 1, 1)[:3] if len(fields) < 3 else fields[:3]
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    first = date(year, month, day).toordinal()
    if len(fields) > 3:
        clock = _clock_bounds(fields[3:], fraction)
        return None if clock is None else (first * _DAY + clock[0], first * _DAY + clock[1])
    days = {1: 365 + (monthrange(year, 2)[1] == 29), 2: monthrange(year, month)[1], 3: 1}[len(fields)]
    return first * _DAY, (first + days) * _DAY - 1
