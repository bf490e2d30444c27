"""Trap 21: positive nodes beside pN0 are a conflict."""

import pytest

from tests.builders import days_before, patient
from tests.builders.answer import ask
from tests.builders.codes import LOINC, concept
from tests.builders.expect import differences
from tests.builders.tables import rows

RECTUM = patient().rectum().metastasis("liver")
DAY = days_before(40)


def counted(record, number, **fields):
    given = {"valueInteger": number} | fields
    return record.observation(
        "positive", concept(LOINC, "21893-3"), DAY, **{key: value for key, value in given.items() if value is not None}
    )


@pytest.mark.parametrize(
    ("record", "conflict", "why"),
    rows(
        (counted(RECTUM.tnm("p", "3", "0", None, on=DAY), 2), True, "two positive nodes beside pN0"),
        (counted(RECTUM.tnm("p", "3", "0", None, on=DAY), None, valueQuantity={"value": 2}), True, "the same as a quantity without unit"),
        (counted(RECTUM.tnm("p", "3", "0", None, on=DAY), 0), False, "none positive"),
        (counted(RECTUM.tnm("p", "3", "1b", None, on=DAY), 2), False, "two positive nodes and pN1b"),
        (counted(RECTUM.tnm("c", "3", "0", None, on=DAY), 2), False, "a clinical N0 is no pathological one"),
        (RECTUM.tnm("p", "3", "0", None, on=DAY), False, "nothing counted"),
    ),
)
def test_trap_21_node_count(knowledge, record, conflict, why):
    answer = ask(knowledge, record)

    assert any("positive nodes" in item.why for item in answer.assessment.facts.conflicts) is conflict, why
    assert differences(answer, {"stage.isIV": True}, "+staging-summary") == [], why
    assert {one["n"] for one in answer.fact("tnm")} <= {"N0", "N1b"}, "the category stays as recorded"
