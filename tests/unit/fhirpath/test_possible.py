"""Whether conditions can be true together: "no" must be certain, whatever the record holds."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhirpath import Type, compile_expression
from cds_service.fhirpath.domain import Domain
from cds_service.fhirpath.possible import possible

CODES = frozenset({"x", "y"})
FACTS = Type(
    "object",
    children={
        "a": Type("boolean"),
        "b": Type("boolean"),
        "c": Type("code", codes=CODES),
        "n": Type("integer"),
        "day": Type("date"),
        "many": Type("string", many=True),
        "items": Type("object", many=True, children={"a": Type("boolean")}),
    },
)
PARAMETERS = {"limit": 2, "some": ("x",), "flag": True}
VARIABLES = {
    "facts": FACTS,
    "parameters": Type(
        "object",
        known=True,
        children={
            "limit": Type("integer", known=True),
            "some": Type("code", many=True, codes=frozenset({"x"}), known=True),
            "flag": Type("boolean", known=True),
        },
    ),
}


def typed(path):
    return Domain(among=CODES) if path == "facts.c" else None


def can(*conditions):
    return possible(conditions, VARIABLES, PARAMETERS, typed)


@pytest.mark.parametrize(
    ("conditions", "expected", "comment"),
    [
        ((), True, "nothing is asked"),
        (("true",), True, "always"),
        (("{}",), False, "never known"),
        (("%facts.c in %parameters.some", "%facts.c = 'y'"), False, "a list of the content"),
        (("(%facts.c in %parameters.some).not()", "%facts.c = 'x'"), False, "outside a list of the content"),
        (("%parameters.some contains %facts.c", "%facts.c != 'x'"), False, "the same the other way round"),
        (("%facts.n > %parameters.limit", "2 >= %facts.n"), False, "a number of the content"),
        (("%facts.n >= %parameters.limit", "%facts.n <= 2"), True, "the one number that is left"),
        (("%facts.n > 1", "%facts.n > 2", "%facts.n = 2"), False, "the tighter limit counts"),
        (("%facts.n < 5", "%facts.n < 3", "%facts.n = 4"), False, "the tighter limit counts, from above"),
        (("%facts.c.exists()", "%facts.c.empty()"), False, "known and unknown"),
        (("%facts.many.exists()", "%facts.many.empty()"), True, "lists are not looked into"),
        (("%facts.items.where(a).exists()", "%facts.items.where(a).empty()"), True, "nor what is chosen from them"),
        (("%facts.day > @2026-01-01", "%facts.day < @2025-01-01"), True, "days are not compared"),
        (("%facts.day > @2026-01-01", "%facts.day.empty()"), False, "but must be there"),
        (("iif(%facts.day > @2026-01-01, false, true)", "%facts.day.exists()"), True, "a day can be too imprecise"),
        (("iif(%facts.a, %facts.b)", "%facts.a = false"), False, "nothing is said otherwise"),
        (("'x' in %facts.many", "('x' in %facts.many).not()"), False, "the same question twice"),
        (("'x' in %facts.many", "('y' in %facts.many).not()"), True, "two questions"),
        (("%facts.c in %facts.many", "%facts.c.empty()"), False, "what is looked for must be there"),
        (("%facts.a implies %facts.b", "%facts.a", "%facts.b.not()"), False, "what is implied"),
        (("(%facts.a implies %facts.b).not()", "%facts.b"), False, "what is not implied"),
        (("'a' + 'b' = 'ab'",), True, "text is not put together"),
    ],
)
def test_what_can_be_true_together(conditions, expected, comment):
    assert can(*conditions) is expected, comment


def test_more_ways_than_are_told_apart_leave_it_possible():
    either = [f"(%facts.a or %facts.b or %facts.n = {number})" for number in range(8)]

    assert can(" and ".join(either))
    assert can(*either, "%facts.a.not()")


ATOMS = st.sampled_from(
    [
        "%facts.a",
        "%facts.b",
        "%facts.c = 'x'",
        "%facts.c != 'x'",
        "'y' = %facts.c",
        "%facts.n > 1",
        "%facts.n <= 1",
        "%facts.n = %parameters.limit",
        "%facts.c in %parameters.some",
        "%facts.a.exists()",
        "%facts.c.empty()",
        "%facts.a = %facts.b",
        "true",
        "false",
        "{}",
    ]
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or", "implies"]), inner).map(lambda of: f"({of[0]} {of[1]} {of[2]})"),
        inner.map(lambda of: f"({of}).not()"),
        inner.map(lambda of: f"iif({of}, false, true)"),
        st.tuples(inner, inner, inner).map(lambda of: f"iif({of[0]}, {of[1]}, {of[2]})"),
        st.tuples(inner, inner).map(lambda of: f"iif({of[0]}, {of[1]})"),
    ),
    max_leaves=6,
)
RECORDS = [
    {name: value for name, value in (("a", a), ("b", b), ("c", c), ("n", n)) if value is not None}
    for a, b, c, n in product((None, True, False), (None, True, False), (None, "x", "y"), (None, 1, 2, 3))
]


@given(st.lists(CONDITIONS, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_what_some_record_makes_true_is_never_called_impossible(conditions):
    compiled = [compile_expression(text, variables=VARIABLES) for text in conditions]
    parameters = {name: [*value] if isinstance(value, tuple) else value for name, value in PARAMETERS.items()}
    calls = ({"facts": record, "parameters": parameters} for record in RECORDS)

    if any(all(one.boolean(call) is True for one in compiled) for call in calls):
        assert can(*conditions), conditions


def test_decimals_and_whole_numbers_meet():
    assert Domain(present=True, low=(Decimal("1.5"), False)).meet(Domain(present=True, among=frozenset({1, 2}))).among == {2}
