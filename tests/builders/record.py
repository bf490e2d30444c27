"""A fluent builder of one patient's FHIR R4 record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.builders import codes
from tests.builders.clock import days_before
from tests.builders.codes import FHIR, LOINC, SNOMED, concept, loinc, snomed

CONDITION_STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


@dataclass(frozen=True)
class Patient:
    """One synthetic patient. Each method returns a new patient with one more resource; ``name`` becomes the resource id."""

    id: str = "synthetic"
    born: str = "1961-03-14"
    resources: tuple[FHIR, ...] = ()

    # -- assembling ---------------------------------------------------------------------------------------------------

    def add(self, kind: str, name: str, **fields: Any) -> Patient:
        """One more resource of this patient; fields that are ``None`` are left out, a name already taken gets a number."""
        taken = {resource["id"] for resource in self.resources}
        unique = next(id_ for id_ in (name, *(f"{name}-{n}" for n in range(2, 999))) if id_ not in taken)
        given = {field: value for field, value in fields.items() if value is not None}
        resource = {"resourceType": kind, "id": unique, "subject": {"reference": f"Patient/{self.id}"}, **given}
        return replace(self, resources=(*self.resources, resource))

    def without(self, *names: str) -> Patient:
        """The same patient without the resources of these ids (``without("cea")``); unknown ids are a mistake of the test."""
        found = {resource["id"] for resource in self.resources}
        if missing := set(names) - found:
            raise KeyError(sorted(missing))
        return replace(self, resources=tuple(resource for resource in self.resources if resource["id"] not in names))

    def changed(self, name: str, **fields: Any) -> Patient:
        """The same patient with fields of one resource replaced, or removed where ``None``."""
        if name not in {resource["id"] for resource in self.resources}:
            raise KeyError(name)
        return replace(
            self,
            resources=tuple(
                {key: value for key, value in (resource | fields).items() if value is not None} if resource["id"] == name else resource
                for resource in self.resources
            ),
        )

    def demographics(self) -> FHIR:
        """The Patient resource."""
        return {
            "resourceType": "Patient",
            "id": self.id,
            "name": [{"family": "Synthetic", "given": ["Record"]}],
            "gender": "female",
            "birthDate": self.born,
        }

    def bundle(self) -> FHIR:
        """The whole record as one Bundle of type collection."""
        everything = (self.demographics(), *self.resources)
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": item} for item in everything]}

    # -- the primary --------------------------------------------------------------------------------------------------

    def condition(
        self,
        name: str,
        code: FHIR,
        *,
        onset: str | None = None,
        verification: str | None = "confirmed",
        clinical: str | None = "active",
        body_site: str | None = None,
        **fields: Any,
    ) -> Patient:
        """Any Condition. A refuted one carries no clinical status, as FHIR's con-5 asks of entered-in-error and feeds do for both."""
        return self.add(
            "Condition",
            name,
            clinicalStatus=concept(CONDITION_STATUS, clinical) if clinical and verification != "refuted" else None,
            verificationStatus=concept(VERIFICATION, verification) if verification else None,
            code=code,
            bodySite=[codes.body_site(body_site)] if body_site else None,
            onsetDateTime=onset,
            **fields,
        )

    def primary(self, site: str, histology: str | None = "adenocarcinoma", *, onset: str | None = None, **fields: Any) -> Patient:
        """The primary cancer: one precise disorder where SNOMED CT has it, else the site with a histology extension."""
        precise = codes.PRIMARIES.get((site, histology or ""))
        if precise is None and histology is not None:
            value = concept(codes.ICDO3, *codes.MORPHOLOGIES[histology])
            fields["extension"] = [{"url": codes.HISTOLOGY_EXTENSION, "valueCodeableConcept": value}]
        return self.condition("primary", snomed(precise or codes.SITES[site]), onset=onset or days_before(60), **fields)

    def rectum(self, histology: str | None = "adenocarcinoma", **fields: Any) -> Patient:
        """A primary cancer of the rectum."""
        return self.primary("rectum", histology, **fields)

    def anorectum(self, histology: str | None = "adenocarcinoma", **fields: Any) -> Patient:
        """A primary cancer of the anorectal junction (overlapping sites)."""
        return self.primary("anorectal-overlap", histology, **fields)

    def local_recurrence(self, *, present: bool, on: str | None = None) -> Patient:
        """Local recurrence of the primary, or the Condition that refutes it."""
        code = snomed(("314966008", "Local recurrence of malignant tumor of rectum"))
        return self.condition("local-recurrence", code, onset=on, verification="confirmed" if present else "refuted")

    def symptom(self, kind: str, *, present: bool = True, on: str | None = None) -> Patient:
        """Obstruction, bleeding or perforation of the primary, or the Condition that refutes it."""
        code, display = codes.SYMPTOMS[kind]
        system = codes.ICD10CM if "." in code else SNOMED
        verification = "confirmed" if present else "refuted"
        return self.condition(kind, concept(system, code, display), onset=on or days_before(5), verification=verification)

    def distance(self, value: float, unit: str = "cm", on: str | None = None) -> Patient:
        """Distance of the tumour from the anal verge."""
        return self.observation("distance", loinc(codes.ANAL_VERGE), on or days_before(50), valueQuantity=quantity(value, unit))

    def reflection(self, where: str, on: str | None = None) -> Patient:
        """Above, at or below the peritoneal reflection."""
        text = {"text": where.capitalize()}
        return self.observation("reflection", loinc(codes.PERITONEAL_REFLECTION), on or days_before(50), valueCodeableConcept=text)

    # -- stage --------------------------------------------------------------------------------------------------------

    def tnm(self, prefix: str, t: str | None, n: str | None, m: str | None, edition: int | None = 8, on: str | None = None) -> Patient:
        """T, N and M as one Observation each (``None`` leaves an axis out), coded as AJCC values."""
        result = self
        for axis, value in (("T", t), ("N", n), ("M", m)):
            if value is not None:
                code = codes.CATEGORIES[f"{prefix}{axis}{value}"]
                result = result.stage_observation(axis, prefix, concept(SNOMED, code, f"{prefix}{axis}{value}"), edition, on)
        return result

    def stage_group(self, group: str, prefix: str = "c", edition: int | None = 8, on: str | None = None) -> Patient:
        """An asserted stage group (``IVA``)."""
        return self.stage_observation("group", prefix, concept(SNOMED, codes.GROUPS[group], f"Stage {group}"), edition, on)

    def stage_observation(self, axis: str, prefix: str, value: FHIR, edition: int | None, on: str | None) -> Patient:
        """One axis, or the stage group, of a staging."""
        return self.observation(
            f"{prefix}{axis}" if axis != "group" else "stage-group",
            concept(SNOMED, codes.AXES[axis][prefix]),
            on,
            method=snomed(codes.EDITIONS[edition]) if edition else None,
            valueCodeableConcept=value,
        )

    def metastasis(
        self,
        site: str,
        *,
        verification: str | None = "confirmed",
        on: str | None = None,
        body_site: str | None = None,
        related: str | None = None,
        **fields: Any,
    ) -> Patient:
        """A metastasis as a Condition; ``related`` is the id of the primary that it is attributed to."""
        code, display, station = codes.METASTASES[site]
        if related:
            fields["extension"] = [{"url": codes.RELATED_EXTENSION, "valueReference": {"reference": f"Condition/{related}"}}]
        return self.condition(
            f"metastasis-{site}",
            snomed((code, display)),
            onset=on or days_before(40),
            verification=verification,
            body_site=body_site or station,
            **fields,
        )

    def stated(self, what: str, on: str | None = None, **value: Any) -> Patient:
        """An answer under one of the project's own observation codes, for what no public code says (``valueBoolean=False``)."""
        return self.observation(what, concept(codes.OWN, what), on or days_before(9), **value)

    def para_aortic_count(self, count: int, on: str | None = None) -> Patient:
        """How many para-aortic nodes are involved."""
        return self.stated("para-aortic-node-count", on or days_before(35), valueInteger=count, bodySite=codes.body_site("245285004"))

    def bone_event(self, kind: str, *, present: bool = True, on: str | None = None, body_site: str | None = None) -> Patient:
        """Bone pain or a pathological fracture."""
        verification = "confirmed" if present else "refuted"
        code = snomed(codes.BONE_EVENTS[kind])
        return self.condition(kind, code, onset=on or days_before(7), verification=verification, body_site=body_site)

    # -- measurements -------------------------------------------------------------------------------------------------

    def observation(self, name: str, code: FHIR, on: str | None, *, status: str = "final", **fields: Any) -> Patient:
        """Any Observation."""
        return self.add("Observation", name, status=status, code=code, effectiveDateTime=on, **fields)

    def cea(self, value: float | str, unit: str | None = "ng/mL", on: str | None = None, comparator: str | None = None) -> Patient:
        """A CEA result; a string value is sent as ``valueString`` (``"<0.5"``)."""
        given: FHIR = {"valueString": value} if isinstance(value, str) else {"valueQuantity": quantity(value, unit, comparator)}
        return self.observation("cea", loinc(codes.CEA), on or days_before(12), **given)

    def ecog(self, score: int, on: str | None = None) -> Patient:
        """ECOG performance status."""
        return self.observation("ecog", loinc(codes.ECOG), on or days_before(9), valueInteger=score)

    def karnofsky(self, score: int, on: str | None = None) -> Patient:
        """Karnofsky performance status."""
        return self.observation("karnofsky", loinc(codes.KARNOFSKY), on or days_before(9), valueInteger=score)

    def gene(self, gene: str, result: str, on: str | None = None, **fields: Any) -> Patient:
        """A result of a gene test, in words under the coded test."""
        code = loinc((codes.GENES[gene][0], f"{gene} gene mutation analysis"))
        value = {"text": codes.GENE_RESULTS[result]}
        return self.observation(gene.lower(), code, on or days_before(20), valueCodeableConcept=value, **fields)

    def kras(self, result: str, on: str | None = None, **fields: Any) -> Patient:
        """A KRAS result: ``wild-type``, ``mutated`` or ``indeterminate``."""
        return self.gene("KRAS", result, on, **fields)

    def variant(self, gene: str, *, present: bool, on: str | None = None) -> Patient:
        """A genomic variant found or not found, with the gene studied as a component."""
        answer = ("LA9633-4", "Present") if present else ("LA9634-2", "Absent")
        studied = {"code": loinc(("48018-6", "Gene studied [ID]")), "valueCodeableConcept": concept(codes.HGNC, codes.GENES[gene][1], gene)}
        return self.observation(
            f"{gene.lower()}-variant", loinc(codes.VARIANT), on or days_before(20), valueCodeableConcept=loinc(answer), component=[studied]
        )

    def mmr(self, result: str, on: str | None = None) -> Patient:
        """Mismatch repair (microsatellite) status."""
        return self.observation("mmr", loinc(codes.MMR), on or days_before(20), valueCodeableConcept=loinc(codes.MMR_RESULTS[result]))

    def response(self, category: str, on: str | None = None, **fields: Any) -> Patient:
        """Disease status: CR, PR, SD or PD as a LOINC answer, ``improved`` or ``worsened`` as the SNOMED CT finding."""
        value = loinc(codes.RESPONSES[category]) if category in codes.RESPONSES else snomed(codes.RESPONSE_FINDINGS[category])
        return self.observation("response", loinc(codes.DISEASE_STATUS), on or days_before(10), valueCodeableConcept=value, **fields)

    # -- treatment ----------------------------------------------------------------------------------------------------

    def regimen(self, agents: Iterable[str], *, start: str, end: str | None = None, status: str = "completed") -> Patient:
        """Drugs that were given together: one MedicationAdministration each."""
        result = self
        for agent in agents:
            result = result.add(
                "MedicationAdministration",
                agent,
                status=status,
                medicationCodeableConcept=concept(codes.RXNORM, codes.INGREDIENTS[agent], agent),
                effectivePeriod={"start": start} | ({"end": end} if end else {}),
            )
        return result

    def prescription(self, agents: Iterable[str], *, on: str, status: str = "active") -> Patient:
        """Drugs that are ordered: one MedicationRequest each."""
        result = self
        for agent in agents:
            result = result.add(
                "MedicationRequest",
                f"{agent}-order",
                status=status,
                intent="order",
                medicationCodeableConcept=concept(codes.RXNORM, codes.INGREDIENTS[agent], agent),
                authoredOn=on,
            )
        return result

    def radiotherapy(self, field: str | None, *, on: str | None = None, status: str = "completed") -> Patient:
        """A course of radiotherapy to a field (``pelvis``, ``groin``, ``femur`` …); ``not-done`` says that none was given there."""
        sites = [codes.body_site(codes.FIELDS[field])] if field else None
        name = f"radiotherapy-{field or 'somewhere'}"
        return self.add("Procedure", name, status=status, code=snomed(codes.RADIOTHERAPY), performedDateTime=on, bodySite=sites)

    def surgery(self, procedure: str, *, on: str, status: str = "completed") -> Patient:
        """An operation that was done."""
        return self.add("Procedure", procedure, status=status, code=snomed(codes.SURGERY[procedure]), performedDateTime=on)

    def imaging(self, modality: str, *, on: str, status: str = "final") -> Patient:
        """A report of imaging, in the category by which it is asked for."""
        said = {"category": [concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")], "code": concept(*codes.IMAGING[modality])}
        return self.add("DiagnosticReport", modality, status=status, **said, effectiveDateTime=on, issued=f"{on}T12:00:00Z")

    def ct_chest_abdomen_pelvis(self, on: str | None = None) -> Patient:
        """One CT of chest, abdomen and pelvis."""
        return self.imaging("ct-chest-abdomen-pelvis", on=on or days_before(30))

    def tumor_board(self, on: str | None = None) -> Patient:
        """A multidisciplinary tumour board review."""
        code = concept(*codes.TUMOR_BOARD)
        return self.add("Procedure", "tumor-board", status="completed", code=code, performedDateTime=on or days_before(10))

    def trial(self, on: str | None = None) -> Patient:
        """Enrolment in a clinical trial."""
        return self.add("Procedure", "trial", status="completed", code=snomed(codes.TRIAL), performedDateTime=on or days_before(10))

    def referral(self, name: str, code: FHIR, *, on: str, status: str = "active") -> Patient:
        """An order in the record that is not a drug: a referral, a test, an examination."""
        return self.add("ServiceRequest", name, status=status, intent="order", code=code, authoredOn=on)

    # -- what has nothing to do with it ---------------------------------------------------------------------------------

    def unrelated(self) -> Patient:
        """Resources that every chart has and that no card may depend on."""
        return (
            self.condition("hypertension", snomed(("38341003", "Hypertensive disorder")), onset="2015-02-03")
            .condition("old-fracture", snomed(("263225007", "Fracture of foot")), onset="2001-07-08", clinical="resolved")
            .observation("heart-rate", loinc(("8867-4", "Heart rate")), days_before(1), valueQuantity=quantity(72, "/min"))
            .observation("haemoglobin", loinc(("718-7", "Hemoglobin")), days_before(1), valueQuantity=quantity(11.8, "g/dL"))
            .surgery("cholecystectomy", on="2009-05-05")
            .prescription(["ibuprofen"], on="2012-03-04", status="completed")
            .add("AllergyIntolerance", "allergy", patient={"reference": f"Patient/{self.id}"}, code={"text": "Pollen"})
        )


def quantity(value: float, unit: str | None, comparator: str | None = None) -> FHIR:
    """A Quantity; the unit is written as both text and UCUM code, as laboratories do."""
    units = {"unit": unit, "system": codes.UCUM, "code": unit} if unit else {}
    return {"value": value} | ({"comparator": comparator} if comparator else {}) | units


def patient(id_: str = "synthetic", born: str = "1961-03-14") -> Patient:
    """A patient with nothing in the record yet."""
    return Patient(id=id_, born=born)


__all__ = ["LOINC", "Patient", "patient", "quantity"]
