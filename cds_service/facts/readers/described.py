"""What one order is for, by its codes and its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Context
from cds_service.facts.lazily import lazily
from cds_service.facts.readers.medications import agents, displays
from cds_service.facts.readers.radiotherapy import field_in_words, fields
from cds_service.facts.wording import said
from cds_service.fhir.codings import TEXT_SYSTEM, Concept, texts
from cds_service.fhir.elements import extensions, objects
from cds_service.fhir.record import Resource
from cds_service.fhir.references import literal
from cds_service.model.facts import Evidence

Named = tuple[tuple[str, Concept], ...]
_ELEMENTS = ("code", "orderDetail")
"""Where an order says what it is for."""
_NAMES = ("code", "medicationCodeableConcept")
"""Where it is named."""


@dataclass(frozen=True, slots=True)
class Described:
    """One order: its members, what proves them, and which of them rest on text."""

    element: dict[str, Any]
    evidence: Evidence
    weak: frozenset[str]


class Order:
    """One order with the options by which it is read."""

    def __init__(self, context: Context, options: Mapping[str, Any], seen: Seen) -> None:
        self.context = context
        self.options = options
        self.seen = seen
        self.resource: Resource = seen.resource
        self._spelled = {name: tuple(self._listed(name)) for name in _ELEMENTS if self.resource.get(name) is not None}
        self._ways = tuple([way for name in self._spelled for way in self._ways_of(name)])

    def _ways_of(self, name: str) -> Iterator[tuple[tuple[Concept, Concept], ...]]:
        """What an element says, the surest first: its codes, its whole texts, its texts beside words about the intent.

        Each as it is shown, and as maps list it.
        """
        chart, element = self.context.chart, self.resource[name]
        yield tuple([(meaning.concept, meaning.concept) for meaning in chart.terminology.meanings(element) if meaning.maps])
        yield tuple([(whole, whole) for text in texts(element) for whole in (Concept(TEXT_SYSTEM, chart.normal(text)),)])
        yield tuple([(Concept(TEXT_SYSTEM, text), Concept(TEXT_SYSTEM, normal)) for text, normal in self._spelled[name]])

    def _listed(self, name: str) -> Iterator[tuple[str, str]]:
        """The texts of an element, as written and normalised, of which the content lists any, with and without words about the intent.

        The displays too where no code is one that the content lists.
        """
        chart, intent = self.context.chart, self.options.get("intent")
        for codeable in objects(self.resource.get(name)):
            is_listed = any(meaning.is_listed for meaning in chart.terminology.meanings(codeable))
            for text in (*texts(codeable), *(() if is_listed else displays(codeable))):
                rest = text if intent is None else said(chart.terminology, intent, chart.words(text))[1]
                for written in dict.fromkeys((text, rest)):
                    if chart.normal(written) in chart.terminology.spellings:
                        yield written, chart.normal(written)

    @property
    def is_for_something(self) -> bool:
        """Whether the content may know what the order is for: a code, or a text beside it."""
        if not self._spelled:
            return False
        detail = self.context.terminology.meanings(self.resource.get("orderDetail"))
        return any(self._spelled.values()) or any(meaning.sets or meaning.maps for meaning in (*self.seen.meanings, *detail))

    def spelled(self, name: str) -> tuple[tuple[str, str], ...]:
        """The texts of an element that the content lists, as written and normalised."""
        return self._spelled.get(name, ())

    @lazily
    def procedures(self) -> Named:
        """The procedures that it names."""
        return self.names(self.options.get("procedure"))

    def names(self, rule: Mapping[str, Any] | None) -> Named:
        """What a map says about the order: by code, else by the whole text beside words about the intent; nothing without a map."""
        if rule is None:
            return ()
        translate, concept_map, target = self.context.terminology.translate, rule["map"], rule["target"]
        for way in self._ways:
            found = [(value, shown) for shown, listed in way for value in translate(concept_map, listed, target)]
            if found:
                return tuple(found)
        return ()


def describe(order: Order) -> Described:
    """An order in the content's terms; of one that something shall not be done, not what."""
    seen, resource, options = order.seen, order.resource, order.options
    element: dict[str, Any] = {"reference": seen.reference, "agents": (), "procedures": (), "modalities": (), "fields": ()}
    named = literal(seen.reference)
    if named is not None and "/".join(named) == seen.reference:  # without an id, or with an impossible one, nobody can name it
        element["id"] = seen.reference
    _put(element, "text", _text(resource))
    _put(element, "date", seen.moment)
    if resource.get("doNotPerform") is True:
        return Described(element | {"kind": options["kinds"]["else"]}, seen.evidence(), frozenset())
    what, basis, uncertain = _what(order)
    intent, in_words = _intent(order.context, options["intent"], resource) if "intent" in options else (None, False)
    _put(what, "intent", intent)
    only_words = bool(basis) and all(concept.system == TEXT_SYSTEM for concept in basis)
    weak = frozenset(what) - {"intent"} if only_words else uncertain
    proof = seen.evidence(basis[0] if basis else None, text=only_words)
    return Described(element | what, proof, weak | {"intent"} if in_words else weak)


