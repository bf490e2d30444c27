"""Equality, equivalence and order (FHIRPath 2.0, 6.1 and 6.2): true, false, or ``None`` for "cannot be told"."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cds_service.fhirpath.standard.items import kind_of, read, wrong
from cds_service.fhirpath.standard.quantity import Quantity

_NUMBERS = ("Integer", "Decimal")
_MOMENTS = ("Date", "DateTime")


def equal(one: Any, other: Any) -> bool | None:
    """Whether two items are the same; values of different kinds are not, objects are compared member by member."""
    if one.__class__ is str is other.__class__:
        return bool(one == other)
    left, right = read(one), read(other)
    if left is None or right is None:
        return None if left is not right else True
    found = _aligned(left, right)
    if found is None:
        return False
    kind, left, right = found
    if kind == "":
        return _same_json(_json(left), _json(right))
    if kind in ("moment", "Time", "Quantity"):
        compared = left.compare(right)
        return None if compared is None else compared == 0
    return bool(left == right)


def _aligned(left: Any, right: Any) -> tuple[str, Any, Any] | None:
    """Both as values of one kind after the implicit conversions; ``None`` if there are none."""
    one, other = kind_of(left), kind_of(right)
    if one in _MOMENTS and other in _MOMENTS:
        return "moment", left, right
    if one in _NUMBERS and other in _NUMBERS:
        return "number", left, right
    if one == "Quantity" and other in _NUMBERS:
        return "Quantity", left, Quantity(Decimal(right), "1")
    if other == "Quantity" and one in _NUMBERS:
        return "Quantity", Quantity(Decimal(left), "1"), right
    return (one, left, right) if one == other else None


def _json(value: Any) -> Any:
    """What stands in the resource, without the type that it came with."""
    return value[0] if value.__class__ is tuple else value


def _same_json(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_json(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_json, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def all_equal(ones: list[Any], others: list[Any]) -> bool | None:
    """``=`` of two collections: empty if one is, else as many items, and each the same as its counterpart."""
    if not ones or not others:
        return None
    if len(ones) == 1 == len(others):
        return equal(ones[0], others[0])
    if len(ones) != len(others):
        return False
    unknown = False
    for one, other in zip(ones, others, strict=True):
        verdict = equal(one, other)
        if verdict is False:
            return False
        unknown = unknown or verdict is None
    return None if unknown else True


def has(items: list[Any], item: Any) -> bool | None:
    """Whether a collection holds an item as ``=`` sees it."""
    unknown = False
    for each in items:
        verdict = equal(each, item)
        if verdict:
            return True
        unknown = unknown or verdict is None
    return None if unknown else False


def equivalent(one: Any, other: Any) -> bool:
    """``~`` of two items: text without case and spacing, numbers by the less precise, objects in any order."""
    left, right = read(one), read(other)
    if left is None or right is None:
        return left is right
    found = _aligned(left, right)
    if found is None:
        return False
    kind, left, right = found
    if kind == "":
        return _alike_json(_json(left), _json(right))
    if kind == "String":
        return _folded(left) == _folded(right)
    if kind == "number":
        return _nearly(Decimal(left), Decimal(right))
    if kind == "Quantity":
        return _same_amount(left, right)
    return bool(left.compare(right) == 0) if kind in ("moment", "Time") else bool(left == right)


def all_equivalent(ones: list[Any], others: list[Any]) -> bool:
    """``~`` of two collections: the same items in any order; two empty ones are equivalent."""
    if len(ones) != len(others):
        return False
    rest = list(others)
    for one in ones:
        for index, other in enumerate(rest):
            if equivalent(one, other):
                del rest[index]
                break
        else:
            return False
    return True


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _nearly(one: Decimal, other: Decimal) -> bool:
    places = min(_places(one), _places(other))
    unit = Decimal(1).scaleb(-places)
    return one.quantize(unit, ROUND_HALF_UP) == other.quantize(unit, ROUND_HALF_UP)


def _places(value: Decimal) -> int:
    """The digits after the point, trailing zeros left out."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _same_amount(one: Quantity, other: Quantity) -> bool:
    """Compared in the coarser unit, to the digits of the less precise value."""
    left, right = one.measure(about=True), other.measure(about=True)
    if left is not None and right is not None and left.dimensions == right.dimensions:
        scale = max(left.factor, right.factor)
        return _nearly(one.value * left.factor / scale, other.value * right.factor / scale)
    both = one.scaled(other, about=True)
    return both is not None and _nearly(*both)


def _alike_json(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike_json(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        rest = list(other)
        for each in one:
            match = next((index for index, candidate in enumerate(rest) if _alike_json(each, candidate)), None)
            if match is None:
                return False
            del rest[match]
        return True
    if isinstance(one, str) and isinstance(other, str):
        return _folded(one) == _folded(other)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def ordered(left: Any, right: Any, position: int) -> int | None:
    """-1, 0 or 1 for two System values; ``None`` where it cannot be told. Raises for what has no order."""
    if left.__class__ is right.__class__ and left.__class__ in (int, str):
        return int(left > right) - int(left < right)
    found = _aligned(left, right)
    if found is None or found[0] in ("", "Boolean"):
        raise wrong(position, "comparable with the other")
    kind, left, right = found
    if kind in ("moment", "Time", "Quantity"):
        compared: int | None = left.compare(right)
        return compared
    return int(left > right) - int(left < right)
