"""Trap 6: several stagings over time. Each (prefix, edition, focus, date) is its own set; the latest wins inside its prefix only.

M0 at diagnosis does not deny a later metastasis, and a later upload of an older M0 does not take back M1.
"""

import pytest

from tests.builders import days_before, patient
from tests.builders.answer import ask
from tests.builders.codes import AXES, SNOMED, concept
from tests.builders.expect import differences, expect
from tests.builders.tables import rows

RECTUM = patient().rectum(onset="2025-01-10")
FIRST, SURGERY, NOW = "2025-01-15", "2025-08-01", days_before(10)
CLINICAL = RECTUM.tnm("c", "3", "1b", "0", on=FIRST)


def after_treatment(record, *values, on=SURGERY):
    """Categories written as text under the axis code without prefix, as ``ypT2``."""
    for axis, value in zip("TNM", values, strict=False):
        record = record.observation(f"yp{axis}", concept(SNOMED, AXES[axis][""]), on, valueCodeableConcept={"text": value})
    return record


def sets(answer):
    """Every set in one line: prefix, then what it holds."""
    return [" ".join(str(one[name]) for name in ("prefix", "t", "n", "m", "date") if name in one) for one in answer.fact("tnm")]


@pytest.mark.parametrize(
    ("record", "expected", "why"),
    rows(
        (
            after_treatment(CLINICAL, "ypT2", "ypN0"),
            [f"c T3 N1b M0 {FIRST}", f"yp T2 N0 {SURGERY}"],
            "clinical, then after treatment: two sets, and no T3 N0",
        ),
        (
            CLINICAL.tnm("p", "2", "0", None, on=SURGERY),
            [f"c T3 N1b M0 {FIRST}", f"p T2 N0 {SURGERY}"],
            "clinical, then pathological",
        ),
        (
            CLINICAL.tnm("c", "2", None, None, on=SURGERY),
            [f"c T3 N1b M0 {FIRST}", f"c T2 {SURGERY}"],
            "a later T alone does not take N and M from the older set",
        ),
        (
            CLINICAL.tnm("c", None, None, "0", edition=7, on=FIRST),
            [f"c T3 N1b M0 {FIRST}", f"c M0 {FIRST}"],
            "another edition on the same day is another set",
        ),
        (
            CLINICAL.tnm("p", "3", None, None, on=SURGERY).changed("pT", status="entered-in-error").tnm("p", "2", None, None, on=SURGERY),
            [f"c T3 N1b M0 {FIRST}", f"p T2 {SURGERY}"],
            "what was entered in error is no set",
        ),
    ),
)
def test_trap_06_sets_are_never_mixed(knowledge, record, expected, why):
    assert sorted(sets(ask(knowledge, record))) == sorted(expected), why


@pytest.mark.parametrize(
    ("record", "facts", "cards", "why"),
    rows(
        (
            RECTUM.stage_group("IIIB", on=FIRST).stage_group("IVA", on=NOW),
            {"stage.asserted": "IVA", "stage.isIV": True},
            "+staging-summary",
            "the latest wins inside a prefix",
        ),
        (
            CLINICAL.metastasis("liver", on=NOW),
            {"stage.isIV": True, "stage.contradiction": None, "metastases[].site": ["liver"]},
            "+systemic-therapy-first-line -stage-inconsistency",
            "M0 at diagnosis says nothing of a later metastasis",
        ),
        (
            RECTUM.metastasis("liver", on="2025-06-01").tnm("c", None, None, "0", on=NOW),
            {"stage.isIV": True, "stage.contradiction": "later", "metastases[].site": ["liver"]},
            "+stage-inconsistency=warning",
            "M0 asserted after the metastasis: both are said, neither is taken back",
        ),
        (
            RECTUM.tnm("c", None, None, "1", on="2025-06-01")
            .tnm("c", None, None, "0", on=FIRST)
            .changed("cM-2", issued=f"{NOW}T08:00:00Z"),
            {"stage.isIV": True, "stage.contradiction": None},
            "+staging-summary",
            "M1, and then an upload of the older M0",
        ),
        (
            RECTUM.tnm("c", None, None, "1", on=NOW).changed("cM", status="entered-in-error").tnm("c", None, None, "0", on=FIRST),
            {"stage.isIV": None},
            "",
            "M1 entered in error: M0 is left, which is no stage by itself",
        ),
        (
            RECTUM.tnm("p", "3", "1b", None, on=SURGERY).tnm("c", "3", "1b", "1a", on=FIRST),
            {"stage.isIV": True},
            "+staging-summary",
            "a later pathological set without M does not hide the clinical M1",
        ),
    ),
)
def test_trap_06_historical_stages(knowledge, record, facts, cards, why):
    expect(knowledge, record, facts, cards, why)


def test_trap_06_a_focus_separates_sets(knowledge):
    """The T of a breast cancer on the same day stays out of the rectal set."""
    breast = CLINICAL.primary("breast", None).tnm("c", "2", None, None, on=FIRST)
    record = breast
    for name in ("cT", "cN", "cM"):
        record = record.changed(name, focus=[{"reference": "Condition/primary"}])
    record = record.changed("cT-2", focus=[{"reference": "Condition/primary-2"}])

    answer = ask(knowledge, record)

    assert differences(answer, {}, "+staging-summary") == []
    assert sets(answer) == [f"c T3 N1b M0 {FIRST}"]
