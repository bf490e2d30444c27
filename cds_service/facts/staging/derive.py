"""The stage of one primary: as asserted, as the tables derive it, and whether it is the one that distant spread makes.

Everything is three-valued: what is not stated, disagrees, or stands in a row that nobody verified derives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cds_service.facts.newest import newest
from cds_service.facts.staging.model import AFTER_TREATMENT, Spread, StageResult, SystemStage, TnmSet, stage_number
from cds_service.facts.staging.tables import MANY, Edition, StagingTables
from cds_service.model.facts import Conflict, Evidence

M1 = "M1"
_CLINICAL_M = {"p": ("c",), "yp": ("yc", "c"), "rp": ("rc",)}
"""Where a pathological set may take its M from: the clinical set of the same episode (AJCC: pT pN cM), never the reverse."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What one derivation starts from; ``t`` and ``n`` are ``""`` when not known."""

    t: str
    n: str
    m: str | None
    edition: str | None
    evidence: tuple[Evidence, ...]


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
    proof = tuple(_unique(one for item in results for one in item.asserted_evidence))
    agreed = len(said) == 1 and all(item.asserted is not None for item in results)
    why = "the stages of several primaries differ"
    conflict = Conflict("asserted", tuple(said), tuple(sorted(one.reference for one in proof)), why)
    answers = {item.is_advanced for item in results}
    return StageResult(
        asserted=said[0] if agreed else None,
        asserted_evidence=proof if agreed else (),
        is_advanced=True if True in answers else None if None in answers else False,
        reasons=("several primaries are recorded, and a stage is derived for one only",),
        conflicts=(*(one for item in results for one in item.conflicts), *((conflict,) if len(said) > 1 else ())),
    )


def _of_one(site: str | None, sets: Sequence[TnmSet], spread: Sequence[Spread], tables: StagingTables) -> StageResult:
    systems = tables.systems(site)
    groups = newest_said(sets, "group")
    said = said_values(groups, "group")
    bases = _bases(sets, tables.episode_days)
    by_system = tuple(_system_stage(system, bases, spread, tables) for system in systems)
    derived = _agreed([item.stage for item in by_system], tables.advanced)
    distant = [item for item in spread if item.active and tables.role(site, item.site)[0] == "distant"]
    asserted = said[0] if len(said) == 1 else None
    roles = [(item, tables.role(site, item.site)[0]) for item in spread]
    proof = tuple(_unique((*(item for basis in bases for item in basis.evidence), *(item for one in distant for item in one.evidence))))
    return StageResult(
        asserted=asserted,
        asserted_evidence=tuple(_unique(item for one in groups for item in one.evidence)) if asserted is not None else (),
        derived=derived,
        derived_evidence=proof if derived is not None else (),
        system=systems[0] if systems else None,
        alternative=_alternative(by_system, derived),
        is_advanced=_is_advanced(asserted, derived, sets, roles, tables),
        m_category=_agreed([item.m_category for item in by_system], M1),
        by_system=by_system,
        reasons=tuple(dict.fromkeys(f"{item.system}: {item.reason}" for item in by_system if item.reason is not None)),
        conflicts=_conflicts(groups, said),
    )


def newest_said(sets: Iterable[TnmSet], axis: str) -> tuple[TnmSet, ...]:
    """The newest sets that say anything about an axis."""
    return newest([item for item in sets if item.said(axis)], lambda item: item.date)


def said_values(sets: Iterable[TnmSet], axis: str) -> tuple[str, ...]:
    """The different values that sets state for an axis."""
    return tuple(sorted({value for item in sets for value in item.said(axis)}))


def _conflicts(groups: Sequence[TnmSet], said: Sequence[str]) -> tuple[Conflict, ...]:
    if len(said) < 2:
        return ()
    references = tuple(sorted({item.reference for one in groups for item in one.evidence}))
    return (Conflict("asserted", tuple(said), references, "the newest stage groups disagree"),)


