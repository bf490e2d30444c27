"""Where a code can stand in a record: each place is a small record with one hole, so that a table of codes needs no FHIR.

A place is ``fill(code, beside)``: the record with the code (or without it, where ``code`` is ``None``), and the draft orders.
``beside`` is what stands beside the code: an answer, a question, a test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from tests.builders import codes
from tests.builders.clock import days_before
from tests.builders.codes import FHIR, SNOMED, concept, loinc, snomed
from tests.builders.orders import Orders, orders
from tests.builders.record import Patient, patient

Filled = tuple[Patient, Orders | None]
Place = Callable[[FHIR | None, str], Filled]

TERMINOLOGY = Path(__file__).resolve().parents[2] / "plan_definitions" / "terminology"
RECTUM = patient().rectum()
PLAIN = patient().condition("primary", snomed(codes.SITES["rectum"]), onset=days_before(60))
TREATED = PLAIN.metastasis("liver").regimen(("oxaliplatin",), start=days_before(35))
GENERAL = snomed(("363346000", "Malignant neoplastic disease"))
NODE = snomed(("94392001", "Secondary malignant neoplasm of lymph node"))
BONE = snomed(codes.METASTASES["bone"][:2])
RECENT = days_before(20)


@lru_cache(maxsize=1)
def systems() -> Mapping[str, str]:
    """The URIs of the code systems by their short names: the ids of the content's NamingSystems."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(TERMINOLOGY.glob("NamingSystem-*.json"))]
    return {item["id"]: next(one["value"] for one in item["uniqueId"] if one.get("preferred")) for item in found}


def coded(text: str) -> FHIR:
    """``loinc 97509-4`` as a CodeableConcept; several are separated by commas."""
    pairs = [part.split(maxsplit=1) for part in text.split(",")]
    return {"coding": [codes.coding(systems().get(system, system), code) for system, code in pairs]}


def value(text: str) -> FHIR:
    """``4.2 ng/mL`` as valueQuantity, ``3`` as valueInteger, ``yes``/``no`` as valueBoolean, ``loinc LA…`` as coded, else words."""
    number, _, unit = text.partition(" ")
    if text in ("yes", "no"):
        return {"valueBoolean": text == "yes"}
    if number in systems():
        return {"valueCodeableConcept": coded(text)}
    if number.replace(".", "", 1).isdigit():
        return {"valueQuantity": {"value": float(number), "unit": unit}} if unit else {"valueInteger": int(number)}
    return {"valueCodeableConcept": {"text": text}}


def _disorder(code: FHIR | None, _: str) -> Filled:
    """A Condition and nothing else."""
    return (patient() if code is None else patient().condition("disorder", code, onset=RECENT)), None


def _beside_rectum(code: FHIR | None, _: str) -> Filled:
    """A Condition beside an adenocarcinoma of the rectum."""
    return (RECTUM if code is None else RECTUM.condition("second", code, onset=RECENT)), None


def _site(code: FHIR | None, _: str) -> Filled:
    """The body site of a malignancy whose code names none."""
    return patient().condition("primary", GENERAL, onset=RECENT).changed("primary", bodySite=_listed(code)), None


def _morphology(code: FHIR | None, _: str) -> Filled:
    """The histology extension of a primary."""
    extension = [{"url": codes.HISTOLOGY_EXTENSION, "valueCodeableConcept": code}] if code else None
    return PLAIN.changed("primary", extension=extension), None


def _node_site(code: FHIR | None, _: str) -> Filled:
    """The body site of a node metastasis."""
    return RECTUM.condition("spread", NODE, onset=RECENT).changed("spread", bodySite=_listed(code)), None


def _bone_site(code: FHIR | None, _: str) -> Filled:
    """The body site of a bone metastasis."""
    return RECTUM.condition("spread", BONE, onset=RECENT).changed("spread", bodySite=_listed(code)), None


def _question(code: FHIR | None, beside: str) -> Filled:
    """The code of an Observation with the value ``beside``; after a line of treatment, so that a response counts."""
    return (TREATED if code is None else TREATED.observation("result", code, RECENT, **value(beside))), None


def _answer(code: FHIR | None, beside: str) -> Filled:
    """The coded value of an Observation about ``beside``; after a line of treatment, so that a response counts."""
    return (TREATED if code is None else TREATED.observation("result", coded(beside), RECENT, valueCodeableConcept=code)), None


def _interpretation(code: FHIR | None, beside: str) -> Filled:
    """The interpretation of an Observation about ``beside``, without a value."""
    return (RECTUM if code is None else RECTUM.observation("result", coded(beside), RECENT, interpretation=[code])), None


