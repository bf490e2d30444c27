"""Whose a resource is."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.fhir.record import Resource
from cds_service.fhir.references import literal, patients_of


class Owner:
    """The patient of a call, by all the ways in which resources write their subject.

    Nearly all resources of a record write it alike, so what each spelling means is found out once: ``spellings`` maps those seen so far
    to whether they mean the patient. Nothing of it outlives the call.
    """

    __slots__ = ("patient_id", "spellings")

    def __init__(self, patient_id: str | None, aliases: Iterable[str]) -> None:
        """``aliases`` are spellings besides ``Patient/id``: the URLs of the Patient's entry."""
        self.patient_id = patient_id
        # The urn survives where a Bundle's envelope was thrown away
        ours = () if patient_id is None else (patient_id, f"urn:uuid:{patient_id}", *aliases)
        self.spellings = dict.fromkeys(ours, True)

    def owns(self, resource: Resource) -> bool | None:
        """Whether a resource is the patient's; ``None`` if it does not say (no subject, a logical or a contained one)."""
        written = [one for one in patients_of(resource) if not one.startswith("#")]
        if not written or self.patient_id is None:
            return None
        for one in written:
            if one not in self.spellings:
                self.spellings[one] = literal(one) == ("Patient", self.patient_id)
        return any(self.spellings[one] for one in written)
