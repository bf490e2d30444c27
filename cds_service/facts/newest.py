"""What is newest among dated and undated things, when dates may be partial. In time that grows with their number only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from cds_service.fhirpath.temporal import Temporal

Item = TypeVar("Item")
_Kind = tuple[bool, bool]


def newest(items: Iterable[Item], moment_of: Callable[[Item], Temporal | None]) -> tuple[Item, ...]:
    """The items that no other is certainly later than; undated ones only where none is dated."""
    every = tuple(items)
    if len(every) < 2:
        return every
    return not_outdated(tuple(item for item in every if moment_of(item) is not None) or every, moment_of)


def not_outdated(items: Iterable[Item], moment_of: Callable[[Item], Temporal | None]) -> tuple[Item, ...]:
    """The items that no other is certainly later than (:meth:`Temporal.compare`); nothing is certainly later than an undated one."""
    every = tuple(items)
    if len(every) < 2:
        return every
    days: dict[_Kind, date] = {}
    moments: dict[_Kind, datetime] = {}
    for moment in map(moment_of, every):
        if moment is not None:
            kind = _kind(moment)
            days[kind] = max(moment.first_day, days.get(kind, moment.first_day))
            moments[kind] = max(moment.earliest, moments.get(kind, moment.earliest))

    def is_outdated(one: Temporal) -> bool:
        own = _kind(one)
        return any(moments[kind] > one.latest if one.has_time and kind == own else day > one.last_day for kind, day in days.items())

    return tuple(item for item in every if (moment := moment_of(item)) is None or not is_outdated(moment))


def _kind(moment: Temporal) -> _Kind:
    """Times of one kind are compared as moments, all else by calendar day."""
    return moment.has_time, moment.has_time and moment.zoned


def earliest(moments: Iterable[Temporal | None]) -> Temporal | None:
    """The first of the known dates, by the first day that each may mean."""
    known = [moment for moment in moments if moment is not None]
    return min(known, key=lambda moment: (moment.first_day, moment.text)) if known else None
