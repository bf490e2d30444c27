"""Quantities: a number with a UCUM unit or a word of the calendar, converted where that is certain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from cds_service.fhirpath.standard.ucum import Measure, measure

WORDS = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
CALENDAR = frozenset(form for word in WORDS for form in (word, f"{word}s"))
_DEFINITE = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
_ABOUT = {"year": "a", "month": "mo"}
_TEXT = re.compile(r"(?P<value>[+-]?[0-9]{1,28}(?:\.[0-9]{1,28})?)\s*(?:'(?P<unit>[^']+)'|(?P<word>[a-z]+))?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """``unit`` is a UCUM code, or (``calendar``) a word as it was written, ``day`` or ``days``. ``==`` compares what is written."""

    value: Decimal
    unit: str
    calendar: bool = False

    @staticmethod
    def parse(text: str) -> Quantity | None:
        """Read ``4 'mg'``, ``4 days`` or ``4``; ``None`` for anything else."""
        match = _TEXT.fullmatch(text)
        if match is None or (match["word"] is not None and match["word"] not in CALENDAR):
            return None
        return Quantity(Decimal(match["value"]), match["unit"] or match["word"] or "1", match["word"] is not None)

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}" if self.calendar else f"{self.value:f} '{self.unit}'"

    def measure(self, *, about: bool = False) -> Measure | None:
        """Its size. A year and a month of the calendar have none but in an equivalence (``about``)."""
        if not self.calendar:
            return measure(self.unit)
        word = self.unit.removesuffix("s")
        code = _DEFINITE.get(word) or (_ABOUT[word] if about else None)
        return None if code is None else measure(code)

    def scaled(self, other: Quantity, *, about: bool = False) -> tuple[Decimal, Decimal] | None:
        """Both values in one unit; ``None`` if they are not of one kind."""
        if self.unit == other.unit and self.calendar == other.calendar:
            return self.value, other.value
        months = self.months, other.months
        if months[0] is not None and months[1] is not None:
            return months[0], months[1]
        one, two = self.measure(about=about), other.measure(about=about)
        if one is None or two is None or one.dimensions != two.dimensions:
            return None
        return self.value * one.factor, other.value * two.factor

    @property
    def months(self) -> Decimal | None:
        """How many months of the calendar, if it counts months or years."""
        word = self.unit.removesuffix("s") if self.calendar else ""
        return self.value * 12 if word == "year" else self.value if word == "month" else None

    def compare(self, other: Quantity) -> int | None:
        """-1, 0 or 1; ``None`` if they are not of one kind."""
        both = self.scaled(other)
        return None if both is None else (both[0] > both[1]) - (both[0] < both[1])


def finer(one: Quantity, other: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both in the finer of their two units, as a sum has it; ``None`` if they are not of one kind."""
    if one.unit == other.unit and one.calendar == other.calendar:
        return one, other
    months = one.months, other.months
    if months[0] is not None and months[1] is not None:
        return Quantity(months[0], "month", calendar=True), Quantity(months[1], "month", calendar=True)
    sizes = one.measure(), other.measure()
    if sizes[0] is None or sizes[1] is None or sizes[0].dimensions != sizes[1].dimensions:
        return None
    if sizes[0].factor <= sizes[1].factor:
        return one, Quantity(other.value * sizes[1].factor / sizes[0].factor, one.unit, one.calendar)
    return Quantity(one.value * sizes[0].factor / sizes[1].factor, other.unit, other.calendar), other
