"""What is refused at compile time: where, why, and what to write instead."""

import pytest

from cds_service.fhirpath import FhirPathError, Type, compile_expression
from tests.unit.fhirpath.example_model import COLOUR, compiled

SYNTAX = [
    # text, position, message, remedy
    ("", 0, "is empty", "{}"),
    ("   ", 0, "is empty", "{}"),
    ("'abc", 0, "not closed", "Close it"),
    ("%facts.`name", 7, "not closed", "Close it"),
    ('"abc"', 0, "does not begin a text", "single quotes"),
    (r"'a\q'", 0, "not an escape", "hex"),
    ("%", 0, "name of a variable", "%name"),
    ("true and", 8, "ends too early", "Start with"),
    ("and true", 0, "not expected", "Start with"),
    ("(true", 5, "ends too early", "parenthesis"),
    ("true)", 4, "not expected", "Join"),
    ("true false", 5, "not expected", "Join"),
    ("%facts.", 7, "ends too early", "After a dot"),
    ("%facts.and", 7, "not expected", "After a dot"),
    ("%facts.$this", 7, "not expected", "After a dot"),
    ("%fired.exists(1 2)", 16, "not expected", "comma"),
    ("%fired.exists(", 14, "ends too early", "Start with"),
    ("{1}", 1, "not expected", "empty collection"),
    ("-1.not()", 2, "not expected", "parentheses"),
    ("-%facts.number", 0, "sign", "fact"),
    ("+1", 0, "sign", "fact"),
    ("not true", 0, "is a function", ".not()"),
    ("true ? 1", 5, "no meaning", "Remove"),
    ("@2024-13-01", 0, "not a date", "Correct"),
    ("@2024-02-30", 0, "not a date", "Correct"),
    ("@T10:00", 0, "not a date", "times of day"),
    ("99999999999999999999999999999", 0, "too long", "28"),
    ("4 weeks", 2, "Calendar durations", "quotes"),
]

NOT_COVERED = [
    ("1 - 2", 2, "`-`", "fact"),
    ("1 * 2", 2, "`*`", "fact"),
    ("1 / 2", 2, "`/`", "fact"),
    ("1 div 2", 2, "`div`", "fact"),
    ("1 mod 2", 2, "`mod`", "fact"),
    ("1 + 2", 0, "needs text", "arithmetic"),
    ("%facts.names | %fired", 13, "`|`", "or"),
    ("true xor false", 5, "`xor`", "not()"),
    ("'a' ~ 'b'", 4, "`~`", "="),
    ("'a' !~ 'b'", 4, "`!~`", "!="),
    ("'a' is String", 4, "`is`", "checked"),
    ("'a' as String", 4, "`as`", "checked"),
    ("%fired[0]", 6, "[index]", "fact"),
    ("$index", 0, "$index", "$this"),
    ("%fired.first()", 7, "first()", "where()"),
    ("%fired.exist()", 7, "exist()", "exists()"),
    ("%fired.all($this = 'a')", 7, "all()", "exists()"),
    ("now()", 0, "now()", "exists()"),
    ("%facts.yes.iif(true, false)", 11, "after a dot", "on its own"),
]

NAMES = [
    ("%fact.yes", 0, "%fact is not a variable", "facts, fired"),
    ("%context", 0, "not a variable", "facts"),
    ("%facts.nmae", 7, "`nmae` is not a member of %facts", "name,"),
    ("%facts.paint.color", 13, "`color` is not a member of %facts.paint", "colour"),
    ("%facts.parts.where(wait > 1)", 19, "`wait` is not a member", "weight"),
    ("%facts.parts.where($this.wait > 1)", 25, "`wait` is not a member", "weight"),
    ("%facts.parts.where(colour.shade = 'a')", 26, "asked of a code", "Leave it out"),
    ("%facts.day.year", 11, "asked of a date", "Leave it out"),
    ("%facts.name.upper", 12, "asked of text", "parentheses"),
    ("{}.a", 3, "asked of {}", "Leave it out"),
    ("red = %facts.paint.colour", 0, "`red` stands alone", "single quotes"),
    ("exists()", 0, "nothing that this", "%facts"),
    ("$this", 0, "nothing that this", "%facts"),
    ("not(true)", 0, "not() stands alone", "(condition).not()"),
]

ARITY = [
    ("%fired.where()", 7, "0 arguments", "1"),
    ("%fired.count(true)", 7, "1 arguments", "0"),
    ("%facts.yes.not(true)", 11, "1 arguments", "0"),
    ("%fired.exists(true, true)", 7, "2 arguments", "0 or 1"),
    ("iif(true)", 0, "1 arguments", "2 or 3"),
    ("iif(true, 1, 2, 3)", 0, "4 arguments", "2 or 3"),
]

