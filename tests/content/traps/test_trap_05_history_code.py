"""Trap 5: Z85.048, personal history of a cancer of rectum or anus, is no current cancer."""

import pytest

from tests.builders import patient
from tests.builders.codes import ICD10CM, concept
from tests.builders.expect import expect
from tests.builders.tables import rows

HISTORY = patient().condition("history", concept(ICD10CM, "Z85.048"), onset="2019-01-01")


@pytest.mark.parametrize(
    ("record", "facts", "cards", "why"),
    rows(
        (HISTORY, {"primary.present": None}, "none", "the code alone"),
        (
            HISTORY.metastasis("liver"),
            {"primary.present": None, "primary.site": None},
            "none",
            "beside a metastasis: of which cancer is not said",
        ),
        (
            HISTORY.rectum().metastasis("liver"),
            {"primary.present": "active"},
            "+staging-summary",
            "beside a current cancer, which it does not undo",
        ),
        (
            HISTORY.primary("breast", None).metastasis("bone"),
            {"primary.present": None},
            "none",
            "beside another cancer",
        ),
        (HISTORY.rectum(onset="2026-01-01"), {"primary.diagnosed": "2026-01-01"}, "", "it does not date the current cancer"),
    ),
)
def test_trap_05_history_code(knowledge, record, facts, cards, why):
    expect(knowledge, record, facts, cards, why)
