"""Orders, drafted or active, described in the content's own terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.facts.context import Context, Finding, Reading
from cds_service.facts.declarations import Spec
from cds_service.facts.readers.medications import agents, displays
from cds_service.facts.readers.radiotherapy import field_in_words, fields
from cds_service.facts.readers.wording import said
from cds_service.facts.resources import evidence, is_draft, state, when
from cds_service.fhir.codings import TEXT_SYSTEM, Concept, normalise_text, texts
from cds_service.fhir.elements import extensions, objects
from cds_service.fhir.record import Entry, Issue, Resource
from cds_service.fhir.references import literal
from cds_service.model.facts import Evidence

_Named = tuple[tuple[str, Concept], ...]


@dataclass(frozen=True, slots=True)
class _Described:
    """One order: its members, what proves them, and which of them rest on text."""

    element: dict[str, Any]
    evidence: Evidence
    weak: frozenset[str]


def read_orders(context: Context, spec: Spec) -> Reading:
    """One element per order, described in the content's terms.

    Members: ``reference``, ``id`` (of an order that an answer can name), ``standing`` (a draft that is more than that: active in the
    record, or not in draft itself), ``kind``, ``agents``, ``procedure``/``procedures``, ``modality``/``modalities``, ``field``/``fields``,
    ``intent``, ``text``, ``date``. An order that something shall not be done has no members that say what.
    Option ``of`` says which: ``drafts`` (the hook's draft orders) or ``active`` (active orders of the record; closed over ``keys``).
    ``agents`` (see :func:`~.medications.agents`), ``procedure``, ``modality`` ({map, target}), ``radiotherapy`` (value set) with ``field``
    (see :func:`~.radiotherapy.fields`) and ``intent`` ({map, target, negations, extensions}) say by what an order is described, each if
    wanted; ``also`` maps any further attribute (its name -> {map, target}). ``kinds`` names the kind for what was found (``else`` for
    nothing of it); ``supportive`` agents alone make none, but beside one of the agents ``supports`` they do. ``combined`` ({as, fields,
    agents}) is a flag for fields that are treated together with one of the agents.
    """
    drafts = spec.options["of"] == "drafts"
    entries = context.record.draft_orders if drafts else tuple(_active(context))
    described = [_describe(context, spec.options, entry) for entry in entries]
    if drafts:
        known = {entry.reference for entry in _requests(context) if state(entry.resource) in ("active", "completed")}
        for one, entry in zip(described, entries, strict=True):
            one.element["standing"] = entry.reference in known or not is_draft(entry.resource)
    else:
        described.sort(key=lambda one: (str(one.element.get("date", "9999")), one.element["reference"]))
    elements = _with_combined(spec.options, _with_supportive(spec.options, [one.element for one in described]))
    complete = drafts or context.answered(spec.options["keys"])
    if not elements and not complete:
        return Reading(findings=(Finding(path=spec.path, why="the orders were not completely received"),))
    finding = Finding(
        path=spec.path,
        value=tuple(elements),
        items=tuple((one.evidence,) for one in described),
        weak_members=tuple(one.weak for one in described),
    )
    return Reading(findings=(finding,), issues=tuple(_contradictions(context, spec.options, entries)))


def _contradictions(context: Context, options: Mapping[str, Any], entries: Iterable[Entry]) -> Iterator[Issue]:
    """The orders whose own codes name different procedures, of which the facts can hold only one."""
    for entry in entries:
        if len(_distinct(_names(context, options, options.get("procedure"), entry.resource))) > 1:
            yield Issue("coding", entry.reference, "its codes name different procedures: the first is read")


def _requests(context: Context) -> tuple[Entry, ...]:
    return context.record.of("MedicationRequest", "ServiceRequest", "Task")


def _active(context: Context) -> Iterable[Entry]:
    drafted = {entry.reference for entry in context.record.draft_orders}
    for entry in _requests(context):
        # a draft that is also active in the record is one order, not two
        if state(entry.resource) == "active" and entry.reference not in drafted:
            yield entry


def _describe(context: Context, options: Mapping[str, Any], entry: Entry) -> _Described:
    resource = entry.resource
    element: dict[str, Any] = {"reference": entry.reference, "agents": (), "procedures": (), "modalities": (), "fields": ()}
    named = literal(entry.reference)
    if named is not None and "/".join(named) == entry.reference:  # without an id, or with an impossible one, nobody can name it
        element["id"] = entry.reference
    _put(element, "text", _text(resource))
    _put(element, "date", when(resource))
    if resource.get("doNotPerform") is True:
        return _Described(element | {"kind": options["kinds"]["else"]}, evidence(entry), frozenset())
    what, basis, uncertain = _what(context, options, resource)
    intent, in_words = _intent(context, options["intent"], resource) if "intent" in options else (None, False)
    _put(what, "intent", intent)
    only_words = bool(basis) and all(concept.system == TEXT_SYSTEM for concept in basis)
    weak = {name for name in what if name != "intent"} if only_words else uncertain
    return _Described(
        element | what, evidence(entry, basis[0] if basis else None, text=only_words), frozenset({*weak, "intent"} if in_words else weak)
    )


def _what(context: Context, options: Mapping[str, Any], resource: Resource) -> tuple[dict[str, Any], tuple[Concept, ...], frozenset[str]]:
    """What an order is for, the concepts by which it says so, and the members that only the words of its reason name."""
    drugs = _agents(context, options, resource)
    procedures = _names(context, options, options.get("procedure"), resource)
    modalities = _names(context, options, options.get("modality"), resource)
    irradiation, places = _radiotherapy(context, options, resource)
    in_words = field_in_words(context, options["field"], resource) if irradiation and not places else ()
    element: dict[str, Any] = {
        "agents": _distinct(drugs),
        "procedures": _distinct(procedures),
        "modalities": _distinct(modalities),
        "fields": places or in_words,
    }
    for one, many in (("procedure", "procedures"), ("modality", "modalities"), ("field", "fields")):
        _put(element, one, next(iter(element[many]), None))
    for name, rule in options.get("also", {}).items():
        _put(element, name, next(iter(_distinct(_names(context, options, rule, resource))), None))
    element["kind"] = _kind(options, element, is_radiotherapy=bool(irradiation))
    basis = (*(concept for _, concept in (*drugs, *procedures, *modalities)), *irradiation)
    uncertain = {"field", "fields", *([options["combined"]["as"]] if "combined" in options else ())} if in_words else ()
    return element, basis, frozenset(uncertain)


def _put(element: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        element[name] = value


def _distinct(named: _Named) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name, _ in named))


def _agents(context: Context, options: Mapping[str, Any], resource: Resource) -> _Named:
    """The agents of a medication order, or those of the regimen that another order names as a whole."""
    rule = options.get("agents")
    if rule is None:
        return ()
    if "Medication" in str(resource.get("resourceType")):
        return agents(context, rule, resource)
    return context.terminology.translations(rule["regimens"], resource.get("code"), rule["target"]) if "regimens" in rule else ()


def _names(context: Context, options: Mapping[str, Any], rule: Mapping[str, Any] | None, resource: Resource) -> _Named:
    """What a map says about an order: by code, else by the whole text beside words about the intent; nothing without a map."""
    if rule is None:
        return ()
    terms = context.terminology
    for name in ("code", "orderDetail"):
        found = terms.translations(rule["map"], resource.get(name), rule["target"])
        if not found:
            written = [
                (text, terms.translate_text(rule["map"], text, rule["target"])) for text in _written(context, options, resource, name)
            ]
            found = tuple((value, Concept(TEXT_SYSTEM, text)) for text, values in written for value in values)
        if found:
            return found
    return ()


def _written(context: Context, options: Mapping[str, Any], resource: Resource, name: str) -> Iterator[str]:
    """The text of an element with and without words about the intent; the displays too where no code is one that the content lists."""
    for codeable in objects(resource.get(name)):
        is_listed = any(concept in context.terminology.known for concept in context.terminology.concepts(codeable))
        for text in (*texts(codeable), *(() if is_listed else displays(codeable))):
            yield from dict.fromkeys((text, said(context, options["intent"], text)[1]) if "intent" in options else (text,))


def _radiotherapy(context: Context, options: Mapping[str, Any], resource: Resource) -> tuple[tuple[Concept, ...], tuple[str, ...]]:
    """The concepts by which an order is one for radiotherapy (none: it is not), and its fields."""
    if "radiotherapy" not in options:
        return (), ()
    terms, value_set = context.terminology, options["radiotherapy"]
    named = _names(context, options, options["field"] | {"map": options["field"]["codeMap"]}, resource)
    found = [concept for concept in (terms.match(value_set, resource.get("code")),) if concept is not None]
    found += [concept for _, concept in named]
    if not found:
        spelled = (Concept(TEXT_SYSTEM, normalise_text(text)) for text in _written(context, options, resource, "code"))
        found = [concept for concept in spelled if terms.member(value_set, concept)]
    return tuple(found), (fields(context, options["field"], resource) or _distinct(named)) if found else ()


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
    stated = [item.get("valueCodeableConcept") for url in rule["extensions"] for item in extensions(resource, url)]
    for codeable in (stated, resource.get("reasonCode"), resource.get("category"), resource.get("courseOfTherapyType")):
        found = {name for name, _ in context.terminology.translations(rule["map"], codeable, rule["target"])}
        if found:
            return (found.pop() if len(found) == 1 else None), False
    named = [text for name in ("code", "medicationCodeableConcept") for text in (*texts(resource.get(name)), *displays(resource.get(name)))]
    words = [*named, *texts(resource.get("reasonCode")), *(str(note.get("text")) for note in objects(resource.get("note")))]
    found = {name for text in words for name in said(context, rule, text)[0]}
    return (found.pop(), True) if len(found) == 1 else (None, False)


def _text(resource: Resource) -> str | None:
    codeables = (resource.get("code"), resource.get("medicationCodeableConcept"))
    for codeable in codeables:
        for text in texts(codeable):
            return text[:200]
    for codeable in codeables:
        for item in objects(codeable):
            for coding in objects(item.get("coding")):
                if isinstance(coding.get("display"), str):
                    return str(coding["display"])[:200]
    return None


def _with_supportive(options: Mapping[str, Any], elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make an order of supportive agents part of the regimen of which another order has the agent that they support."""
    kinds, supports = options["kinds"], frozenset(options.get("supports", ()))
    if not any(supports.intersection(element["agents"]) for element in elements):
        return elements
    return [
        element | {"kind": kinds["agents"]} if element["agents"] and element["kind"] == kinds["else"] else element for element in elements
    ]


def _with_combined(options: Mapping[str, Any], elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark radiotherapy to the given fields that is ordered together with one of the given agents."""
    rule = options.get("combined")
    if rule is None:
        return elements
    together = {agent for element in elements for agent in element["agents"]} & set(rule["agents"])
    return [element | {rule["as"]: bool(together and set(element["fields"]) & set(rule["fields"]))} for element in elements]


def read_combination(context: Context, spec: Spec) -> Reading:
    """Which declared combinations of agents the orders form together, whatever resource each agent stands in.

    Options: ``lists`` (order lists), ``dated`` (the list whose orders count only within the look-back ``within``), ``agents``
    (path of the union), ``combinations`` (path -> alternatives, each a list of agents), ``keys`` (closed world of the active orders).
    """
    dated, within, found, perhaps = spec.options.get("dated"), spec.options.get("within"), set[str](), set[str]()
    for path in spec.options["lists"]:
        for element in context.value(path) or ():
            if path != dated or within is None or context.within(element.get("date"), within):
                found.update(element["agents"])
            elif context.may_lie_within(element.get("date"), within):
                perhaps.update(element["agents"])
    complete = context.answered(spec.options["keys"]) and perhaps <= found
    findings = [Finding(path=spec.options["agents"], value=tuple(sorted(found)))]
    for path, alternatives in spec.options["combinations"].items():
        formed = any(set(agents) <= found for agents in alternatives)
        findings.append(
            Finding(
                path=path,
                value=True if formed else (False if complete else None),
                why="active orders without a date, or not completely received",
            )
        )
    return Reading(findings=tuple(findings))
