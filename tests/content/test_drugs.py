"""Drugs as records and orders carry them: by code, through a Medication, by ingredient, by a name; and what is no systemic treatment.

Every row is read twice: as a drug that was given, and as a draft order. The codes themselves are in ``data/vocabulary.csv``.
"""

from __future__ import annotations

import pytest

from tests.builders import days_before, orders, patient, request
from tests.builders.codes import RXNORM, SNOMED, concept
from tests.builders.reading import read_fact
from tests.builders.run import facts_of
from tests.builders.tables import rows

RECORD = patient().rectum()
OXALIPLATIN, FLUOROURACIL = concept(RXNORM, "32592"), concept(RXNORM, "4492")
CREAM = concept(SNOMED, "385099005", "Cream")
PLACES = (("given", "systemic.agents"), ("drafted", "orders.agents"))


def said(knowledge, *, given=None, contained=None, elsewhere=None, **drug):
    """What is read of a drug, given and drafted; ``elsewhere`` are Medications of the record, ``given`` fields of its dosage."""
    record = RECORD
    for name, fields in (elsewhere or {}).items():
        medication = {"resourceType": "Medication", "id": name, **fields}
        record = type(record)(id=record.id, born=record.born, resources=(*record.resources, medication))
    inside = {"contained": [{"resourceType": "Medication", **item} for item in contained]} if contained else {}
    dose = given or {}
    taken = {"dosage": dose} if dose else {}
    ordered = {"dosageInstruction": [dose]} if dose else {}
    record = record.add(
        "MedicationAdministration", "given", status="completed", effectiveDateTime=days_before(9), **drug, **inside, **taken
    )
    drafts = orders().add("MedicationRequest", **drug, **inside, **ordered)
    tree = facts_of(knowledge, request(record, "order-select", drafts)).tree
    return {name: read_fact(tree, path) for name, path in PLACES}


def by_reference(name):
    return {"medicationReference": {"reference": name}}


@pytest.mark.parametrize(
    ("shape", "agent", "why"),
    rows(
        ({"medicationCodeableConcept": OXALIPLATIN}, "oxaliplatin", "by code"),
        ({**by_reference("Medication/m1"), "elsewhere": {"m1": {"code": OXALIPLATIN}}}, "oxaliplatin", "by reference"),
        (
            {**by_reference("Medication/m1/_history/2"), "elsewhere": {"m1": {"code": OXALIPLATIN}}},
            "oxaliplatin",
            "by a versioned reference",
        ),
        (
            {**by_reference("https://ehr.example.org/fhir/Medication/m1"), "elsewhere": {"m1": {"code": OXALIPLATIN}}},
            "oxaliplatin",
            "by an absolute reference",
        ),
        ({**by_reference("#m1"), "contained": [{"id": "m1", "code": OXALIPLATIN}]}, "oxaliplatin", "contained"),
        (
            {**by_reference("#m1"), "contained": [{"id": "m1", "ingredient": [{"itemCodeableConcept": OXALIPLATIN}]}]},
            "oxaliplatin",
            "contained, by ingredient",
        ),
        (
            {
                **by_reference("Medication/m1"),
                "elsewhere": {"m1": {"code": {"text": "Infusion bag"}, "ingredient": [{"itemCodeableConcept": OXALIPLATIN}]}},
            },
            "oxaliplatin",
            "by ingredient where the name says nothing",
        ),
        (
            {
                **by_reference("#m1"),
                "contained": [
                    {"id": "m1", "ingredient": [{"itemCodeableConcept": FLUOROURACIL}, {"itemCodeableConcept": concept(RXNORM, "6313")}]}
                ],
            },
            "fluorouracil+leucovorin",
            "two ingredients in one bag",
        ),
        (
            {
                **by_reference("Medication/m1"),
                "elsewhere": {
                    "m1": {"ingredient": [{"itemReference": {"reference": "Medication/m2"}}]},
                    "m2": {"code": OXALIPLATIN},
                },
            },
            "oxaliplatin",
            "by an ingredient that is itself a Medication",
        ),
        (
            {"medicationReference": {"reference": "Medication/m9", "display": "Oxaliplatin infusion"}},
            "oxaliplatin",
            "a missing target with its words",
        ),
        ({"medicationReference": {"reference": "Medication/m9"}}, "-", "a missing target without words"),
        ({**by_reference("#m2"), "contained": [{"id": "m1", "code": OXALIPLATIN}]}, "-", "another contained Medication"),
    ),
)
def test_where_the_drug_is_named(knowledge, shape, agent, why):
    assert said(knowledge, **shape) == {"given": agent, "drafted": agent}, why


