"""Orders, drafted or active, described in the content's own terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.facts.context import Context, Finding, Reading
from cds_service.facts.declarations import Spec
from cds_service.facts.readers.medications import agents
from cds_service.facts.readers.radiotherapy import fields
from cds_service.facts.resources import evidence, state, when
from cds_service.fhir.codings import texts
from cds_service.fhir.elements import extensions, objects
from cds_service.fhir.record import Entry, Resource
from cds_service.model.facts import Evidence


def read_orders(context: Context, spec: Spec) -> Reading:
    """One element per order, described in the content's terms.

    Members: ``reference``, ``id``, ``kind``, ``agents``, ``procedure``, ``modality``/``modalities``, ``field``/``fields``,
    ``intent``, ``text``, ``date``.
    Option ``of`` says which: ``drafts`` (the hook's draft orders) or ``active`` (active orders of the record; closed over ``keys``).
    ``maps`` names the content's maps; ``also`` maps any further attribute of our own (its name -> {map, target}).
    """
    drafts = spec.options["of"] == "drafts"
    entries = context.record.draft_orders if drafts else tuple(_active(context))
    described = [_describe(context, spec.options, entry) for entry in entries]
    elements = _with_combined(spec.options, [element for element, _ in described])
    if not drafts:
        order = sorted(range(len(elements)), key=lambda n: (str(elements[n].get("date", "9999")), elements[n]["reference"]))
        elements, described = [elements[n] for n in order], [described[n] for n in order]
    complete = drafts or context.answered(spec.options["keys"])
    if not elements and not complete:
        return Reading(findings=(Finding(path=spec.path, why="the orders were not completely received"),))
    return Reading(findings=(Finding(path=spec.path, value=tuple(elements), items=tuple((proof,) for _, proof in described)),))


def _active(context: Context) -> Iterable[Entry]:
    drafted = {entry.reference for entry in context.record.draft_orders}
    for entry in context.record.of("MedicationRequest", "ServiceRequest", "Task"):
        # a draft that is also active in the record is one order, not two
        if state(entry.resource) == "active" and entry.reference not in drafted:
            yield entry


def _describe(context: Context, options: Mapping[str, Any], entry: Entry) -> tuple[dict[str, Any], Evidence]:
    resource = entry.resource
    element: dict[str, Any] = {"reference": entry.reference, "agents": (), "modalities": (), "fields": ()}
    if isinstance(resource.get("id"), str):
        element["id"] = entry.reference
    named = agents(context, options["agents"], resource) if "Medication" in str(resource.get("resourceType")) else ()
    element["agents"] = tuple(dict.fromkeys(agent for agent, _ in named))
    _put(element, "procedure", _first(context, options["procedure"], resource))
    modalities = tuple(dict.fromkeys(name for name, _ in _names(context, options["modality"], resource)))
    element["modalities"] = modalities
    _put(element, "modality", modalities[0] if modalities else None)
    radiotherapy = context.terminology.match(options["radiotherapy"], resource.get("code"))
    coded_fields = fields(context, options["field"], resource)
    if radiotherapy is not None or (coded_fields and _names(context, options["field"] | {"map": options["field"]["codeMap"]}, resource)):
        element["fields"] = coded_fields
        _put(element, "field", coded_fields[0] if coded_fields else None)
    for name, rule in options.get("also", {}).items():
        _put(element, name, _first(context, rule, resource))
    element["kind"] = _kind(options, element, is_radiotherapy=radiotherapy is not None)
    _put(element, "intent", _intent(context, options["intent"], resource))
    _put(element, "text", _text(resource))
    _put(element, "date", when(resource))
    weak_words = bool(named) and all(concept.system.endswith("/text") for _, concept in named)
    return element, evidence(entry, named[0][1] if named else None, text=weak_words)


def _put(element: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        element[name] = value


def _names(context: Context, rule: Mapping[str, Any], resource: Resource) -> tuple[tuple[str, Any], ...]:
    terms = context.terminology
    for name in ("code", "orderDetail"):
        found = terms.translations(rule["map"], resource.get(name), rule["target"])
        if found:
            return found
    return ()


def _first(context: Context, rule: Mapping[str, Any], resource: Resource) -> str | None:
    found = _names(context, rule, resource)
    return found[0][0] if found else None


def _kind(options: Mapping[str, Any], element: Mapping[str, Any], *, is_radiotherapy: bool) -> str:
    kinds: Mapping[str, str] = options["kinds"]
    if any(agent not in options["supportive"] for agent in element["agents"]):
        return kinds["agents"]
    if is_radiotherapy or element["fields"]:
        return kinds["radiotherapy"]
    if "procedure" in element:
        return kinds["procedure"]
    return kinds["modality"] if element["modalities"] else kinds["else"]


def _intent(context: Context, rule: Mapping[str, Any], resource: Resource) -> str | None:
    """The treatment intent: from the intent extension, else from the order's own reason or category, else from listed words."""
    codeables = [item.get("valueCodeableConcept") for url in rule["extensions"] for item in extensions(resource, url)]
    codeables += [resource.get("reasonCode"), resource.get("category"), resource.get("courseOfTherapyType")]
    for codeable in codeables:
        found = {name for name, _ in context.terminology.translations(rule["map"], codeable, rule["target"])}
        if found:
            return found.pop() if len(found) == 1 else None
    words = [*texts(resource.get("code")), *(str(note.get("text")) for note in objects(resource.get("note")))]
    found = {
        name for text in words for word in _words(text) for name in context.terminology.translate_text(rule["map"], word, rule["target"])
    }
    return found.pop() if len(found) == 1 else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(text[:400].replace(",", " ").replace("(", " ").replace(")", " ").split())


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


def _with_combined(options: Mapping[str, Any], elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark radiotherapy to the given fields that is ordered together with one of the given agents."""
    rule = options["combined"]
    together = {agent for element in elements for agent in element["agents"]} & set(rule["agents"])
    return [element | {rule["as"]: bool(together and set(element["fields"]) & set(rule["fields"]))} for element in elements]


def read_combination(context: Context, spec: Spec) -> Reading:
    """Which declared combinations of agents the orders form together, whatever resource each agent stands in.

    Options: ``lists`` (order lists), ``dated`` (the list whose orders count only within the look-back ``within``), ``agents``
    (path of the union), ``combinations`` (path -> alternatives, each a list of agents), ``keys`` (closed world of the active orders).
    """
    found: set[str] = set()
    for path in spec.options["lists"]:
        for element in context.value(path) or ():
            if path != spec.options["dated"] or context.within(element.get("date"), spec.options["within"]):
                found.update(element["agents"])
    complete = context.answered(spec.options["keys"])
    findings = [Finding(path=spec.options["agents"], value=tuple(sorted(found)))]
    for path, alternatives in spec.options["combinations"].items():
        formed = any(set(agents) <= found for agents in alternatives)
        findings.append(
            Finding(
                path=path, value=True if formed else (False if complete else None), why="the active orders were not completely received"
            )
        )
    return Reading(findings=tuple(findings))
