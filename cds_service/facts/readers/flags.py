"""Yes/no facts: what a Condition, Observation or Procedure says outright, and what is merely documented or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Candidate, Context, Finding, Reading, settle, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders
from cds_service.facts.readers.listed import is_on_list
from cds_service.facts.resources import IGNORED
from cds_service.fhir.record import Resource
from cds_service.model.facts import Evidence


def read_flag(context: Context, spec: Spec) -> Reading:
    """True on positive evidence, false on evidence of absence, else unknown; the latest decides, a tie is a conflict.

    Options: ``conditions`` (value sets: active = true, refuted = false), ``observations`` (value sets whose boolean or coded answer
    says so), ``answers`` ({yes, no}: value sets of coded answers), ``within`` (look-back parameter), ``perSite`` (each body site for
    itself: true where one of them is), ``place`` (only what is recorded of a place: ``{in: value set}`` by body site or code,
    ``{unnamed: [value sets]}`` where no body site is given and the code is in none of the sets).
    """
    candidates = [*_conditions(context, spec), *_observations(context, spec)]
    if not candidates:
        return Reading(findings=(Finding(path=spec.path),))
    groups = _by_site(candidates) if spec.options.get("perSite") else [candidates]
    return _any([_settled(spec.path, group) for group in groups])


def _by_site(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """What is said of each body site, together with what names none: "no" of one site takes nothing back that was said of another."""
    said: dict[frozenset[tuple[str, str]], list[Candidate]] = {}
    for one in candidates:
        concepts = one.seen.concepts("bodySite")
        said.setdefault(frozenset((concept.system, concept.code) for concept in concepts), []).append(one)
    general = said.pop(frozenset(), [])
    return [[*of_site, *general] for of_site in said.values()] or [general]


def _settled(path: str, candidates: Sequence[Candidate]) -> Reading:
    undated = [one for one in candidates if one.moment is None]
    finding, conflicts = settle(path, candidates)
    if finding.value is not None and {one.value for one in undated} - {finding.value}:
        # an undated statement to the contrary may be the later one
        return Reading(findings=(Finding(path=path, why="an undated record says otherwise"),))
    return Reading(findings=(finding,), conflicts=conflicts)


def _any(readings: Sequence[Reading]) -> Reading:
    """True where one of them is, false where all are, else unknown."""
    for value in (True, None, False):
        found = [reading for reading in readings if reading.findings[0].value is value]
        if found:
            proof = tuple(sorted({item for reading in found for item in reading.findings[0].evidence}, key=lambda item: item.reference))
            finding = found[0].findings[0]._replace(evidence=proof, weak=weak(proof))
            return Reading(findings=(finding,), conflicts=tuple(sorted({item for one in found for item in one.conflicts}, key=str)))
    return Reading()


def _conditions(context: Context, spec: Spec) -> Iterator[Candidate]:
    within = spec.options.get("within")
    for seen, concept in context.chart.coded("Condition", *spec.options.get("conditions", ())):
        if seen.state not in ("active", "refuted") or not _is_there(context, spec, seen):
            continue
        if seen.state == "refuted" or context.within(seen.moment, within):
            yield _candidate(seen, seen.evidence(concept), value=seen.state == "active")


def _observations(context: Context, spec: Spec) -> Iterator[Candidate]:
    disorders: Disorders = context.shared["disorders"]
    for seen, concept in context.chart.coded("Observation", *spec.options.get("observations", ())):
        if seen.state == IGNORED or disorders.attributes(seen) is False or not _is_there(context, spec, seen):
            continue
        value = _answer(context, spec.options.get("answers", {}), seen.resource)
        if value is not None and (not value or context.within(seen.moment, spec.options.get("within"))):
            yield _candidate(seen, disorders.proof(seen, concept), value=value)


def _is_there(context: Context, spec: Spec, seen: Seen) -> bool:
    """Whether a resource is about the place that the declaration asks for."""
    place, terms = spec.options.get("place"), context.terminology
    if place is None:
        return True
    sites, code = seen.concepts("bodySite"), seen.concepts("code")
    if "listed" in place:
        return is_on_list(context, place["listed"], (*sites, *code)) is True
    unnamed = place["unnamed"]
    return not sites and not any(terms.translate(unnamed["map"], concept, unnamed["target"]) for concept in code)


def _answer(context: Context, answers: Mapping[str, str], resource: Resource) -> bool | None:
    value = resource.get("valueBoolean")
    if isinstance(value, bool):
        return value
    coded = resource.get("valueCodeableConcept")
    for name, meaning in (("yes", True), ("no", False)):
        if name in answers and context.terminology.match(answers[name], coded) is not None:
            return meaning
    return None


def _candidate(seen: Seen, proof: Evidence, *, value: bool) -> Candidate:
    return Candidate(value=value, seen=seen, evidence=proof, moment=seen.moment, issued=seen.issued)


def read_documented(context: Context, spec: Spec) -> Reading:
    """Whether anything of a kind is documented: true with evidence; false only when the keys searched were answered completely.

    Options: ``any`` (list of ``{resource, codes?, states}``); gives a boolean at the declaration's path.
    """
    hits = [seen for rule in spec.options["any"] for seen in _hits(context, rule)]
    if hits:
        proof = tuple(dict.fromkeys(seen.evidence() for seen in sorted(hits, key=lambda one: one.reference)))
        return Reading(findings=(Finding(path=spec.path, value=True, evidence=proof, weak=weak(proof)),))
    answered = context.answered(spec.closed_world)
    return Reading(findings=(Finding(path=spec.path, value=False if answered else None, why="the record was not completely received"),))


def _hits(context: Context, rule: Mapping[str, Any]) -> list[Seen]:
    kind, codes, chart = rule["resource"], rule.get("codes"), context.chart
    elements = ("code", "category", "type")
    found = chart.of(kind) if codes is None else [seen for name in elements for seen, _ in chart.coded(kind, codes, element=name)]
    return [seen for seen in found if seen.state in rule["states"]]
