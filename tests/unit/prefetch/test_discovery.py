"""Discovery says what the content says."""

from types import SimpleNamespace

import pytest

from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.discovery import discovery, lint_services


def service(*requirements, usage=None):
    """What discovery looks at of a service."""
    return SimpleNamespace(id="s1", hook="patient-view", title="T", description="D", usage_requirements=usage, requirements=requirements)


CONDITIONS = DataRequirement("conditions", "Condition", required=True)


def test_an_entry_has_everything_that_has_a_value():
    [entry] = discovery([service(CONDITIONS, usage="R4")])["services"]
    assert entry == {
        "hook": "patient-view",
        "title": "T",
        "description": "D",
        "id": "s1",
        "prefetch": {"conditions": "Condition?patient={{context.patientId}}"},
        "usageRequirements": "R4",
    }


def test_an_entry_has_nothing_empty():
    [entry] = discovery([service()])["services"]
    assert set(entry) == {"hook", "title", "description", "id"}


def test_no_services_is_a_document_too():
    assert discovery([]) == {"services": []}


def test_content_with_sound_requirements_has_no_problems():
    assert lint_services([service(CONDITIONS)]) == []


def test_content_must_require_something_and_ask_for_nothing_outlandish():
    problems = lint_services([service(DataRequirement("x" * 2000, "Patient"), DataRequirement("y", "not a type"))])
    assert [problem.element for problem in problems] == ["action.input", "action.input"]


def test_the_ballot_adds_two_versions():
    [entry] = discovery([service(CONDITIONS)], "3.0")["services"]
    assert (entry["version"], entry["hookVersion"]) == ("3.0.0-ballot", "1.0")


@pytest.mark.parametrize(("hook", "version"), [("order-dispatch", "1.1"), ("medication-refill", "0.1.0"), ("order-sign", "1.0")])
def test_every_hook_has_a_version_of_its_own(hook, version):
    one = service(CONDITIONS)
    one.hook = hook
    assert discovery([one], "3.0")["services"][0]["hookVersion"] == version


@pytest.mark.parametrize(("version", "problems"), [("2.0", 1), ("3.0", 0)])
def test_queries_are_linted_for_the_version(version, problems):
    recent = DataRequirement("recent", "Observation", query="Observation?patient={{context.patientId}}&date=ge{{today() - 90 days}}")
    assert len(lint_services([service(CONDITIONS, recent)], version)) == problems