def _alternative(by_system: Sequence[SystemStage], derived: str | None) -> str | None:
    if len(by_system) < 2:
        return None
    return "; ".join(f"{item.system} {item.stage}" for item in by_system if item.stage not in (None, derived)) or None


def _agreed(values: Sequence[str | None], general: str) -> str | None:
    """The one value of all; the general one (``M1`` of ``M1a`` and ``M1b``) if all are kinds of it; else ``None``."""
    distinct = set(values)
    if len(distinct) == 1:
        return distinct.pop()
    return general if distinct and general and all(value is not None and value.startswith(general) for value in distinct) else None


def _bases(sets: Sequence[TnmSet], episode_days: int) -> tuple[Basis, ...]:
    """The newest complete sets, else the newest that state M1, else the editions of the newest sets.

    M1 stated before treatment is not undone by staging after it.
    """
    m1 = [item for item in _newest_m(sets) if (item.m or "").startswith(M1)]
    highest = max((item.m for item in m1 if item.m is not None), default=None)
    full = newest([item for item in sets if item.said("t") and item.said("n")], lambda item: item.date)
    if not full and not m1:
        return tuple(
            Basis("", "", None, edition, ()) for edition in dict.fromkeys(item.edition for item in newest(sets, lambda item: item.date))
        )
    if not full:
        return tuple(Basis("", "", item.m, item.edition, item.evidence) for item in m1)
    return tuple(_basis(item, _m_of(item, sets, episode_days), highest, m1) for item in full)


def _basis(item: TnmSet, m_set: TnmSet | None, highest: str | None, m1: Sequence[TnmSet]) -> Basis:
    m = max((value for value in (m_set.m if m_set else None, highest) if value is not None), default=None)
    sources = [item, *([m_set] if m_set is not None else []), *(one for one in m1 if one.m == m)]
    return Basis(item.t or "", item.n or "", m, item.edition, tuple(_unique(proof for one in sources for proof in one.evidence)))


def _newest_m(sets: Sequence[TnmSet]) -> tuple[TnmSet, ...]:
    before = [item for item in sets if item.prefix not in AFTER_TREATMENT]
    return tuple(dict.fromkeys((*newest_said(sets, "m"), *newest_said(before, "m"))))


def _m_of(item: TnmSet, sets: Sequence[TnmSet], episode_days: int) -> TnmSet | None:
    """The set that gives the M of a set: itself, or the newest clinical one of the same edition within the episode."""
    if item.m is not None:
        return item
    if item.said("m"):
        return None
    for prefix in _CLINICAL_M.get(item.prefix or "", ()):
        fitting = [other for other in sets if other.prefix == prefix and other.said("m") and _same_episode(other, item, episode_days)]
        top = newest(fitting, lambda other: other.date)
        if top:
            return top[0] if len(said_values(top, "m")) == 1 else None
    return None


def _same_episode(clinical: TnmSet, pathological: TnmSet, days: int) -> bool:
    if clinical.date is None or pathological.date is None:
        return False
    if clinical.edition is not None and pathological.edition is not None and clinical.edition != pathological.edition:
        return False
    gap = (pathological.date.last_day - clinical.date.first_day).days
    return clinical.date.first_day <= pathological.date.last_day and gap <= days


def _system_stage(system: str, bases: Sequence[Basis], spread: Sequence[Spread], tables: StagingTables) -> SystemStage:
    roles = [(item, *tables.system_role(system, item.site)) for item in spread if item.active]
    distant = tuple(sorted({(item.site, kind) for item, role, kind in roles if role == "distant"}))
    results = list(_results(tables.editions.get(system, ()), bases or (Basis("", "", None, None, ()),), distant))
    stages = [stage for stage, _, _ in results]
    stage = _agreed(stages, tables.advanced)
    reasons = [reason for _, _, reason in results if reason is not None]
    reason = None if stage is not None else reasons[0] if reasons else "the editions or the sets do not agree on a stage"
    m_category = _agreed([m for _, m, _ in results], M1) if distant else None
    return SystemStage(system=system, stage=stage, m_category=m_category, reason=reason)


