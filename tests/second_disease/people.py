"""Synthetic people with a breast tumour, for the test content of this folder; nothing of the shipped content's builders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cds_service.hooks.parse import parse_hook_request
from cds_service.knowledge import Knowledge
from cds_service.respond import Answer, respond
from tests.builders.clock import AS_OF, days_before

CONTENT = Path(__file__).parent / "content"
BASE = "https://second-disease.example.org"
SNOMED, LOINC, ICD, RXNORM = (
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)
QUESTION, NOTATION = f"{BASE}/CodeSystem/question", f"{BASE}/CodeSystem/notation"
TUMOURS = {"left": (ICD, "C50.912"), "right": (ICD, "C50.911"), "no side": (SNOMED, "254837009")}
DEPOSITS = {"axilla": "C77.3", "node": "C77.9", "bone": "C79.51", "liver": "C78.7"}
ASKED = {"ct": "21905-5", "cn": "21906-3", "cm": "21907-1", "pt": "21899-0", "pn": "21900-6", "stage": "21914-7"}
RECEPTORS = {"oestrogen": "16112-5", "progesterone": "16113-3", "stain": "18474-7"}
DRUGS = {"tamoxifen": "10324", "anastrozole": "84857", "letrozole": "72965", "trastuzumab": "224905"}
KEYS = {"Condition": "problems", "MedicationRequest": "drugs"}
FHIR = dict[str, Any]


def coded(system: str, code: str) -> FHIR:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}]}


@dataclass(frozen=True)
class Person:
    """One person; each method returns another one with one more resource. ``missing`` are the keys that do not arrive."""

    resources: tuple[FHIR, ...] = ()
    patient: tuple[tuple[str, Any], ...] = (("birthDate", "1966-05-05"), ("gender", "female"))
    missing: tuple[str, ...] = ()

    def add(self, kind: str, **fields: Any) -> Person:
        """Any resource."""
        name = f"r{len(self.resources) + 1}"
        return replace(
            self, resources=(*self.resources, {"resourceType": kind, "id": name, "subject": {"reference": "Patient/w1"}, **fields})
        )

    def but(self, **patient: Any) -> Person:
        """The same person with other demographics."""
        return replace(self, patient=tuple((dict(self.patient) | patient).items()))

    def without(self, *keys: str) -> Person:
        """The same person, of whom these keys do not arrive."""
        return replace(self, missing=keys)

    def condition(self, system: str, code: str, *, verification: str = "confirmed", clinical: str = "active", **fields: Any) -> Person:
        """Any Condition."""
        status = "http://terminology.hl7.org/CodeSystem/condition-"
        return self.add(
            "Condition",
            clinicalStatus=coded(f"{status}clinical", clinical),
            verificationStatus=coded(f"{status}ver-status", verification),
            code=coded(system, code),
            **fields,
        )

    def tumour(self, side: str = "left", **fields: Any) -> Person:
        """A tumour of a side, or without one."""
        return self.condition(*TUMOURS[side], onsetDateTime=days_before(80), **fields)

    def deposit(self, site: str, **fields: Any) -> Person:
        """A deposit of the tumour."""
        return self.condition(ICD, DEPOSITS[site], onsetDateTime=fields.pop("on", days_before(30)), **fields)

    def observation(self, system: str, code: str, *, on: str | None = None, status: str = "final", **fields: Any) -> Person:
        """Any Observation."""
        return self.add("Observation", status=status, code=coded(system, code), effectiveDateTime=on or days_before(40), **fields)

    def category(self, asked: str, value: str, **fields: Any) -> Person:
        """One category or stage group, as a code that spells it out."""
        return self.observation(LOINC, ASKED[asked], valueCodeableConcept=coded(NOTATION, value), **fields)

    def tnm(self, t: str, n: str, m: str, **fields: Any) -> Person:
        """A clinical set of categories."""
        return self.category("ct", t, **fields).category("cn", n, **fields).category("cm", m, **fields)

    def receptor(self, name: str, result: str, **fields: Any) -> Person:
        """The result of a receptor or of the stain, in words."""
        return self.observation(LOINC, RECEPTORS[name], valueCodeableConcept={"text": result}, **fields)

    def in_situ(self, *, positive: bool) -> Person:
        """In situ hybridisation of HER2."""
        return self.observation(QUESTION, "her2-in-situ", valueCodeableConcept=coded(SNOMED, "10828004" if positive else "260385009"))

    def menopause(self, state: str) -> Person:
        """The menopausal state, in words."""
        return self.observation(QUESTION, "menopausal-state", valueCodeableConcept={"text": state})

    def ejection(self, value: float, on: str | None = None) -> Person:
        """An ejection fraction in percent."""
        return self.observation(LOINC, "10230-1", on=on or days_before(20), valueQuantity={"value": value, "unit": "%", "code": "%"})

    def prefetch(self) -> FHIR:
        """Every key of the content answered, but for those that are missing."""
        found: dict[str, list[FHIR]] = {"problems": [], "pathology": [], "heart": [], "drugs": []}
        for resource in self.resources:
            heart = "10230-1" in str(resource.get("code"))
            found[KEYS.get(resource["resourceType"], "heart" if heart else "pathology")].append(resource)
        bundles = {
            key: {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in items]}
            for key, items in found.items()
        }
        person = {"resourceType": "Patient", "id": "w1", **dict(self.patient)}
        return {key: value for key, value in {"person": person, **bundles}.items() if key not in self.missing}

    def bundle(self) -> FHIR:
        """The whole record as a file."""
        person = {"resourceType": "Patient", "id": "w1", **dict(self.patient)}
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (person, *self.resources)]}


def drafts(*names: str) -> list[FHIR]:
    """Draft orders: of drugs by code, of anything else by its name."""
    return [_draft(f"d{number}", name) for number, name in enumerate(names, 1)]


def _draft(id_: str, name: str) -> FHIR:
    base = {"id": id_, "status": "draft", "intent": "order", "subject": {"reference": "Patient/w1"}}
    if name in DRUGS:
        return {"resourceType": "MedicationRequest", **base, "medicationCodeableConcept": coded(RXNORM, DRUGS[name])}
    return {"resourceType": "ServiceRequest", **base, "code": {"text": name}}


def call(person: Person, orders: Iterable[FHIR] | None = None, *, user: str = "Practitioner/p1") -> FHIR:
    """A hook call: at order-sign where there are orders, else at patient-view."""
    context: FHIR = {"patientId": "w1", "userId": user}
    if orders is not None:
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in orders]}
    return {
        "hook": "patient-view" if orders is None else "order-sign",
        "hookInstance": "0c7f4e1e-51f0-5a1c-8c52-2f1a30b0c001",
        "context": context,
        "prefetch": person.prefetch(),
    }


def ask(knowledge: Knowledge, person: Person, *orders: str, user: str = "Practitioner/p1") -> Answer:
    """What the content answers about a person, or about draft orders for her."""
    body = call(person, drafts(*orders) if orders else None, user=user)
    return respond(parse_hook_request(body, "breast"), knowledge, AS_OF, {})


def woman(side: str = "left") -> Person:
    """A woman with a tumour and nothing else on record."""
    return Person().tumour(side)
