"""One synthetic patient's chart, written as EHRs write: about 1.3 kB a resource, every element that they fill filled.

Nothing here is of a real person. A chart is the same whenever it is made again for one name, variant and day; another variant is
another patient: other ids, dates and values, so that nothing can be answered from a memory of the last request.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from bench.codes import BLOOD_PRESSURE, ICD10CM, LOINC, PRESSURES, RXNORM, SNOMED, UCUM

FHIR = dict[str, Any]
HL7 = "http://terminology.hl7.org/CodeSystem"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
BASE = "https://ehr.example.org/fhir"
LOCAL = "urn:oid:1.2.840.113619.999.1"
_FAMILIES = ("Synthetic", "Invented", "Sample", "Nobody", "Example")


def coding(system: str, code: str, display: str) -> FHIR:
    """A Coding."""
    return {"system": system, "code": code, "display": display}


def concept(text: str, *codings: FHIR) -> FHIR:
    """A CodeableConcept with its text, as EHRs show it."""
    return {"coding": list(codings), "text": text}


class Chart:
    """A chart to write in; each method returns one resource of this patient."""

    def __init__(self, name: str, variant: int, as_of: date) -> None:
        self.random = Random(f"{name}/{variant}")  # noqa: S311 - the same chart each time is the point
        self.as_of = as_of
        self.id = self.new_id()
        self.name = f"{self.random.choice(_FAMILIES)}, Record {variant}"

    def new_id(self) -> str:
        """An id as servers give them."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def day(self, ago: int) -> str:
        """The date about so many days ago, some days earlier in some variants."""
        return (self.as_of - timedelta(days=ago + self.random.randrange(5))).isoformat()

    def moment(self, ago: int) -> str:
        """The same with a time."""
        day = date.fromisoformat(self.day(ago))
        seconds = self.random.randrange(8 * 3600, 18 * 3600)
        return (datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()

    def within(self, low: float, high: float) -> float:
        """A value as a device reports it."""
        return round(self.random.uniform(low, high), 1)

    # -- kinds of resources -------------------------------------------------------------------------------------------

    def patient(self) -> FHIR:
        """The Patient."""
        family, _, given = self.name.partition(", ")
        return {
            "resourceType": "Patient",
            "id": self.id,
            "meta": self._meta("us-core-patient", 90),
            "identifier": [
                {"use": "usual", "type": {"text": "MRN"}, "system": LOCAL, "value": f"E{self.random.randrange(10**7):07}"},
                {"use": "official", "type": {"text": "EPI"}, "system": f"{LOCAL}.2", "value": f"Z{self.random.randrange(10**6):06}"},
            ],
            "active": True,
            "name": [{"use": "official", "text": f"{given} {family}", "family": family, "given": given.split()}],
            "telecom": [{"system": "phone", "value": "555-0100", "use": "home"}],
            "gender": self.random.choice(["female", "male"]),
            "birthDate": date(self.random.randrange(1945, 1975), 1 + self.random.randrange(12), 1).isoformat(),
            "deceasedBoolean": False,
            "address": [{"use": "home", "line": ["1 Example Street"], "city": "Exampleton", "postalCode": "00000", "country": "US"}],
            "maritalStatus": concept("Married", coding(f"{HL7}/v3-MaritalStatus", "M", "Married")),
            "communication": [{"language": concept("English", coding("urn:ietf:bcp:47", "en", "English")), "preferred": True}],
            "managingOrganization": {"reference": "Organization/general-hospital", "display": "General Hospital"},
        }

    def condition(
        self, row: tuple[str, str, str], ago: int, *, verification: str = "confirmed", site: tuple[str, str] | None = None
    ) -> FHIR:
        """An entry of the problem list, coded twice as EHRs do."""
        code, display, icd = row
        active = {"clinicalStatus": concept("Active", coding(f"{HL7}/condition-clinical", "active", "Active"))}
        return {
            **self._resource("Condition", "us-core-condition-problems-health-concerns", ago),
            **(active if verification == "confirmed" else {}),
            "verificationStatus": concept(verification, coding(f"{HL7}/condition-ver-status", verification, verification.capitalize())),
            "category": [concept("Problem List Item", coding(f"{HL7}/condition-category", "problem-list-item", "Problem List Item"))],
            "code": concept(display, coding(SNOMED, code, display), coding(ICD10CM, icd, display), self._local(code, display)),
            **({"bodySite": [concept(site[1], coding(SNOMED, *site))]} if site else {}),
            "onsetDateTime": self.day(ago),
            "recordedDate": self.day(ago),
            "recorder": self._practitioner(),
        }

    def observation(self, system: str, row: tuple[str, str], category: str, ago: int, **fields: Any) -> FHIR:
        """Any Observation."""
        code, display = row
        return {
            **self._resource("Observation", "us-core-observation-clinical-result", ago),
            "status": "final",
            "category": [concept(category, coding(f"{HL7}/observation-category", category, category.capitalize()))],
            "code": concept(display, coding(system, code, display), self._local(code, display)),
            "effectiveDateTime": self.moment(ago),
            "issued": self.moment(ago),
            "performer": [self._practitioner()],
            **fields,
        }

    def measured(self, row: tuple[str, str, str, float, float], ago: int, category: str = "laboratory", value: float | None = None) -> FHIR:
        """A measured value with its unit and range."""
        code, display, unit, low, high = row
        given = self.within(low * 0.8, high * 1.2) if value is None else value
        flag = ("L", "Low") if given < low else ("H", "High") if given > high else ("N", "Normal")
        return self.observation(
            LOINC,
            (code, display),
            category,
            ago,
            valueQuantity=_quantity(given, unit),
            interpretation=[concept(flag[1], coding(f"{HL7}/v3-ObservationInterpretation", *flag))],
            referenceRange=[{"low": _quantity(low, unit), "high": _quantity(high, unit), "text": f"{low} - {high}"}],
        )

    def blood_pressure(self, ago: int) -> FHIR:
        """A panel with two components."""
        parts = [
            {
                "code": concept(display, coding(LOINC, code, display)),
                "valueQuantity": _quantity(self.random.randrange(low, high), "mm[Hg]"),
            }
            for code, display, low, high in PRESSURES
        ]
        return self.observation(LOINC, BLOOD_PRESSURE, "vital-signs", ago, component=parts)

    def procedure(self, row: tuple[str, str], ago: int, site: tuple[str, str] | None = None) -> FHIR:
        """Something that was done."""
        return {
            **self._resource("Procedure", "us-core-procedure", ago),
            "status": "completed",
            "code": concept(row[1], coding(SNOMED, *row), self._local(*row)),
            **({"bodySite": [concept(site[1], coding(SNOMED, *site))]} if site else {}),
            "performedDateTime": self.moment(ago),
            "performer": [{"function": concept("Primary"), "actor": self._practitioner()}],
            "recorder": self._practitioner(),
        }

    def request(self, row: tuple[str, str], ago: int) -> FHIR:
        """A prescription."""
        return {
            **self._resource("MedicationRequest", "us-core-medicationrequest", ago),
            "status": "active",
            "intent": "order",
            "category": [concept("Community", coding(f"{HL7}/medicationrequest-category", "community", "Community"))],
            "medicationCodeableConcept": concept(row[1], coding(RXNORM, *row), self._local(*row)),
            "authoredOn": self.day(ago),
            "requester": self._practitioner(),
            "dosageInstruction": [{"text": "1 tablet daily", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}],
            "dispenseRequest": {"numberOfRepeatsAllowed": 3, "quantity": _quantity(30, "{tablet}")},
        }

    def administration(self, row: tuple[str, str], ago: int) -> FHIR:
        """A drug that was given."""
        return {
            **self._resource("MedicationAdministration", "medicationadministration", ago),
            "status": "completed",
            "category": concept("Outpatient", coding(f"{HL7}/medication-admin-category", "outpatient", "Outpatient")),
            "medicationCodeableConcept": concept(row[1], coding(RXNORM, *row), self._local(*row)),
            "effectivePeriod": {"start": self.moment(ago), "end": self.moment(ago - 2)},
            "performer": [{"actor": self._practitioner()}],
            "dosage": {"text": "intravenous", "dose": _quantity(self.random.randrange(100, 900), "mg")},
        }

    def report(self, row: tuple[str, str, str], ago: int) -> FHIR:
        """An imaging report, without its text."""
        code, display, modality = row
        system = LOINC if "-" in code else SNOMED
        return {
            **self._resource("DiagnosticReport", "us-core-diagnosticreport-note", ago),
            "status": "final",
            "category": [concept("Radiology", coding(f"{HL7}/v2-0074", "RAD", "Radiology"), coding(f"{HL7}/v2-0074", modality, display))],
            "code": concept(display, coding(system, code, display), self._local(code, display)),
            "effectiveDateTime": self.moment(ago),
            "issued": self.moment(ago),
            "resultsInterpreter": [self._practitioner()],
        }

    def referral(self, row: tuple[str, str], ago: int, status: str = "active", **fields: Any) -> FHIR:
        """A ServiceRequest."""
        return {
            **self._resource("ServiceRequest", "us-core-servicerequest", ago),
            "status": status,
            "intent": "order",
            "category": [concept("Referral", coding(SNOMED, "3457005", "Patient referral"))],
            "code": concept(row[1], coding(LOINC if "-" in row[0] else SNOMED, *row)),
            "authoredOn": self.day(ago),
            "requester": self._practitioner(),
            **fields,
        }

    # -- what every resource has --------------------------------------------------------------------------------------

    def _resource(self, kind: str, profile: str, ago: int) -> FHIR:
        return {
            "resourceType": kind,
            "id": self.new_id(),
            "meta": self._meta(profile, ago),
            "subject": {"reference": f"Patient/{self.id}", "display": self.name},
            ("context" if kind == "MedicationAdministration" else "encounter"): {"reference": f"Encounter/{self.new_id()}"},
        }

    def _meta(self, profile: str, ago: int) -> FHIR:
        return {"versionId": "1", "lastUpdated": self.moment(ago), "profile": [f"{US_CORE}/{profile}"]}

    def _local(self, code: str, display: str) -> FHIR:
        return coding(f"{LOCAL}.7", f"L{code.replace('-', '')}", display.upper())

    def _practitioner(self) -> FHIR:
        return {"reference": f"Practitioner/{self.random.randrange(900) + 100}", "display": "Example, Practitioner"}


def _quantity(value: float, unit: str) -> FHIR:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def searchset(resources: Sequence[FHIR], query: str) -> FHIR:
    """A server's complete answer to a search."""
    entries = [
        {"fullUrl": f"{BASE}/{item['resourceType']}/{item['id']}", "resource": item, "search": {"mode": "match"}} for item in resources
    ]
    found = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "link": [{"relation": "self", "url": f"{BASE}/{query}"}]}
    return found | ({"entry": entries} if entries else {})
