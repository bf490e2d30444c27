"""What expressions are worth: paths, comparison, membership, functions, text."""

from decimal import Decimal
from types import MappingProxyType

import pytest

from cds_service.fhirpath import FhirPathError, Quantity, Temporal, Type
from tests.unit.fhirpath.example_model import compiled, evaluated


def day(text):
    found = Temporal.parse(text)
    assert found is not None
    return found


PART = Type("object", children={"weight": Type("integer"), "sound": Type("boolean")})
PARTS = {
    "parts": [
        {"colour": "red", "weight": 3, "sound": True, "tags": ["x", "y"]},
        {"colour": "blue", "weight": 1, "tags": ["z"]},
        {"weight": 7, "sound": False},
    ]
}


@pytest.mark.parametrize(
    ("text", "facts", "expected", "comment"),
    [
        ("%facts.name", {"name": "ann"}, ["ann"], "a member"),
        ("%facts.name", {}, [], "an absent member is empty"),
        ("%facts.name", {"name": None}, [], "null is empty"),
        ("%facts.paint.colour", {"paint": {"colour": "red"}}, ["red"], "a member of a member"),
        ("%facts.paint.colour", {}, [], "a member of nothing"),
        ("%facts.paint.colour", {"paint": MappingProxyType({"colour": "red"})}, ["red"], "any mapping is an object"),
        ("%facts.parts.weight", PARTS, [3, 1, 7], "a list is passed through"),
        ("%facts.parts.colour", PARTS, ["red", "blue"], "what an item lacks is left out"),
        ("%facts.parts.tags", PARTS, ["x", "y", "z"], "lists in lists are flattened"),
        ("%facts.names", {"names": ("a", None, "b")}, ["a", "b"], "a tuple is a list, null no item"),
        ("%facts.raw.a.b", {"raw": {"a": [{"b": 1}, {"b": [2, 3]}, 4]}}, [1, 2, 3], "members of what has no declared type"),
        ("%facts.`name`", {"name": "ann"}, ["ann"], "a delimited name"),
        ("%order.kind", {}, [], "a variable that is not given is empty"),
    ],
)
def test_paths(text, facts, expected, comment):
    assert evaluated(text, facts) == expected, comment


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("'it\\'s'", ["it's"], "an escaped quote"),
        (r"'\u00e9\n\t\\\/'", ["é\n\t\\/"], "escapes"),
        ("true", [True], "a boolean"),
        ("-3", [-3], "a negative integer"),
        ("-2.50", [Decimal("-2.50")], "a decimal keeps its digits"),
        ("@2024-05", [Temporal.parse("2024-05")], "a date"),
        ("@2024-05-31T", [Temporal.parse("2024-05-31")], "a dateTime without time is its day"),
        ("@2024-05-31T10:00:00+02:00", [Temporal.parse("2024-05-31T10:00:00+02:00")], "a dateTime"),
        ("5 'ng/mL'", [Quantity(Decimal(5), "ng/mL")], "a quantity"),
        ("-0.5 'mm'", [Quantity(Decimal("-0.5"), "mm")], "a negative quantity"),
        ("{}", [], "the empty collection"),
        (" ( 1 ) // one", [1], "blanks and a comment"),
        ("/* two\nlines */ 'a'", ["a"], "a comment over lines"),
    ],
)
def test_literals(text, expected, comment):
    assert evaluated(text) == expected, comment


NUMBERS = {"number": 5, "size": Decimal("5.00"), "name": "b", "raw": None}


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("%facts.number = %facts.size", True, "integer and decimal by value"),
        ("%facts.size = 5", True, "trailing zeros do not matter"),
        ("%facts.number != 5.0", False, "unequal is the opposite"),
        ("%facts.number < 5.01", True, "integer before decimal"),
        ("%facts.number <= 5", True, "or equal"),
        ("%facts.number > 5", False, "not greater than itself"),
        ("%facts.size >= 5", True, "or equal"),
        ("%facts.name > 'a'", True, "text by code point"),
        ("%facts.name = 'B'", False, "case matters"),
        ("%facts.name != 'a'", True, "unequal text"),
        ("%facts.yes = true", None, "unknown is not compared"),
        ("%facts.yes != true", None, "unknown is not unequal either"),
        ("5 > %facts.paint.colour.count()", True, "numbers from functions"),
    ],
)
def test_comparison(text, expected, comment):
    assert compiled(text).boolean({"facts": NUMBERS}) is expected, comment


