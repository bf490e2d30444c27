"""A fluent builder of the draft orders in a hook's context."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.builders import codes
from tests.builders.clock import AS_OF
from tests.builders.codes import FHIR, concept, snomed


@dataclass(frozen=True)
class Orders:
    """Draft orders for one patient. Each method returns new orders; ids are ``draft-1``, ``draft-2`` …"""

    patient_id: str = "synthetic"
    resources: tuple[FHIR, ...] = ()

    def add(self, kind: str, **fields: Any) -> Orders:
        """One more draft; fields that are ``None`` are left out."""
        given = {field: value for field, value in fields.items() if value is not None}
        resource = {
            "resourceType": kind,
            "id": f"draft-{len(self.resources) + 1}",
            "status": "draft",
            "intent": "order",
            "subject": {"reference": f"Patient/{self.patient_id}"},
            "authoredOn": AS_OF.isoformat(),
            **given,
        }
        return replace(self, resources=(*self.resources, resource))

    def drug(self, *agents: str) -> Orders:
        """One MedicationRequest per drug."""
        result = self
        for agent in agents:
            result = result.add("MedicationRequest", medicationCodeableConcept=concept(codes.RXNORM, codes.INGREDIENTS[agent], agent))
        return result

    def radiotherapy(self, field: str, intent: str | None = None) -> Orders:
        """A course of radiotherapy to a field."""
        return self.service(snomed(codes.RADIOTHERAPY), intent, bodySite=[codes.body_site(codes.FIELDS[field])])

    def surgery(self, procedure: str, intent: str | None = None) -> Orders:
        """An operation."""
        return self.service(snomed(codes.SURGERY[procedure]), intent)

    def imaging(self, modality: str) -> Orders:
        """An examination."""
        return self.service(concept(*codes.IMAGING[modality]))

    def service(self, code: FHIR, intent: str | None = None, **fields: Any) -> Orders:
        """Any ServiceRequest, with the intent as mCODE's extension."""
        return self.add("ServiceRequest", code=code, extension=[intent_extension(intent)] if intent else None, **fields)

    def bundle(self) -> FHIR:
        """The drafts as the hook's ``draftOrders``."""
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": item} for item in self.resources]}

    def references(self) -> list[str]:
        """``Type/id`` of every draft."""
        return [f"{item['resourceType']}/{item['id']}" for item in self.resources]


def intent_extension(intent: str) -> FHIR:
    """mCODE's treatment intent, coded where the code is known, in words otherwise."""
    code = codes.INTENTS[intent]
    value = {"text": intent.capitalize()} if code is None else concept(codes.SNOMED, code, intent.capitalize())
    return {"url": codes.INTENT_EXTENSION, "valueCodeableConcept": value}


def orders(patient_id: str = "synthetic") -> Orders:
    """No draft yet."""
    return Orders(patient_id=patient_id)
