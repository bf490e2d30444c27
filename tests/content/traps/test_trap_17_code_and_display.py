"""Trap 17: where code and display say different things, the code is read, and the difference is reported."""

import pytest

from tests.builders import days_before, patient
from tests.builders.answer import ask
from tests.builders.codes import AXES, CATEGORIES, GROUPS, LOINC, SNOMED, concept
from tests.builders.expect import differences
from tests.builders.tables import rows

RECTUM = patient().rectum()
DAY = days_before(20)
GROUP = concept(SNOMED, GROUPS["IVA"])


def stated(code, value):
    return RECTUM.observation("stated", code, DAY, valueCodeableConcept=value)


@pytest.mark.parametrize(
    ("record", "tnm", "cards", "mismatch", "why"),
    rows(
        (
            stated(concept(LOINC, "21902-2", "Stage group.clinical Cancer"), GROUP),
            [{"prefix": "p", "group": "IVA"}],
            "+staging-summary",
            True,
            "the code for pathological, displayed as clinical",
        ),
        (
            stated(concept(LOINC, "21902-2", "Stage group.pathology Cancer"), GROUP),
            [{"prefix": "p", "group": "IVA"}],
            "+staging-summary",
            False,
            "the code with its own display",
        ),
        (
            stated(concept(SNOMED, AXES["N"]["c"]), concept(SNOMED, CATEGORIES["cM0"], "cN0")),
            [],
            "none",
            True,
            "the code for cM0 where N0 was meant: no category of this axis",
        ),
        (stated(concept(LOINC, "21907-3", "Distant metastases.clinical"), GROUP), [], "none", False, "a mistyped code is no code"),
        (
            RECTUM.condition("spread", concept(SNOMED, "94222008", "Secondary malignant neoplasm of liver")),
            [],
            "+bone-management",
            True,
            "the code for bone, displayed as liver",
        ),
        (
            RECTUM.condition("spread", concept(SNOMED, "94222008", "Bone mets, per Dr. Example")),
            [],
            "+bone-management",
            False,
            "a display in somebody's own words contradicts nothing",
        ),
    ),
)
def test_trap_17_code_and_display(knowledge, record, tnm, cards, mismatch, why):
    answer = ask(knowledge, record)

    assert [{name: one[name] for name in ("prefix", "group", "n", "m") if name in one} for one in answer.fact("tnm")] == tnm, why
    assert differences(answer, {}, cards) == [], why
    reported = [issue for issue in answer.assessment.facts.issues if issue.code in ("display", "staging-mismatch")]
    assert bool(reported) is mismatch, why
