"""What is newest among dated and undated things, when dates may be partial."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from cds_service.fhirpath.temporal import Temporal

Item = TypeVar("Item")


def newest(items: Iterable[Item], date: Callable[[Item], Temporal | None]) -> tuple[Item, ...]:
    """The items that no other is certainly later than; undated ones only where none is dated."""
    every = tuple(items)
    dated = tuple(item for item in every if date(item) is not None) or every
    return tuple(item for item in dated if not any(is_later(date(other), date(item)) for other in dated))


def is_later(other: Temporal | None, one: Temporal | None) -> bool:
    """Whether ``other`` is certainly later than ``one``."""
    return other is not None and one is not None and other.compare(one) == 1
