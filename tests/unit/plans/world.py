"""A small content of its own, about plants: enough to say how plans behave, with nothing of any real disease."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from cds_service.fhirpath import Type
from cds_service.model.assessment import Hook
from cds_service.model.declaration import Askable, Declaration, FactModel
from cds_service.model.facts import Conflict, Evidence, Facts
from cds_service.plans.content import read_content
from cds_service.plans.context import PlanContext
from cds_service.plans.load import Plans, compile_plans
from cds_service.plans.parameters import parse_parameters
from cds_service.plans.problems import Problems

BASE = "https://cds-service.example.org"
COLOURS = frozenset({"red", "green"})
COLOUR = Type("code", codes=COLOURS, code_system="colour")
WORDS = {("colour", "red"): "deep red", ("colour", "green"): "fresh green"}


def declaration(path: str, of: str | Type, title: str, **more: Any) -> Declaration:
    return Declaration(path=path, type=of if isinstance(of, Type) else Type(of), title=title, **more)


DECLARATIONS = (
    declaration("ripe", "boolean", "Ripe", askable=Askable(name="ripe")),
    declaration("colour", COLOUR, "Colour", askable=Askable(name="colour", unless="%facts.sampled")),
    declaration("size", "decimal", "Size", unit="cm", bound="sizeBound"),
    declaration("sizeBound", Type("code", codes=frozenset({"<", ">"})), "Size is a bound", internal=True),
    declaration(
        "tested",
        Type("code", codes=frozenset({"yes", "no", "not-tested"})),
        "Soil test",
        askable=Askable(name="tested", missing=("not-tested",)),
    ),
    declaration("weight", "decimal", "Weight", askable=Askable(name="size", only_conflicting=True)),
    declaration("pests", "boolean", "Pests", closed_world=("conditions",)),
    declaration("note", "string", "Note"),
    declaration("day", "date", "Day"),
    declaration("planted", "date", "Planted", askable=Askable(name="planted")),
    declaration("sampled", Type("boolean", known=True), "Sampled", internal=True),
    declaration("edible", "boolean", "Edible", internal=True, depends=("ripe", "colour")),
    declaration("secret", "boolean", "Secret", internal=True),
    declaration("leaves", Type("object", many=True), "Leaf"),
    declaration("leaves.shade", COLOUR, "shade"),
    declaration("leaves.torn", "boolean", "torn"),
    declaration("leaves.size", "decimal", "size"),
    declaration("orders", Type("object", many=True, known=True), "Orders"),
)


def known(name: str, *, many: bool = False) -> Type:
    return Type(name, many=many, known=True)


ORDER = {
    "reference": known("string"),
    "id": known("string"),
    "kind": Type("code", codes=frozenset({"water", "cut"}), known=True),
    "text": known("string"),
    "tools": known("string", many=True),
}
LEAF = {"shade": COLOUR, "torn": Type("boolean"), "size": Type("decimal")}
ROOT = {item.path: item.type for item in DECLARATIONS if "." not in item.path} | {
    "orders": Type("object", many=True, children=ORDER, known=True),
    "leaves": Type("object", many=True, children=LEAF),
    "patient": Type("object", children={"age": Type("integer")}),
}
MODEL = FactModel(
    declarations={item.path: item for item in DECLARATIONS}, root=Type("object", children=ROOT), orders="orders", record="record"
)
PARAMETERS = {
    "parameters": [
        {"name": "maxSize", "type": "decimal", "value": 5.5, "unit": "cm", "title": "Largest size", "source": "assumption"},
        {"name": "goodColours", "type": "code", "value": ["red"], "title": "Colours that are good", "source": "S1-01"},
    ]
}


def condition(expression: str, *, unknown_is_no: bool = False, **more: Any) -> dict[str, Any]:
    element: dict[str, Any] = {"description": f"It holds that {expression}", "language": "text/fhirpath", "expression": expression}
    if unknown_is_no:
        element["extension"] = [{"url": f"{BASE}/StructureDefinition/unknown-is-no", "valueBoolean": True}]
    return {"kind": "applicability", "expression": element, **more}


def dynamic(path: str, expression: str) -> dict[str, Any]:
    return {"path": f"action.{path}", "expression": {"description": "varies", "language": "text/fhirpath", "expression": expression}}


def section(name: str, text: str, *conditions: str) -> dict[str, Any]:
    return {"id": name, "title": name.capitalize(), "description": text, "condition": [condition(item) for item in conditions]}


def create(name: str, *conditions: str, definition: str = "water") -> dict[str, Any]:
    url = f"{BASE}/ActivityDefinition/{definition}"
    return {"id": name, "title": f"Draft {definition}", "definitionCanonical": url, "condition": [condition(item) for item in conditions]}


def regimen(name: str, *definitions: str) -> dict[str, Any]:
    parts = [{"id": f"{name}-{item}", "definitionCanonical": f"{BASE}/ActivityDefinition/{item}"} for item in definitions]
    return {"id": name, "title": "Draft the whole programme", "action": parts}


def withdraw(name: str, *conditions: str) -> dict[str, Any]:
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/action-type", "code": "remove"}]}
    return {"id": name, "title": "Withdraw the draft", "type": kind, "condition": [condition(item) for item in conditions]}


def only_with(indicator: str) -> list[dict[str, Any]]:
    return [{"url": f"{BASE}/StructureDefinition/only-with", "valueCode": indicator}]


def as_one(definition: str) -> list[dict[str, Any]]:
    return [{"url": f"{BASE}/StructureDefinition/as-one", "valueCanonical": f"{BASE}/ActivityDefinition/{definition}"}]


def row(code: str, *conditions: str | dict[str, Any], hooks: tuple[str, ...] = ("patient-view",), **more: Any) -> dict[str, Any]:
    """A recommendation with everything that is required."""
    return {
        "id": code,
        "code": [{"coding": [{"system": f"{BASE}/CodeSystem/recommendation", "code": code}]}],
        "title": f"About {code}",
        "description": f"What to know about {code}.",
        "textEquivalent": f"Know {code}.",
        "priority": "routine",
        "documentation": [statement("S1-01")],
        "trigger": [{"type": "named-event", "name": hook} for hook in hooks],
        "condition": [condition(item) if isinstance(item, str) else item for item in conditions],
        **more,
    }


def statement(label: str, source: str = "book") -> dict[str, Any]:
    return {
        "type": "derived-from",
        "label": label,
        "display": "Plants need water.",
        "citation": "Book, reference 1: Gardener, 1999",
        "resource": f"{BASE}/Library/{source}",
        "extension": [verification()],
    }


def verification(state: str = "verified") -> dict[str, Any]:
    return extension("verification", state)


def extension(name: str, value: str | bool) -> dict[str, Any]:
    return {"url": f"{BASE}/StructureDefinition/{name}", "valueBoolean" if isinstance(value, bool) else "valueCode": value}


def plan(name: str, actions: list[dict[str, Any]], kind: str = "clinical-protocol", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "PlanDefinition",
        "id": name,
        "url": f"{BASE}/PlanDefinition/{name}",
        "version": "0.1.0",
        "title": f"Plan {name}",
        "description": f"The plan {name}.",
        "status": "draft",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/plan-definition-type", "code": kind}]},
        "action": actions,
        **more,
    }


def service(
    *plans: str, hooks: tuple[str, ...] = ("patient-view",), conditions: tuple[str, ...] = (), name: str = "plants", **more: Any
) -> dict[str, Any]:
    root = {
        "id": name,
        "trigger": [{"type": "named-event", "name": hook} for hook in hooks],
        "condition": [condition(item) for item in conditions],
        "action": [{"id": f"{name}-{item}", "definitionCanonical": f"{BASE}/PlanDefinition/{item}"} for item in plans],
    }
    return plan(name, [root], "eca-rule", **more)


def activity(name: str, kind: str = "ServiceRequest", **more: Any) -> dict[str, Any]:
    concept = {"productCodeableConcept" if kind == "MedicationRequest" else "code": {"text": name}}
    return {
        "resourceType": "ActivityDefinition",
        "id": name,
        "url": f"{BASE}/ActivityDefinition/{name}",
        "version": "0.1.0",
        "title": f"Order {name}",
        "status": "draft",
        "kind": kind,
        "intent": "proposal",
        **concept,
        **more,
    }


LIBRARY = {
    "resourceType": "Library",
    "id": "book",
    "url": f"{BASE}/Library/book",
    "version": "0.1.0",
    "title": "Book: On plants",
    "status": "draft",
    "date": "2025-12-23",
    "type": {"text": "book"},
    "extension": [{"url": f"{BASE}/StructureDefinition/review-state", "valueString": "pending human review"}],
}
ACTIVITIES = (activity("water"), activity("feed", "MedicationRequest"), activity("look", "Task"))


def write(folder: Path, *resources: Mapping[str, Any], parameters: Mapping[str, Any] = PARAMETERS) -> Path:
    """Write resources into a content folder, with the library, the activities and the parameters of this world."""
    given = {item["id"] for item in resources}
    for resource in (*resources, *(item for item in (LIBRARY, *ACTIVITIES) if item["id"] not in given)):
        (folder / f"{resource['resourceType']}-{resource['id']}.json").write_text(json.dumps(resource), encoding="utf-8")
    (folder / "parameters.json").write_text(json.dumps(parameters), encoding="utf-8")
    return folder


def expand(canonical: str) -> list[tuple[str, str]]:
    return {f"{BASE}/ValueSet/soils": [("urn:soil", "clay"), ("urn:soil", "sand")]}[canonical]


def compiled(
    folder: Path, *resources: Mapping[str, Any], disabled: frozenset[str] = frozenset(), model: FactModel = MODEL, **more: Any
) -> tuple[Plans, Problems]:
    """The plans of some resources, and the problems found."""
    problems = Problems()
    files = read_content(write(folder, *resources, **more), problems)
    parameters = parse_parameters(list(files.parameters), problems)
    return compile_plans(files, model=model, parameters=parameters, expand=expand, disabled=disabled, problems=problems), problems


def loaded(
    folder: Path, *actions: dict[str, Any], hooks: tuple[str, ...] = ("patient-view",), conditions: tuple[str, ...] = (), **more: Any
) -> Plans:
    """The plans of one topic with some recommendations and a service at some hooks; there must be no problem."""
    plans, problems = compiled(folder, plan("topic", list(actions)), service("topic", hooks=hooks, conditions=conditions, **more))
    assert problems.found == ()
    return plans


def context(plans: Plans, **more: Any) -> PlanContext:
    """What applying these plans needs."""
    values = {"parameters": {"maxSize": 5, "goodColours": ("red",)}, "named": frozenset({"maxSize"}), "unless": plans.unless}
    return PlanContext(**{"model": MODEL, "display": lambda system, code: WORDS.get((system, code), code), **values, **more})


def facts(
    weak: tuple[str, ...] = (), conflicts: tuple[str, ...] = (), evidence: Mapping[str, tuple[Evidence, ...]] | None = None, **tree: Any
) -> Facts:
    """Facts by top-level name; what is not named is unknown. Without orders there are none."""
    return Facts(
        tree={"orders": [], "sampled": False, **tree},
        evidence=evidence or {},
        weak=frozenset(weak),
        conflicts=tuple(Conflict(path, (), (), "differ") for path in conflicts),
    )


def order(name: str, kind: str = "water", **more: Any) -> dict[str, Any]:
    """A draft order with an id."""
    return {"reference": f"ServiceRequest/{name}", "id": name, "kind": kind, **more}


def hook(name: str = "patient-view", **more: Any) -> Hook:
    return Hook(**{"name": name, "service": "plants", "instance": "i-1", "patient_id": "p1", "user_type": "Practitioner", **more})


#: some of what may be known of a patient, for :func:`facts`
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "patient": st.fixed_dictionaries({}, optional={"age": st.sampled_from([17, 18])}),
        "ripe": st.booleans(),
        "pests": st.booleans(),
        "colour": st.sampled_from(["red", "green"]),
        "tested": st.sampled_from(["yes", "no", "not-tested"]),
        "orders": st.lists(st.sampled_from([order("1"), order("2", "cut")]), max_size=2, unique_by=str),
    },
)
