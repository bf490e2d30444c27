"""A content folder about plants: what the service is when other content is given to it, with nothing of the shipped one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.plans import world

SYSTEM = "urn:plants"
VIEW = ("patient-view",)
FACTS = """
facts:
  - path: patient
    reader: patient
    gives:
      - {path: patient.age, type: integer, unit: years, internal: true}
      - {path: patient.deceased, type: boolean, internal: true}
  - path: dry
    reader: flag
    type: boolean
    title: dry soil
    options: {conditions: [drought]}
"""
ORDERS = """
  - path: orders
    reader: orders
    options: {of: drafts, keys: [], kinds: {else: other}}
    gives:
      - path: orders
        type: object
        many: true
        known: true
        title: orders
        members:
          - {path: reference, type: string, title: reference}
          - {path: id, type: string, internal: true}
          - {path: kind, type: code, values: [other], title: kind}
"""
VALUE_SET = {
    "resourceType": "ValueSet",
    "id": "drought",
    "url": f"{world.BASE}/ValueSet/drought",
    "status": "draft",
    "compose": {"include": [{"system": SYSTEM, "concept": [{"code": "dry"}]}]},
}
NAMING_SYSTEM = {
    "resourceType": "NamingSystem",
    "id": "plants",
    "name": "Plants",
    "status": "draft",
    "kind": "codesystem",
    "date": "2026-11-21",
    "uniqueId": [{"type": "uri", "value": SYSTEM, "preferred": True}],
}
REQUIRED = {"url": f"{world.BASE}/StructureDefinition/required-data", "valueBoolean": True}
INPUT = [{"id": "patient", "type": "Patient"}, {"id": "conditions", "extension": [REQUIRED], "type": "Condition"}]


def write_content(folder: Path, *, hooks: tuple[str, ...] = VIEW, **row: Any) -> Path:
    """A service ``plants`` at some hooks with one recommendation, ``water-it``, that fires on dry soil."""
    (folder / "facts").mkdir(parents=True)
    (folder / "terminology").mkdir()
    world.write(
        folder,
        world.plan("topic", [world.row("water-it", "%facts.dry", hooks=hooks, **{"input": INPUT} | row)]),
        world.service("topic", hooks=hooks),
    )
    (folder / "parameters.json").write_text(json.dumps({"parameters": []}), encoding="utf-8")
    (folder / "facts" / "plants.yaml").write_text(FACTS + (ORDERS if hooks != VIEW else ""), encoding="utf-8")
    for resource in (VALUE_SET, NAMING_SYSTEM):
        (folder / "terminology" / f"{resource['resourceType']}-{resource['id']}.json").write_text(json.dumps(resource), encoding="utf-8")
    return folder


def plant(*, dry: bool) -> list[dict[str, Any]]:
    """The record of one plant."""
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "code": {"coding": [{"system": SYSTEM, "code": "dry"}]},
        "subject": {"reference": "Patient/p1"},
    }
    return [{"resourceType": "Patient", "id": "p1"}, *([condition] if dry else [])]


#: what the context of each published hook must have; a dry plant is what is being entered, where a hook is about that
CONTEXTS: dict[str, dict[str, Any]] = {
    "patient-view": {"userId": "Practitioner/g1"},
    "order-select": {"userId": "Practitioner/g1", "selections": ["ServiceRequest/o1"], "draftOrders": {}},
    "order-sign": {"userId": "Practitioner/g1", "draftOrders": {}},
    "order-dispatch": {"dispatchedOrders": ["ServiceRequest/o1"], "performer": "Organization/o1"},
    "encounter-start": {"userId": "Practitioner/g1", "encounterId": "e1"},
    "encounter-discharge": {"userId": "Practitioner/g1", "encounterId": "e1"},
    "appointment-book": {"userId": "Patient/p1", "appointments": {}},
    "allergyintolerance-create": {"userId": "PractitionerRole/g1", "allergyIntolerance": {"resourceType": "AllergyIntolerance"}},
    "medication-refill": {"medications": {}},
    "problem-list-item-create": {"userId": "Practitioner/g1", "conditions": {}},
}


def context(hook: str, **fields: Any) -> dict[str, Any]:
    """The smallest context of a hook, its Bundles without type and empty unless ``fields`` fill them."""
    smallest = {name: value if value != {} else {"resourceType": "Bundle"} for name, value in CONTEXTS[hook].items()}
    return {"patientId": "p1", **smallest, **fields}


def call(*, dry: bool, **fields: Any) -> dict[str, Any]:
    """A hook call about it."""
    patient, *conditions = plant(dry=dry)
    return {
        "hook": "patient-view",
        "hookInstance": "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10",
        "context": {"patientId": "p1", "userId": "Practitioner/g1"},
        "prefetch": {"patient": patient, "conditions": {"resourceType": "Bundle", "entry": [{"resource": item} for item in conditions]}},
        **fields,
    }
