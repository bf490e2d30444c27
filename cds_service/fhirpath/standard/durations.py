"""A moment plus or minus a length of time (FHIRPath 2.0, 6.6.7 and 6.6.8)."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from decimal import Decimal

from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.quantity import Quantity

_UNITS = ("year", "month", "day", "hour", "minute", "second")  # in the order of a moment's fields
_UCUM = {"d": "day", "wk": "week", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
_WORDS = {*_UNITS, "week", "millisecond"}
_TO_COARSER = {"second": 60, "minute": 60, "hour": 24, "day": 30, "month": 12}
_MICROS = {"day": 86_400_000_000, "hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000}


def unit_of(quantity: Quantity) -> str | None:
    """The calendar unit a quantity counts; ``None`` for what cannot be added to a date (months and years only as words)."""
    word = quantity.unit.removesuffix("s")
    if word in _WORDS:
        return word
    return None if quantity.calendar else _UCUM.get(quantity.unit)


def added(moment: Moment, value: Decimal, unit: str) -> Moment | None:
    """``moment`` moved by ``value`` units, as precise as before; ``None`` beyond the calendar.

    Fractions count only in seconds. A unit finer than the moment is first made as coarse (30 days a month, 365 a year).
    """
    if unit == "week":
        value, unit = value * 7, "day"
    if unit == "millisecond":
        value, unit = value / 1000, "second"
    if unit != "second":
        value = Decimal(int(value))
    fields = (1, 1, 1, *moment.fields) if moment.kind == "Time" else moment.fields
    finest = _UNITS[len(fields) - 1]
    while _UNITS.index(unit) > _UNITS.index(finest):
        if unit == "day" and finest == "year":
            value, unit = Decimal(int(value / 365)), "year"
        else:
            value, unit = Decimal(int(value / _TO_COARSER[unit])), _UNITS[_UNITS.index(unit) - 1]
    if unit in ("year", "month"):
        return _months(moment, int(value) * (12 if unit == "year" else 1))
    return _clock(moment, fields, int(value * _MICROS[unit]))


def _months(moment: Moment, months: int) -> Moment | None:
    year, *rest = moment.fields
    month = rest[0] if rest else 1
    counted = year * 12 + month - 1 + months
    year, month = counted // 12, counted % 12 + 1
    if not 1 <= year <= 9999:
        return None
    day = min(rest[1], monthrange(year, month)[1]) if len(rest) > 1 else 1
    fields = (year, month, day, *rest[2:])[: len(moment.fields)]
    return Moment.of(moment.kind, fields, moment.fraction, moment.offset)


def _clock(moment: Moment, fields: tuple[int, ...], micros: int) -> Moment | None:
    padded = (*fields, 1, 1)[:3] if len(fields) < 3 else (*fields, 0, 0, 0)[:6]
    year, month, day, hour, minute, second = (*padded, 0, 0, 0)[:6]
    try:
        start = datetime(year, month, day, hour, minute, min(second, 59), int(moment.fraction.ljust(6, "0")[:6]))  # noqa: DTZ001  as written
        if moment.kind == "Time":
            start = start.replace(year=4000)  # a time goes around the clock
            micros %= _MICROS["day"]
        moved = start + timedelta(microseconds=micros)
    except (OverflowError, ValueError):
        return None
    found = (moved.year, moved.month, moved.day, moved.hour, moved.minute, moved.second)[: len(fields)]
    fraction = ""
    if len(fields) == 6 and (moment.fraction or moved.microsecond):
        digits = f"{moved.microsecond:06d}"
        fraction = digits[:3] if digits.endswith("000") and len(moment.fraction) <= 3 else digits
    return Moment.of(moment.kind, found[3:] if moment.kind == "Time" else found, fraction, moment.offset)
