"""The values an expression works on, and how two of them compare: true, false, or ``None`` for "cannot be told"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.temporal import Temporal

_MICRO = str.maketrans({"\u00b5": "u", "\u03bc": "u"})
_LITRE = re.compile(r"(?<![A-Za-z])([munpdckf]?)l(?![A-Za-z])")
_MICROGRAM = re.compile(r"(?<![A-Za-z])mcg(?![A-Za-z])")
# Spellings of one and the same size (1 ug/L = 1 ng/mL); anything else is not converted but left unknown.
_SAME_SIZE = {"": "1", "ug/L": "ng/mL", "mg/L": "ug/mL", "g/L": "mg/mL", "U/mL": "kU/L", "U/L": "mU/mL"}
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit, a UCUM code by convention. ``==`` compares what is written; see :func:`equal`."""

    value: Decimal
    unit: str

    def compare(self, other: Quantity) -> int | None:
        """-1, 0 or 1; ``None`` if the units are not known to be the same (nothing is converted)."""
        if self.unit != other.unit and _spelling(self.unit) != _spelling(other.unit):
            return None
        return (self.value > other.value) - (self.value < other.value)


@lru_cache(maxsize=512)
def _spelling(unit: str) -> str:
    """One spelling for all the ways to write a unit that are certain to mean the same."""
    plain = _LITRE.sub(r"\1L", _MICROGRAM.sub("ug", unit.strip().translate(_MICRO)))
    return _SAME_SIZE.get(plain, plain)


def equal(one: Any, other: Any, position: int) -> bool | None:
    """Whether two single values are the same: numbers by value, strings exactly, dates by :meth:`Temporal.compare`.

    Values of different kinds are not equal. Raises :class:`FhirPathError` for objects.
    """
    if one.__class__ is other.__class__ and one.__class__ in (str, bool, int):
        return bool(one == other)
    kind = _kind(one)
    if "object" in (kind, _kind(other)):
        raise FhirPathError("An object cannot be compared", position, "Compare one of its members.")
    if kind != _kind(other):
        return False
    compared = _compare(kind, one, other)
    return None if compared is None else compared == 0


def ordered(operator: str, one: Any, other: Any, position: int) -> bool | None:
    """``one operator other`` for ``<``, ``<=``, ``>`` or ``>=``.

    Raises :class:`FhirPathError` for values of different kinds, booleans and objects.
    """
    kind = _kind(one)
    if kind != _kind(other) or kind in ("boolean", "object"):
        raise FhirPathError("These two values have no order", position, "Compare numbers with numbers, text with text, dates with dates.")
    compared = _compare(kind, one, other)
    return None if compared is None else _ORDERINGS[operator](compared, 0)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, Decimal, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Temporal):
        return "date"
    return "quantity" if isinstance(value, Quantity) else "object"


def _compare(kind: str, one: Any, other: Any) -> int | None:
    """-1, 0 or 1 for two values of one kind; ``None`` for "cannot be told"."""
    if kind in ("date", "quantity"):
        compared: int | None = one.compare(other)
        return compared
    left, right = (_number(one), _number(other)) if kind == "number" else (one, other)
    return int(left > right) - int(left < right)


def _number(value: float | Decimal) -> int | Decimal | float:
    """A float (from JSON) by the digits it was written with, so that 0.1 is 0.1."""
    return Decimal(repr(value)) if isinstance(value, float) else value
