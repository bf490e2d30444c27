"""Criteria may not turn "unknown" into "no" (``strict_unknown``)."""

from contextlib import nullcontext

import pytest

from cds_service.fhirpath import FhirPathError
from tests.unit.fhirpath.example_model import compiled

REFUSED = [
    # text, position, comment
    ("%facts.parts.exists()", 13, "an unknown list would read as none"),
    ("%facts.parts.empty()", 13, "an unknown list would read as none"),
    ("%facts.parts.count() > 1", 13, "an unknown list would count as none"),
    ("%facts.yes.exists()", 11, "an unknown fact would read as no"),
    ("%facts.orders.where(%facts.yes).exists()", 27, "an unknown condition would select nothing"),
    ("%facts.orders.exists(kind = %facts.name)", 26, "an unknown condition would select nothing"),
    ("%facts.parts.where(weight = 1).weight = %facts.raw", 13, "an unknown list would be filtered to none"),
    ("%facts.paint.colour in %facts.colours", 20, "an unknown list would hold nothing"),
    ("%facts.colours contains 'red'", 15, "an unknown list would hold nothing"),
    ("iif(%facts.yes, true, false)", 11, "an unknown condition would choose the second branch"),
    ("iif(%facts.yes, false, true)", 11, "not without saying so"),
    ("iif(%facts.number > 1, true, false)", 18, "a comparison of something unknown is unknown"),
    ("(%facts.name & 'x') = 'x'", 13, "an unknown text would read as none"),
    ("({} & 'x') = 'x'", 4, "empty is never known"),
]

ALLOWED = [
    ("%facts.yes and %facts.no.not() or %facts.open implies %facts.yes", "logic keeps unknown"),
    ("%facts.paint.colour = 'red' and %facts.number > 5", "comparison keeps unknown"),
    ("%facts.paint.colour in %parameters.warm", "the item may be unknown, the list is not"),
    ("%parameters.warm contains %facts.paint.colour", "the item may be unknown, the list is not"),
    ("%facts.name + 'x' = 'ax'", "+ keeps unknown"),
    ("%facts.orders.exists(kind = 'a')", "orders are always known"),
    ("%facts.orders.where(kind = 'a').count() > 1", "and so is what is selected from them"),
    ("%facts.orders.exists(tags contains 'a')", "and so are their members"),
    ("%order.tags contains 'a'", "the order is known"),
    ("%order.exists() and 'a' in %fired", "so are variables that are declared so"),
    ("iif(%order.kind = 'a', %facts.yes, %facts.no)", "a known condition, unknown branches"),
    ("iif(%fired.exists(), true, false).not()", "known all through"),
    ("(%order.kind & 'x') = 'ax'", "text that is known"),
]


@pytest.mark.parametrize(("text", "position", "comment"), REFUSED)
def test_refused(text, position, comment):
    compiled(text)
    with pytest.raises(FhirPathError, match='turn "unknown" into "no"') as caught:
        compiled(text, strict_unknown=True)
    assert caught.value.position == position, comment
    assert "fact" in caught.value.remedy


@pytest.mark.parametrize(("text", "comment"), ALLOWED)
def test_allowed(text, comment):
    assert compiled(text, strict_unknown=True).type.name == "boolean", comment


@pytest.mark.parametrize(
    ("text", "allowed", "comment"),
    [
        ("iif(%facts.yes, false, true)", True, "the declared way to say: not true, or not known"),
        ("%facts.open and iif(%facts.yes or %facts.no, false, true)", True, "also as a part"),
        ("iif(iif(%facts.yes, false, true), false, true)", True, "what it gives is definite"),
        ("iif(%facts.yes, true, false)", False, "the other way round says no to unknown"),
        ("iif(%facts.yes, 0, 1)", False, "numbers are not booleans"),
        ("iif(%facts.yes, false)", False, "both branches are needed"),
        ("iif(%facts.parts.exists(), false, true)", False, "inside it the rule holds"),
        ("%facts.parts.exists()", False, "outside it too"),
    ],
)
def test_unknown_is_no_permits_one_form(text, allowed, comment):
    expected = nullcontext() if allowed else pytest.raises(FhirPathError, match='turn "unknown" into "no"')
    with expected:
        assert compiled(text, strict_unknown=True, unknown_is_no=True).text == text, comment


def test_unknown_is_no_gives_a_definite_answer():
    expression = compiled("iif(%facts.yes, false, true)", strict_unknown=True, unknown_is_no=True)
    assert [expression.boolean({"facts": {"yes": value}}) for value in (True, False, None)] == [False, True, True]
    assert expression.type.known
