"""Trap 4: encounter and billing diagnoses list a cancer years after cure, and what is to be ruled out; the problem list decides, and
one disease listed many times is one disease.
"""

import pytest

from tests.builders import days_before, patient
from tests.builders.codes import ICD10CM, concept
from tests.builders.expect import expect
from tests.builders.tables import rows

CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"


def listed(record, name, code, category, clinical="active", verification="confirmed", **fields):
    return record.condition(
        name, concept(ICD10CM, code), clinical=clinical, verification=verification, category=[concept(CATEGORY, category)], **fields
    )


def billed(record, code="C20", clinical="active", name="billed", **fields):
    return listed(record, name, code, "encounter-diagnosis", clinical, **({"onset": days_before(3)} | fields))


def problem(code="C20", clinical="resolved", **fields):
    return listed(patient(), "problem", code, "problem-list-item", clinical, onset="2014-01-01", **fields)


@pytest.mark.parametrize(
    ("record", "facts", "cards", "why"),
    rows(
        (billed(problem()), {"primary.present": "history"}, "none", "billed years after the problem list says resolved"),
        (billed(problem(), clinical=None), {"primary.present": "history"}, "none", "billed without a clinical status"),
        (
            billed(problem()).metastasis("liver"),
            {"primary.present": "history", "metastases[].site": ["liver"]},
            "+staging-summary",
            "a metastasis is attributed to what is history",
        ),
        (
            billed(problem(), clinical="recurrence").metastasis("liver"),
            {"primary.present": "active"},
            "+staging-summary",
            "the encounter says outright that it came back",
        ),
        (billed(problem(clinical="active")).metastasis("liver"), {"primary.present": "active"}, "+staging-summary", "both say active"),
        (
            billed(patient()).metastasis("liver"),
            {"primary.present": "active", "primary.site": "rectum"},
            "+staging-summary",
            "nothing but the billing diagnosis: it is all there is",
        ),
        (
            billed(patient(), verification="differential").metastasis("liver"),
            {"primary.present": None},
            "none",
            "to be ruled out",
        ),
        (billed(patient(), code="Z12.12"), {"primary.present": None}, "none", "a screening code is no cancer"),
        (
            billed(problem(code="C20", clinical="active"), code="C21.1").metastasis("liver"),
            {"primary.site": "rectum"},
            "+staging-summary",
            "another site in billing: the problem list decides",
        ),
        (
            billed(billed(problem(clinical="active"), code="C78.7"), code="C78.7", name="again").metastasis("liver"),
            {"metastases[].site": ["liver"]},
            "+staging-summary",
            "one liver metastasis, three records",
        ),
    ),
)
def test_trap_04_billing_diagnoses(knowledge, record, facts, cards, why):
    expect(knowledge, record, facts, cards, why)
