"""Trap 2: entered in error is nothing, refuted the absence of exactly that thing, unconfirmed a suspicion: never enough for critical."""

import pytest

from tests.builders import days_before, orders, patient
from tests.builders.answer import ask
from tests.builders.expect import differences, expect
from tests.builders.tables import rows

RECTUM = patient().rectum()
UNSURE = ("unconfirmed", "provisional", "differential")


@pytest.mark.parametrize(
    ("record", "facts", "cards", "why"),
    rows(
        (
            patient().rectum(verification="entered-in-error").metastasis("bone"),
            {"primary.site": None},
            "none",
            "the primary was entered in error",
        ),
        (
            RECTUM.metastasis("bone", verification="entered-in-error"),
            {"bone.present": None, "metastases": []},
            "-bone-management",
            "so was the metastasis: it says nothing, not even that there is none",
        ),
        (
            RECTUM.local_recurrence(present=False),
            {"primary.localRecurrence": False, "primary.site": "rectum"},
            "",
            "refuted local recurrence: there is none, and the primary stays",
        ),
        (
            RECTUM.local_recurrence(present=False).metastasis("bone").metastasis("liver"),
            {"primary.localRecurrence": False, "metastases[].site": ["bone", "liver"]},
            "+bone-management",
            "it cancels nothing else",
        ),
        (
            RECTUM.metastasis("bone", verification="refuted").metastasis("liver"),
            {"bone.present": False, "metastases[].site": ["liver"], "stage.isIV": True},
            "-bone-management +systemic-therapy-first-line",
            "refuted bone metastasis: absent, and the liver metastasis stays",
        ),
        (
            RECTUM.metastasis("bone", verification="refuted").metastasis("bone"),
            {"bone.present": True},
            "+bone-management",
            "another record says that there is one: a refuted record cancels no other",
        ),
        (patient().rectum(verification="refuted").metastasis("bone"), {"primary.site": None}, "none", "refuted primary"),
        *(
            (
                RECTUM.metastasis("bone", verification=status),
                {"metastases[].suspected": ["True"], "bone.present": None, "stage.isIV": None},
                "-bone-management",
                f"{status}: suspected, not present, not absent",
            )
            for status in UNSURE
        ),
        *(
            (patient().rectum(verification=status).metastasis("bone"), {"primary.site": None}, "none", f"{status} primary")
            for status in UNSURE
        ),
    ),
)
def test_trap_02_verification_status(knowledge, record, facts, cards, why):
    expect(knowledge, record, facts, cards, why)


GROIN = RECTUM.metastasis("inguinal-node")


@pytest.mark.parametrize(
    ("record", "indicator", "why"),
    rows(
        (GROIN.metastasis("bone"), "critical", "both confirmed"),
        *((GROIN.metastasis("bone", verification=status), "warning", f"the bone metastasis is {status}") for status in UNSURE),
        (GROIN.metastasis("bone", verification=None), "warning", "no verification status: active, not confirmed"),
        (GROIN.metastasis("bone", verification="refuted"), None, "refuted"),
        (GROIN.metastasis("bone", verification="entered-in-error"), None, "entered in error"),
    ),
)
def test_trap_02_suspected_is_never_critical(knowledge, record, indicator, why):
    answer = ask(knowledge, record.ecog(1, days_before(5)), "order-sign", orders().surgery("inguinal-dissection"))

    code = "inguinal-dissection-systemic-disease"
    assert differences(answer, {}, f"+{code}={indicator}" if indicator else f"-{code}") == [], why
