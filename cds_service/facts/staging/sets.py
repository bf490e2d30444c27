"""Grouping single categories into sets: one primary, prefix, edition and day; axes of different sets are never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cds_service.facts.newest import newest
from cds_service.facts.staging.model import TnmReading, TnmSet
from cds_service.facts.staging.observations import day_of
from cds_service.facts.staging.vocabulary import AXES
from cds_service.fhir.record import Issue
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Conflict, Evidence

_LAST = datetime.max.replace(tzinfo=UTC)
_Key = tuple[str, str, str, str]


class Stated(NamedTuple):
    """One category as one resource states it. ``weak``: by text or preliminary; ``provisional``: a final one replaces it."""

    axis: str
    value: str
    prefix: str | None
    edition: str | None
    date: Temporal | None
    evidence: Evidence
    weak: bool = False
    provisional: bool = False
    owner: str | None = None


def group_sets(stated: Iterable[Stated], issues: Sequence[Issue] = ()) -> TnmReading:
    """Sets by (date, reference), with what disagrees inside them, by path ``[i].axis``."""
    groups: dict[_Key, list[Stated]] = {}
    for item in _with_edition(tuple(stated)):
        key = (item.owner or "", item.prefix or "", item.edition or "", day_of(item.date) or "")
        groups.setdefault(key, []).append(item)
    built = sorted(((_set(items), items) for items in groups.values()), key=lambda pair: _order(pair[0]))
    conflicts = tuple(conflict for position, (item, items) in enumerate(built) for conflict in _conflicts(position, item, items))
    return TnmReading(sets=tuple(item for item, _ in built), conflicts=conflicts, issues=tuple(issues))


def _with_edition(stated: tuple[Stated, ...]) -> Iterator[Stated]:
    """A category without edition joins the one edition that others of the same prefix and day state."""
    editions: dict[tuple[str | None, ...], set[str]] = {}
    for item in stated:
        if item.edition is not None:
            editions.setdefault((item.owner, item.prefix, day_of(item.date)), set()).add(item.edition)
    for item in stated:
        known = editions.get((item.owner, item.prefix, day_of(item.date)), set())
        if item.edition is None and len(known) == 1:
            yield item._replace(edition=next(iter(known)))
        else:
            yield item


def _set(items: list[Stated]) -> TnmSet:
    values: dict[str, str] = {}
    disagreements: list[tuple[str, tuple[str, ...]]] = []
    used: list[Stated] = []
    for axis in AXES:
        stated = [item for item in items if item.axis == axis]
        if not stated:
            continue
        top = _decisive(stated)
        said = sorted({item.value for item in top})
        used += top
        if len(said) == 1:
            values[axis] = said[0]
        elif said:
            disagreements.append((axis, tuple(said)))
    dates = sorted((item.date for item in items if item.date is not None), key=lambda date: date.text)
    same = len({date.text for date in dates}) == 1
    return TnmSet(
        prefix=items[0].prefix,
        owner=items[0].owner,
        edition=items[0].edition,
        date=None if not dates else dates[0] if same else Temporal.parse(day_of(dates[0])),
        evidence=tuple(sorted({item.evidence for item in used}, key=lambda item: (item.reference, item.code or ""))),
        weak=any(item.weak for item in used),
        disagreements=tuple(disagreements),
        **values,
    )


def _decisive(items: list[Stated]) -> tuple[Stated, ...]:
    """What counts for one axis: final statements before provisional ones, then the newest of the day."""
    return newest([item for item in items if not item.provisional] or items, lambda item: item.date)


def _order(item: TnmSet) -> tuple[datetime, str, str, str]:
    first = item.evidence[0].reference if item.evidence else ""
    return (item.date.earliest if item.date else _LAST, item.date.text if item.date else "", first, item.prefix or "")


def _conflicts(position: int, item: TnmSet, items: Sequence[Stated]) -> Iterator[Conflict]:
    why = "different values for the same date" if item.date is not None else "different values, none of them dated"
    for axis, values in item.disagreements:
        references = {one.evidence.reference for one in items if one.axis == axis and one.value in values}
        yield Conflict(f"[{position}].{axis}", values, tuple(sorted(references)), why)