@pytest.mark.parametrize(
    ("value", "text", "expected", "comment"),
    [
        ("2024-05-31", "%facts.day > @2024-05-30", True, "days"),
        ("2024-05", "%facts.day > @2024-04-30", True, "a month after a day before it"),
        ("2024-05", "%facts.day > @2024-05-10", None, "a month that holds the day: cannot be told"),
        ("2024-05", "%facts.day = @2024-05", True, "the same month"),
        ("2024-05", "%facts.day != @2024-05-10", None, "cannot be told, so neither can the opposite"),
        ("2024", "%facts.day <= @2024", True, "the same year is not later"),
        ("2024-05-31T10:00:00Z", "%facts.day = @2024-05-31", True, "a time against a day is compared by day"),
        ("2024-05-31T10:00:00Z", "%facts.day < @2024-05-31T12:00:00+01:00", True, "moments in two zones"),
    ],
)
def test_dates_have_three_values(value, text, expected, comment):
    assert compiled(text).boolean({"facts": {"day": day(value)}}) is expected, comment


@pytest.mark.parametrize(
    ("unit", "text", "expected", "comment"),
    [
        ("ng/mL", "%facts.amount > 5 'ng/mL'", True, "one unit"),
        ("ng/ml", "%facts.amount = 7.0 'ng/mL'", True, "a spelling of the same unit"),
        ("ug/L", "%facts.amount <= 7 'ng/mL'", True, "another name of the same size"),
        ("mg/dL", "%facts.amount > 5 'ng/mL'", None, "nothing is converted: unknown"),
        ("mg/dL", "%facts.amount = 5 'ng/mL'", None, "not even to unequal"),
    ],
)
def test_quantities_compare_in_one_unit_only(unit, text, expected, comment):
    facts = {"amount": Quantity(Decimal(7), unit)}
    assert compiled(text).boolean({"facts": facts}) is expected, comment


@pytest.mark.parametrize(
    ("text", "facts", "expected", "comment"),
    [
        ("'red' in %facts.colours", {"colours": ["blue", "red"]}, True, "is in"),
        ("%facts.colours contains 'red'", {"colours": ["blue"]}, False, "is not in"),
        ("%facts.colours contains 'red'", {}, False, "an empty list holds nothing"),
        ("%facts.paint.colour in %facts.colours", {"colours": ["red"]}, None, "an unknown item"),
        ("%facts.paint.colour in %facts.colours", {}, None, "an unknown item, even in no list"),
        ("%facts.day in %facts.raw", {"day": day("2024-05"), "raw": [day("2024-05-10")]}, None, "a date that may be the same"),
        (
            "%facts.day in %facts.raw",
            {"day": day("2024-05"), "raw": [day("2024-05-10"), day("2024-05")]},
            True,
            "one that is the same decides",
        ),
        ("%facts.raw contains 5", {"raw": ["5", True, 5.0]}, True, "numbers by value, other kinds are not equal"),
        ("%facts.raw contains 1", {"raw": [True]}, False, "true is not 1"),
        ("'a' in %facts.raw", {"raw": "a"}, True, "one item without a list"),
        ("'a' in %facts.raw", {"raw": (None, (None, "b", ("a",)))}, True, "in a list in a list"),
        ("'a' in %facts.raw", {"raw": (1, True, day("2024"), "A")}, False, "other kinds and other letters"),
        ("'' in %facts.raw", {"raw": ()}, False, "not even an empty text is in nothing"),
        ("%facts.names = %facts.raw", {"names": ["a", "b"], "raw": ["a", "b"]}, True, "lists item by item"),
        ("%facts.names = %facts.raw", {"names": ["a", "b"], "raw": ["b", "a"]}, False, "order matters"),
        ("%facts.names != %facts.raw", {"names": ["a", "b"], "raw": ["a"]}, True, "so does length"),
        ("%facts.names = %facts.raw", {"names": ["a"]}, None, "an empty list is unknown"),
        ("%facts.raw = %facts.raw", {"raw": [day("2024"), 1]}, True, "item by item, dates too"),
        ("%facts.day = %facts.raw", {"day": day("2024-05"), "raw": [day("2024-05-01")]}, None, "one item that cannot be told"),
    ],
)
def test_membership_and_equality_of_lists(text, facts, expected, comment):
    assert compiled(text).boolean({"facts": facts}) is expected, comment


