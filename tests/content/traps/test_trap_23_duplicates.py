"""Trap 23: one disease in problem list, encounter and registry is one disease; it raises no count of metastases."""

import pytest

from tests.builders import days_before, patient
from tests.builders.codes import ICD10CM, concept
from tests.builders.expect import expect
from tests.builders.tables import rows

RECTUM = patient().rectum()
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
ICD = {"bone": "C79.51", "liver": "C78.7"}


def thrice(record, site):
    """The same metastasis from three sources, in two code systems, on three days."""
    for number, category in enumerate(("problem-list-item", "encounter-diagnosis")):
        record = record.condition(
            f"{site}-{number}", concept(ICD10CM, ICD[site]), onset=days_before(20 + number), category=[concept(CATEGORY, category)]
        )
    return record.metastasis(site)


@pytest.mark.parametrize(
    ("record", "facts", "cards", "why"),
    rows(
        (
            thrice(RECTUM, "bone"),
            {"metastases[].site": ["bone"], "bone.count": None},
            "+bone-management",
            "three records, one site, no count",
        ),
        (thrice(RECTUM, "liver"), {"metastases[].site": ["liver"], "stage.derived": "IVA"}, "+staging-summary", "one organ: IVA"),
        (
            thrice(thrice(RECTUM, "liver"), "bone"),
            {"metastases[].site": ["bone", "liver"], "stage.derived": "IVB"},
            "+bone-management",
            "two organs, six records: IVB",
        ),
        (
            RECTUM.metastasis("para-aortic-node").metastasis("para-aortic-node"),
            {"paraAortic.soleDistantSite": True, "metastases[].site": ["para-aortic-node"], "paraAortic.nodeCount": None},
            "+para-aortic-surgery-candidacy",
            "para-aortic nodes twice: no other site, and no count of nodes",
        ),
        (
            patient().rectum().condition("again", concept(ICD10CM, "C20")).metastasis("liver"),
            {"primary.site": "rectum", "metastases[].site": ["liver"], "unattributed": []},
            "+systemic-therapy-first-line",
            "the primary twice is one primary",
        ),
    ),
)
def test_trap_23_duplicates(knowledge, record, facts, cards, why):
    expect(knowledge, record, facts, cards, why)


def test_trap_23_the_first_evidence_counts(knowledge):
    """Of three records the earliest date is the first evidence."""
    expect(knowledge, thrice(RECTUM, "bone"), {"metastases[].date": [days_before(40)]}, "+bone-management", "40 days ago is first")
