"""The items of a collection: System values, objects as JSON has them, and elements that know their type.

An element is a plain tuple ``(value, type, about)``: nothing is cheaper to make. ``about`` is what FHIR JSON says of a primitive
value in the member with an underscore (its id and extensions), or ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.model import NO_MODEL, SYSTEM, Model, TypeInfo
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.quantity import Quantity
from cds_service.fhirpath.temporal import Temporal
from cds_service.fhirpath.values import Quantity as PlainQuantity

UCUM = "http://unitsofmeasure.org"
Element = tuple[Any, TypeInfo, Any]
_KINDS: dict[type, str] = {bool: "Boolean", int: "Integer", Decimal: "Decimal", float: "Decimal", str: "String", Quantity: "Quantity"}
_READY = frozenset({str, bool, int, Decimal, dict, Moment, Quantity})


def kind_of(value: Any) -> str:
    """The name of the System type of a value that :func:`read` gave; empty for objects."""
    found = _KINDS.get(value.__class__)
    if found is not None:
        return found
    return value.kind if isinstance(value, Moment) else ""


def read(item: Any) -> Any:
    """The System value of an item; ``None`` for an element without value; objects stay what they are."""
    of = item.__class__
    if of is tuple:
        value, kind, _ = item
        reader = _READERS.get(kind.system)
        return item if reader is None else None if value is None else reader(value, item)
    return item if of in _READY else entered(item, NO_MODEL)


def variable(value: Any, model: Model) -> list[Any]:
    """The items of a value that came with the call: lists are flattened, resources know their type."""
    if value is None:
        return []
    if value.__class__ in (list, tuple) and not _is_element(value):
        return [item for each in value for item in variable(each, model)]
    return [entered(value, model)]


def _is_element(value: Any) -> bool:
    return value.__class__ is tuple and len(value) == 3 and isinstance(value[1], TypeInfo)


def entered(value: Any, model: Model) -> Any:
    """One value as an item."""
    kind = value.__class__
    if kind is dict:
        of = model.resource(value)
        return value if of is None else (value, of, None)
    if kind is float:
        return _real(value)
    if kind is Temporal:
        return Moment.parse(value.text, "DateTime" if value.has_time else "Date") or value.text
    if kind is PlainQuantity:
        return Quantity(value.value, value.unit)
    if isinstance(value, Mapping):
        return dict(value)
    return value


def wrong(position: int, expected: str) -> FhirPathError:
    """The error for a value that is not what its place needs; it never shows the value."""
    return FhirPathError(f"A value is not {expected}", position, "Test the type with `is`, or convert the value.")


def _text(value: Any, _item: Any) -> Any:
    if value.__class__ is not str:
        raise wrong(0, "text, as its type says")
    return value


def _boolean(value: Any, _item: Any) -> Any:
    if value.__class__ is not bool:
        raise wrong(0, "a boolean, as its type says")
    return value


def _integer(value: Any, _item: Any) -> Any:
    if value.__class__ is not int:
        raise wrong(0, "an integer, as its type says")
    return value


def _decimal(value: Any, _item: Any) -> Any:
    if value.__class__ is float:
        return _real(value)
    if value.__class__ is int or isinstance(value, Decimal):
        return Decimal(value)
    raise wrong(0, "a decimal, as its type says")


def _real(value: float) -> Decimal:
    """A float by the digits it was written with, so that 0.1 is 0.1."""
    if not isfinite(value):
        raise wrong(0, "a finite number")
    return Decimal(repr(value))


def _moment(kind: str) -> Callable[[Any, Any], Any]:
    def reader(value: Any, _item: Any) -> Any:
        found = Moment.parse(value, kind) if value.__class__ is str else None
        if found is None:
            raise wrong(0, f"a {kind}, as its type says")
        return found

    return reader


def _quantity(value: Any, item: Any) -> Any:
    """A Quantity in UCUM, or without a code system; one with a comparator is no single amount and stays an object."""
    if value.__class__ is not dict:
        raise wrong(0, "a Quantity, as its type says")
    amount, system = value.get("value"), value.get("system")
    if amount is None:
        return None
    if value.get("comparator") is not None or system not in (None, UCUM):
        return item
    unit = value.get("code") or (value.get("unit") if system is None else None)
    return Quantity(_decimal(amount, item), unit if isinstance(unit, str) else "1")


_READERS: dict[str, Callable[[Any, Any], Any]] = {
    "String": _text,
    "Boolean": _boolean,
    "Integer": _integer,
    "Decimal": _decimal,
    "Date": _moment("Date"),
    "DateTime": _moment("DateTime"),
    "Time": _moment("Time"),
    "Quantity": _quantity,
}


def type_of(item: Any) -> TypeInfo | None:
    """The type of an item; ``None`` for an object without one."""
    if item.__class__ is tuple:
        kind: TypeInfo = item[1]
        return kind
    return SYSTEM.get(kind_of(item))
