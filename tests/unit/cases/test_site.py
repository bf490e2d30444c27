"""A case can be told of a site that has set values of its own."""

import json

import pytest
import yaml

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.run import run_cases
from cds_service.errors import ContentError
from cds_service.mutation.mutants import mutants
from cds_service.mutation.run import ask, check_mutants
from cds_service.served import load_content
from tests.unit.cases import garden
from tests.unit.plans import world

PARAMETERS = [
    {"name": "alarm", "type": "boolean", "value": False, "title": "water at all", "source": "assumption"},
    {"name": "age", "type": "integer", "value": 3, "unit": "days", "min": 1, "max": 9, "title": "age", "source": "assumption"},
]
ROW = {"condition": [world.condition("%facts.dry and %parameters.alarm and %parameters.age > 2")]}


def load(folder, *sites):
    entries = [
        {"id": f"c{number}", "why": "because", "patient": ["dry soil"], "site": site, wanted: value}
        for number, (site, wanted, value) in enumerate(sites)
    ]
    content = garden.write(
        folder / "content", row=ROW, water_it=yaml.safe_dump({"recommendation": "water-it", "cases": entries}, sort_keys=False)
    )
    (content / "parameters.json").write_text(json.dumps({"parameters": PARAMETERS}), encoding="utf-8")
    knowledge, book = load_content(content), load_phrases(content)
    return load_cases(content, knowledge, book), knowledge, book.as_of


FIRES, IS_ABSENT = ("expect", {"water-it": "info"}), ("absent", ["water-it"])


@pytest.mark.parametrize(
    ("site", "wanted", "comment"),
    [
        (None, IS_ABSENT, "the content's own value"),
        ({}, IS_ABSENT, "a site that sets nothing"),
        ({"alarm": True}, FIRES, "switched on"),
        ({"alarm": False}, IS_ABSENT, "said again"),
        ({"alarm": True, "age": 2}, IS_ABSENT, "two values"),
        ({"alarm": True, "age": 9}, FIRES, "at the limit"),
    ],
)
def test_a_case_is_asked_at_its_site(tmp_path, site, wanted, comment):
    [outcome] = run_cases(*load(tmp_path, (site, *wanted)))
    assert outcome.passed, (comment, outcome.differences)


def test_each_case_has_its_own_site(tmp_path):
    outcomes = run_cases(*load(tmp_path, ({"alarm": True}, *FIRES), (None, *IS_ABSENT)))
    assert [outcome.passed for outcome in outcomes] == [True, True]


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ("alarm", "cases[0].site: is not a mapping"),
        ({"alarms": True}, "cases[0].site.alarms.name: 'alarms' is no parameter of the content -> use one of: alarm"),
        ({"alarm": "yes"}, "cases[0].site.alarm.value: is not of type boolean"),
        ({"age": [1]}, "cases[0].site.age.value: is a list for a single value"),
        ({"age": 10}, "parameters[age].value: age is 10, and must be at most 9"),
    ],
)
def test_what_a_site_could_not_set_is_refused(tmp_path, site, words):
    with pytest.raises(ContentError) as caught:
        load(tmp_path, (site, *FIRES))
    assert any(f"topic/cases/water-it.yaml: {words}" in str(problem) for problem in caught.value.problems), caught.value.problems


def test_a_changed_parameter_is_seen_where_the_site_leaves_it(tmp_path):
    cases, knowledge, as_of = load(tmp_path, ({"alarm": True}, *FIRES), ({"alarm": True, "age": 9}, *FIRES))
    thresholds = [mutant for mutant in mutants(knowledge) if mutant.name.startswith("parameter age/")]
    verdicts = check_mutants(thresholds, ask(cases, knowledge, as_of), knowledge, as_of, explained={})
    assert {verdict.mutant.name: verdict.caught_by for verdict in verdicts} == {"parameter age/4": None, "parameter age/2": "water-it/c0"}
