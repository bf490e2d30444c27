"""Which ingredients a medication resource names: by code, through a Medication, or by words as a last resort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.facts.context import Context
from cds_service.fhir.codings import TEXT_SYSTEM, Concept, texts
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Resource
from cds_service.fhir.references import references, resolve

Named = tuple[str, Concept]


def agents(context: Context, options: Mapping[str, Any], resource: Resource) -> tuple[Named, ...]:
    """The (agent, matched code) pairs of a MedicationRequest, -Administration or -Statement; none for a topical route or form.

    Options: ``map``, ``target``; and, if wanted, ``topical`` (value set of routes, forms and products, and of words that name such a
    one), ``regimens`` (map of codes that name a whole regimen).
    """
    named = tuple(medications(context, resource))
    if "topical" in options and _topical(context, options["topical"], resource, named):
        return ()
    coded = tuple(_coded(context, options, named))
    found = coded or tuple(_worded(context, options, resource, named))
    return tuple({agent: (agent, concept) for agent, concept in reversed(found)}.values())[::-1]


def medications(context: Context, resource: Resource) -> Iterator[object]:
    """Every CodeableConcept that says what the medication is, including those of a referenced or contained Medication."""
    yield resource.get("medicationCodeableConcept")
    for written in references(resource.get("medicationReference")):
        target = resolve(written, resource, context.record.targets)
        if target is not None:
            yield target.get("code")
            for ingredient in objects(target.get("ingredient")):
                yield ingredient.get("itemCodeableConcept")
                for inner in references(ingredient.get("itemReference")):
                    substance = resolve(inner, resource, context.record.targets)
                    yield None if substance is None else substance.get("code")


def _coded(context: Context, options: Mapping[str, Any], named: Sequence[object]) -> Iterator[Named]:
    terms = context.terminology
    for codeable in named:
        for concept in terms.concepts(codeable):
            for name in _maps(options):
                for agent in terms.translate(name, concept, options["target"]):
                    yield agent, concept


def _worded(context: Context, options: Mapping[str, Any], resource: Resource, named: Sequence[object]) -> Iterator[Named]:
    """Agents named by a word of the text or of a display: local formularies often carry nothing else."""
    for codeable in named:
        for text in (*texts(codeable), *displays(codeable), *_reference_displays(resource)):
            for phrase in context.chart.words(text).phrases:
                concept = Concept(TEXT_SYSTEM, phrase.text)
                for name in _maps(options):
                    for agent in context.terminology.translate(name, concept, options["target"]):
                        yield agent, concept


def _maps(options: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(options[name] for name in ("map", "regimens") if name in options)


def displays(codeable: object) -> Iterator[str]:
    """The displays of the codings of a CodeableConcept or of a list of them."""
    for item in objects(codeable):
        for coding in objects(item.get("coding")):
            if isinstance(coding.get("display"), str):
                yield coding["display"]


def _reference_displays(resource: Resource) -> Iterator[str]:
    for item in objects(resource.get("medicationReference")):
        if isinstance(item.get("display"), str):
            yield item["display"]


def _topical(context: Context, value_set: str, resource: Resource, named: Sequence[object]) -> bool:
    routes = [item.get("route") for name in ("dosageInstruction", "dosage") for item in objects(resource.get(name))]
    forms = [
        target.get("form")
        for written in references(resource.get("medicationReference"))
        if (target := resolve(written, resource, context.record.targets)) is not None
    ]
    said = (*routes, *forms, *named)
    if any(context.terminology.match(value_set, codeable) is not None for codeable in said):
        return True
    written = (text for codeable in said for text in (*texts(codeable), *displays(codeable)))
    words = (phrase.text for text in written for phrase in context.chart.words(text).phrases if phrase.size == 1)
    return any(context.terminology.member(value_set, Concept(TEXT_SYSTEM, word)) for word in words)