def _what(order: Order) -> tuple[dict[str, Any], tuple[Concept, ...], frozenset[str]]:
    """What an order is for, the concepts by which it says so, and the members that only the words of its reason name."""
    options = order.options
    drugs = _agents(order)
    if not drugs and not order.is_for_something:
        return {"agents": (), "procedures": (), "modalities": (), "fields": (), "kind": options["kinds"]["else"]}, (), frozenset()
    procedures, modalities = order.procedures, order.names(options.get("modality"))
    irradiation, places = _radiotherapy(order)
    in_words = field_in_words(order.context, options["field"], order.resource) if irradiation and not places else ()
    element: dict[str, Any] = {
        "agents": distinct(drugs),
        "procedures": distinct(procedures),
        "modalities": distinct(modalities),
        "fields": places or in_words,
    }
    for one, many in (("procedure", "procedures"), ("modality", "modalities"), ("field", "fields")):
        _put(element, one, next(iter(element[many]), None))
    for name, rule in options.get("also", {}).items():
        _put(element, name, next(iter(distinct(order.names(rule))), None))
    element["kind"] = _kind(options, element, is_radiotherapy=bool(irradiation))
    basis = (*(concept for _, concept in (*drugs, *procedures, *modalities)), *irradiation)
    uncertain = {"field", "fields", *([options["combined"]["as"]] if "combined" in options else ())} if in_words else ()
    return element, basis, frozenset(uncertain)


def _put(element: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        element[name] = value


def distinct(named: Named) -> tuple[str, ...]:
    """What is named, each once."""
    return tuple(dict.fromkeys(name for name, _ in named))


def _agents(order: Order) -> Named:
    """The agents of a medication order, or those of the regimen that another order names as a whole."""
    rule, resource = order.options.get("agents"), order.resource
    if rule is None:
        return ()
    if "Medication" in str(resource.get("resourceType")):
        return agents(order.context, rule, order.seen)
    return order.context.chart.translations(rule["regimens"], resource.get("code"), rule["target"]) if "regimens" in rule else ()


def _radiotherapy(order: Order) -> tuple[tuple[Concept, ...], tuple[str, ...]]:
    """The concepts by which an order is one for radiotherapy (none: it is not), and its fields."""
    if "radiotherapy" not in order.options:
        return (), ()
    terms, value_set, field = order.context.terminology, order.options["radiotherapy"], order.options["field"]
    named = order.names({"map": field["codeMap"], "target": field["target"]})
    found = [meaning.concept for meaning in order.seen.meanings if value_set in meaning.sets][:1]
    found += [concept for _, concept in named]
    if not found:
        spelled = (Concept(TEXT_SYSTEM, normal) for _, normal in order.spelled("code"))
        found = [concept for concept in spelled if terms.member(value_set, concept)]
    return tuple(found), (fields(order.context, field, order.resource) or distinct(named)) if found else ()


def _kind(options: Mapping[str, Any], element: Mapping[str, Any], *, is_radiotherapy: bool) -> str:
    kinds: Mapping[str, str] = options["kinds"]
    if any(agent not in options.get("supportive", ()) for agent in element["agents"]):
        return kinds["agents"]
    if is_radiotherapy:
        return kinds["radiotherapy"]
    if "procedure" in element:
        return kinds["procedure"]
    return kinds["modality"] if element["modalities"] else kinds["else"]


def _intent(context: Context, rule: Mapping[str, Any], resource: Resource) -> tuple[str | None, bool]:
    """The treatment intent, and whether only free words say so.

    From the intent extension, else from the order's own reason or category, else from listed words in its name, reason or notes.
    """
    chart, concept_map, target = context.chart, rule["map"], rule["target"]
    stated = []
    if "extension" in resource:
        stated = [item.get("valueCodeableConcept") for url in rule["extensions"] for item in extensions(resource, url)]
    reason = resource.get("reasonCode")
    for codeable in (stated, reason, resource.get("category"), resource.get("courseOfTherapyType")):
        found = {name for name, _ in chart.translations(concept_map, codeable, target)} if codeable else ()
        if found:
            return (found.pop() if len(found) == 1 else None), False
    written = texts(reason)
    for name in _NAMES:
        if name in resource:
            written += texts(resource[name]) + displays(resource[name])
    if "note" in resource:
        written += [str(note.get("text")) for note in objects(resource["note"])]
    spoken = [words for text in written if (words := chart.words(text)).phrases]
    found = {name for words in spoken for name in said(chart.terminology, rule, words)[0]}
    return (found.pop(), True) if len(found) == 1 else (None, False)


def _text(resource: Resource) -> str | None:
    codeables = [resource[name] for name in _NAMES if name in resource]
    for found in (texts, displays):
        for codeable in codeables:
            for text in found(codeable):
                return text[:200]
    return None
