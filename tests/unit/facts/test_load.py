"""Fact declarations that are wrong are refused at load, with file, element and remedy; sound ones are read in order of dependence."""

from datetime import date
from textwrap import dedent

import pytest

from cds_service.facts import load_facts
from cds_service.fhir.record import Entry, PatientRecord
from cds_service.fhirpath import Type
from tests.builders.tiny import coding, terminology

TERMS = terminology(sets={"tests": ("test",), "yes": ("y",)}, maps={"answers": {"colour": {"r": "red"}}})
PARAMETERS = Type("object", children={"limit": Type("integer", known=True)}, known=True)
SOUND = """\
    facts:
      - {path: big, type: boolean, title: big, expression: "%facts.size > %parameters.limit"}
      - reader: latest-quantity
        options: {codes: tests, units: {"": 1}, range: [0, 9], gives: {value: size}}
        gives:
          - {path: size, type: decimal, title: size}
"""


def load(tmp_path, text, staging=""):
    (tmp_path / "facts").mkdir()
    (tmp_path / "staging").mkdir()
    (tmp_path / "facts" / "f.yaml").write_text(dedent(text), encoding="utf-8")
    if staging:
        (tmp_path / "staging" / "s.yaml").write_text(staging, encoding="utf-8")
    return load_facts(tmp_path, TERMS, {"limit": 5}, PARAMETERS)


def record(*sizes):
    observations = [
        {"resourceType": "Observation", "status": "final", "code": coding("test"), "valueInteger": size, "effectiveDateTime": "2026-01-01"}
        for size in sizes
    ]
    return PatientRecord(entries={"Observation": tuple(Entry(one, f"Observation/{n}") for n, one in enumerate(observations))})


FLAG = "{path: a, type: boolean, reader: flag"
CODE = "{path: a, type: code, values: [x], reader: latest-code, options: {codes: tests"
ORDERS = "{path: a, type: object, many: true, title: a, reader: orders, options: {of: drafts, keys: [], kinds: "
ONE, OTHER = "{path: a, type: boolean, expression: '%facts.b'}", "{path: b, type: boolean, expression: '%facts.a'}"


