"""References in every spelling that servers use."""

import pytest

from cds_service.fhir.references import literal, subject_of, text_of


@pytest.mark.parametrize(
    ("written", "expected", "comment"),
    [
        ("Patient/p1", ("Patient", "p1"), "relative"),
        ("https://ehr.example.org/fhir/Patient/p1", ("Patient", "p1"), "absolute"),
        ("Patient/p1/_history/3", ("Patient", "p1"), "versioned"),
        ("https://ehr.example.org/fhir/Patient/p1/_history/3", ("Patient", "p1"), "absolute and versioned"),
        ("https://ehr.example.org/Patient/tenant/fhir/Patient/p1", ("Patient", "p1"), "the last Type/id counts"),
        ("Patient/e.x_y~z", ("Patient", "e.x_y~z"), "ids that FHIR forbids and vendors use"),
        ("Medication/m1#part", ("Medication", "m1"), "a fragment is not part of the id"),
        ("urn:uuid:9f6fc957-a409-564d-bb3d-1d41db5667db", None, "names an entry, not a type and id"),
        ("#m1", None, "contained"),
        ("p1", None, "a bare id"),
        ("", None, "empty"),
        (7, None, "no text"),
        (None, None, "nothing"),
    ],
)
def test_a_literal_reference_is_read_whatever_its_spelling(written, expected, comment):
    assert literal(written) == expected, comment
    assert literal({"reference": written}) == expected, comment


def test_a_logical_reference_has_no_text():
    assert text_of({"identifier": {"value": "x"}}) is None


@pytest.mark.parametrize("name", ["subject", "patient", "individual"])
def test_the_subject_is_found_under_the_name_that_the_type_uses(name):
    assert subject_of({"resourceType": "X", name: {"reference": "Patient/p1"}}) == {"reference": "Patient/p1"}


def test_without_subject_there_is_none():
    assert subject_of({"resourceType": "Medication", "subject": {}}) is None
