"""ActivityDefinition -> the draft resource that a suggestion offers, complete but for the patient.

Source: FHIR R4 ActivityDefinition (kind, code, product, bodySite, priority); every draft is a proposal without dose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.plans.compiled import Draft
from cds_service.plans.content import Document
from cds_service.plans.problems import Problems

KINDS = ("ServiceRequest", "MedicationRequest", "Task")
_DEFINITION_KEYS = frozenset(
    {
        "resourceType", "id", "meta", "text", "extension", "url", "version", "name", "title", "subtitle", "status", "experimental", "date",
        "publisher", "contact", "description", "useContext", "purpose", "usage", "copyright", "relatedArtifact", "library",
        "kind", "intent", "code", "productCodeableConcept", "bodySite", "priority",
    }
)  # fmt: skip


def compile_activity(document: Document, problems: Problems) -> Draft | None:
    """The draft of one ActivityDefinition; ``None`` after reporting why there is none."""
    resource, place = document.resource, problems.at(document.file)
    for key in sorted(set(resource) - _DEFINITION_KEYS):
        place.child(key).add("is not carried over into the draft", "remove it: a draft has code, body site and priority, never a dose")
    title = resource.get("title")
    if not isinstance(title, str) or not title:
        place.child("title").add("is missing", "say what is created; clients show it as the description of the action")
    if resource.get("intent", "proposal") != "proposal":
        place.child("intent").add("is not proposal", "every suggestion is a proposal")
    kind = resource.get("kind")
    if kind not in KINDS:
        place.child("kind").add("is not a kind of draft that is supported", f"use one of: {', '.join(KINDS)}")
        return None
    name = "productCodeableConcept" if kind == "MedicationRequest" else "code"
    concept = resource.get(name)
    if not isinstance(concept, Mapping) or not (concept.get("coding") or concept.get("text")):
        place.child(name).add("is missing", f"say what a {kind} is for, with a coding or a text")
        return None
    return Draft(str(title), _resource(resource, str(kind), concept), "for" if kind == "Task" else "subject")


def _resource(definition: Mapping[str, Any], kind: str, concept: Mapping[str, Any]) -> Mapping[str, Any]:
    draft: dict[str, Any] = {"resourceType": kind, "status": "draft", "intent": "proposal"}
    canonical = f"{definition.get('url')}|{definition.get('version')}"
    draft["instantiatesCanonical"] = canonical if kind == "Task" else [canonical]
    if isinstance(definition.get("priority"), str):
        draft["priority"] = definition["priority"]
    draft["medicationCodeableConcept" if kind == "MedicationRequest" else "code"] = concept
    if kind == "ServiceRequest" and definition.get("bodySite"):
        draft["bodySite"] = definition["bodySite"]
    return draft
