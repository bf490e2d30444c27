"""The M sub-category of the places of spread: how many chains and organs they may be, and what the rules make of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from cds_service.facts.staging.model import Gap, Spread
from cds_service.facts.staging.said import SPREAD
from cds_service.facts.staging.tables import CHAIN, CHAINS, DISTANT, MANY, ORGAN, SURFACE, UNSPECIFIED, Edition, StagingTables, Together


class Count(NamedTuple):
    """The distant spread of one system. ``chains`` and ``organs`` are the numbers that are possible; ``gaps`` why there are several."""

    surface: bool
    unspecified: bool
    chains: tuple[int, ...]
    organs: tuple[int, ...]
    gaps: tuple[Gap, ...] = ()


def count(site: str | None, system: str, spread: Sequence[Spread], tables: StagingTables) -> Count | None:
    """What the active spread amounts to in one system; ``None`` if none of it is distant."""
    distant = {
        (item.where, role.kind) for item in spread if item.active and (role := tables.role_in(site, system, item.where)).role == DISTANT
    }
    if not distant:
        return None
    kinds = {kind for _, kind in distant}
    chains, unsure_chains = _possible([name for name, kind in distant if kind == CHAIN], tables.together)
    organs, unsure_organs = _possible([name for name, kind in distant if kind == ORGAN], tables.together)
    gaps = [Gap(why="unverified-count", system=system, places=tuple(names)) for names in (*unsure_chains, *unsure_organs)]
    if CHAINS in kinds:
        chains = tuple(range(max(chains[0], 1), MANY + 1))
        gaps.append(Gap(why="unnamed-places", system=system))
    return Count(surface=SURFACE in kinds, unspecified=UNSPECIFIED in kinds, chains=chains, organs=organs, gaps=tuple(gaps))


def m_category(edition: Edition, counted: Count | None) -> str | None:
    """The M category of the spread in one edition: the sub-category where all that is possible gives the same, else M1."""
    if counted is None:
        return None
    cells = [
        edition.m_categories.get((counted.surface, counted.unspecified, chains, organs))
        for chains, organs in product(counted.chains, counted.organs)
    ]
    values = {cell.value if cell is not None and cell.verified else SPREAD for cell in cells}
    return values.pop() if len(values) == 1 else SPREAD


def _possible(names: Iterable[str], together: Sequence[Together]) -> tuple[tuple[int, ...], list[list[str]]]:
    """The possible numbers of places, and the names of those that may or may not count as one."""
    left = set(names)
    low, high = 0, 0
    unsure: list[list[str]] = []
    for group in together:
        both = {group.both} if group.both else set()
        found = left & ({group.whole} | group.parts | both)
        if not found:
            continue
        left -= found
        parts = len(group.parts) if found & both else max(1, len(found & group.parts))
        low, high = low + 1, high + (1 if group.verified else parts)
        if parts > 1 and not group.verified:
            unsure.append(sorted(found))
    return tuple(range(min(low + len(left), MANY), min(high + len(left), MANY) + 1)), unsure