@pytest.mark.parametrize(
    ("text", "facts", "expected", "comment"),
    [
        ("%facts.parts.exists()", PARTS, [True], "there are some"),
        ("%facts.parts.exists()", {}, [False], "there are none"),
        ("%facts.parts.empty()", {}, [True], "there are none"),
        ("%facts.parts.empty()", PARTS, [False], "there are some"),
        ("%facts.parts.count()", PARTS, [3], "how many"),
        ("%facts.parts.count()", {}, [0], "none is a number too"),
        ("%facts.parts.where(weight > 1).weight", PARTS, [3, 7], "items for which it is true"),
        ("%facts.parts.where(sound).count()", PARTS, [1], "an unknown condition selects nothing"),
        ("%facts.parts.where(sound.not()).weight", PARTS, [7], "a false one neither"),
        ("%facts.parts.exists(colour = 'blue' and weight = 1)", PARTS, [True], "both of one item"),
        ("%facts.parts.exists(colour = 'blue' and weight = 3)", PARTS, [False], "not of two items"),
        ("%facts.names.where($this != 'a')", {"names": ["a", "b"]}, ["b"], "$this is the item"),
        ("%facts.parts.where($this.tags contains 'z').weight", PARTS, [1], "a member of the item"),
        ("%facts.parts.where(tags.exists($this = 'y')).weight", PARTS, [3], "a condition in a condition"),
        ("%facts.parts.where(weight > %facts.number).weight", {**PARTS, "number": 5}, [7], "variables keep their meaning inside"),
        ("%facts.parts.where(exists()).count()", PARTS, [3], "a function of the item itself"),
        ("%facts.parts.where(weight = 3).colour = %facts.colours", {**PARTS, "colours": ["red"]}, [True], "lists of one"),
        ("iif(%facts.yes, 'a', 'b')", {"yes": True}, ["a"], "then"),
        ("iif(%facts.yes, 'a', 'b')", {"yes": False}, ["b"], "else"),
        ("iif(%facts.yes, 'a', 'b')", {}, ["b"], "unknown is else"),
        ("iif(%facts.yes, 'a')", {}, [], "no else is empty"),
        ("iif(%facts.yes, %facts.names, {})", {"yes": True, "names": ["a", "b"]}, ["a", "b"], "a branch may be a list"),
        ("iif(%facts.yes, %facts.parts, {}).weight", {"yes": True, **PARTS}, [3, 1, 7], "and have members"),
        ("iif(%facts.yes, %facts.number, %facts.size) > 1", {"yes": True, "number": 2}, [True], "a branch as operand"),
        ("%facts.name + '!'", {"name": "a"}, ["a!"], "joined"),
        ("%facts.name + '!'", {}, [], "empty if a side is"),
        ("%facts.name & '!'", {}, ["!"], "an empty side is no text"),
        ("%facts.name & %facts.paint.colour", {}, [""], "even both"),
    ],
)
def test_functions(text, facts, expected, comment):
    assert evaluated(text, facts) == expected, comment


def test_only_the_chosen_branch_is_evaluated():
    broken = {"yes": True, "raw": ["two", "items"]}
    assert evaluated("iif(%facts.yes, 'fine', %facts.raw + 'x')", broken) == ["fine"]


@pytest.mark.parametrize(
    ("text", "facts", "message", "comment"),
    [
        ("%facts.raw and true", {"raw": [True, False]}, "several", "several items as an operand"),
        ("%facts.raw < 5", {"raw": [1, 2]}, "several", "several items to compare"),
        ("%facts.name = 'a'", {"name": ["a", "b"]}, "several", "a value against its declaration"),
        ("%facts.raw < 5", {"raw": "a"}, "no order", "text against a number"),
        ("%facts.raw < 5", {"raw": True}, "no order", "a boolean"),
        ("%facts.raw = %facts.raw", {"raw": {"a": 1}}, "object", "an object"),
        ("(%facts.raw + 'a') = 'a'", {"raw": 1}, "text", "a number joined"),
        ("%facts.yes and true", {"yes": "true"}, "not a boolean", "text where a boolean is declared"),
        ("%facts.yes", {"yes": 1}, "not a boolean", "a number where a boolean is declared"),
    ],
)
def test_values_that_the_types_did_not_announce_raise(text, facts, message, comment):
    with pytest.raises(FhirPathError, match=message) as caught:
        compiled(text).boolean({"facts": facts})
    assert caught.value.remedy, comment


def test_error_messages_hold_no_value():
    with pytest.raises(FhirPathError) as caught:
        evaluated("%facts.raw < 5", {"raw": "Jane Doe"})
    assert "Jane" not in str(caught.value) + caught.value.remedy


def test_an_absent_boolean_in_a_list_of_one_is_read():
    assert compiled("%facts.yes").boolean({"facts": {"yes": [None, True]}}) is True


def test_boolean_of_what_is_no_condition_is_refused():
    for text in ("%facts.name", "%facts.parts", "%facts.parts.sound"):
        with pytest.raises(FhirPathError, match="not a condition"):
            compiled(text).boolean({"facts": {}})


def test_a_focus_is_what_bare_members_mean():
    expression = compiled("weight > 1 and $this.sound", focus=PART)
    assert expression.boolean({}, {"weight": 2, "sound": True}) is True
    assert expression.causes({}, {"sound": True}) == frozenset()
    assert expression.reads == frozenset()


def test_the_result_is_a_fresh_list():
    names = ["a", "b"]
    result = evaluated("%facts.names", {"names": names})
    result.append("c")
    assert names == ["a", "b"]


def test_variables_with_odd_names():
    for text in ("%`odd name`", "%'odd name'"):
        assert compiled(text).boolean({"odd name": True}) is True


def test_a_float_counts_with_the_digits_it_was_written_with():
    assert compiled("%facts.raw = 0.1").boolean({"facts": {"raw": 0.1}}) is True
    assert compiled("%facts.raw >= 0.1").boolean({"facts": {"raw": 0.1}}) is True
