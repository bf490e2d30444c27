"""``lowBoundary()``, ``highBoundary()`` and ``precision()``: the least and the greatest that a value of its precision may mean."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

from cds_service.fhirpath.standard.functions.registry import simple
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.quantity import Quantity

_KINDS = ("Integer", "Decimal", "Quantity", "Date", "DateTime", "Time")
_DIGITS = {"Date": (4, 6, 8), "DateTime": (4, 6, 8, 10, 12, 17), "Time": (2, 4, 9)}
_LEAST_ZONE, _MOST_ZONE = 14 * 60, -12 * 60
_EXACT = Context(prec=60)
_MOST_PLACES = 28


def _bound(high: bool) -> Callable[..., Any]:  # noqa: FBT001  a private switch
    def bound(value: Any, digits: int | None = None) -> Any:
        if isinstance(value, Moment):
            return _moment(value, digits, high=high)
        if value.__class__ is Quantity:
            number = _decimal(value.value, digits, high=high)
            return None if number is None else Quantity(number, value.unit, value.calendar)
        return _decimal(Decimal(value), digits, high=high)

    return bound


def _decimal(value: Decimal, places: int | None, *, high: bool) -> Decimal | None:
    """Half a unit of the last digit away, rounded outwards to ``places``."""
    places = 8 if places is None else places
    if not 0 <= places <= _MOST_PLACES:
        return None
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    edge = _EXACT.add(value, half if high else -half)
    return edge.quantize(Decimal(1).scaleb(-places), ROUND_CEILING if high else ROUND_FLOOR, context=_EXACT)


def _moment(value: Moment, digits: int | None, *, high: bool) -> Moment | None:
    sizes = _DIGITS[value.kind]
    digits = sizes[-1] if digits is None else digits
    if digits not in sizes:
        return None
    wanted = sizes.index(digits) + 1
    fields = list(value.fields[:wanted])
    first = 3 if value.kind == "Time" else 0
    while len(fields) < wanted:
        fields.append(_filler(fields, first + len(fields), high=high))
    fraction = ""
    if first + wanted == 6:
        complete = len(value.fields) == len(fields)
        fraction = value.fraction.ljust(3, "0")[:3] if complete and value.fraction else "999" if high else "000"
    offset = value.offset
    if value.kind == "DateTime" and wanted > 3 and offset is None:
        offset = _MOST_ZONE if high else _LEAST_ZONE
    return Moment.of(value.kind, tuple(fields), fraction, offset if wanted > 3 else None)


def _filler(fields: list[int], index: int, *, high: bool) -> int:
    """The least or greatest month, day, hour, minute or second."""
    if not high:
        return 1 if index in (1, 2) else 0
    if index == 2:
        return monthrange(fields[0], fields[1])[1]
    return {1: 12, 3: 23, 4: 59, 5: 59}[index]


def _precision(value: Any) -> int:
    """The digits after the point of a number, or of a date and time as they are written."""
    if isinstance(value, Moment):
        if value.fraction:
            return _DIGITS[value.kind][-1]
        return 14 if value.kind == "DateTime" and len(value.fields) == 6 else _size(value)
    exponent = Decimal(value).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _size(value: Moment) -> int:
    sizes = (2, 4, 6) if value.kind == "Time" else (4, 6, 8, 10, 12, 14)
    return sizes[len(value.fields) - 1]


FUNCTIONS = {
    "lowBoundary": simple(_bound(False), "same", _KINDS, ("Integer",), least=0),
    "highBoundary": simple(_bound(True), "same", _KINDS, ("Integer",), least=0),
    "precision": simple(_precision, "Integer", tuple(kind for kind in _KINDS if kind != "Quantity")),
}
