"""Every case beside the content comes out as its file says; every phrase gives valid FHIR."""

from __future__ import annotations

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.cases.patterns import example_of
from cds_service.cases.people import drafts_of, record_of
from cds_service.cases.phrases import DRAFTS, RECORD
from cds_service.cases.report import failure_lines
from cds_service.cases.run import run_case
from cds_service.errors import DataUnavailable
from cds_service.hooks.parse import parse_hook_request
from cds_service.respond import respond
from tests.builders import shipped
from tests.builders.rendered import not_meant

pytestmark = pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
BOOK = shipped.book()
EXAMPLES = [(use, example_of(pattern, BOOK.tables)) for use in (RECORD, DRAFTS) for phrase in BOOK.phrases[use] for pattern in phrase.say]
#: a sentence for each type of resource that something can be said of
SAID = {
    "Condition": "adenocarcinoma of the rectum",
    "Observation": "ECOG 1",
    "Procedure": "low anterior resection",
    "DiagnosticReport": "PET-CT",
    "MedicationAdministration": "cisplatin given",
    "MedicationStatement": "cisplatin taken",
    "MedicationRequest": "cisplatin prescribed",
    "ServiceRequest": "KRAS test ordered",
}
MODIFIED = [
    (f"{SAID[kind]}, {example_of(pattern, BOOK.tables)}", kind)
    for modifier in BOOK.modifiers
    for pattern in modifier.say
    for kind in sorted(modifier.of or {"Condition"})
]


@pytest.mark.parametrize("case", shipped.cases(), ids=lambda case: case.name)
def test_a_case_comes_out_as_expected(knowledge, case):
    outcome = run_case(case, knowledge, BOOK.as_of)
    assert outcome.passed, "\n".join(failure_lines(outcome))
    for card in outcome.cards:
        assert not not_meant(card["detail"]), card["detail"]


@pytest.mark.parametrize("case", [case for case in shipped.cases() if not case.site], ids=lambda case: case.name)
def test_a_case_is_served_as_it_comes_out(knowledge, case):
    """A hook call stops where the scope rules everything out, and is refused where silence would rest on a part; a case looks at all."""
    cards = list(run_case(case, knowledge, BOOK.as_of).cards)
    invocation = parse_hook_request(case.request, knowledge.service(None, case.hook).id)
    try:
        served = respond(invocation, knowledge, BOOK.as_of, {}).body["cards"]
    except DataUnavailable:
        served = []
    assert served == cards


@pytest.mark.parametrize(("use", "sentence"), EXAMPLES, ids=lambda value: value)
def test_a_phrase_gives_valid_fhir(use, sentence):
    drafts = [resource for resource, _ in drafts_of(BOOK, [sentence])] if use == DRAFTS else []
    for resource in drafts or record_of(BOOK, [sentence]):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize(("sentence", "kind"), MODIFIED, ids=lambda value: value)
def test_what_is_said_after_a_comma_gives_valid_fhir(sentence, kind):
    found = [resource for resource in record_of(BOOK, [sentence]) if resource["resourceType"] == kind]
    assert found
    for resource in found:
        get_fhir_model_class(kind).model_validate(resource)


@pytest.mark.parametrize("name", BOOK.people)
def test_a_whole_patient_is_valid_fhir(name):
    for resource in record_of(BOOK, [name]):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
