"""Recognising resources in the shape of FHIR versions other than R4, where an R4 reader would misread them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

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


class Signs(NamedTuple):
    """What tells other versions of a resource type from R4's; each sign changes what the resource says.

    ``foreign`` are elements that R4 does not have, ``coded`` those that are plain text elsewhere and CodeableConcepts in R4.
    """

    foreign: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()


# FHIR R4 and R5, "Differences to previous versions"
_SIGNS: Mapping[str, Signs] = {
    "Condition": Signs(("patient", "dateRecorded", "assertedDate"), coded=("clinicalStatus", "verificationStatus")),
    "Observation": Signs(("related", "comments", "triggeredBy")),
    "Procedure": Signs((
        "notPerformed", "notDone", "notDoneReason", "reasonNotPerformed", "occurrenceDateTime", "occurrencePeriod", "occurrenceString",
    )),
    "MedicationRequest": Signs(("medication",)),
    "MedicationAdministration": Signs((
        "medication", "notGiven", "wasNotGiven", "occurenceDateTime", "occurencePeriod", "occurrenceDateTime", "occurrencePeriod",
    )),
    "MedicationStatement": Signs(("medication", "taken", "wasNotTaken", "notTaken")),
    "DiagnosticReport": Signs(("codedDiagnosis", "image")),
    "ServiceRequest": Signs(("reason",)),
}  # fmt: skip
_NO_SIGNS = Signs()
# R5's CodeableReference -> R4's elements for its code and its reference
_MOVED = (("medication", "medicationCodeableConcept", "medicationReference"), ("reason", "reasonCode", "reasonReference"))


def other_version(resource: Resource, kind: str) -> str | None:
    """The R4 type whose facts become doubtful because a resource of a type is written in another FHIR version; ``None`` for R4."""
    if kind in _FORMER_TYPES:
        return _FORMER_TYPES[kind]
    foreign, coded = signs(kind)
    if any(name in resource for name in foreign) or shows_text(resource, coded) or _is_codeable_reference(resource.get("code")):
        return kind
    return None


def is_former(kind: str) -> bool:
    """Whether R4 has no such type any more."""
    return kind in _FORMER_TYPES


def signs(kind: str) -> Signs:
    """The signs of other versions in resources of a type; in any type a ``code`` without ``coding`` may be one."""
    return _SIGNS.get(kind, _NO_SIGNS)


def shows_text(resource: Resource, coded: Sequence[str]) -> bool:
    """Whether a resource has plain text in an element that R4 codes."""
    return any(isinstance(resource.get(name), str) for name in coded)


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
