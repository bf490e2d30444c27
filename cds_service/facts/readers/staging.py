"""The staging facts: what is asserted, what the tables derive, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cds_service.facts.context import Context, Finding, Reading, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders, SpreadRecord
from cds_service.facts.newest import earliest
from cds_service.facts.readers.spread import decisive
from cds_service.facts.staging.contradiction import contradictions
from cds_service.facts.staging.derive import derive_stage
from cds_service.facts.staging.model import Spread, StageResult, TnmSet
from cds_service.facts.staging.reading import read_tnm
from cds_service.facts.staging.said import is_spread, newest_said, said_values
from cds_service.facts.staging.tables import DISTANT, StagingTables
from cds_service.facts.staging.vocabulary import vocabulary
from cds_service.model.facts import Evidence

_AXES = ("prefix", "t", "n", "m", "group", "edition", "date", "owner")
_GAP = ("why", "system", "edition", "categories", "places")


def read_staging(context: Context, spec: Spec) -> Reading:
    """The list of category sets, and the stage of the primary from them and from the spread attributed to it.

    Options: ``site`` (path), ``sets`` (path of the list), the content's maps and value sets (see
    :func:`~cds_service.facts.staging.vocabulary.vocabulary`), and ``gives`` (member -> path) for those wanted of ``asserted``,
    ``derived`` and the prefixes that they rest on, ``system``, ``alternative``, ``advanced`` (is it the stage that distant spread
    makes?), ``since`` (its first evidence), ``mCategory``, ``gaps`` (why nothing, or less, is derived), ``number`` (the highest of the
    stages derived and asserted, counted in families), ``contradiction`` (the most certain), ``contradictions`` and ``disagreements``.
    """
    disorders: Disorders = context.shared["disorders"]
    tables: StagingTables = context.shared["tables"]
    if not disorders.primaries:
        return Reading()
    primary = disorders.references
    silent = frozenset(one.seen.reference for one in disorders.duplicates)  # records that do not decide: their stage is not read
    conditions = (seen for seen in context.chart.of("Condition") if seen.reference not in silent)
    read = read_tnm(
        (*context.chart.of("Observation"), *conditions),
        vocabulary(context.terminology, spec.options),
        primary=primary,
        only_malignancy=disorders.only_primary,
        complete=disorders.named.complete,
        owners=disorders.owners(),
        targets=context.record.targets,
    )
    site = context.value(spec.options["site"])
    spread = _spread(disorders)
    result = derive_stage(site, read.sets, spread, tables, several=bool(disorders.owners()))
    kinds = contradictions(site, read.sets, spread, tables)
    proof = tuple(dict.fromkeys((*(item for one in read.sets for item in one.evidence), *_of_spread(disorders)))) if kinds else ()
    said = {
        **_asserted(result, read.sets, tables),
        **_derived(result),
        **_advanced(result, read.sets, spread, site, tables),
        "contradiction": Finding(path="", value=kinds[0] if kinds else None, evidence=proof, why="none found"),
        "contradictions": Finding(path="", value=kinds, evidence=proof),
        "disagreements": _disagreements(read.sets),
    }
    gives: Mapping[str, str] = spec.options["gives"]
    sets = spec.options["sets"]
    findings = (_sets(sets, read.sets), *(said[name]._replace(path=path) for name, path in gives.items()))
    conflicts = [replace(one, path=f"{sets}{one.path}") for one in read.conflicts]
    conflicts += [replace(one, path=gives[one.path]) for one in result.conflicts if one.path in gives]
    return Reading(findings=findings, conflicts=tuple(conflicts), issues=read.issues)


def _spread(disorders: Disorders) -> tuple[Spread, ...]:
    """One element per place, so that several records of it count once."""
    groups: dict[tuple[str, str | None], list[SpreadRecord]] = {}
    for item in disorders.spread:
        if item.attributed and item.state in ("active", "suspected"):
            groups.setdefault((item.site, item.place), []).append(item)
    return tuple(_of_place(site, place, items) for (site, place), items in groups.items())


def _of_place(site: str, place: str | None, items: Sequence[SpreadRecord]) -> Spread:
    chosen = decisive(items)
    return Spread(
        site=site,
        place=place,
        confirmed=any(item.confirmed for item in chosen),
        suspected=all(item.state == "suspected" for item in items),
        date=earliest([item.moment for item in chosen]),
        evidence=tuple(item.evidence for item in items if item.state == "active"),
    )


def _of_spread(disorders: Disorders) -> tuple[Evidence, ...]:
    return tuple(item.evidence for item in disorders.spread if item.attributed and item.confirmed)


def _disagreements(sets: Sequence[TnmSet]) -> Finding:
    """The values of one axis that carry the same date: one line each, ``prefix value / value (date)``."""
    said = [(one, values) for one in sets if one.date is not None for _, values in one.disagreements]
    lines = tuple(f"{one.prefix or ''} {' / '.join(values)} ({one.date})".strip() for one, values in said)
    return Finding(path="", value=lines, evidence=tuple(item for one, _ in said for item in one.evidence))


def _sets(path: str, sets: Sequence[TnmSet]) -> Finding:
    elements = []
    for one in sets:
        values = {name: getattr(one, name) for name in _AXES}
        elements.append({name: value for name, value in values.items() if value not in (None, ())})
    return Finding(
        path=path,
        value=tuple(elements),
        items=tuple(one.evidence for one in sets),
        weak=any(one.weak for one in sets),
    )


def _asserted(result: StageResult, sets: Sequence[TnmSet], tables: StagingTables) -> dict[str, Finding]:
    proof, why = result.asserted_evidence, _why(result, "asserted")
    number = _number(result, sets, tables)
    both = (*proof, *result.derived_evidence) if number is not None else ()
    return {
        "asserted": Finding(path="", value=result.asserted, evidence=proof, weak=weak(proof), why=why),
        "assertedPrefix": Finding(path="", value=result.asserted_prefix, evidence=proof),
        "number": Finding(path="", value=number, evidence=both, why=why),
    }


def _number(result: StageResult, sets: Sequence[TnmSet], tables: StagingTables) -> int | None:
    """The highest of the stage derived and the newest asserted of each primary and prefix: a later one of another does not undo it."""
    kinds = {(one.owner, one.prefix) for one in sets}
    newest = [newest_said([one for one in sets if (one.owner, one.prefix) == kind], "group") for kind in kinds]
    groups = [result.derived, *(values[0] for same in newest if len(values := said_values(same, "group")) == 1)]
    return max((number for number in map(tables.scale.number, groups) if number is not None), default=None)


def _why(result: StageResult, member: str) -> str:
    """Why a member of the result is open: what disagrees, else what is missing for a derivation."""
    disagreeing = next((one.why for one in result.conflicts if one.path == member), None)
    return disagreeing or "; ".join(map(str, result.gaps)) or "not recorded"


def _derived(result: StageResult) -> dict[str, Finding]:
    proof, why = result.derived_evidence, _why(result, "derived")
    alternative = "the site belongs to one staging system, or both agree"
    gaps = tuple({name: value for name in _GAP if (value := getattr(gap, name)) not in (None, ())} for gap in dict.fromkeys(result.gaps))
    return {
        "derived": Finding(path="", value=result.derived, evidence=proof, weak=weak(proof), why=why),
        "derivedPrefix": Finding(path="", value=result.derived_prefix, evidence=proof),
        "system": Finding(path="", value=result.system, why="the primary site is not known"),
        "alternative": Finding(path="", value=result.alternative, why=alternative),
        "mCategory": Finding(path="", value=result.m_category, evidence=proof, why=why),
        "gaps": Finding(path="", value=gaps, items=tuple(() for _ in gaps)),
    }


def _advanced(
    result: StageResult, sets: Sequence[TnmSet], spread: Sequence[Spread], site: str | None, tables: StagingTables
) -> dict[str, Finding]:
    """Whether it is the stage that distant spread makes, and since when: first by active spread, or by what asserts it."""
    active = [item for item in spread if item.active and tables.role(site, item.where).role == DISTANT]
    asserting = [one for one in sets if is_spread(one.m) or tables.scale.is_advanced(one.group)]
    if result.is_advanced:
        proof = (*(item for one in active for item in one.evidence), *(item for one in asserting for item in one.evidence))
    else:
        proof = (*result.asserted_evidence, *result.derived_evidence)
    proof = tuple(dict.fromkeys(proof))
    since = earliest([*(one.date for one in active), *(one.date for one in asserting)]) if result.is_advanced else None
    return {
        "advanced": Finding(path="", value=result.is_advanced, evidence=proof, weak=weak(proof), why=_why(result, "advanced")),
        "since": Finding(path="", value=since, why="no date of advanced disease"),
    }
