"""Which changes are made, and that each one changes what it says and nothing else."""

import pytest

from cds_service.mutation.mutants import moved_literals, mutants
from cds_service.served import load_content
from tests.second_disease.people import CONTENT


@pytest.fixture(scope="module")
def small():
    """A content small enough to look at every mutant."""
    return load_content(CONTENT)


@pytest.fixture(scope="module")
def found(small):
    return mutants(small)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("%a > 12", [("%a > 13", "12 as 13"), ("%a > 11", "12 as 11")]),
        ("%a <= 0.5", [("%a <= 0.6", "0.5 as 0.6"), ("%a <= 0.4", "0.5 as 0.4")]),
        ("%a = 0", [("%a = 1", "0 as 1")]),  # a count is never below zero
        ("%a = 'x12' and %b1", []),  # digits in a text or a name are no number
        ("1 + 2", [("2 + 2", "1 as 2"), ("0 + 2", "1 as 0"), ("1 + 3", "2 as 3"), ("1 + 1", "2 as 1")]),
    ],
)
def test_each_number_moves_one_step_either_way(text, moved):
    assert list(moved_literals(text)) == moved


def test_names_are_unique(found):
    assert len({mutant.name for mutant in found}) == len(found)


def test_every_criterion_is_dropped_and_negated(small, found):
    names = {mutant.name for mutant in found}
    for service in small.services.values():
        for action in service.actions:
            owners = [("criterion", action.reasons)]
            owners += [(f"section {item.id}", item.criteria) for item in action.sections]
            owners += [(f"suggestion {item.id}", item.criteria) for item in action.suggestions]
            for owner, criteria in owners:
                for number in range(1, len(criteria) + 1):
                    assert {f"{action.code}/{owner} {number}/{kind}" for kind in ("dropped", "negated")} <= names


def test_every_guard_and_number_has_its_mutants(small, found):
    names = {mutant.name for mutant in found}
    for service in small.services.values():
        assert {f"{service.id} at {service.hook}/guard 1/dropped", f"{service.id} at {service.hook}/guard 1/negated"} <= names
    for info in small.parameter_info.values():
        if info.type in ("integer", "decimal") and not isinstance(info.value, tuple):
            assert len([name for name in names if name.startswith(f"parameter {info.name}/")]) == 2


def test_a_mutant_changes_its_recommendation_and_no_other(small, found):
    for mutant in (item for item in found if item.code):
        changed = mutant.apply(small)
        touched = {
            action.code
            for key, service in changed.services.items()
            for action, before in zip(service.actions, small.services[key].actions, strict=True)
            if action != before
        }
        assert touched == {mutant.code}, mutant.name


def test_what_is_evaluated_is_what_is_changed(small, found):
    """The order of evaluation holds the same actions as the order of composition: both must change."""
    mutant = next(item for item in found if item.name.endswith("criterion 1/dropped"))
    for key, service in mutant.apply(small).services.items():
        for action in service.actions:
            assert action in service.evaluation, key


def test_a_moved_parameter_is_moved_everywhere(small, found):
    mutant = next(item for item in found if item.name.startswith("parameter "))
    name = mutant.name.removeprefix("parameter ").partition("/")[0]
    changed = mutant.apply(small)

    assert mutant.in_facts
    assert changed.parameters[name] == changed.context.parameters[name] == changed.facts_engine.parameters[name] != small.parameters[name]