def _variant(code: FHIR | None, _: str, component: str, **fields: FHIR) -> Filled:
    parts = {"48018-6": concept(codes.HGNC, "HGNC:6407"), component: code}
    found = [{"code": loinc((name, name)), "valueCodeableConcept": item} for name, item in parts.items() if item is not None]
    answer = fields.get("value", loinc(("LA9633-4", "Present")))
    return RECTUM.observation("variant", loinc(codes.VARIANT), RECENT, component=found, valueCodeableConcept=answer), None


def _gene(code: FHIR | None, beside: str) -> Filled:
    """The gene studied of a variant that is present."""
    return (RECTUM if code is None else _variant(code, beside, "48018-6")[0]), None


def _component(code: FHIR | None, beside: str) -> Filled:
    """A component of a KRAS variant that is present; ``beside`` is the component's code."""
    return (RECTUM if code is None else _variant(code, beside, beside)[0]), None


def _component_code(code: FHIR | None, beside: str) -> Filled:
    """The code of the component that names KRAS (``beside``) in a variant that is present."""
    if code is None:
        return RECTUM, None
    part = {"code": code, "valueCodeableConcept": coded(beside)}
    present = loinc(("LA9633-4", "Present"))
    return RECTUM.observation("variant", loinc(codes.VARIANT), RECENT, component=[part], valueCodeableConcept=present), None


def _presence(code: FHIR | None, beside: str) -> Filled:
    """Whether a KRAS variant was found."""
    return (RECTUM if code is None else _variant(None, beside, "48002-0", value=code)[0]), None


def _stage_question(code: FHIR | None, beside: str) -> Filled:
    """The code of a staging Observation with the value ``beside`` in words."""
    return (RECTUM if code is None else RECTUM.observation("stage", code, RECENT, valueCodeableConcept={"text": beside})), None


def _stage_value(code: FHIR | None, beside: str) -> Filled:
    """The value of the axis ``beside`` (T, N, M, group), whose code names no prefix."""
    axis = concept(SNOMED, codes.AXES[beside or "group"][""])
    return (RECTUM if code is None else RECTUM.observation("stage", axis, RECENT, valueCodeableConcept=code)), None


def _panel(code: FHIR | None, _: str) -> Filled:
    """The code of an Observation whose components state T, N and M."""
    parts = [
        {"code": concept(SNOMED, codes.AXES[axis][""]), "valueCodeableConcept": {"text": text}}
        for axis, text in (("T", "T3"), ("N", "N1a"), ("M", "M0"))
    ]
    return (RECTUM if code is None else RECTUM.observation("panel", code, RECENT, component=parts)), None


def _descriptor(code: FHIR | None, beside: str) -> Filled:
    """An Observation that says of a pathological T of the same day what its value (``beside``) says."""
    staged = RECTUM.observation("pT", concept(SNOMED, codes.AXES["T"]["p"]), RECENT, valueCodeableConcept={"text": "pT3"})
    return (staged if code is None else staged.observation("y", code, RECENT, valueCodeableConcept=coded(beside))), None


def _descriptor_value(code: FHIR | None, beside: str) -> Filled:
    """The value of a descriptor (``beside``) of a pathological T of the same day."""
    staged = RECTUM.observation("pT", concept(SNOMED, codes.AXES["T"]["p"]), RECENT, valueCodeableConcept={"text": "pT3"})
    return (staged if code is None else staged.observation("y", coded(beside), RECENT, valueCodeableConcept=code)), None


def _method(code: FHIR | None, _: str) -> Filled:
    """The method of a staging Observation."""
    axis = concept(SNOMED, codes.AXES["T"]["c"])
    return RECTUM.observation("cT", axis, RECENT, method=code, valueCodeableConcept={"text": "cT3"}), None


def _stage_type(code: FHIR | None, beside: str) -> Filled:
    """The type of a stage that stands in the Condition (``beside``)."""
    stage = {"summary": {"text": beside}} | ({"type": code} if code else {})
    return RECTUM.changed("primary", stage=[stage] if code else None), None


def _procedure(code: FHIR | None, _: str) -> Filled:
    """What was done."""
    done = RECTUM if code is None else RECTUM.add("Procedure", "done", status="completed", performedDateTime=RECENT, code=code)
    return done, None


def _irradiated(code: FHIR | None, _: str) -> Filled:
    """The body site of a course of radiotherapy."""
    course = snomed(codes.RADIOTHERAPY)
    return RECTUM.add("Procedure", "rt", status="completed", performedDateTime=RECENT, code=course, bodySite=_listed(code)), None


