"""The stage of one primary: as asserted, as the tables derive it, and whether it is the one that distant spread makes.

Everything is three-valued: what is not stated, disagrees, or stands in a row that nobody verified derives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cds_service.facts.staging.basis import bases, newest_m, unique
from cds_service.facts.staging.lookup import agreed_stage, system_stage
from cds_service.facts.staging.model import AFTER_TREATMENT, Gap, Spread, StageResult, SystemStage, TnmSet
from cds_service.facts.staging.said import SPREAD, is_spread, newest_said, references, said_values
from cds_service.facts.staging.tables import DISTANT, REGIONAL, StagingTables
from cds_service.model.facts import Conflict


def derive_stage(
    site: str | None, sets: Sequence[TnmSet], spread: Sequence[Spread], tables: StagingTables, *, several: bool = False
) -> StageResult:
    """Asserted and derived stage of a primary at ``site`` (``None``: not known), from its sets and the spread attributed to it.

    Where there are ``several`` primaries, only what is true of all of them, or of the patient, is said.
    """
    if not several:
        return _of_one(site, sets, spread, tables)
    owners: list[str | None] = [*sorted({item.owner for item in sets if item.owner is not None})] or [None]
    return _of_several([_of_one(None, [item for item in sets if item.owner in (owner, None)], spread, tables) for owner in owners])


def _of_several(results: Sequence[StageResult]) -> StageResult:
    said = sorted({item.asserted for item in results if item.asserted is not None})
    proof = tuple(unique(one for item in results for one in item.asserted_evidence))
    agreed = len(said) == 1 and all(item.asserted is not None for item in results)
    why = "the stages of several primaries differ"
    conflict = Conflict("asserted", tuple(said), tuple(sorted(one.reference for one in proof)), why)
    answers = {item.is_advanced for item in results}
    return StageResult(
        asserted=said[0] if agreed else None,
        asserted_evidence=proof if agreed else (),
        is_advanced=True if True in answers else None if None in answers else False,
        gaps=(Gap(why="several-primaries"),),
        conflicts=(*(one for item in results for one in item.conflicts), *((conflict,) if len(said) > 1 else ())),
    )


def _of_one(site: str | None, sets: Sequence[TnmSet], spread: Sequence[Spread], tables: StagingTables) -> StageResult:
    systems = tables.systems(site)
    groups = newest_said(sets, "group")
    said = said_values(groups, "group")
    starts = bases(sets, tables.episode_days)
    by_system = tuple(system_stage(site, system, starts, spread, tables) for system in systems)
    derived = agreed_stage([item.stage for item in by_system], tables)
    asserted = said[0] if len(said) == 1 else None
    is_advanced = _is_advanced(site, asserted, derived, sets, spread, tables)
    distant = [item for item in spread if item.active and tables.role(site, item.where).role == DISTANT]
    proof = tuple(unique((*(item for basis in starts for item in basis.evidence), *(item for one in distant for item in one.evidence))))
    return StageResult(
        asserted=asserted,
        asserted_prefix=_one({item.prefix for item in groups}) if asserted is not None else None,
        asserted_evidence=tuple(unique(item for one in groups for item in one.evidence)) if asserted is not None else (),
        derived=derived,
        derived_prefix=_one({basis.prefix for basis in starts}) if derived is not None else None,
        derived_evidence=proof if derived is not None else (),
        system=systems[0] if systems else None,
        alternative=_alternative(by_system, derived),
        is_advanced=is_advanced,
        m_category=_common_m([item.m_category for item in by_system]),
        by_system=by_system,
        gaps=_gaps(by_system, derived),
        conflicts=tuple(_conflicts(sets, groups, is_advanced=is_advanced)),
    )


def _conflicts(sets: Sequence[TnmSet], groups: Sequence[TnmSet], *, is_advanced: bool | None) -> Iterator[Conflict]:
    """Disagreements that leave a member of the result open."""
    said = said_values(groups, "group")
    if len(said) > 1:
        yield Conflict("asserted", said, references(groups), "the newest stage groups disagree")
    stating = newest_m(sets) if is_advanced is None else ()
    values = said_values(stating, "m")
    if any(map(is_spread, values)) and not all(map(is_spread, values)):
        yield Conflict("advanced", values, references(stating), "the newest M categories disagree")


def _one(values: set[str | None]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _alternative(by_system: Sequence[SystemStage], derived: str | None) -> str | None:
    if len(by_system) < 2:
        return None
    return "; ".join(f"{item.system} {item.stage}" for item in by_system if item.stage not in (None, derived)) or None


def _common_m(values: Iterable[str | None]) -> str | None:
    distinct = set(values)
    if len(distinct) == 1:
        return distinct.pop()
    return SPREAD if distinct and all(is_spread(value) for value in distinct) else None


def _gaps(by_system: Sequence[SystemStage], derived: str | None) -> tuple[Gap, ...]:
    gaps = [gap for item in by_system for gap in item.gaps]
    differ = derived is None and all(item.stage is not None for item in by_system) and bool(by_system)
    return tuple(dict.fromkeys((*gaps, *([Gap(why="systems-differ")] if differ else []))))


def _is_advanced(
    site: str | None,
    asserted: str | None,
    derived: str | None,
    sets: Sequence[TnmSet],
    spread: Sequence[Spread],
    tables: StagingTables,
) -> bool | None:
    """Yes by assertion, derivation or active distant spread; no only on positive evidence and with nothing against it."""
    scale = tables.scale
    before = [item for item in sets if item.prefix not in AFTER_TREATMENT]
    for candidates in (sets, before):
        m = said_values(newest_said(candidates, "m"), "m")
        group = said_values(newest_said(candidates, "group"), "group")
        if (m and all(map(is_spread, m))) or (group and all(map(scale.is_advanced, group))):
            return True
    roles = [(item, tables.role(site, item.where).role) for item in spread]
    if scale.is_advanced(derived) or any(item.active and role == DISTANT for item, role in roles):
        return True
    doubtful = any(role != REGIONAL for _, role in roles) or _claimed(sets, tables)
    return False if (scale.is_below(asserted) or scale.is_below(derived)) and not doubtful else None


def _claimed(sets: Sequence[TnmSet], tables: StagingTables) -> bool:
    """Whether distant spread is stated anywhere that nothing later of the same prefix replaces, dated or not."""
    for prefix in {item.prefix for item in sets}:
        same = [item for item in sets if item.prefix == prefix]
        undated = [item for item in same if item.date is None]
        for axis, means_it in (("m", is_spread), ("group", tables.scale.is_advanced)):
            if any(means_it(value) for value in said_values((*newest_said(same, axis), *undated), axis)):
                return True
    return False
