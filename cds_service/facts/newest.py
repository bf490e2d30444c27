"""What is newest among dated and undated things, when dates may be partial. In time that grows with their number only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
    return not_outdated([item for item in every if moment_of(item) is not None] or every, moment_of)


def not_outdated(items: Iterable[Item], moment_of: Callable[[Item], Temporal | None]) -> tuple[Item, ...]:
    """The items that no other is certainly later than (:meth:`Temporal.compare`); nothing is certainly later than an undated one."""
    every = tuple(items)
    if len(every) < 2:
        return every
    dated = [(item, moment_of(item)) for item in every]
    kinds: dict[_Kind, list[Temporal]] = {}
    for _, moment in dated:
        if moment is not None:
            kinds.setdefault((moment.has_time, moment.has_time and moment.zoned), []).append(moment)
    last = [(kind, max([one.first_day for one in known]), max([one.earliest for one in known])) for kind, known in kinds.items()]
    return tuple([item for item, moment in dated if moment is None or not _is_outdated(moment, last)])


def _is_outdated(one: Temporal, last: Sequence[tuple[_Kind, date, datetime]]) -> bool:
    """Whether the last of a kind is certainly later: times of one kind are compared as moments, all else by calendar day."""
    for (has_time, zoned), day, moment in last:
        if moment > one.latest if has_time and one.has_time and zoned == one.zoned else day > one.last_day:
            return True
    return False


def earliest(moments: Iterable[Temporal | None]) -> Temporal | None:
    """The first of the known dates, by the first day that each may mean."""
    known = [moment for moment in moments if moment is not None]
    return min(known, key=lambda moment: (moment.first_day, moment.text)) if known else None
