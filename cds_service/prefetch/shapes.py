"""Recognising resources in the shape of FHIR versions other than R4, where an R4 reader would misread them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.fhir.elements import objects
from cds_service.fhir.record import Resource

# Types of DSTU2 and STU3 that R4 no longer has, and the R4 type whose data they carry
_FORMER_TYPES = {
    "MedicationOrder": "MedicationRequest",
    "ProcedureRequest": "ServiceRequest",
    "DiagnosticOrder": "ServiceRequest",
    "ReferralRequest": "ServiceRequest",
    "DeviceUseRequest": "DeviceRequest",
    "BodySite": "BodyStructure",
}
# Elements that the R4 type does not have; each changes what the resource says (FHIR R4 and R5, "Differences to previous versions")
_FOREIGN_ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "Condition": ("patient", "dateRecorded", "assertedDate"),
    "Observation": ("related", "comments", "triggeredBy"),
    "Procedure": (
        "notPerformed", "notDone", "notDoneReason", "reasonNotPerformed", "occurrenceDateTime", "occurrencePeriod", "occurrenceString",
    ),
    "MedicationRequest": ("medication",),
    "MedicationAdministration": (
        "medication", "notGiven", "wasNotGiven", "occurenceDateTime", "occurencePeriod", "occurrenceDateTime", "occurrencePeriod",
    ),
    "MedicationStatement": ("medication", "taken", "wasNotTaken", "notTaken"),
    "DiagnosticReport": ("codedDiagnosis", "image"),
    "ServiceRequest": ("reason",),
}  # fmt: skip
# R5's CodeableReference -> R4's elements for its code and its reference
_MOVED = (("medication", "medicationCodeableConcept", "medicationReference"), ("reason", "reasonCode", "reasonReference"))
_CODED_IN_R4: Mapping[str, tuple[str, ...]] = {"Condition": ("clinicalStatus", "verificationStatus")}


def other_version(resource: Resource) -> str | None:
    """The R4 type whose facts become doubtful because this resource is written in another FHIR version; ``None`` for R4."""
    kind = str(resource.get("resourceType"))
    if kind in _FORMER_TYPES:
        return _FORMER_TYPES[kind]
    if any(name in resource for name in _FOREIGN_ELEMENTS.get(kind, ())):
        return kind
    if any(isinstance(resource.get(name), str) for name in _CODED_IN_R4.get(kind, ())):
        return kind
    return kind if _is_codeable_reference(resource.get("code")) else None


def as_r4(resource: Resource) -> Resource:
    """A request with what R5 writes as a CodeableReference (medication, code, reason) in the elements of R4; others as they are."""
    moved: dict[str, Any] = {}
    for name, code, reference in _MOVED:
        parts = [part for part in objects(resource.get(name)) if _is_codeable_reference(part)]
        for r4, r5 in ((code, "concept"), (reference, "reference")):
            found = [part[r5] for part in parts if r5 in part]
            if found and r4 not in resource:
                moved[r4] = found if name == "reason" else found[0]
    written = resource.get("code")
    if isinstance(written, dict) and _is_codeable_reference(written):
        moved["code"] = written.get("concept")
    return {**resource, **moved} if moved else resource


def _is_codeable_reference(value: Any) -> bool:
    """Whether a code is written as in R5: a CodeableReference with ``concept`` or ``reference`` (itself a Reference)."""
    return isinstance(value, dict) and "coding" not in value and ("concept" in value or "reference" in value)