TYPES = [
    ("%facts.name and true", 7, "`and` needs a condition, and this is text", "Compare"),
    ("true or %facts.paint", 15, "`or` needs a condition, and this is an object", "Compare"),
    ("1 implies true", 0, "`implies` needs a condition, and this is a number", "Compare"),
    ("%facts.paint.colour.not()", 13, "not() needs a condition, and this is a code", "exists()"),
    ("%facts.parts.where(weight)", 19, "where() needs a condition", "Compare"),
    ("iif(%facts.day, 1, 2)", 11, "iif() needs a condition, and this is a date", "Compare"),
    ("%facts.parts.sound and true", 13, "`and` needs a single value", "where()"),
    ("%facts.parts.weight > 1", 13, "`>` needs a single value", "exists()"),
    ("%facts.names + 'a'", 7, "`+` needs a single value", "where()"),
    ("%facts.names in %fired", 7, "`in` needs a single value", "exists()"),
    ("%facts.names = 'a'", 13, "A list is compared with a single value", "contains"),
    ("%facts.name in 'a'", 15, "`in` needs a list", "="),
    ("%facts.name contains 'a'", 7, "`contains` needs a list", "="),
    ("%facts.day = '2024-05-31'", 11, "A date cannot be compared with text", "@2024-05-31"),
    ("%facts.number > '5'", 14, "A number cannot be compared with text", "without quotes"),
    ("%facts.yes = 'true'", 11, "A boolean cannot be compared with text", "without quotes"),
    ("%facts.amount > 5", 14, "A quantity cannot be compared with a number", "unit"),
    ("%facts.amount > '5 mm'", 14, "A quantity cannot be compared with text", "unit"),
    ("%facts.day > 2024", 11, "A date cannot be compared with a number", "same type"),
    ("%facts.number in %fired", 14, "A number cannot be compared with text", "quotes"),
    ("%facts.yes > false", 11, "A boolean has no order", "="),
    ("%facts.paint.colour > 'blue'", 20, "A code has no order", "="),
    ("%facts.paint = %facts.paint", 13, "object", "member"),
    ("%facts.name = {}", 12, "always empty", "empty()"),
    ("{} < 1", 3, "always empty", "empty()"),
    ("'a' in {}", 4, "always empty", "empty()"),
    ("1 < 2 < 3", 6, "A boolean cannot be compared with a number", "same type"),
]

CODES = [
    ("%facts.paint.colour = 'rde'", 20, "'rde' is not among", "red, blue, green"),
    ("'pink' != %facts.paint.colour", 7, "'pink' is not among", "blue, green, red"),
    ("'pink' in %facts.colours", 7, "'pink' is not among", "red"),
    ("%facts.colours contains 'pink'", 15, "'pink' is not among", "red"),
    ("%facts.parts.exists(colour = 'pink')", 27, "'pink' is not among", "red"),
    ("%facts.parts.where(colour = 'red').colour contains 'pink'", 42, "'pink' is not among", "red"),
    ("%facts.paint.colour = iif(%facts.yes, 'red', 'pink')", 20, "'pink' is not among", "red"),
    ("%facts.paint.colour = %facts.shape", 20, "no value in common", "code system"),
    ("%facts.shape in %parameters.warm", 13, "no value in common", "code system"),
]


@pytest.mark.parametrize(("text", "position", "message", "remedy"), SYNTAX + NOT_COVERED + NAMES + ARITY + TYPES + CODES)
def test_refused(text, position, message, remedy):
    with pytest.raises(FhirPathError) as caught:
        compiled(text)
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert caught.value.position == position
    assert str(caught.value) == f"{caught.value.message} (at character {position + 1})"