def _results(
    editions: Sequence[Edition], bases: Sequence[Basis], distant: Sequence[tuple[str, str]]
) -> Iterator[tuple[str | None, str | None, str | None]]:
    """(stage, M of the spread, reason) for every starting point, in its edition or in all if none is stated."""
    for basis in bases:
        fitting = [item for item in editions if basis.edition in (None, item.edition)]
        if not fitting:
            yield None, None, "there is no table for the edition stated"
        for edition in fitting:
            yield _look_up(edition, basis, distant)


def _look_up(edition: Edition, basis: Basis, distant: Sequence[tuple[str, str]]) -> tuple[str | None, str | None, str | None]:
    spread_m = _m_category(edition, distant)
    m = max((value for value in (basis.m, spread_m) if value is not None), default=None)
    if m is None:
        return None, spread_m, "no M category is stated or derived"
    known = edition.categories.get("m", frozenset())
    if m not in known and basis.edition is None and m.startswith(M1):
        m = M1  # a sub-category that only other editions have is M1 in this one
    cell = edition.stages.get((basis.t, basis.n, m))
    if cell is None:
        return None, spread_m, f"the table of edition {edition.edition} has no stage for these categories"
    if not cell.verified:
        return None, spread_m, f"the row of edition {edition.edition} is not verified"
    return cell.value, spread_m, None if cell.value is not None else f"edition {edition.edition} has no stage for this combination"


def _m_category(edition: Edition, distant: Sequence[tuple[str, str]]) -> str | None:
    """The M sub-category of the distant sites: each site code counts once, lining surfaces and unspecified spread apart."""
    if not distant:
        return None
    kinds = [kind for _, kind in distant]
    count = min(sum(kind in ("chain", "organ") for kind in kinds), MANY)
    cell = edition.m_categories.get(("surface" in kinds, "unspecified" in kinds, count))
    return cell.value if cell is not None and cell.verified else M1


def _is_advanced(
    asserted: str | None, derived: str | None, sets: Sequence[TnmSet], spread: Sequence[tuple[Spread, str]], tables: StagingTables
) -> bool | None:
    """Yes by assertion, derivation or active distant spread; no only on positive evidence and with nothing against it."""
    before = [item for item in sets if item.prefix not in AFTER_TREATMENT]
    for candidates in (sets, before):
        m = said_values(newest_said(candidates, "m"), "m")
        group = said_values(newest_said(candidates, "group"), "group")
        if (m and all(value.startswith(M1) for value in m)) or (group and all(map(tables.is_advanced, group))):
            return True
    if tables.is_advanced(derived) or any(item.active and role == "distant" for item, role in spread):
        return True
    below = [stage for stage in (asserted, derived) if stage_number(stage) is not None and not tables.is_advanced(stage)]
    doubtful = any(role != "regional" for _, role in spread) or _claimed(sets, tables)
    return False if below and not doubtful else None


def _claimed(sets: Sequence[TnmSet], tables: StagingTables) -> bool:
    """Whether distant spread is stated anywhere that nothing later of the same prefix replaces, dated or not."""
    for prefix in {item.prefix for item in sets}:
        same = [item for item in sets if item.prefix == prefix]
        undated = [item for item in same if item.date is None]
        m, group = (said_values((*newest_said(same, axis), *undated), axis) for axis in ("m", "group"))
        if any(value.startswith(M1) for value in m) or any(map(tables.is_advanced, group)):
            return True
    return False


def _unique(items: Iterable[Evidence]) -> Iterator[Evidence]:
    seen: set[str] = set()
    for item in items:
        if item.reference not in seen:
            seen.add(item.reference)
            yield item
