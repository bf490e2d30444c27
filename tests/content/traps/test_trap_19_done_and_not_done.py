"""Trap 19: what was done, is planned, or was not done. Only a completed Procedure is an operation done; "not done" beside pathological
categories is a conflict; an order is no operation, and a revoked order asks for nothing.
"""

import pytest

from tests.builders import days_before, orders, patient
from tests.builders.answer import ask
from tests.builders.codes import CT_ORDER, SURGERY, concept, snomed
from tests.builders.expect import differences, expect
from tests.builders.tables import PROXIMAL, rows

RECTUM = patient().rectum(onset="2025-01-10").metastasis("liver")
DAY = "2025-06-01"
LAR = snomed(SURGERY["lar"])


def procedure(**fields):
    return RECTUM.add("Procedure", "operation", **({"status": "completed", "code": LAR} | fields))


@pytest.mark.parametrize(
    ("record", "surgery", "resected", "why"),
    rows(
        (procedure(performedDateTime=DAY), [("lar", DAY)], True, "completed"),
        (procedure(performedPeriod={"start": "2025-05-31", "end": DAY}), [("lar", DAY)], True, "a period ends on the day"),
        (procedure(performedString="2025-06"), [("lar", "2025-06")], True, "a date as a string"),
        (procedure(performedString="last summer"), [("lar", None)], True, "words are no date, and it was done all the same"),
        (procedure(), [("lar", None)], True, "no date"),
        (procedure(status="not-done", performedDateTime=DAY), [], False, "not done"),
        (procedure(status="preparation"), [], False, "only prepared"),
        (procedure(status="in-progress"), [], False, "being done"),
        (procedure(status="entered-in-error"), [], False, "never happened"),
        (procedure(status="unknown"), [], False, "a status that says nothing: none documented"),
        (
            RECTUM.referral("operation", LAR, on=DAY, status="completed"),
            [],
            False,
            "an order that was carried out is no record of the operation",
        ),
        (RECTUM.referral("operation", LAR, on=DAY), [], False, "nor is one that stands"),
        (RECTUM.add("Task", "operation", status="completed", intent="order", code=LAR, authoredOn=DAY), [], False, "nor is a task"),
    ),
)
def test_trap_19_done_and_not_done(knowledge, record, surgery, resected, why):
    answer = ask(knowledge, record)

    found = [(one["procedure"], str(one["date"]) if "date" in one else None) for one in answer.fact("surgery")]
    assert found == surgery, why
    assert differences(answer, {"primary.resected": resected}, "+staging-summary") == [], why


@pytest.mark.parametrize(
    ("status", "conflict", "why"),
    rows(
        ("not-done", True, "not done beside pT and pN"),
        ("completed", False, "done"),
        (None, False, "no operation recorded"),
    ),
)
def test_trap_19_not_done_beside_pathological_categories(knowledge, status, conflict, why):
    record = RECTUM.tnm("p", "3", "1b", None, on=DAY)
    answer = ask(knowledge, record.surgery("lar", on=DAY, status=status) if status else record)

    assert ("surgery" in {item.path for item in answer.assessment.facts.conflicts}) is conflict, why
    assert differences(answer, {}, "+staging-summary") == [], why


@pytest.mark.parametrize(
    ("status", "intent", "asked_for", "why"),
    rows(
        ("active", "order", True, "ordered"),
        ("active", "plan", True, "planned: it is on its way"),
        ("active", "proposal", True, "proposed, as a system marks what it suggested itself"),
        ("on-hold", "order", True, "on hold: it stands"),
        ("draft", "order", False, "somebody's draft in the record"),
        ("revoked", "order", False, "revoked"),
        ("entered-in-error", "order", False, "never happened"),
        ("completed", "order", False, "carried out: the report counts, not the order"),
    ),
)
def test_trap_19_orders(knowledge, status, intent, asked_for, why):
    record = PROXIMAL.without("ct-chest-abdomen-pelvis").referral("ct", concept(*CT_ORDER), on=days_before(2), status=status)
    record = record.changed("ct", intent=intent)

    expect(knowledge, record, {"requested.ct": asked_for, "imaging.ctComplete": False}, "+staging-summary", why)
    answer = ask(knowledge, record, "order-sign", orders("proximal").surgery("lar"))
    assert ("staging-imaging-missing" in answer.codes) is not asked_for, why
