"""Trap 24: an ICD-10-CM code for spread has no side and no date; onset may be when it was found. Synchronous or metachronous follows from
the end of primary treatment, and is unknown without it; the days since diagnosis are for display only.
"""

import pytest

from tests.builders import patient
from tests.builders.codes import ICD10CM, concept
from tests.builders.expect import expect
from tests.builders.tables import rows

RECTUM = patient().rectum(onset="2024-01-10")
RESECTED = RECTUM.surgery("lar", on="2024-06-01")


def bone(record, **fields):
    return record.condition("bone", concept(ICD10CM, "C79.51"), **({"onset": None} | fields))


def para_aortic(record, on):
    return record.metastasis("para-aortic-node", on=on)


@pytest.mark.parametrize(
    ("record", "facts", "cards", "why"),
    rows(
        (
            bone(RESECTED),
            {
                "metastases[].site": ["bone"],
                "metastases[].date": [],
                "metastases[].timing": [],
                "bone.count": None,
                "bone.weightBearing": None,
            },
            "+bone-management",
            "the code alone: no date, no side, no bone",
        ),
        (bone(RESECTED, onset="2025-02-01"), {"metastases[].date": ["2025-02-01"], "metastases[].timing": ["metachronous"]}, "", "onset"),
        (
            bone(RESECTED, recordedDate="2025-02-01"),
            {"metastases[].date": ["2025-02-01"], "metastases[].timing": ["metachronous"]},
            "",
            "recorded, where no onset is given",
        ),
        (bone(RESECTED, onset="2024-01-10"), {"metastases[].timing": ["synchronous"]}, "", "found with the primary"),
        (
            bone(RESECTED, onset="2024-06-01"),
            {"metastases[].timing": ["synchronous"]},
            "",
            "found on the day of the operation: not after it",
        ),
        (bone(RESECTED, onset="2024-06"), {"metastases[].timing": []}, "", "a month that holds the operation"),
        (bone(RECTUM, onset="2026-02-01"), {"metastases[].timing": []}, "", "two years later, but no treatment is documented: unknown"),
        (
            para_aortic(RESECTED, "2025-02-01"),
            {"paraAortic.timing": "metachronous", "paraAortic.daysSinceDiagnosis": 388},
            "+para-aortic-surgery-candidacy",
            "after treatment: metachronous, 388 days after diagnosis",
        ),
        (
            para_aortic(RECTUM, "2025-02-01"),
            {"paraAortic.timing": None, "paraAortic.daysSinceDiagnosis": 388},
            "+para-aortic-surgery-candidacy",
            "no treatment documented: the days are shown, nothing follows from them",
        ),
        (
            para_aortic(RESECTED, "2024-06-15"),
            {"paraAortic.timing": "metachronous"},
            "",
            "two weeks after the operation: no six months are asked for",
        ),
        (
            RECTUM.local_recurrence(present=True, on="2026-03-01").without("primary"),
            {"primary.diagnosed": None, "primary.localRecurrence": True},
            "",
            "a code for a recurrence dates the recurrence, not the diagnosis",
        ),
    ),
)
def test_trap_24_dates_of_metastases(knowledge, record, facts, cards, why):
    expect(knowledge, record, facts, cards, why)
