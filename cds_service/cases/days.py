"""Days as people write them ("12 days ago"), relative to the fixed day of the cases."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_SPAN = "(?:[0-9]{1,5} days?|[0-9]{1,4} weeks?|[0-9]{1,4} months?|[0-9]{1,3} years?)"  # what a calendar can hold
DAY = (
    rf"today|yesterday|tomorrow|{_SPAN} ago|in {_SPAN}"
    r"|[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
"""What counts as a day, as a regular expression without groups; an ISO date may lack day or month, or have a time."""

_NAMED = {"today": 0, "yesterday": -1, "tomorrow": 1}
_COUNTED = re.compile(r"(?P<ahead>in )?(?P<count>[0-9]+) (?P<unit>day|week|month|year)s?(?: ago)?")
_TIMING = re.compile(
    rf"(?:(?:on|since|from|at) )?(?P<date>{DAY})(?: (?:until|to) (?P<end>{DAY}))?|(?:until|to) (?P<only>{DAY})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Timing:
    """When something was, as FHIR dates. ``given`` says that a date, or "undated", was written at all."""

    date: str | None = None
    end: str | None = None
    given: bool = False

    def over(self, other: Timing) -> Timing:
        """This timing, with what it does not say taken from another."""
        first = self if self.given else other
        return Timing(first.date, self.end or other.end, first.given)


def iso_day(text: str, today: date) -> str:
    """The FHIR date of a day that :data:`DAY` matches."""
    words = text.lower()
    if words in _NAMED:
        return (today + timedelta(days=_NAMED[words])).isoformat()
    counted = _COUNTED.fullmatch(words)
    if counted is None:
        return text
    count = int(counted["count"]) * (1 if counted["ahead"] else -1)
    if counted["unit"] in ("day", "week"):
        return (today + timedelta(days=count * (7 if counted["unit"] == "week" else 1))).isoformat()
    return _months_on(today, count * (12 if counted["unit"] == "year" else 1)).isoformat()


def timing_of(text: str, today: date) -> Timing | None:
    """The timing that a part of a sentence says ("30 days ago", "from 2024-01-02 until 2024-03-04", "undated"), if it is one."""
    if text.lower() == "undated":
        return Timing(given=True)
    found = _TIMING.fullmatch(text)
    if found is None:
        return None
    if found["only"]:
        return Timing(end=iso_day(found["only"], today))
    return Timing(iso_day(found["date"], today), iso_day(found["end"], today) if found["end"] else None, given=True)


def _months_on(today: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
