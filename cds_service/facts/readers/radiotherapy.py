"""Radiotherapy given to a field, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Context, Finding, Reading, settle, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.readers.coded import answers
from cds_service.facts.resources import ended
from cds_service.facts.wording import said
from cds_service.fhir.codings import texts
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Resource
from cds_service.fhir.references import references, resolve
from cds_service.model.facts import Conflict, Evidence


def read_radiotherapy(context: Context, spec: Spec) -> Reading:
    """The extent of earlier radiotherapy to one field: what an explicit answer says, else ``unknownExtent`` if a course is documented.

    "None" needs explicit evidence: an answer, or a not-done Procedure that names the field. Another field proves nothing either way.
    Options: ``fields`` (ours), ``courses`` (value set), ``fieldMap``/``codeMap``/``target`` (see :func:`fields`), ``negations`` (words
    that take back a field in the words of the reason), ``answers`` ({codes, map, target}, optional),
    ``unknownExtent``, ``none``; gives ``extent`` and optionally ``end`` (the last day of the earliest course that is over)
    and ``unplaced`` (true where a course names no field that is known, so that it may have been this one).
    """
    gives: dict[str, str] = spec.options["gives"]
    question = spec.options.get("answers")
    stated = answers(context, question) if question else ()
    answered, conflicts = settle(gives["extent"], list(stated))
    courses = list(_courses(context, spec, "done"))
    if courses and answered.value == spec.options["none"]:
        answered, conflicts = _denied(gives["extent"], answered, courses)
    if answered.value is not None or conflicts:
        finding = answered
    elif courses:
        finding = _finding(gives["extent"], spec.options["unknownExtent"], courses)
    else:
        refused = list(_courses(context, spec, "not-done"))
        finding = _finding(gives["extent"], spec.options["none"], refused) if refused else Finding(path=gives["extent"])
    findings = [finding]
    if "end" in gives:
        ends = [
            (moment, proof)
            for seen, proof in courses
            if seen.state == "done" and (moment := ended(seen.resource) or seen.moment) is not None
        ]
        first = min(ends, key=lambda end: (end[0].last_day, end[0].text, end[1].reference), default=None)
        findings.append(Finding(path=gives["end"], value=first and first[0], evidence=(first[1],) if first else ()))
    if "unplaced" in gives:
        proof = tuple(proof for _, named, proof in _all_courses(context, spec, "done") if not named)
        findings.append(Finding(path=gives["unplaced"], value=True if proof else None, evidence=proof, weak=weak(proof)))
    return Reading(findings=tuple(findings), conflicts=conflicts)


def _denied(path: str, answered: Finding, courses: list[tuple[Seen, Evidence]]) -> tuple[Finding, tuple[Conflict, ...]]:
    """An answer "none" beside a course that was given: neither is believed."""
    why = "a course is recorded beside the answer that there was none"
    references = tuple(sorted({item.reference for item in (*answered.evidence, *(proof for _, proof in courses))}))
    return Finding(path=path, why=why), (Conflict(path, (str(answered.value), "given"), references, why),)


def _finding(path: str, value: str, courses: list[tuple[Seen, Evidence]]) -> Finding:
    proof = tuple(item for _, item in courses)
    return Finding(path=path, value=value, evidence=proof, weak=weak(proof))


def _courses(context: Context, spec: Spec, wanted: str) -> Iterator[tuple[Seen, Evidence]]:
    """The courses to the fields asked for."""
    return ((seen, proof) for seen, named, proof in _all_courses(context, spec, wanted) if named & set(spec.options["fields"]))


def _all_courses(context: Context, spec: Spec, wanted: str) -> Iterator[tuple[Seen, frozenset[str], Evidence]]:
    """Every course, with the fields that it names."""
    states = {"done": ("done", "ongoing"), "not-done": ("not-done",)}[wanted]
    for seen, concept in context.chart.coded("Procedure", spec.options["courses"]):
        if seen.state not in states:
            continue
        named, in_words = fields(context, spec.options, seen.resource), False
        if not named:
            named, in_words = field_in_words(context, spec.options, seen.resource), True
        yield seen, frozenset(named), seen.evidence(concept, text=in_words)


def field_in_words(context: Context, options: Mapping[str, Any], resource: Resource) -> tuple[str, ...]:
    """The one field that the words of the reason name (last in order, and never explicit); none where they name several."""
    rule = {"map": options["fieldMap"], "target": options["target"], "negations": options.get("negations", ())}
    chart = context.chart
    named = {name for text in texts(resource.get("reasonCode")) for name in said(chart.terminology, rule, chart.words(text))[0]}
    return tuple(named) if len(named) == 1 else ()


def fields(context: Context, options: Mapping[str, Any], resource: Resource) -> tuple[str, ...]:
    """The fields that a course or an order names: by body site, else by its volumes, else by its own code.

    Where one body site is coded more than once, a field of option ``prevailing`` (the narrower one) stands for all.
    """
    terms, target = context.terminology, options["target"]
    found = _places(context, options, resource.get("bodySite")) or _places(context, options, list(_volumes(context, resource)))
    if not found:
        found = [name for name, _ in terms.translations(options["codeMap"], resource.get("code"), target)]
    return tuple(dict.fromkeys(found))


def _places(context: Context, options: Mapping[str, Any], element: object) -> list[str]:
    found: list[str] = []
    for site in element if isinstance(element, list) else [element]:
        names = [name for name, _ in context.chart.translations(options["fieldMap"], site, options["target"])]
        found += [name for name in names if name in options.get("prevailing", ())] or names
    return found


def _volumes(context: Context, resource: Resource) -> Iterator[object]:
    """Locations of referenced BodyStructures (mCODE treatment volumes)."""
    for extension in objects(resource.get("extension")):
        for part in (extension, *objects(extension.get("extension"))):
            for written in references(part.get("valueReference")):
                target = resolve(written, resource, context.record.targets)
                if target is not None:
                    yield from (target.get("location"), target.get("morphology"))
