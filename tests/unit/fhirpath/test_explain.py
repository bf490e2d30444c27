"""What an expression reads, and why it came out empty."""

import pytest

from cds_service.fhirpath import Temporal
from tests.unit.fhirpath.example_model import compiled


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("%facts.paint.colour = 'red'", {"facts.paint.colour"}, "the whole path, not its beginnings"),
        ("%facts.yes and %parameters.limit > 1", {"facts.yes", "parameters.limit"}, "every variable"),
        ("%fired.exists()", {"fired"}, "a bare variable"),
        ("%facts.parts.exists(weight > 1)", {"facts.parts", "facts.parts.weight"}, "what is asked of each item"),
        (
            "%facts.parts.where($this.sound).colour = %facts.colours",
            {"facts.parts", "facts.parts.sound", "facts.parts.colour", "facts.colours"},
            "and of the selected",
        ),
        (
            "%facts.parts.where(tags.exists($this = %facts.name))",
            {"facts.parts", "facts.parts.tags", "facts.name"},
            "conditions in conditions",
        ),
        ("iif(%facts.yes, %facts.paint, %facts.paint).gloss", {"facts.yes", "facts.paint.gloss"}, "a member of either branch"),
        ("iif(%facts.yes, 'a', %facts.name) + 'b'", {"facts.yes", "facts.name"}, "branches that may not be taken"),
        ("true or 1 = 2", set(), "literals read nothing"),
        ("%facts.raw.a.b", {"facts.raw.a.b"}, "paths that are not declared"),
    ],
)
def test_reads(text, expected, comment):
    assert compiled(text).reads == expected, comment


def moment(text):
    return Temporal.parse(text)


CAUSES = [
    # text, facts, causes, comment
    ("%facts.yes", {}, {"facts.yes"}, "a fact"),
    ("%facts.yes", {"yes": False}, set(), "an answer has no causes"),
    ("%facts.paint.gloss", {}, {"facts.paint.gloss"}, "the path that was asked, not where it broke off"),
    ("%facts.yes.not()", {}, {"facts.yes"}, "through not()"),
    ("%facts.yes and %facts.no", {"yes": True}, {"facts.no"}, "a true side of and contributes nothing"),
    ("%facts.yes and %facts.no", {}, {"facts.yes", "facts.no"}, "both sides"),
    ("%facts.yes and %facts.no", {"no": False}, set(), "decided by the other side"),
    ("%facts.yes or %facts.no", {"no": False}, {"facts.yes"}, "a false side of or contributes nothing"),
    ("%facts.yes or %facts.no", {"no": True}, set(), "decided by the other side"),
    ("%facts.yes implies %facts.no", {"yes": True}, {"facts.no"}, "the consequence"),
    ("%facts.yes implies %facts.no", {"no": False}, {"facts.yes"}, "the premise"),
    ("(%facts.yes or %facts.no) and (%facts.open or true)", {}, {"facts.yes", "facts.no"}, "a decided part contributes nothing"),
    ("%facts.number > %facts.size", {"size": 1}, {"facts.number"}, "the empty operand"),
    ("%facts.number > %facts.size", {}, {"facts.number", "facts.size"}, "both operands"),
    (
        "%facts.day > %facts.other",
        {"day": moment("2024"), "other": moment("2024-05-01")},
        {"facts.day", "facts.other"},
        "too imprecise to tell",
    ),
    ("%facts.day > @2024-05-01", {"day": moment("2024")}, {"facts.day"}, "too imprecise to tell"),
    ("%facts.paint.colour in %parameters.warm", {}, {"facts.paint.colour"}, "the item; an empty list is an answer"),
    ("%facts.colours contains %facts.paint.colour", {}, {"facts.paint.colour"}, "the item, on the other side"),
    ("%facts.raw contains %facts.day", {"raw": [moment("2024-05-01")], "day": moment("2024")}, {"facts.raw", "facts.day"}, "too imprecise"),
    ("%facts.names = %fired", {}, {"facts.names", "fired"}, "lists"),
    ("%facts.name + %facts.free", {"name": "a"}, {"facts.free"}, "joined with nothing"),
    ("iif(%facts.yes, %facts.no, %facts.open)", {}, {"facts.yes"}, "an unknown condition"),
    ("iif(%facts.yes, %facts.no, %facts.open)", {"yes": True}, {"facts.no"}, "the branch that was chosen"),
    ("iif(%facts.yes, %facts.no, %facts.open)", {"yes": False}, {"facts.open"}, "the other branch"),
    ("iif(%facts.yes, %facts.no)", {"yes": False}, set(), "no branch at all: empty by what is known"),
    ("iif(%facts.yes, %facts.no, true)", {}, set(), "not empty"),
    ("iif(%facts.yes, %facts.paint, {}).gloss", {}, {"facts.yes"}, "a member of what was not chosen"),
    (
        "iif(%facts.yes, %facts.paint, {}).gloss",
        {"yes": True, "paint": {"colour": "red"}},
        {"facts.paint.gloss"},
        "a member that is not there",
    ),
    ("%facts.parts.where(sound)", {}, {"facts.parts"}, "nothing to select from"),
    ("%facts.parts.where(sound)", {"parts": [{"weight": 1}]}, {"facts.parts.sound"}, "items that cannot be told"),
    ("%facts.parts.where(sound)", {"parts": [{"sound": False}]}, {"facts.parts"}, "items, but not such"),
    ("%facts.parts.where(sound).colour", {"parts": [{"sound": True}]}, {"facts.parts.colour"}, "selected, without the member"),
    ("%facts.parts.where(sound).colour", {"parts": [{}]}, {"facts.parts.sound"}, "not selected for want of a member"),
    ("{}", {}, set(), "empty on purpose"),
    ("{} and true", {}, set(), "empty on purpose"),
]


@pytest.mark.parametrize(("text", "facts", "expected", "comment"), CAUSES)
def test_causes(text, facts, expected, comment):
    assert compiled(text).causes({"facts": facts}) == expected, comment


@pytest.mark.parametrize(("text", "facts", "comment"), [(text, facts, comment) for text, facts, _, comment in CAUSES])
def test_causes_are_among_what_is_read(text, facts, comment):
    expression = compiled(text)
    assert expression.causes({"facts": facts}) <= expression.reads, comment