@pytest.mark.parametrize(
    ("text", "agent", "why"),
    rows(
        ("Fluorouracil 50 mg/mL injection", "fluorouracil", "the name"),
        ("5-FU continuous infusion", "fluorouracil", "as oncologists say it"),
        ("Adrucil", "fluorouracil", "a brand"),
        ("Xeloda 500 mg tablet", "capecitabine", "a brand"),
        ("Calcium folinate 350 mg", "leucovorin", "the European name"),
        ("Fusilev", "leucovorin", "the left-handed form by its brand"),
        ("Khapzory", "leucovorin", "another brand"),
        ("Eloxatin", "oxaliplatin", "a brand"),
        ("Camptosar", "irinotecan", "a brand"),
        ("Platinol", "cisplatin", "a brand"),
        ("Paraplatin", "carboplatin", "a brand"),
        ("Avastin", "bevacizumab", "a brand"),
        ("Mvasi 100 mg/4 mL", "bevacizumab", "a biosimilar's brand"),
        ("Zirabev", "bevacizumab", "a biosimilar's brand"),
        ("Alymsys", "bevacizumab", "a biosimilar's brand"),
        ("Vegzelma", "bevacizumab", "a biosimilar's brand"),
        ("bevacizumab-awwb", "bevacizumab", "a biosimilar by its suffix"),
        ("bevacizumab-bvzr", "bevacizumab", "a biosimilar by its suffix"),
        ("bevacizumab-maly", "bevacizumab", "a biosimilar by its suffix"),
        ("bevacizumab-adcd", "bevacizumab", "a biosimilar by its suffix"),
        ("Erbitux", "cetuximab", "a brand"),
        ("Vectibix", "panitumumab", "a brand"),
        ("Keytruda", "pembrolizumab", "a brand"),
        ("Opdivo", "nivolumab", "a brand"),
        ("Mitomycin C", "mitomycin", "an agent of chemoradiation"),
        ("mFOLFOX6 cycle 1", "fluorouracil+leucovorin+oxaliplatin", "a regimen"),
        ("CAPOX", "capecitabine+oxaliplatin", "a regimen"),
        ("Ibuprofen 400 mg", "-", "another drug"),
        ("Flucytosine", "-", "a name that begins alike"),
    ),
)
def test_names_in_words(knowledge, text, agent, why):
    found = said(knowledge, medicationCodeableConcept={"text": text})

    assert found["drafted"] == agent, why
    assert found["given"] == ("-" if agent == "leucovorin" else agent), "leucovorin alone is no treatment"


def test_words_count_less_than_a_code(knowledge):
    record = RECORD.add(
        "MedicationAdministration",
        "given",
        status="completed",
        effectiveDateTime=days_before(9),
        medicationCodeableConcept={"text": "Oxaliplatin"},
    )
    facts = facts_of(knowledge, request(record))

    assert {item.confidence for item in facts.evidence_of("systemic")} == {"text"}


@pytest.mark.parametrize(
    ("shape", "why"),
    rows(
        ({"medicationCodeableConcept": FLUOROURACIL, "given": {"route": concept(SNOMED, "6064005", "Topical")}}, "a topical route"),
        (
            {"medicationCodeableConcept": FLUOROURACIL, "given": {"route": concept("http://standardterms.edqm.eu", "20003000")}},
            "a route of EDQM",
        ),
        ({"medicationCodeableConcept": FLUOROURACIL, "given": {"route": {"text": "Topical"}}}, "a route in words"),
        ({**by_reference("#m1"), "contained": [{"id": "m1", "code": FLUOROURACIL, "form": CREAM}]}, "a dose form"),
        ({**by_reference("Medication/m1"), "elsewhere": {"m1": {"code": FLUOROURACIL, "form": {"text": "Cream"}}}}, "a dose form in words"),
        ({"medicationCodeableConcept": concept(RXNORM, "105583")}, "the product itself"),
        ({"medicationCodeableConcept": concept(RXNORM, "92752")}, "a branded product"),
        ({"medicationCodeableConcept": concept(RXNORM, "310380", "fluorouracil 50 MG/ML Topical Solution")}, "a product by its display"),
        ({"medicationCodeableConcept": {"text": "Fluorouracil 5 % cream"}}, "words"),
        ({"medicationCodeableConcept": concept(RXNORM, "4492", "Efudex")}, "a brand that exists as a cream only"),
        (
            {"medicationCodeableConcept": concept(RXNORM, "253337"), "given": {"route": concept(SNOMED, "418401004")}},
            "bevacizumab into the eye",
        ),
        ({"medicationCodeableConcept": {"text": "Mitomycin intravesical instillation"}}, "mitomycin into the bladder"),
    ),
)
def test_what_is_no_systemic_treatment(knowledge, shape, why):
    assert said(knowledge, **shape) == {"given": "-", "drafted": "-"}, why


@pytest.mark.parametrize(
    ("route", "why"),
    rows(
        (concept(SNOMED, "47625008", "Intravenous route"), "intravenous"),
        ({"text": "IV infusion"}, "intravenous, in words"),
        (concept(SNOMED, "26643006", "Oral route"), "oral"),
        ({"text": "as directed"}, "no route"),
    ),
)
def test_other_routes_leave_a_drug_what_it_is(knowledge, route, why):
    found = said(knowledge, medicationCodeableConcept=FLUOROURACIL, given={"route": route})

    assert found == {"given": "fluorouracil", "drafted": "fluorouracil"}, why


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "unknown"])
def test_a_drug_that_was_not_given_is_no_treatment(knowledge, status):
    record = RECORD.add(
        "MedicationAdministration", "given", status=status, effectiveDateTime=days_before(9), medicationCodeableConcept=OXALIPLATIN
    )

    assert read_fact(facts_of(knowledge, request(record)).tree, "systemic.agents") == "-"
