"""Requests for services that the checker knows nothing of: every hook's context, and prefetch as a client without data would send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

PATIENT = "conformance-patient"
USER = "Practitioner/conformance-user"
_BUNDLE = {"resourceType": "Bundle", "type": "collection"}
_ORDER = {
    "resourceType": "ServiceRequest", "id": "conformance-order", "status": "draft", "intent": "order",
    "subject": {"reference": f"Patient/{PATIENT}"}, "code": {"text": "Synthetic order of a conformance check"},
}  # fmt: skip
_DRAFTS = {**_BUNDLE, "entry": [{"resource": _ORDER}]}
_REFERENCE = "ServiceRequest/conformance-order"

# What each hook's context needs besides patientId (hook library, versions of 2026); a hook that is not listed gets all of it
_CONTEXTS: Mapping[str, Mapping[str, Any]] = {
    "patient-view": {"userId": USER},
    "order-select": {"userId": USER, "draftOrders": _DRAFTS, "selections": [_REFERENCE]},
    "order-sign": {"userId": USER, "draftOrders": _DRAFTS},
    "order-dispatch": {"dispatchedOrders": [_REFERENCE], "performer": "Organization/conformance-performer"},
    "encounter-start": {"userId": USER, "encounterId": "conformance-encounter"},
    "encounter-discharge": {"userId": USER, "encounterId": "conformance-encounter"},
    "appointment-book": {"userId": USER, "appointments": {**_BUNDLE, "entry": []}},
    "allergyintolerance-create": {"userId": USER, "allergyIntolerance": {
        "resourceType": "AllergyIntolerance", "id": "conformance-allergy", "patient": {"reference": f"Patient/{PATIENT}"}}},
    "medication-refill": {"userId": USER, "medications": {**_BUNDLE, "entry": []}},
    "problem-list-item-create": {"userId": USER, "conditions": {**_BUNDLE, "entry": []}},
}  # fmt: skip


def generated(service: Mapping[str, Any], prefetch: Mapping[str, Any] | None) -> dict[str, Any]:
    """A request for a service as discovery describes it, about a patient who does not exist; ``None`` leaves prefetch out."""
    hook = str(service.get("hook"))
    body: dict[str, Any] = {
        "hook": hook,
        "hookInstance": str(uuid4()),
        "context": {"patientId": PATIENT, **_CONTEXTS.get(hook, _everything())},
    }
    return body if prefetch is None else {**body, "prefetch": dict(prefetch)}


def templates(service: Mapping[str, Any]) -> dict[str, str]:
    """The prefetch templates of a discovery entry, as far as they are texts."""
    found = service.get("prefetch")
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, Mapping) else {}


def no_data(service: Mapping[str, Any]) -> dict[str, Any]:
    """Every key answered: reads with a resource that has nothing but its id, searches with an empty Bundle."""
    return {key: _nothing(template) for key, template in templates(service).items()}


def nulls(service: Mapping[str, Any]) -> dict[str, Any]:
    """Every key answered with null: looked for, and not there."""
    return dict.fromkeys(templates(service))


def outcomes(service: Mapping[str, Any]) -> dict[str, Any]:
    """Every key answered with an OperationOutcome: could not be looked for."""
    issue = {"severity": "error", "code": "exception", "diagnostics": "Synthetic failure of a conformance check"}
    return {key: {"resourceType": "OperationOutcome", "issue": [issue]} for key in templates(service)}


def again(body: Mapping[str, Any]) -> dict[str, Any]:
    """A given request as a new invocation."""
    return {**body, "hookInstance": str(uuid4())}


def _nothing(template: str) -> dict[str, Any]:
    kind, found, _ = template.partition("/")
    if found and "?" not in kind:
        return {"resourceType": kind, "id": PATIENT if kind == "Patient" else "conformance"}
    return {"resourceType": "Bundle", "type": "searchset", "total": 0}


def _everything() -> dict[str, Any]:
    return {name: value for context in _CONTEXTS.values() for name, value in context.items()}
