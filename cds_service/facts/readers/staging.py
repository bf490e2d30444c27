"""The staging facts: what is asserted, what the tables derive, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from cds_service.facts.context import Context, Finding, Reading, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders
from cds_service.facts.newest import earliest
from cds_service.facts.staging.contradiction import contradiction
from cds_service.facts.staging.derive import M1, derive_stage
from cds_service.facts.staging.model import Spread, StageResult, TnmSet, stage_number
from cds_service.facts.staging.reading import read_tnm
from cds_service.facts.staging.tables import StagingTables
from cds_service.facts.staging.vocabulary import vocabulary
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence

_AXES = ("prefix", "t", "n", "m", "group", "edition", "date", "owner")


def read_staging(context: Context, spec: Spec) -> Reading:
    """The list of category sets, and the stage of the primary from them and from the spread read before.

    Options: ``site`` and ``spread`` (paths), ``sets`` (path of the list), the content's maps and value sets (see
    :func:`~cds_service.facts.staging.vocabulary.vocabulary`), and ``gives`` (member -> path) for those wanted of ``asserted``,
    ``derived``, ``system``, ``alternative``, ``advanced`` (is it the stage that distant spread makes?), ``since`` (its first evidence),
    ``mCategory``, ``number`` (0 to 4, the higher of both stages), ``contradiction`` and ``disagreements``.
    """
    disorders: Disorders = context.shared["disorders"]
    tables: StagingTables = context.shared["tables"]
    if not disorders.primaries:
        return Reading()
    primary = disorders.references()
    silent = frozenset(one.entry.reference for one in disorders.duplicates)  # records that do not decide: their stage is not read
    conditions = tuple(entry for entry in context.record.of("Condition") if entry.reference not in silent)
    read = read_tnm(
        (*context.record.of("Observation"), *conditions),
        vocabulary(context.terminology, spec.options),
        primary=primary,
        only_malignancy=disorders.only_primary,
        complete=disorders.named.complete,
        owners=disorders.owners(),
        targets=context.record.targets,
    )
    site = context.value(spec.options["site"])
    spread = _spread(context.value(spec.options["spread"]) or (), disorders)
    result = derive_stage(site, read.sets, spread, tables, several=bool(disorders.owners()))
    found = contradiction(site, read.sets, spread, tables)
    proof = tuple(dict.fromkeys((*(item for one in read.sets for item in one.evidence), *_of_spread(disorders))))
    members = [
        *_stage(context, spec, result, read.sets, spread),
        Finding(path="contradiction", value=found, evidence=proof if found else (), why="none found"),
        _disagreements(read.sets),
    ]
    gives, sets = spec.options["gives"], spec.options["sets"]
    conflicts = [replace(one, path=f"{sets}{one.path}") for one in read.conflicts]
    conflicts += [replace(one, path=gives[one.path]) for one in result.conflicts if one.path in gives]
    wanted = (replace(member, path=gives[member.path]) for member in members if member.path in gives)
    return Reading(findings=(_sets(spec, read.sets), *wanted), conflicts=tuple(conflicts), issues=read.issues)


def _spread(items: Sequence[Any], disorders: Disorders) -> tuple[Spread, ...]:
    proof: dict[str, list[Evidence]] = {}
    for one in disorders.spread:
        if one.attributed and one.state == "active":
            proof.setdefault(one.site, []).append(one.evidence)
    return tuple(
        Spread(
            site=item["site"],
            confirmed=item["confirmed"],
            suspected=item["suspected"],
            date=item.get("date"),
            evidence=tuple(proof.get(item["site"], ())),
        )
        for item in items
    )


def _of_spread(disorders: Disorders) -> tuple[Evidence, ...]:
    return tuple(item.evidence for item in disorders.spread if item.attributed and item.confirmed)


def _disagreements(sets: Sequence[TnmSet]) -> Finding:
    """The values of one axis that carry the same date: one line each, ``prefix value / value (date)``."""
    said = [(one, values) for one in sets if one.date is not None for _, values in one.disagreements]
    lines = tuple(f"{one.prefix or ''} {' / '.join(values)} ({one.date})".strip() for one, values in said)
    proof = tuple(item for one, _ in said for item in one.evidence)
    return Finding(path="disagreements", value=lines, evidence=proof)


def _sets(spec: Spec, sets: Sequence[TnmSet]) -> Finding:
    elements = []
    for one in sets:
        values = {name: getattr(one, name) for name in _AXES}
        elements.append({name: value for name, value in values.items() if value is not None})
    return Finding(
        path=spec.options["sets"],
        value=tuple(elements),
        items=tuple(one.evidence for one in sets),
        weak=any(one.weak for one in sets),
    )


def _stage(context: Context, spec: Spec, result: StageResult, sets: Sequence[TnmSet], spread: Sequence[Spread]) -> Iterator[Finding]:
    """What follows for the stage, each by the name of its member in ``gives``."""
    why = "; ".join(result.reasons) or "not recorded"
    yield Finding(path="asserted", value=result.asserted, evidence=result.asserted_evidence, weak=weak(result.asserted_evidence))
    yield Finding(path="derived", value=result.derived, evidence=result.derived_evidence, weak=weak(result.derived_evidence), why=why)
    yield Finding(path="system", value=result.system, why="the primary site is not known")
    yield Finding(path="alternative", value=result.alternative, why="the site belongs to one staging system, or both agree")
    proof = _proof(context, spec, result, sets)
    yield Finding(path="advanced", value=result.is_advanced, evidence=proof, weak=weak(proof), why=why)
    yield Finding(path="mCategory", value=result.m_category, evidence=result.derived_evidence, why=why)
    since = _since(context, spec, sets, spread) if result.is_advanced else None
    yield Finding(path="since", value=since, why="no date of advanced disease")
    numbers = [number for number in (stage_number(result.asserted), stage_number(result.derived)) if number is not None]
    both = (*result.asserted_evidence, *result.derived_evidence)
    yield Finding(path="number", value=max(numbers, default=None), evidence=both if numbers else (), why=why)


def _proof(context: Context, spec: Spec, result: StageResult, sets: Sequence[TnmSet]) -> tuple[Evidence, ...]:
    """What the answer rests on: for yes, distant spread and what asserts it; for no, the stages without it."""
    if not result.is_advanced:
        return tuple(dict.fromkeys((*result.asserted_evidence, *result.derived_evidence)))
    disorders: Disorders = context.shared["disorders"]
    tables: StagingTables = context.shared["tables"]
    role, site = tables.role, context.value(spec.options["site"])
    spread = [
        item.evidence for item in disorders.spread if item.attributed and item.state == "active" and role(site, item.site)[0] == "distant"
    ]
    asserted = [item for one in sets if _asserts(one, tables) for item in one.evidence]
    return tuple(dict.fromkeys((*spread, *asserted)))


def _asserts(one: TnmSet, tables: StagingTables) -> bool:
    return (one.m or "").startswith(M1) or tables.is_advanced(one.group)


def _since(context: Context, spec: Spec, sets: Sequence[TnmSet], spread: Sequence[Spread]) -> Temporal | None:
    """The first evidence: active distant spread, or the first assertion of it."""
    tables: StagingTables = context.shared["tables"]
    site = context.value(spec.options["site"])
    dates = [item.date for item in spread if item.active and tables.role(site, item.site)[0] == "distant"]
    dates += [one.date for one in sets if _asserts(one, tables)]
    return earliest(dates)
