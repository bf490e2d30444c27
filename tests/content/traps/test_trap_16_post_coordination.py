"""Trap 16: a post-coordinated SNOMED CT expression is read by its focus concept."""

import pytest

from tests.builders import patient
from tests.builders.codes import SNOMED, concept
from tests.builders.expect import expect
from tests.builders.tables import rows

LIVER = "94381002"
RECTUM = patient().rectum()


def spread(code):
    return RECTUM.condition("spread", concept(SNOMED, code), onset="2026-10-01")


@pytest.mark.parametrize(
    ("record", "sites", "cards", "why"),
    rows(
        (spread("94381002:260716003=93761005"), ["liver"], "+staging-summary", "focus concept, then a refinement (as in public data)"),
        (spread("94381002 |Secondary malignant neoplasm of liver| : 260716003 = 93761005"), ["liver"], "+staging-summary", "with terms"),
        (spread("94381002|Secondary malignant neoplasm of liver|"), ["liver"], "+staging-summary", "a term alone"),
        (spread(" 94381002 "), ["liver"], "+staging-summary", "blanks"),
        (spread("38341003:363698007=10200004"), [], "none", "a focus concept that is no cancer, whatever refines it"),
        (spread("260716003=94381002"), [], "none", "a refinement without a focus is not read"),
    ),
)
def test_trap_16_post_coordination(knowledge, record, sites, cards, why):
    expect(knowledge, record, {"metastases[].site": sites}, cards, why)


def test_trap_16_a_post_coordinated_primary(knowledge):
    record = patient().condition("primary", concept(SNOMED, "254582000:408729009=410515003"), onset="2026-01-01").metastasis("liver")
    expect(knowledge, record, {"primary.site": "rectum", "primary.histology": "adenocarcinoma"}, "+systemic-therapy-first-line", "primary")
