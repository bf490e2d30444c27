"""Sets of items: a key for each, the same for what ``=`` finds the same, so that a long list is no slower for each of its items."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import Any

from cds_service.fhirpath.standard.items import read
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.quantity import Quantity


def distinct(items: list[Any]) -> list[Any]:
    """Each item once, in the order of the first; what may be the same but cannot be told stays."""
    if all(item.__class__ is str for item in items):
        return list(dict.fromkeys(items))
    found: dict[Hashable, Any] = {}
    for item in items:
        found.setdefault(key(item), item)
    return list(found.values())


def keys(items: list[Any]) -> set[Hashable]:
    """The keys of all items."""
    return {key(item) for item in items}


def key(item: Any) -> Hashable:
    """The same for two items exactly if they are certainly equal."""
    value = read(item)
    if value.__class__ is tuple:
        value = value[0]
    if value.__class__ is str:
        return str(value)
    if isinstance(value, Moment):
        return value.key
    return _amount(value) if value.__class__ is Quantity else _json(value)


def _json(value: Any) -> Hashable:
    if isinstance(value, dict):
        return frozenset((name, _json(each)) for name, each in value.items())
    if isinstance(value, list):
        return tuple(map(_json, value))
    if isinstance(value, bool) or value is None:
        return ("", value)
    return Decimal(repr(value)) if isinstance(value, float) else value


def _amount(quantity: Quantity) -> Hashable:
    months = quantity.months
    if months is not None:
        return ("month", months)
    size = quantity.measure()
    if size is None:
        return (quantity.unit, quantity.value)
    value = quantity.value * size.factor
    return (size.dimensions, value) if size.dimensions else value
