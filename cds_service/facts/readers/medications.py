"""Which ingredients a medication resource names: by code, through a Medication, or by words as a last resort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Context
from cds_service.fhir.codings import TEXT_SYSTEM, Concept, texts
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Resource
from cds_service.fhir.references import references, resolve

Named = tuple[str, Concept]


def agents(context: Context, options: Mapping[str, Any], seen: Seen) -> tuple[Named, ...]:
    """The (agent, matched code) pairs of a MedicationRequest, -Administration or -Statement; none for a topical route or form.

    Options: ``map``, ``target``; and, if wanted, ``topical`` (value set of routes, forms and products, and of words that name such a
    one), ``regimens`` (map of codes that name a whole regimen).
    """
    known = context.chart.known
    asked = (seen, options["map"], options.get("regimens"), options["target"], options.get("topical"))
    found: tuple[Named, ...] | None = known.get(asked)
    if found is None:
        found = known[asked] = _agents(context, options, seen.resource)
    return found


def _agents(context: Context, options: Mapping[str, Any], resource: Resource) -> tuple[Named, ...]:
    named = tuple(medications(context, resource))
    found = _coded(context, options, named) or _worded(context, options, resource, named)
    if not found or ("topical" in options and _topical(context, options["topical"], resource, named)):
        return ()
    return tuple({agent: (agent, concept) for agent, concept in reversed(found)}.values())[::-1]


def medications(context: Context, resource: Resource) -> Iterator[object]:
    """Every CodeableConcept that says what the medication is, including those of a referenced or contained Medication."""
    yield resource.get("medicationCodeableConcept")
    for written in references(resource["medicationReference"]) if "medicationReference" in resource else ():
        target = resolve(written, resource, context.record.targets)
        if target is not None:
            yield target.get("code")
            for ingredient in objects(target.get("ingredient")):
                yield ingredient.get("itemCodeableConcept")
                for inner in references(ingredient.get("itemReference")):
                    substance = resolve(inner, resource, context.record.targets)
                    yield None if substance is None else substance.get("code")


def _coded(context: Context, options: Mapping[str, Any], named: Sequence[object]) -> list[Named]:
    terms, target, maps = context.terminology, options["target"], _maps(options)
    mapped = [meaning for codeable in named for meaning in terms.meanings(codeable) if meaning.maps]
    return [
        (agent, meaning.concept)
        for meaning in mapped
        for name in maps
        if name in meaning.maps
        for agent in terms.translate(name, meaning.concept, target)
    ]


def _worded(context: Context, options: Mapping[str, Any], resource: Resource, named: Sequence[object]) -> list[Named]:
    """Agents named by a word of the text or of a display: local formularies often carry nothing else."""
    words, referred = context.chart.words, _reference_displays(resource)
    phrases = [phrase for one in named for text in (*texts(one), *displays(one), *referred) for phrase in words(text).phrases]
    if not phrases:
        return []
    translate, target, maps = context.terminology.translate, options["target"], _maps(options)
    spelled = [Concept(TEXT_SYSTEM, phrase.text) for phrase in phrases]
    return [(agent, concept) for concept in spelled for name in maps for agent in translate(name, concept, target)]


def _maps(options: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(options[name] for name in ("map", "regimens") if name in options)


def displays(codeable: object) -> list[str]:
    """The displays of the codings of a CodeableConcept or of a list of them."""
    found = []
    for item in codeable if isinstance(codeable, list) else (codeable,):
        listed = item.get("coding") if isinstance(item, dict) else None
        each = listed if isinstance(listed, list) else (listed,)
        found += [coding["display"] for coding in each if isinstance(coding, dict) and isinstance(coding.get("display"), str)]
    return found


def _reference_displays(resource: Resource) -> list[str]:
    referenced = objects(resource["medicationReference"]) if "medicationReference" in resource else ()
    return [display for item in referenced if isinstance(display := item.get("display"), str)]


def _topical(context: Context, value_set: str, resource: Resource, named: Sequence[object]) -> bool:
    said = [item.get("route") for name in ("dosageInstruction", "dosage") if name in resource for item in objects(resource[name])]
    for written in references(resource["medicationReference"]) if "medicationReference" in resource else ():
        target = resolve(written, resource, context.record.targets)
        said.append(None if target is None else target.get("form"))
    said += named
    terms, words = context.terminology, context.chart.words
    holding = [meaning.sets for codeable in said for meaning in terms.meanings(codeable)]
    spelled = [text for codeable in said for text in (*texts(codeable), *displays(codeable))]
    single = [phrase.text for text in spelled for phrase in words(text).phrases if phrase.size == 1]
    return any(value_set in sets for sets in (*holding, *[terms.meaning(TEXT_SYSTEM, word).sets for word in single]))
