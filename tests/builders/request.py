"""CDS Hooks requests around a synthetic patient, prefetched as an EHR would answer the ten templates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from tests.builders import codes
from tests.builders.codes import FHIR
from tests.builders.orders import Orders
from tests.builders.record import Patient

KEYS = ("patient", "conditions", "staging", "clinical", "molecular", "procedures", "medications", "administrations", "reports", "referrals")
_KEY_OF_TYPE = {
    "Condition": "conditions",
    "Procedure": "procedures",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "Medication": "medications",
    "MedicationAdministration": "administrations",
    "DiagnosticReport": "reports",
    "ImagingStudy": "reports",
    "ServiceRequest": "referrals",
}
_CLINICAL = {codes.CEA[0], codes.ECOG[0], codes.KARNOFSKY[0], codes.DISEASE_STATUS[0]}
_MOLECULAR = {codes.VARIANT[0], codes.MMR[0], *(test for test, _ in codes.GENES.values())}
_NAMESPACE = UUID("5b0f3f3e-8d0c-5c52-9c55-2f6f0d9b6a01")


def service_of(hook: str) -> str:
    """The shipped service of a hook."""
    return f"rectal-anal-{hook}"


def prefetch(patient: Patient) -> dict[str, FHIR]:
    """All ten keys: the Patient, and searchset Bundles that are complete, empty where nothing was found."""
    found: dict[str, list[FHIR]] = {key: [] for key in KEYS if key != "patient"}
    for resource in patient.resources:
        found[_key(resource)].append(resource)
    return {"patient": patient.demographics(), **{key: searchset(resources) for key, resources in found.items()}}


def searchset(resources: Sequence[FHIR]) -> FHIR:
    """A complete answer to a search."""
    entries = [{"fullUrl": f"https://ehr.example.org/fhir/{item['resourceType']}/{item['id']}", "resource": item} for item in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries)} | ({"entry": entries} if entries else {})


def request(
    patient: Patient,
    hook: str = "patient-view",
    drafts: Orders | None = None,
    *,
    selections: Sequence[str] | None = None,
    instance: str = "1",
) -> FHIR:
    """A hook call; at order hooks every draft is selected unless ``selections`` names some."""
    context: FHIR = {"userId": "Practitioner/synthetic-oncologist", "patientId": patient.id, "encounterId": "synthetic-visit"}
    if drafts is not None:
        context["draftOrders"] = drafts.bundle()
    if hook == "order-select" and drafts is not None:
        context["selections"] = list(selections if selections is not None else drafts.references())
    return {
        "hook": hook,
        "hookInstance": str(uuid5(_NAMESPACE, f"{patient.id}/{hook}/{instance}")),
        "context": context,
        "prefetch": prefetch(patient),
    }


def _key(resource: FHIR) -> str:
    if resource["resourceType"] != "Observation":
        return _KEY_OF_TYPE.get(resource["resourceType"], "conditions")
    codings = resource.get("code", {}).get("coding", [])
    coded = {item.get("code") for item in codings}
    if coded & _CLINICAL or codes.OWN in {item.get("system") for item in codings}:
        return "clinical"
    return "molecular" if coded & _MOLECULAR else "staging"
