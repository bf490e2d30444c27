"""Trap 8: a preliminary result is provisional, a cancelled or erroneous one is nothing, an amended or corrected one is final;
a drug administration of status ``unknown`` is no evidence that the drug was given.
"""

import pytest

from tests.builders import days_before, orders, patient
from tests.builders.answer import ask
from tests.builders.codes import FOLFOX
from tests.builders.expect import differences, expect
from tests.builders.tables import PROXIMAL, rows

RECTUM = patient().rectum().metastasis("liver")


@pytest.mark.parametrize(
    ("status", "kras", "indicator", "why"),
    rows(
        ("final", "mutated", "critical", "final"),
        ("amended", "mutated", "critical", "amended is final"),
        ("corrected", "mutated", "critical", "corrected is final"),
        ("preliminary", "mutated", "warning", "provisional: never critical"),
        ("registered", "mutated", "warning", "provisional"),
        ("cancelled", "not-tested", None, "cancelled: no result"),
        ("entered-in-error", "not-tested", None, "never happened"),
        ("unknown", "not-tested", None, "a status that says nothing: no result"),
    ),
)
def test_trap_08_observation_status(knowledge, status, kras, indicator, why):
    record = RECTUM.kras("mutated").changed("kras", status=status)
    answer = ask(knowledge, record, "order-sign", orders().drug("cetuximab"))

    cards = f"+anti-egfr-kras-mutated={indicator}" if indicator else "-anti-egfr-kras-mutated +anti-egfr-kras-unknown"
    assert differences(answer, {"biomarkers.kras": kras}, cards) == [], why


@pytest.mark.parametrize(
    ("status", "is_iv", "why"),
    rows(
        ("final", True, "final"),
        ("amended", True, "amended"),
        ("corrected", True, "corrected"),
        ("preliminary", True, "provisional, and all there is"),
        ("cancelled", None, "cancelled"),
        ("entered-in-error", None, "entered in error"),
    ),
)
def test_trap_08_status_of_a_stage(knowledge, status, is_iv, why):
    record = patient().rectum().stage_group("IVA", on=days_before(20)).changed("stage-group", status=status)
    expect(knowledge, record, {"stage.isIV": is_iv}, "+staging-summary" if is_iv else "none", why)


def test_trap_08_a_final_value_replaces_a_preliminary_one(knowledge):
    day = days_before(20)
    record = patient().rectum().stage_group("IVB", on=day).changed("stage-group", status="preliminary").stage_group("IVA", on=day)
    expect(knowledge, record, {"stage.asserted": "IVA"}, "-stage-inconsistency", "the same day")


@pytest.mark.parametrize(
    ("status", "regimens", "lines", "cards", "why"),
    rows(
        ("completed", 1, 1, "-systemic-therapy-first-line", "given"),
        ("in-progress", 1, 1, "-systemic-therapy-first-line", "being given"),
        ("on-hold", 1, 1, "-systemic-therapy-first-line", "paused, so it had begun"),
        ("stopped", 1, 1, "-systemic-therapy-first-line", "stopped, so it had begun"),
        ("not-done", 0, 0, "+systemic-therapy-first-line", "not given"),
        ("entered-in-error", 0, 0, "+systemic-therapy-first-line", "never happened"),
        ("unknown", 0, None, "-systemic-therapy-first-line", "no evidence of receipt, and none that there was no line"),
    ),
)
def test_trap_08_status_of_an_administration(knowledge, status, regimens, lines, cards, why):
    answer = ask(knowledge, PROXIMAL.regimen(FOLFOX, start=days_before(30), status=status))

    assert differences(answer, {"systemicLines": lines}, cards) == [], why
    assert len(answer.fact("systemic")) == regimens, why
