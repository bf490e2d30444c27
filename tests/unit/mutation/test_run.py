"""Whether a case notices, and what is said of what none notices."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.run import judge
from cds_service.cli import main
from cds_service.mutation.mutants import mutants
from cds_service.mutation.run import Asked, ask, check_mutants, could_notice, load_explained
from cds_service.served import load_content
from tests.second_disease.people import CONTENT


@pytest.fixture(scope="module")
def world():
    knowledge, book = load_content(CONTENT), load_phrases(CONTENT)
    return knowledge, ask(load_cases(CONTENT, knowledge, book), knowledge, book.as_of), book.as_of


def test_without_cases_nothing_is_noticed(world):
    knowledge, _, as_of = world
    verdicts = check_mutants(mutants(knowledge)[:5], (), knowledge, as_of, explained={})

    assert [verdict.caught_by for verdict in verdicts] == [None] * 5
    assert all(verdict.is_unexplained for verdict in verdicts)


def test_a_reason_explains_a_survivor_and_nothing_else(world):
    knowledge, asked, as_of = world
    first, second = mutants(knowledge)[:2]
    told = []
    verdicts = check_mutants((first, second), (), knowledge, as_of, explained={first.name: "both say the same"}, progress=told.append)

    assert [verdict.because for verdict in verdicts] == ["both say the same", None]
    assert [verdict.is_unexplained for verdict in verdicts] == [False, True]
    assert tuple(told) == verdicts
    caught = check_mutants((first,), asked, knowledge, as_of, explained={first.name: "both say the same"})
    assert caught[0].caught_by is not None
    assert caught[0].because is None


def test_a_noticed_change_names_a_case_of_its_recommendation_first(world):
    knowledge, asked, as_of = world
    chosen = [mutant for mutant in mutants(knowledge) if mutant.name.endswith("criterion 1/negated")]
    for verdict in check_mutants(chosen, asked, knowledge, as_of, explained={}):
        assert verdict.caught_by is not None, verdict.mutant.name
        assert verdict.caught_by.startswith(f"{verdict.mutant.code}/")


def test_no_case_that_is_passed_over_would_notice(world):
    """What could notice is chosen, and tried in a better order; all cases in any order come to the same verdicts."""
    knowledge, asked, as_of = world
    found = [mutant for mutant in mutants(knowledge) if mutant.code][::3]
    plainly = [any(notices(one, mutant, knowledge, as_of) for one in asked) for mutant in found]

    assert [verdict.caught_by is not None for verdict in check_mutants(found, asked, knowledge, as_of, explained={})] == plainly


def notices(one: Asked, mutant, knowledge, as_of):
    return not judge(one.ready, mutant.apply(knowledge), as_of).passed


def test_a_change_is_looked_for_where_its_recommendation_is_looked_at(world):
    knowledge, asked, _ = world
    for code in {mutant.code for mutant in mutants(knowledge)} - {""}:
        chosen = could_notice(code, [one.case for one in asked], knowledge)
        assert chosen
        assert chosen[0].recommendation == code


def test_several_processes_say_what_one_says():
    """In processes of their own: pytest has threads, beside which none should be forked."""
    command = [sys.executable, "-m", "cds_service", "mutate", str(CONTENT), "--recommendation", "ask-for", "-v", "--jobs"]
    one, two = (subprocess.run([*command, jobs], capture_output=True, text=True, check=False) for jobs in ("1", "2"))

    assert one.stderr == two.stderr == ""
    assert one.stdout == two.stdout
    assert " caught; survivors: " in one.stdout.splitlines()[-1]


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
    result = CliRunner().invoke(main, ["mutate", str(CONTENT), "--recommendation", "ask-for", "--jobs", "1", "-v"])
    lines = result.output.splitlines()

    assert result.exit_code == 0, result.output
    assert all(line.startswith("caught    ask-for/") for line in lines[:-1])
    count = len(lines) - 1
    assert lines[-1] == f"{count} changes, {count}/{count} caught; survivors: 0 explained, 0 unexplained"
