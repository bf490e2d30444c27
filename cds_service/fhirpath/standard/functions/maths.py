"""Mathematics (FHIRPath 2.0, 5.7): what has no result, and what is too large, is empty."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.arithmetic import bounded
from cds_service.fhirpath.standard.functions.registry import simple
from cds_service.fhirpath.standard.quantity import Quantity

_NUMBER = ("Integer", "Decimal")
_AMOUNT = (*_NUMBER, "Quantity")
_EXACT, _SHOWN = Context(prec=40), Context(prec=28)


def _abs(value: Any) -> Any:
    return Quantity(abs(value.value), value.unit, value.calendar) if value.__class__ is Quantity else bounded(abs(value))


def _cut(rounding: str) -> Callable[[Any], Any]:
    return lambda value: bounded(int(Decimal(value).to_integral_value(rounding)))


def _round(value: Any, places: int = 0) -> Any:
    """Halves away from zero."""
    if places < 0:
        raise FhirPathError("round() cannot keep fewer than no digits", 0, "Give 0 or more.")
    if places > 28:
        return Decimal(value)
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, context=_EXACT)


def _real(calculate: Callable[..., Decimal]) -> Callable[..., Any]:
    """A calculation over decimals; empty where it has no result."""

    def calculated(*values: Any) -> Any:
        try:
            found = calculate(*map(Decimal, values))
            return bounded(_SHOWN.plus(found))
        except DecimalException:
            return None

    return calculated


def _power(base: Any, exponent: Any) -> Any:
    """An Integer if both are and the exponent is not negative, else a Decimal."""
    found = _real(_EXACT.power)(base, exponent)
    if found is not None and base.__class__ is int is exponent.__class__ and exponent >= 0:
        return bounded(int(found))
    return found


FUNCTIONS = {
    "abs": simple(_abs, "same", _AMOUNT),
    "ceiling": simple(_cut(ROUND_CEILING), "Integer", _NUMBER),
    "floor": simple(_cut(ROUND_FLOOR), "Integer", _NUMBER),
    "truncate": simple(_cut(ROUND_DOWN), "Integer", _NUMBER),
    "round": simple(_round, "Decimal", _NUMBER, ("Integer",), least=0),
    "sqrt": simple(_real(_EXACT.sqrt), "Decimal", _NUMBER),
    "exp": simple(_real(_EXACT.exp), "Decimal", _NUMBER),
    "ln": simple(_real(_EXACT.ln), "Decimal", _NUMBER),
    "log": simple(_real(lambda value, base: _EXACT.divide(_EXACT.ln(value), _EXACT.ln(base))), "Decimal", _NUMBER, _NUMBER),
    "power": simple(_power, "same", _NUMBER, _NUMBER),
}