@pytest.mark.parametrize(
    ("entries", "element", "problem"),
    [
        (["[unclosed"], "line", "is not YAML"),
        (["{path: a, type: boolean}"], "facts[0]", "needs either a reader or an expression"),
        ([FLAG + ", expression: 'true'}"], "facts[0]", "needs either a reader or an expression"),
        (["{reader: flag, gives: [a]}"], "facts[0]", "gives paths in a form that is not understood"),
        (["{reader: flag, gives: {path: a}}"], "facts[0]", "gives paths in a form that is not understood"),
        (["{reader: flag, type: boolean}"], "facts[0]", "gives paths in a form that is not understood"),
        ([FLAG + ", options: [x]}"], "facts[0]", "gives paths in a form that is not understood"),
        (["{path: a, type: bool, reader: flag}"], "a", "has the unknown type 'bool'"),
        (["{path: a, type: code, codes: nope, reader: flag}"], "a", "names the unknown code system 'nope'"),
        (["{path: a.b, type: boolean, reader: flag}"], "a.b", "has no title for the cards"),
        ([FLAG + ", range: [0, 1]}"], "a", "has a range that is not two numbers"),
        (["{path: a, type: integer, range: [0], expression: '1'}"], "a", "has a range that is not two numbers"),
        (["{path: a, type: integer, range: [0, true], expression: '1'}"], "a", "has a range that is not two numbers"),
        (["{path: a, type: integer, range: 9, expression: '1'}"], "a", "has a range that is not two numbers"),
        ([FLAG + ", tile: x}"], "a", "has unknown keys ['tile']"),
        ([FLAG + "}", "{path: a.b, type: boolean, title: b, reader: flag}"], "a.b", "stands below 'a', which is no object"),
        (
            ["{path: a, type: object, many: true, expression: '{}'}", "{path: a.b, type: boolean, title: b, reader: flag}"],
            "a.b",
            "stands below",
        ),
        ([FLAG + ", contrary: [rain]}"], "a", "names an unknown kind of contrary evidence"),
        (["{path: a, type: boolean, reader: flagg}"], "a", "names the unknown reader 'flagg'"),
        ([FLAG + ", options: {condition: [x]}}"], "a.options", "has unknown options condition"),
        ([CODE + "}}"], "a.options", "lacks the options map, target"),
        ([ORDERS + "{}}}"], "a.options", "has an option 'kinds' that lacks something"),
        ([ORDERS + "{else: x}, agents: {map: answers, target: colour}}}"], "a.options", "has an option 'kinds' that lacks something"),
        ([ORDERS + "{else: x, agents: y}, agents: {map: answers}}}"], "a.options", "has an option 'agents' that lacks something"),
        ([FLAG + ", options: {conditions: [gone]}}"], "a.options.conditions", "names the value set 'gone', which the content lacks"),
        ([CODE + ", map: m, target: t}}"], "a.options.map", "names the concept map 'm', which the content lacks"),
        ([ONE], "a.expression", "`b` is not a member"),
        (
            ["{path: a, type: boolean, expression: '%parameters.limit'}"],
            "a.expression",
            "gives a number, and the path is declared as boolean",
        ),
        (["{path: a, type: integer, expression: '1.5'}"], "a.expression", "gives a number, and the path is declared as integer"),
        (
            ["{path: a, type: code, values: [x], expression: \"'y'\"}"],
            "a.expression",
            "can give 'y', which the path is not declared to have",
        ),
        ([FLAG + ", after: [gone]}"], "a.after", "'gone' is no declared path"),
        ([FLAG + ", internal: true, shows: [gone]}"], "a.shows", "'gone' is no declared path"),
        ([FLAG + ", askable: {as: gone}}"], "a.askable (a).as", "'gone' is no declared path"),
        ([FLAG + ", bound: gone}"], "a.bound (a)", "'gone' is no declared path"),
        ([FLAG + ", askable: {missing: [maybe]}}"], "a.askable (a).missing", "'maybe' is no value of a"),
        ([FLAG + ", options: {within: limits}}"], "a.options.within", "'limits' is no parameter"),
        (["{path: a, type: integer, reader: days-between, options: {from: a, to: gone}}"], "a.options.to", "'gone' is no declared path"),
        (["{path: a, type: code, reader: texts, options: {lines: [{of: gone}]}}"], "a.options.lines", "'gone' is no declared path"),
        (
            ["{path: a, type: boolean, reader: documented, options: {any: [{resource: Procedure, states: [finished]}]}}"],
            "a.options.states",
            "'finished' is no state",
        ),
        (
            ["{path: a, type: object, reader: treatments, options: {keys: [], window: limit, medications: {X: [gone]}}}"],
            "a.options.medications",
            "'gone' is no state",
        ),
        (
            ["{path: a, type: decimal, reader: latest-quantity, options: {codes: tests, units: {}, range: [0, 1], gives: {value: b}}}"],
            "a.options.gives",
            "fills 'b', which the entry does not declare",
        ),
        ([ONE, OTHER], " -> ", "depend on each other in a circle"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_a_remedy(tmp_path, entries, element, problem):
    _, problems = load(tmp_path, "facts:\n" + "".join(f"  - {entry}\n" for entry in entries))
    found = [item for item in problems if problem in item.problem]
    assert found, problems
    assert element in found[0].element
    assert found[0].remedy
    assert found[0].file


@pytest.mark.parametrize(
    ("check", "element", "problem"),
    [
        ("{path: a, why: w}", "checks[0]", "needs a declared path, why, and an expression"),
        ("{path: b, why: w, expression: 'true'}", "checks[0]", "needs a declared path, why, and an expression"),
        ("{path: a, why: w, expression: '%facts.z'}", "checks[0].expression", "`z` is not a member"),
        ("{path: a, why: w, expression: '%parameters.limit'}", "checks[0].expression", "is not a condition"),
    ],
)
def test_a_check_that_cannot_be_made_is_refused(tmp_path, check, element, problem):
    _, [found] = load(tmp_path, f"facts:\n  - {FLAG}}}\nchecks:\n  - {check}\n")
    assert (found.element, problem in found.problem) == (element, True)


def test_a_path_declared_twice_is_refused(tmp_path):
    _, problems = load(tmp_path, "facts:\n  - {path: a, type: boolean, reader: flag}\n  - {path: a, type: boolean, reader: flag}")
    assert [item.problem for item in problems] == ["is declared twice"]


def test_bad_staging_tables_are_reported_with_the_facts(tmp_path):
    _, problems = load(tmp_path, SOUND, staging="kind: nonsense\n")
    assert problems


def test_facts_are_read_in_order_of_dependence_whatever_their_order_in_the_file(tmp_path):
    engine, problems = load(tmp_path, SOUND)
    assert problems == ()
    assert engine.build(record(7), date(2026, 11, 21)).value("big") is True
    assert engine.build(record(5), date(2026, 11, 21)).value("big") is False


def test_an_unknown_fact_says_why(tmp_path):
    engine, _ = load(tmp_path, SOUND)
    assert {item.path: item.why for item in engine.build(record(7, 8), date(2026, 11, 21)).unknown} == {
        "big": "follows from facts that are not known",
        "size": "the latest values disagree",
    }


def test_a_true_check_is_a_conflict_and_changes_no_value(tmp_path):
    engine, problems = load(
        tmp_path, SOUND + '    checks:\n      - {path: size, why: too large to be true, expression: "%facts.size > 8"}\n'
    )
    assert problems == ()
    facts = engine.build(record(9), date(2026, 11, 21))
    assert [(item.path, item.why, item.references) for item in facts.conflicts] == [("size", "too large to be true", ("Observation/0",))]
    assert facts.value("size") == 9
    assert engine.build(record(7), date(2026, 11, 21)).conflicts == ()


def with_places(text):
    return f"{{primary: {{}}, other: tests, spread: {{places: {text}}}, links: []}}"


@pytest.mark.parametrize(
    ("disorders", "element", "problem"),
    [
        ("{other: yes-set}", "disorders", "lacks or does not know links, primary"),
        ("{primary: x, other: tests, spread: {}, links: []}", "disorders.primary", "is missing or is no mapping"),
        ("{primary: {map: gone}, other: tests, spread: {}, links: []}", "disorders.primary.map", "names the concept map 'gone'"),
        ("{primary: {later: gone}, other: tests, spread: {}, links: []}", "disorders.primary.later", "names the value set 'gone'"),
        ("{primary: {}, other: gone, spread: {}, links: []}", "disorders.other", "names the value set 'gone', which the content lacks"),
        ("{primary: {}, other: tests, spread: {trap: tests}, links: []}", "disorders.spread", "lacks or does not know"),
        (with_places("{map: x}"), "disorders.spread.places", "lacks or does not know"),
        (with_places("{map: gone, bodySite: x, target: y}"), "disorders.spread.places.map", "names the concept map 'gone'"),
        (with_places("{map: x, bodySite: x, target: y, side: {map: x}}"), "disorders.spread.places.side", "lacks or does not know"),
    ],
)  # fmt: skip
def test_how_conditions_are_sorted_is_checked_too(tmp_path, disorders, element, problem):
    _, problems = load(tmp_path, f"disorders: {disorders}\nfacts: []\n")
    assert any(item.element == element and problem in item.problem for item in problems), problems