def _imaging(code: FHIR | None, _: str) -> Filled:
    """The code of a report."""
    report = RECTUM if code is None else RECTUM.add("DiagnosticReport", "ct", status="final", effectiveDateTime=RECENT, code=code)
    return report, None


def _episode(code: FHIR | None, _: str) -> Filled:
    """The type of an EpisodeOfCare."""
    record = RECTUM.metastasis("liver")
    episode = {"status": "active", "period": {"start": RECENT}}
    return (record if code is None else record.add("EpisodeOfCare", "line", type=[code], patient=_subject(), **episode)), None


def _drug(code: FHIR | None, beside: str) -> Filled:
    """A drug, given and drafted; ``beside`` is its route."""
    if code is None:
        return RECTUM, orders()
    given = {"dosage": {"route": coded(beside)}} if beside else {}
    drafted = {"dosageInstruction": [{"route": coded(beside)}]} if beside else {}
    record = RECTUM.add(
        "MedicationAdministration", "given", status="completed", effectiveDateTime=RECENT, medicationCodeableConcept=code, **given
    )
    return record, orders().add("MedicationRequest", medicationCodeableConcept=code, **drafted)


def _route(code: FHIR | None, _: str) -> Filled:
    """The route of fluorouracil; where it is topical, nothing was given."""
    drug = concept(codes.RXNORM, codes.INGREDIENTS["fluorouracil"])
    if code is None:
        return RECTUM, orders().add("MedicationRequest")
    record = RECTUM.add(
        "MedicationAdministration",
        "given",
        status="completed",
        effectiveDateTime=RECENT,
        medicationCodeableConcept=drug,
        dosage={"route": code},
    )
    return record, orders().add("MedicationRequest", medicationCodeableConcept=drug, dosageInstruction=[{"route": code}])


def _form(code: FHIR | None, _: str) -> Filled:
    """The dose form of a contained Medication of fluorouracil."""
    if code is None:
        return RECTUM, orders().add("MedicationRequest")
    drug = concept(codes.RXNORM, codes.INGREDIENTS["fluorouracil"])
    medication = {"resourceType": "Medication", "id": "m", "code": drug, "form": code}
    given = {"medicationReference": {"reference": "#m"}, "contained": [medication]}
    record = RECTUM.add("MedicationAdministration", "given", status="completed", effectiveDateTime=RECENT, **given)
    return record, orders().add("MedicationRequest", **given)


def _draft(code: FHIR | None, _: str) -> Filled:
    """A draft order."""
    return RECTUM, orders().add("ServiceRequest", code=code)


def _draft_site(code: FHIR | None, _: str) -> Filled:
    """The body site of drafted radiotherapy."""
    return RECTUM, orders().add("ServiceRequest", code=snomed(codes.RADIOTHERAPY), bodySite=_listed(code))


def _intent(code: FHIR | None, _: str) -> Filled:
    """The intent of drafted radiotherapy."""
    extension = [{"url": codes.INTENT_EXTENSION, "valueCodeableConcept": code}] if code else None
    return RECTUM, orders().add("ServiceRequest", code=snomed(codes.RADIOTHERAPY), extension=extension)


def _reason(code: FHIR | None, _: str) -> Filled:
    """Why a course of treatment ended."""
    given = RECTUM.regimen(("oxaliplatin",), start=days_before(35))
    name = given.resources[-1]["id"]
    return (given if code is None else given.changed(name, statusReason=[code])), None


def _listed(code: FHIR | None) -> list[FHIR] | None:
    return [code] if code else None


def _subject() -> FHIR:
    return {"reference": f"Patient/{RECTUM.id}"}


PLACES: Mapping[str, Place] = {
    "disorder": _disorder,
    "beside-rectum": _beside_rectum,
    "body-site": _site,
    "morphology": _morphology,
    "node-at": _node_site,
    "bone-at": _bone_site,
    "question": _question,
    "answer": _answer,
    "interpretation": _interpretation,
    "gene": _gene,
    "component": _component,
    "component-code": _component_code,
    "presence": _presence,
    "stage-question": _stage_question,
    "stage-value": _stage_value,
    "panel": _panel,
    "descriptor": _descriptor,
    "descriptor-value": _descriptor_value,
    "method": _method,
    "stage-type": _stage_type,
    "procedure": _procedure,
    "irradiated": _irradiated,
    "imaging": _imaging,
    "episode": _episode,
    "drug": _drug,
    "route": _route,
    "form": _form,
    "draft": _draft,
    "draft-at": _draft_site,
    "intent": _intent,
    "reason": _reason,
}
