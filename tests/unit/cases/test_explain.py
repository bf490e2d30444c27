"""Why something fired or did not, in words."""

from decimal import Decimal

import pytest

from cds_service.cases.explain import why
from cds_service.model.assessment import ActionTrace, CriterionTrace
from cds_service.served import load_content
from tests.builders import plants

YES = CriterionTrace("It is warm", "%facts.warm", value=True, reads=(("warm", True),))
NO = CriterionTrace("It is dry", "%facts.dry", value=False, reads=(("facts.dry", False),))
NEVER = ("it was not looked at: it belongs to another hook, or no order is in scope",)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory):
    return load_content(plants.write_content(tmp_path_factory.mktemp("plants") / "content"))


def trace(*criteria, order=None):
    return ActionTrace("water-it", "topic", order, all(item.value is True for item in criteria), criteria)


@pytest.mark.parametrize(
    ("traces", "lines", "comment"),
    [
        ([], NEVER, "never looked at"),
        ([trace(YES)], ("yes: It is warm [warm: yes]",), "what fired tells every criterion; a path without a title is named"),
        ([trace(YES, NO)], ("no: It is dry [dry soil: no]",), "what did not tells what stood in the way"),
        (
            [trace(NO, order="a"), trace(NO, order="b")],
            ("no: It is dry (a) [dry soil: no]", "no: It is dry (b) [dry soil: no]"),
            "by order",
        ),
        ([trace(NO), trace(NO)], ("no: It is dry [dry soil: no]",), "each line once"),
    ],
)
def test_the_deciding_criteria_are_told(knowledge, traces, lines, comment):
    assert why(traces, knowledge) == lines, comment


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unknown"),
        (Decimal("4.9"), "4.9"),
        ("wet", "wet"),
        ((), "none"),
        (["a", None], "a / unknown"),
        ([{"site": "bed", "sure": True}], "site bed, sure yes"),
        ("x" * 300, "x" * 200),
    ],
)
def test_values_are_told_in_words(knowledge, value, words):
    criterion = CriterionTrace("It is so", "%facts.x", value=None, reads=(("x", value),))
    assert why([trace(criterion)], knowledge) == (f"unknown: It is so [x: {words}]",)