@pytest.mark.parametrize(
    ("text", "name", "many", "codes"),
    [
        ("%facts.yes", "boolean", False, set()),
        ("%facts.parts.weight", "integer", True, set()),
        ("%facts.parts.where(sound)", "object", True, set()),
        ("%facts.parts.count()", "integer", False, set()),
        ("%facts.raw.anything.goes", "any", False, set()),
        ("%facts.paint.colour", "code", False, COLOUR),
        ("'red'", "string", False, {"red"}),
        ("iif(%facts.yes, 'a', 'b')", "string", False, {"a", "b"}),
        ("iif(%facts.yes, 'a')", "string", False, {"a"}),
        ("iif(%facts.yes, {}, 'a')", "string", False, {"a"}),
        ("iif(%facts.yes, 'a', %facts.name)", "string", False, set()),
        ("iif(%facts.yes, %facts.paint.colour, 'none')", "string", False, COLOUR | {"none"}),
        ("iif(%facts.yes, %facts.paint.colour, %facts.shape)", "code", False, COLOUR | {"round", "square"}),
        ("iif(%facts.yes, %facts.paint.colour, %facts.free)", "code", False, set()),
        ("iif(%facts.yes, %facts.number, %facts.size)", "decimal", False, set()),
        ("iif(%facts.yes, %facts.number, 1)", "integer", False, set()),
        ("iif(%facts.yes, %facts.number, 'none')", "any", False, set()),
        ("iif(%facts.yes, %facts.paint, %facts.parts)", "any", True, set()),
        ("iif(%facts.yes, %facts.day, @2024)", "date", False, set()),
        ("%facts.name + 'a'", "string", False, set()),
        ("{}", "empty", False, set()),
        ("5 'mm'", "quantity", False, set()),
        ("5.0", "decimal", False, set()),
    ],
)
def test_the_type_of_the_result(text, name, many, codes):
    found = compiled(text).type
    assert (found.name, found.many, found.codes) == (name, many, codes)


@pytest.mark.parametrize(
    "text",
    [
        "%facts.raw = 1 and %facts.raw = 'a' and %facts.raw < @2024",
        "%facts.raw contains 'a' or %facts.raw in %facts.raw",
        "%facts.free = 'whatever'",
        "%parameters.colour in %parameters.warm",
        "iif({}, true, false) or {}",
        "%facts.paint.colour = %order.colour",
        "%facts.names = %fired",
        "%facts.name = %facts.paint.colour",
    ],
)
def test_what_cannot_be_excluded_is_let_through(text):
    assert compiled(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "true" + ")" * 5000,
        "(" * 5000,
        " and ".join(["true"] * 5000),
        "true" + ".not()" * 5000,
        "iif(true, " * 5000,
        "%fired.exists(" * 5000,
        "%facts" + ".raw" * 5000,
    ],
)
def test_deep_nesting_is_refused(text):
    with pytest.raises(FhirPathError, match="nested more than 100 deep"):
        compiled(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 99 + "true" + ")" * 99,
        " and ".join(["true"] * 100),
        "%facts.names.exists(" * 98 + "true" + ")" * 98,
        "iif(true, " * 98 + "true" + ", false)" * 98,
        "true" + ".not()" * 99,
    ],
)
def test_the_deepest_that_is_allowed_compiles_and_runs(text):
    variables = {"facts": {"names": ["a"]}}
    expression = compiled(text)
    expression.boolean(variables)
    expression.causes(variables)
    expression.causes({})


def test_a_misspelt_type_name_is_refused():
    with pytest.raises(ValueError, match="'bool' is not the name of a type"):
        Type("bool")


def test_an_object_without_members_says_so():
    with pytest.raises(FhirPathError) as caught:
        compile_expression("%a.b", variables={"a": Type("object")})
    assert caught.value.remedy == "It has no members."


def test_long_lists_of_names_are_cut_with_the_closest_first():
    members = {f"member{number:02}": Type("any") for number in range(30)}
    with pytest.raises(FhirPathError) as caught:
        compile_expression("%a.membr29", variables={"a": Type("object", children=members)})
    assert caught.value.remedy.startswith("Its members are: member29,")
    assert caught.value.remedy.endswith(" and 18 more.")


@pytest.mark.parametrize("text", ["%a.days > %a.length", "%a.days = %a.length", "%a.length <= %a.days"])
def test_numbers_of_different_units_are_not_compared(text):
    numbers = {"days": Type("integer", unit="days"), "length": Type("decimal", unit="cm"), "plain": Type("integer")}
    with pytest.raises(FhirPathError, match="is compared with a number of"):
        compile_expression(text, variables={"a": Type("object", children=numbers)})


@pytest.mark.parametrize(
    "text", ["%a.days > %a.more", "%a.days > %a.plain", "%a.days > 3", "iif(%a.days > 3, %a.days, %a.length) > %a.length"]
)
def test_numbers_of_one_unit_or_none_are(text):
    numbers = {"days": Type("integer", unit="days"), "more": Type("integer", unit="days"), "plain": Type("integer")}
    compile_expression(text, variables={"a": Type("object", children=numbers | {"length": Type("decimal", unit="cm")})})
