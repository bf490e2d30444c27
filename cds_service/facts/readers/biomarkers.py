"""Test results that are positive, negative or neither: panels by code, and variants by the gene studied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Context, Finding, Reading, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders
from cds_service.facts.resources import IGNORED
from cds_service.fhir.codings import Concept
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Resource
from cds_service.model.facts import Conflict, Evidence

Found = tuple[str, Evidence]


def read_result(context: Context, spec: Spec) -> Reading:
    """One of the declared results; ``conflict`` where valid results differ, ``absent`` (closed world) where no test is documented.

    Options: ``codes`` (tests), ``map``/``target`` (answers), ``unclear`` (the result that a definite one overrules), ``notDone``
    (value set of reasons that say that no test was done), ``shared``
    ({codes, positive}: a positive result of a test that covers several genes does not say which), ``variant`` (see :func:`_variant`),
    ``conflict``, ``absent``.
    """
    found = list(_results(context, spec))
    unclear = spec.options["unclear"]
    definite = [one for one in found if one[0] != unclear]
    chosen = definite or found
    values = {value for value, _ in chosen}
    proof = tuple(sorted((item for _, item in chosen), key=lambda item: (not item.explicit, item.reference)))
    if len(values) > 1:
        references = tuple(item.reference for item in proof)
        conflict = Conflict(spec.path, tuple(sorted(values)), references, "valid results differ")
        return Reading(
            findings=(Finding(path=spec.path, value=spec.options["conflict"], evidence=proof, weak=weak(proof)),), conflicts=(conflict,)
        )
    if values:
        return Reading(findings=(Finding(path=spec.path, value=next(iter(values)), evidence=proof, weak=weak(proof)),))
    answered = context.answered(spec.closed_world)
    return Reading(
        findings=(
            Finding(path=spec.path, value=spec.options["absent"] if answered else None, why="the results were not completely received"),
        )
    )


def _results(context: Context, spec: Spec) -> Iterator[Found]:
    disorders: Disorders = context.shared["disorders"]
    tests = context.chart.coded("Observation", spec.options["codes"])
    for seen, concept in tests:
        if seen.state != IGNORED and disorders.attributes(seen) is not False:
            for value in _answers(context, spec, seen.resource):
                yield _unshared(context, spec, seen.resource, value), disorders.proof(seen, concept)
    if "variant" in spec.options:
        tested = {seen for seen, _ in tests}
        for seen, concept in context.chart.coded("Observation", spec.options["variant"]["codes"]):
            if seen not in tested and seen.state != IGNORED and disorders.attributes(seen) is not False:
                yield from _variant(context, spec.options["variant"], seen, concept)


def _answers(context: Context, spec: Spec, resource: Resource) -> Iterator[str]:
    """The meaning of value, else of the interpretation; a listed spelling under a coded test counts as coded.

    A test without a result that can be read is unclear, unless it says that it was not done.
    """
    for name in ("valueCodeableConcept", "valueString", "interpretation"):
        written = resource.get(name)
        codeable = {"text": written} if isinstance(written, str) else written
        found = context.chart.translations(spec.options["map"], codeable, spec.options["target"])
        if found:
            yield from dict.fromkeys(value for value, _ in found)
            return
    not_done = spec.options.get("notDone")
    reasons = (resource.get("dataAbsentReason"), resource.get("valueCodeableConcept"))
    if not_done is None or all(context.terminology.match(not_done, reason) is None for reason in reasons):
        yield str(spec.options["unclear"])  # a test was done, and its result cannot be read


def _unshared(context: Context, spec: Spec, resource: Resource, value: str) -> str:
    shared = spec.options.get("shared")
    if shared and value == shared["positive"] and context.terminology.match(shared["codes"], resource.get("code")) is not None:
        return str(spec.options["unclear"])
    return value


def _variant(context: Context, options: Mapping[str, Any], seen: Seen, concept: Concept) -> Iterator[Found]:
    """A variant assessment about the gene in question: present -> ``present``, absent -> ``absent`` (that variant only, not the gene).

    Germline variants and those judged benign say nothing. Options: ``codes``, ``gene`` ({component, is}), ``not`` (list of
    {component, is}), ``yes``/``no`` (value sets), ``present``, ``absent``.
    """
    resource, terms = seen.resource, context.terminology
    disorders: Disorders = context.shared["disorders"]
    if not _component_is(context, resource, options["gene"]):
        return
    if any(_component_is(context, resource, rule) for rule in options["not"]):
        return
    value = resource.get("valueCodeableConcept")
    if terms.match(options["yes"], value) is not None:
        yield options["present"], disorders.proof(seen, concept)
    elif terms.match(options["no"], value) is not None:
        yield options["absent"], disorders.proof(seen, concept)


def _component_is(context: Context, resource: Resource, rule: Mapping[str, str]) -> bool:
    terms = context.terminology
    return any(
        any(concept.code == rule["component"] for concept in terms.concepts(component.get("code")))
        and terms.match(rule["is"], component.get("valueCodeableConcept")) is not None
        for component in objects(resource.get("component"))
    )
