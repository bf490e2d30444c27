"""Prefetch templates: what is asked, and what must not be."""

import pytest

from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.prefetch.lint import MAX_KEYS, MAX_LENGTH, lint, lint_template
from cds_service.prefetch.templates import template_of, templates


def test_a_patient_is_read_by_id():
    assert template_of(DataRequirement("patient", "Patient")) == "Patient/{{context.patientId}}"


def test_without_filter_all_resources_of_the_type_are_asked_for():
    assert template_of(DataRequirement("conditions", "Condition")) == "Condition?patient={{context.patientId}}"


def test_codes_are_spelled_out_and_not_percent_encoded():
    requirement = DataRequirement("labs", "Observation", (CodeFilter("code", (("http://a", "1"), ("http://b", "2"))),))
    assert template_of(requirement) == "Observation?patient={{context.patientId}}&code=http://a|1,http://b|2"


def test_several_filters_are_joined():
    filters = (CodeFilter("category", (("http://c", "imaging"),)), CodeFilter("code", (("http://a", "1"),)))
    template = template_of(DataRequirement("reports", "DiagnosticReport", filters))
    assert template == "DiagnosticReport?patient={{context.patientId}}&category=http://c|imaging&code=http://a|1"


def test_keys_keep_the_order_of_the_content():
    assert list(templates([DataRequirement("b", "Condition"), DataRequirement("a", "Patient")])) == ["b", "a"]


@pytest.mark.parametrize(
    ("template", "comment"),
    [
        ("Patient/{{context.patientId}}", "a read"),
        ("Condition?patient={{context.patientId}}", "a search by reference"),
        ("Observation?patient={{context.patientId}}&code=http://loinc.org|1,http://loinc.org|2", "tokens"),
        ("Observation?patient={{context.patientId}}&code:in=http://example.org/vs", "a value set"),
        ("Observation?patient={{context.patientId}}&date=ge2026-01-01&_count=5&_sort=-date", "dates, count and sort"),
        ("Practitioner/{{userPractitionerId}}", "a user token"),
        ("{{context.userId}}", "the user, whatever type"),
    ],
)
def test_what_the_standard_permits_passes(template, comment):
    expected = ["is neither a read (Type/id) nor a search of one type (Type?parameters)"] if template.startswith("{{") else []
    assert lint_template(template) == expected, comment


@pytest.mark.parametrize(
    ("template", "word", "comment"),
    [
        ("Observation?patient={{context.patientId}}&_include=Observation:focus", "_include", "includes"),
        ("Observation?subject.name=x", "chains", "chaining"),
        ("Observation?code:not=a|b", "modifier", "a modifier other than :in"),
        ("Observation?date=ne2026", "prefix", "a date prefix outside eq, lt, gt, ge, le"),
        ("Observation?code", "no value", "a parameter without value"),
        ("Patient/{{patientId}}", "token", "a token without context"),
        ("MedicationRequest/{{context.draftOrders}}", "token", "a field that is no token"),
        ("Patient/{{context.patient.id}}", "token", "a path below a field"),
        ("Patient/1/_history", "neither", "not a read of one resource"),
        ("Observation?code=" + "x" * MAX_LENGTH, "long", "longer than what proxies pass"),
    ],
)
def test_what_clients_need_not_support_is_named(template, word, comment):
    problems = lint_template(template)
    assert len(problems) == 1, comment
    assert word in problems[0], comment


def test_problems_name_their_key_and_too_many_keys_are_one():
    prefetch = {f"k{number}": "Patient/{{context.patientId}}" for number in range(MAX_KEYS + 1)} | {"k0": "Patient/{{x}}"}
    problems = lint(prefetch)
    assert len(problems) == 2
    assert problems[1].startswith("prefetch 'k0'")


BEHIND = {"encounter": "Encounter/e1"}


@pytest.mark.parametrize(
    ("hook", "template", "comment"),
    [
        ("patient-view", "Observation?patient={{context.patientId}}&date=ge{{today() - 90 days}}", "a day counted from today"),
        (
            "patient-view",
            "Practitioner?_id={{%encounter.participant.individual.resolve().ofType(Practitioner).id}}",
            "what another key brings",
        ),
        (
            "order-sign",
            "Practitioner?_id={{context.draftOrders.entry.resource.ofType(ServiceRequest).requester.resolve().id}}",
            "in a draft",
        ),
        ("order-sign", "Condition?patient={{context.patientId|userPatientId}}", "a union"),
        ("patient-view", "Condition?patient={{context.patientId}}&_maxresults=50", "the ballot's limit"),
    ],
)
def test_what_the_ballot_adds_passes_only_where_clients_know_it(hook, template, comment):
    assert lint({**BEHIND, "x": template}, hook, "3.0") == [], comment
    assert len(lint({**BEHIND, "x": template}, hook)) == 1, comment


@pytest.mark.parametrize(
    ("hook", "template", "problem", "comment"),
    [
        ("order-dispatch", "Task?owner={{context.performer}}", None, "a field of this hook"),
        ("order-dispatch", "ServiceRequest?_id={{context.dispatchedOrders}}", None, "several references"),
        ("order-sign", "Task?owner={{context.performer}}", "order-sign does not have for tokens", "a field of another hook"),
        ("order-dispatch", "Practitioner?_id={{context.userId}}", "order-dispatch does not have for tokens", "the hook has no user"),
        ("order-sign", "Task?x={{context.draftOrders}}", "order-sign does not have for tokens", "a resource is no value"),
        ("order-select", "Task?x={{context.selections}}", "order-select does not have for tokens", "Prefetch Token: No"),
        ("patient-view", "Task?x={{context.draftOrders.entry.resource.id}}", "patient-view does not have", "a path into another hook"),
        ("order-sign", "Task?x={{context.draftOrders.entry.resource.ofType(Practicioner).id}}", "no resource type", "a slip of the pen"),
        ("order-sign", "Task?x={{context.draftOrders.entry.resource.ofType(HumanName).id}}", "no resource type", "a data type"),
        ("order-sign", "Task?x={{%nothing.id}}", "no prefetch key", "an unknown key"),
        ("order-sign", "Task?x={{%x.id}}", "depend on each other", "itself"),
        ("order-sign", "Task?x={{context.patientId.first()}}", "goes on with something else", "a function that the ballot lacks"),
        ("order-sign", "Task?x={{now()}}", "goes on with something else", "idem"),
    ],
)
def test_a_token_must_be_one_of_its_hook(hook, template, problem, comment):
    found = lint({**BEHIND, "x": template}, hook, "3.0")
    assert len(found) == (problem is not None), comment
    assert all(problem in text for text in found), comment


def test_content_may_write_a_query_itself():
    assert template_of(DataRequirement("orders", "ServiceRequest", query="ServiceRequest?_id={{x}}")) == "ServiceRequest?_id={{x}}"


def test_a_key_stands_after_those_that_it_needs():
    later = DataRequirement("doctor", "Practitioner", query="Practitioner?_id={{%encounter.participant.individual.resolve().id}}")
    assert list(templates([later, DataRequirement("encounter", "Encounter")])) == ["encounter", "doctor"]
