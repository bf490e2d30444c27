"""Whether a case notices, and what is said of what none notices."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cli import main
from cds_service.mutation.mutants import mutants
from cds_service.mutation.run import check_mutants, load_explained
from cds_service.wiring import load_content
from tests.second_disease.people import CONTENT


@pytest.fixture(scope="module")
def world():
    knowledge, book = load_content(CONTENT), load_phrases(CONTENT)
    return knowledge, load_cases(CONTENT, knowledge, book), book.as_of


def test_without_cases_nothing_is_noticed(world):
    knowledge, _, as_of = world
    verdicts = check_mutants(mutants(knowledge)[:5], (), knowledge, as_of, explained={})

    assert [verdict.caught_by for verdict in verdicts] == [None] * 5
    assert all(verdict.is_unexplained for verdict in verdicts)


def test_a_reason_explains_a_survivor_and_nothing_else(world):
    knowledge, cases, as_of = world
    first, second = mutants(knowledge)[:2]
    told = []
    verdicts = check_mutants((first, second), (), knowledge, as_of, explained={first.name: "both say the same"}, progress=told.append)

    assert [verdict.because for verdict in verdicts] == ["both say the same", None]
    assert [verdict.is_unexplained for verdict in verdicts] == [False, True]
    assert tuple(told) == verdicts
    caught = check_mutants((first,), cases, knowledge, as_of, explained={first.name: "both say the same"})
    assert caught[0].caught_by is not None
    assert caught[0].because is None


def test_a_noticed_change_names_a_case_of_its_recommendation_first(world):
    knowledge, cases, as_of = world
    chosen = [mutant for mutant in mutants(knowledge) if mutant.name.endswith("criterion 1/negated")]
    for verdict in check_mutants(chosen, cases, knowledge, as_of, explained={}):
        assert verdict.caught_by is not None, verdict.mutant.name
        assert verdict.caught_by.startswith(f"{verdict.mutant.code}/")


@pytest.mark.parametrize(
    ("text", "found", "problem"),
    [
        ("survivors: {a/b: nobody can see it}\n", {"a/b": "nobody can see it"}, None),
        ("survivors: [a/b]\n", {}, "is no list of names with reasons"),
        ("survivors: {a/b: ''}\n", {}, "is no list of names with reasons"),
        ("cases: []\n", {}, None),
    ],
)
@pytest.mark.parametrize("file", ["mutation.yaml", "topic/cases/row.yaml"])
def test_reasons_stand_with_the_cases_or_alone(tmp_path: Path, file, text, found, problem):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text)
    problems = []

    assert load_explained(tmp_path, problems) == found
    assert [item.problem for item in problems] == ([problem] if problem else [])


def test_the_command_lists_what_survived():
    result = CliRunner().invoke(main, ["mutate", str(CONTENT), "--recommendation", "ask-for", "-v"])
    lines = result.output.splitlines()

    assert result.exit_code == 0, result.output
    assert all(line.startswith("caught    ask-for/") for line in lines[:-1])
    assert lines[-1] == f"{len(lines) - 1} changes: {len(lines) - 1} noticed, 0 explained, 0 unexplained"
