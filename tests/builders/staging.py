"""Records that hold little more than a primary, its categories and its spread: what staging is asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cds_service.fhir.bundles import items
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Facts
from cds_service.prefetch.record import gather
from tests.builders.clock import AS_OF, days_before
from tests.builders.codes import AXES, ICD10CM, SNOMED, concept
from tests.builders.record import Patient, patient

UICC = "https://www.uicc.org/resources/tnm"
EDITIONS = {"6": "444256004", "7": "443830009", "8": "897275008", "V9": "1269566009"}
DAY = days_before(30)
NODE = concept(SNOMED, "94392001", "Secondary malignant neoplasm of lymph node")


def facts_of(knowledge: Knowledge, record: Patient, as_of: Any = AS_OF) -> Facts:
    """The facts of a synthetic patient's whole record."""
    found = gather(tuple(items(record.bundle(), "record")), record.id, (), refuse_others=False, sole_patient=True)
    return knowledge.facts_engine.build(replace(found, whole=True), as_of)


def primary(site: str = "rectum", histology: str | None = None) -> Patient:
    """A patient with a primary and nothing else."""
    usual = "squamous" if site in ("anal-canal", "anus") else "adenocarcinoma"
    return patient().primary(site, histology or usual, onset=days_before(400))


def staged(record: Patient, text: str, edition: str | None = "8", on: str | None = DAY) -> Patient:
    """One Observation for each category of ``cT3 cN1a cM0`` (``ypT2``, ``T3``), coded as UICC category text, with the edition as method."""
    for category in text.split():
        axis = next(letter for letter in category if letter in "TNM")
        code = AXES[axis]["p" if category.startswith("p") else "c" if category.startswith("c") else ""]
        record = record.observation(
            f"tnm-{axis.lower()}",
            concept(SNOMED, code),
            on,
            method=concept(SNOMED, EDITIONS[edition]) if edition else None,
            valueCodeableConcept=concept(UICC, category),
        )
    return record


def spread(record: Patient, *places: str, **fields: Any) -> Patient:
    """A confirmed metastasis for each: a name of the builders (``liver``), an ICD-10-CM code, or the text of a node station."""
    for place in places:
        record = _one(record, place, **fields)
    return record


def _one(record: Patient, place: str, **fields: Any) -> Patient:
    if place[0] == "C" and place[1].isdigit():
        return record.condition("metastasis", concept(ICD10CM, place), onset=days_before(40), **fields)
    if place.endswith("nodes"):
        found = record.condition("metastasis", NODE, onset=days_before(40), **fields)
        return found.changed(found.resources[-1]["id"], bodySite=[{"text": place}])
    return record.metastasis(place, **fields)
