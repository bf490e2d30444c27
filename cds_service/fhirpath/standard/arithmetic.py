"""``+ - * / div mod``, the sign and ``&`` over System values (FHIRPath 2.0, 6.6). What overflows is empty, as the standard says."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, Context, Decimal, DecimalException
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.durations import added, unit_of
from cds_service.fhirpath.standard.items import kind_of, wrong
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.quantity import Quantity, finer

CONTEXT = Context(prec=34)
_LEAST, _MOST = -(2**31), 2**31 - 1
MOST_TEXT = 1_000_000
_LARGEST = Decimal(10) ** 28
_NUMBERS = ("Integer", "Decimal")
_Quantities = Callable[[Quantity, Quantity], Quantity | None]


def joined_text(text: str, position: int) -> str:
    """The text, unless it has grown beyond all measure."""
    if len(text) > MOST_TEXT:
        raise FhirPathError("A text gets too long", position, "Join less.")
    return text


def bounded(value: Any) -> Any:
    """The number, or ``None`` if it is beyond what an Integer or a Decimal may be."""
    if value.__class__ is int:
        return value if _LEAST <= value <= _MOST else None
    return value if value.is_finite() and abs(value) < _LARGEST else None


def _number(one: Any, other: Any, calculate: Callable[[Decimal, Decimal], Any]) -> Any:
    try:
        return bounded(calculate(Decimal(one), Decimal(other)))
    except DecimalException:
        return None


def _numbers(left: Any, right: Any) -> bool:
    return kind_of(left) in _NUMBERS and kind_of(right) in _NUMBERS


def _amounts(left: Any, right: Any) -> tuple[Quantity, Quantity] | None:
    """Both as quantities, if one is and the other can be."""
    kinds = kind_of(left), kind_of(right)
    if "Quantity" not in kinds or not all(kind in ("Quantity", *_NUMBERS) for kind in kinds):
        return None
    one, other = (value if value.__class__ is Quantity else Quantity(Decimal(value), "1") for value in (left, right))
    return one, other


def plus(left: Any, right: Any, position: int) -> Any:
    """Sum, joined text, or a moment later."""
    if left.__class__ is int is right.__class__:
        return bounded(left + right)
    if left.__class__ is str is right.__class__:
        return joined_text(left + right, position)
    return _sum(left, right, position, 1)


def minus(left: Any, right: Any, position: int) -> Any:
    """Difference, or a moment earlier."""
    return _sum(left, right, position, -1)


def _sum(left: Any, right: Any, position: int, sign: int) -> Any:
    if _numbers(left, right):
        if left.__class__ is int is right.__class__:
            return bounded(left + sign * right)
        return _number(left, right, lambda one, other: CONTEXT.add(one, sign * other))
    if isinstance(left, Moment) and right.__class__ is Quantity:
        unit = unit_of(right)
        if unit is None or (left.kind == "Time" and unit in ("year", "month")):
            raise FhirPathError(
                "This unit cannot be added to a date or time", position, "Use words, as in 3 months, or 'd', 'h', 'min', 's'."
            )
        return added(left, sign * right.value, unit)
    both = _amounts(left, right)
    if both is None:
        raise wrong(position, "of a type that can be added or subtracted here")
    same = finer(*both)
    return None if same is None else _amount(CONTEXT.add(same[0].value, sign * same[1].value), same[0].unit, same[0].calendar)


def _amount(value: Decimal, unit: str, calendar: bool = False) -> Quantity | None:  # noqa: FBT001, FBT002  a private helper
    return None if bounded(value) is None else Quantity(value, unit, calendar)


def times(left: Any, right: Any, position: int) -> Any:
    """Product."""
    if left.__class__ is int is right.__class__:
        return bounded(left * right)
    if _numbers(left, right):
        return _number(left, right, CONTEXT.multiply)
    return _scaled(left, right, position, CONTEXT.multiply, ".")


def over(left: Any, right: Any, position: int) -> Any:
    """Quotient, always a Decimal; empty for a division by zero."""
    if _numbers(left, right):
        return _number(left, right, CONTEXT.divide)
    return _scaled(left, right, position, CONTEXT.divide, "/")


def _scaled(left: Any, right: Any, position: int, calculate: Callable[[Decimal, Decimal], Decimal], sign: str) -> Any:
    both = _amounts(left, right)
    if both is None:
        raise wrong(position, "a number or a quantity")
    one, other = both
    try:
        value = calculate(one.value, other.value)
    except DecimalException:
        return None
    if other.unit == "1":
        return _amount(value, one.unit, one.calendar)
    if one.unit == "1" and sign == ".":
        return _amount(value, other.unit, other.calendar)
    units = [quantity.unit if quantity.measure() else None for quantity in both]
    if None in units or one.calendar or other.calendar:
        raise FhirPathError(
            "Quantities of these units cannot be multiplied or divided", position, "Use units of UCUM that are in the table."
        )
    if sign == "/" and one.unit == other.unit:
        return _amount(value, "1")
    return _amount(value, _joined(one.unit, sign, other.unit))


def _joined(one: str, sign: str, other: str) -> str:
    """One unit after the other; UCUM reads them from the left, so a divisor has its own signs turned."""
    turned = other if sign == "." else other.translate(str.maketrans("./", "/."))
    return f"{one}{turned}" if turned[0] in "./" else f"{one}{sign}{turned}"


def whole(left: Any, right: Any, position: int) -> Any:
    """``div``: the quotient cut to an Integer."""
    if not _numbers(left, right):
        raise wrong(position, "a number")
    found = _number(left, right, lambda one, other: CONTEXT.divide(one, other).to_integral_value(ROUND_DOWN))
    return None if found is None else bounded(int(found))


def rest(left: Any, right: Any, position: int) -> Any:
    """``mod``: the remainder with the sign of the left."""
    if not _numbers(left, right):
        raise wrong(position, "a number")
    found = _number(left, right, CONTEXT.remainder)
    return int(found) if found is not None and left.__class__ is int is right.__class__ else found


def negated(value: Any, position: int) -> Any:
    """``-value``."""
    if value.__class__ is Quantity:
        return Quantity(-value.value, value.unit, value.calendar)
    if kind_of(value) not in _NUMBERS:
        raise wrong(position, "a number or a quantity")
    return bounded(-value)


def affirmed(value: Any, position: int) -> Any:
    """``+value``."""
    if value.__class__ is not Quantity and kind_of(value) not in _NUMBERS:
        raise wrong(position, "a number or a quantity")
    return value


OPERATORS: dict[str, Callable[[Any, Any, int], Any]] = {"+": plus, "-": minus, "*": times, "/": over, "div": whole, "mod": rest}
