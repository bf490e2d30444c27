"""Three-valued logic, row by row (FHIRPath 2.0, 6.5)."""

import pytest

from cds_service.fhirpath import Type, compile_expression

T, F, U = True, False, None
TYPES = {"a": Type("boolean"), "b": Type("boolean")}
WRITTEN = {T: "true", F: "false", U: "{}"}

ROWS = [
    # left, right, and, or, implies, comment
    (T, T, T, T, T, "both true"),
    (T, F, F, T, F, "the only false implication"),
    (T, U, U, T, U, "or is decided by the true side"),
    (F, T, F, T, T, "false implies anything"),
    (F, F, F, F, T, "both false"),
    (F, U, F, U, T, "and is decided by the false side"),
    (U, T, U, T, T, "implies is decided by the true right side"),
    (U, F, F, U, U, "and is decided by the false right side"),
    (U, U, U, U, U, "nothing known, nothing said"),
]
TABLE = [
    (operator, left, right, expected, comment)
    for left, right, *results, comment in ROWS
    for operator, expected in zip(("and", "or", "implies"), results, strict=True)
]


@pytest.mark.parametrize(("operator", "left", "right", "expected", "comment"), TABLE)
@pytest.mark.parametrize("way", ["variables", "literals", "any"])
def test_truth_table(way, operator, left, right, expected, comment):
    text = f"{WRITTEN[left]} {operator} {WRITTEN[right]}" if way == "literals" else f"%a {operator} %b"
    types = TYPES if way == "variables" else {"a": Type("any"), "b": Type("any")}
    expression = compile_expression(text, variables=types)
    values = {"a": left, "b": right}
    assert expression.boolean(values) is expected, comment
    assert expression(values) == ([] if expected is None else [expected]), comment


@pytest.mark.parametrize(("operand", "expected"), [(T, F), (F, T), (U, U)])
def test_not(operand, expected):
    assert compile_expression("%a.not()", variables=TYPES).boolean({"a": operand}) is expected
    assert compile_expression(f"({WRITTEN[operand]}).not()", variables={}).boolean({}) is expected


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("true or true and false", T, "and binds tighter than or"),
        ("(true or true) and false", F, "parentheses"),
        ("false implies false implies false", F, "implies is left-associative: (F implies F) implies F"),
        ("true or false implies false", F, "or binds tighter than implies"),
        ("1 = 1 in %list", U, "= binds tighter than in"),
        ("1 < 2 = true", T, "< binds tighter than ="),
        ("'a' + 'b' = 'ab'", T, "+ binds tighter than ="),
        ("'a' & 'b' < 'b' and true", T, "& binds tighter than <"),
        ("true.not() or true", T, "a dot binds tightest"),
    ],
)
def test_precedence(text, expected, comment):
    types = {"list": Type("any")}
    if expected is None:
        assert compile_expression(text, variables=types)({"list": [1, True]}) == [True], comment
    else:
        assert compile_expression(text, variables=types).boolean({}) is expected, comment


@pytest.mark.parametrize(
    ("value", "expected", "comment"),
    [
        (True, True, "a boolean is itself"),
        (False, False, "a boolean is itself"),
        (None, None, "empty is unknown"),
        ([], None, "empty is unknown"),
        ("no", True, "a single item that is no boolean counts as true"),
        (0, True, "0 is an item, not false"),
        ([False], False, "a list of one is its item"),
        ([None, False], False, "an absent item is no item"),
        ({"x": 1}, True, "an object is an item"),
    ],
)
def test_singleton_evaluation_where_the_type_is_not_known(value, expected, comment):
    types = {"a": Type("any")}
    assert compile_expression("%a and true", variables=types).boolean({"a": value}) is expected, comment
    assert compile_expression("%a", variables=types).boolean({"a": value}) is expected, comment
    assert compile_expression("%a.not().not()", variables=types).boolean({"a": value}) is expected, comment
