"""The stage that one staging system gives: every starting point, in its edition or in all that may be meant, and what they agree on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cds_service.facts.staging.basis import Basis
from cds_service.facts.staging.counting import Count, count, m_category
from cds_service.facts.staging.model import Gap, Spread, SystemStage
from cds_service.facts.staging.said import SPREAD, is_spread
from cds_service.facts.staging.tables import AMBIGUOUS, Edition, StagingTables


class _Result(NamedTuple):
    stage: str | None
    m: str | None = None
    gap: Gap | None = None


def system_stage(site: str | None, system: str, starts: Sequence[Basis], spread: Sequence[Spread], tables: StagingTables) -> SystemStage:
    """What a system derives for a primary at ``site``, and why it derives nothing or less."""
    editions = tables.editions.get(system, ())
    counted = count(site, system, spread, tables)
    results = [result for basis in starts or (Basis(),) for result in _results(system, editions, basis, counted)]
    stage = agreed_stage([result.stage for result in results], tables)
    m = _agreed_m([result.m for result in results]) if counted is not None else None
    gaps = list(counted.gaps if counted is not None and m == SPREAD else ())
    if stage is None:
        first = next((result.gap for result in results if result.gap is not None), None)
        gaps += [first or Gap(why="sets-differ" if len(starts) > 1 else "editions-differ", system=system)]
        gaps += _places(site, system, spread, tables)
    return SystemStage(system=system, stage=stage, m_category=m, gaps=tuple(dict.fromkeys(gaps)))


def agreed_stage(stages: Sequence[str | None], tables: StagingTables) -> str | None:
    """The one stage of all; the one that distant spread makes if all are kinds of it; else ``None``."""
    distinct = set(stages)
    if len(distinct) == 1:
        return distinct.pop()
    return tables.scale.advanced if distinct and all(map(tables.scale.is_advanced, distinct)) else None


def _agreed_m(values: Sequence[str | None]) -> str | None:
    distinct = set(values)
    if len(distinct) == 1:
        return distinct.pop()
    return SPREAD if distinct and all(is_spread(value) for value in distinct) else None


def _places(site: str | None, system: str, spread: Sequence[Spread], tables: StagingTables) -> Iterator[Gap]:
    """Named places of active spread of which the tables do not say, or nobody verified, what they are."""
    for item in spread:
        role = tables.role_in(site, system, item.where)
        if item.active and item.place is not None and role.role == AMBIGUOUS:
            yield Gap(why="undecided-place" if role.verified else "unverified-place", system=system, places=(item.place,))


def _results(system: str, editions: Sequence[Edition], basis: Basis, counted: Count | None) -> Iterator[_Result]:
    """One result for each edition that may be meant: the one stated, or those that know T and N as stated.

    A sub-category of M1 is M1 in an edition that lacks it, so that it excludes none.
    """
    stated = [item for item in editions if basis.edition in (None, item.edition)]
    m = _general(basis.m, editions)
    fitting = stated if basis.edition is not None else [item for item in stated if item.knows("t", basis.t) and item.knows("n", basis.n)]
    if not stated:
        yield _Result(None, None, Gap(why="no-table", system=system, edition=basis.edition))
    elif not fitting:
        yield _Result(None, None, Gap(why="no-category", system=system, categories=_named(basis.t, basis.n, m)))
    for edition in fitting:
        yield _look_up(system, edition, basis, m, counted)


def _general(m: str | None, editions: Sequence[Edition]) -> str | None:
    """The M stated; a sub-category that no edition of the system has is M1."""
    known = any(edition.knows("m", m or "") for edition in editions)
    return SPREAD if is_spread(m) and not known else m


def _look_up(system: str, edition: Edition, basis: Basis, stated: str | None, counted: Count | None) -> _Result:
    spread_m = m_category(edition, counted)
    m = max((value for value in (stated, spread_m) if value is not None), default=None)
    if basis.edition is None and is_spread(m) and not edition.knows("m", m or ""):
        m = SPREAD
    categories = _named(basis.t, basis.n, m)

    def nothing(why: str) -> _Result:
        return _Result(None, spread_m, Gap(why=why, system=system, edition=edition.edition, categories=categories))

    if m is None:
        return nothing("values-differ" if basis.differ else "no-m")
    cell = edition.stages.get((basis.t, basis.n, m))
    if cell is not None and cell.verified and cell.value is not None:
        return _Result(cell.value, spread_m)
    if cell is None and basis.differ:
        return nothing("values-differ")
    if not all(edition.knows(axis, value) for axis, value in (("t", basis.t), ("n", basis.n), ("m", m))):
        return nothing("no-category")
    return nothing("no-row" if cell is None else "no-stage" if cell.verified else "unverified-row")


def _named(t: str, n: str, m: str | None) -> str | None:
    return " ".join(value for value in (t, n, m) if value) or None
