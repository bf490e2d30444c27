"""The primary: its site and what its own Conditions say, and its histology."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Candidate, Context, Finding, Reading, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders, Primary
from cds_service.facts.resources import IGNORED, has_returned
from cds_service.fhir.codings import TEXT_SYSTEM, Concept
from cds_service.fhir.elements import extensions
from cds_service.model.facts import Conflict, Evidence


def read_primary(context: Context, spec: Spec) -> Reading:
    """``site``, ``sites``, ``present`` (active or history), ``diagnosed``, ``earlier`` and the attributes that a disorder code names.

    ``earlier`` is true where a record of the primary says that it was there before: it is over, came back, or is coded as a later event.
    Better placed records (problem list before billing) decide, unless two sites are two primaries (``several`` of ``disorders``);
    if those still name several sites, the site is a conflict. ``sites`` are all that remain.
    Options: ``attributes`` (name -> {map, target}).
    """
    disorders: Disorders = context.shared["disorders"]
    named = [primary for primary in disorders.primaries if primary.sites]
    first = min((primary.rank for primary in named), default=0)
    best = [primary for primary in named if disorders.several or primary.rank == first]
    sites = tuple(dict.fromkeys(site for primary in best for site in primary.sites))
    proof = tuple(primary.evidence for primary in named if set(primary.sites) & set(sites))
    findings = [_present(disorders, spec), _diagnosed(disorders, spec), _earlier(disorders, spec)]
    findings.append(Finding(path=spec.member("sites"), value=tuple(sorted(sites)) or None, evidence=proof, weak=weak(proof)))
    conflicts: tuple[Conflict, ...] = ()
    if len(sites) > 1:
        conflicts = (
            Conflict(spec.member("site"), sites, tuple(item.reference for item in proof), "several sites are recorded as primary"),
        )
        findings.append(Finding(path=spec.member("site"), why="several sites are recorded as primary"))
    elif sites:
        findings.append(Finding(path=spec.member("site"), value=sites[0], evidence=proof, weak=weak(proof)))
    for name, attribute in spec.options.get("attributes", {}).items():
        findings.append(_attribute(context, disorders, spec.member(name), attribute))
    return Reading(findings=tuple(findings), conflicts=conflicts)


def _present(disorders: Disorders, spec: Spec) -> Finding:
    if not disorders.primaries:
        return Finding(path=spec.member("present"))
    proof = tuple(primary.evidence for primary in disorders.primaries)
    value = "active" if disorders.primaries[0].state == "active" else "history"
    return Finding(path=spec.member("present"), value=value, evidence=proof, weak=weak(proof))


def _diagnosed(disorders: Disorders, spec: Spec) -> Finding:
    """The first date of the primary's records, without those whose code tells of a later event."""
    dated = [primary for primary in disorders.primaries if primary.moment is not None and not primary.later]
    if not dated:
        return Finding(path=spec.member("diagnosed"), why="no date of diagnosis is recorded")
    first = min(dated, key=_first_day)
    return Finding(path=spec.member("diagnosed"), value=first.moment, evidence=(first.evidence,), weak=weak((first.evidence,)))


def _earlier(disorders: Disorders, spec: Spec) -> Finding:
    records = (*disorders.primaries, *disorders.duplicates)
    proof = tuple(one.evidence for one in records if one.state == "past" or one.later or has_returned(one.seen.resource))
    return Finding(path=spec.member("earlier"), value=True if proof else None, evidence=proof, weak=weak(proof))


def _first_day(primary: Primary) -> tuple[Any, str]:
    assert primary.moment is not None
    return primary.moment.first_day, primary.seen.reference


def _attribute(context: Context, disorders: Disorders, path: str, options: dict[str, str]) -> Finding:
    found: dict[str, list[Evidence]] = {}
    for primary in disorders.primaries:
        for value, concept in context.chart.translations(options["map"], primary.seen.resource.get("code"), options["target"]):
            found.setdefault(value, []).append(primary.seen.evidence(concept))
    if len(found) != 1:
        return Finding(path=path)
    value, proof = next(iter(found.items()))
    return Finding(path=path, value=value, evidence=tuple(proof), weak=weak(proof))


def read_histology(context: Context, spec: Spec) -> Reading:
    """The histology and its family, from disorder codes, extensions, Observations, and morphology codes used as Conditions.

    A general type gives way to a specific one of its family; types that still differ are a conflict, and the family is
    then known only if they share it.
    Options: ``disorderMap`` (of disorder codes), ``map`` (of all others), ``target``, ``codes`` (Observations), ``extensions``,
    ``familyPath``, ``family`` ({map, source, target, else}).
    """
    candidates = list(_histologies(context, spec))
    values = {candidate.value for candidate in candidates}
    families = {value: _family(context, spec, value) for value in values}
    specific = {
        value for value in values if not (value == families[value] and any(families[other] == value and other != value for other in values))
    }
    proof = tuple(dict.fromkeys(candidate.evidence for candidate in candidates if candidate.value in specific))
    path, family_path = spec.path, spec.options["familyPath"]
    shared = {families[value] for value in specific}
    conflicts: list[Conflict] = []
    findings = [Finding(path=path), Finding(path=family_path)]
    if len(specific) == 1:
        findings[0] = Finding(path=path, value=next(iter(specific)), evidence=proof, weak=weak(proof))
    if len(shared) == 1:
        findings[1] = Finding(path=family_path, value=next(iter(shared)), evidence=proof, weak=weak(proof))
    references = tuple(item.reference for item in proof)
    for name, many in ((path, specific), (family_path, shared)):
        if len(many) > 1:
            conflicts.append(Conflict(name, tuple(sorted(many)), references, "several types are recorded for one primary"))
    return Reading(findings=tuple(findings), conflicts=tuple(conflicts))


def _family(context: Context, spec: Spec, value: str) -> str:
    target = spec.options["family"]["target"]
    found = context.terminology.translate(spec.options["family"]["map"], Concept(spec.options["family"]["source"], value), target)
    return found[0] if found else str(spec.options["family"]["else"])


def _histologies(context: Context, spec: Spec) -> Iterator[Candidate]:
    disorders: Disorders = context.shared["disorders"]
    if not disorders.primaries:
        return
    disorder_map, maps = spec.options["disorderMap"], spec.options["map"]
    for primary in disorders.primaries:
        resource = primary.seen.resource
        yield from _candidates(context, spec, primary.seen, disorder_map, resource.get("code"))
        for url in spec.options["extensions"]:
            for item in extensions(resource, url):
                yield from _candidates(context, spec, primary.seen, maps, item.get("valueCodeableConcept"))
    for seen in context.chart.of("Condition"):
        is_coded = maps in seen.meanings.maps
        if is_coded and seen.state == "active" and disorders.attributes(seen):
            yield from _candidates(context, spec, seen, maps, seen.resource.get("code"), coded_only=True)
    for seen, _ in context.chart.coded("Observation", spec.options["codes"]):
        if seen.state != IGNORED and disorders.attributes(seen):
            yield from _candidates(context, spec, seen, maps, seen.resource.get("valueCodeableConcept"))


def _candidates(
    context: Context, spec: Spec, seen: Seen, concept_map: str, codeable: object, *, coded_only: bool = False
) -> Iterator[Candidate]:
    for value, concept in context.chart.translations(concept_map, codeable, spec.options["target"]):
        text = concept.system == TEXT_SYSTEM
        if not (text and coded_only):
            proof = seen.evidence(concept, text=text)
            yield Candidate(value=value, seen=seen, evidence=proof, moment=seen.moment, issued=seen.issued)
