"""Codes and texts in the spellings that real records use."""

import pytest

from cds_service.fhir.codings import codings, dotted, first_code, focus, normalise_text


@pytest.mark.parametrize(
    ("written", "read", "_why"),
    [
        ("C20", "C20", "as published"),
        ("c210", "C21.0", "lower case, no dot"),
        ("C209", "C20.9", "topography without its dot"),
        (" C21.8 ", "C21.8", "blanks"),
        ("8140/3", "8140/3", "a morphology code has no dot"),
        ("M84551A", "M84.551A", "long codes too"),
    ],
)
def test_classification_codes_are_read_with_or_without_their_dot(written, read, _why):
    assert dotted(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("94381002", "94381002"), ("94381002:260716003=93761005", "94381002"), ("94381002 |term|", "94381002"), ("1+2", "1")],
)
def test_the_focus_of_a_composed_expression_is_its_first_concept(written, read):
    assert focus(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Wild-Type", "wild type"),
        ("MSI-H", "msi h"),
        ("  No  mutation detected. ", "no mutation detected"),
        ("Para-aortic (LN)", "para aortic ln"),
    ],
)
def test_spellings_are_compared_without_case_and_punctuation(written, read):
    assert normalise_text(written) == read


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"coding": [{"system": "s", "code": "a"}, {"code": "b"}]}, [("s", "a"), ("", "b")]),
        ([{"coding": [{"system": "s", "code": "a"}]}], [("s", "a")]),
        ({"coding": {"system": "s", "code": "a"}}, [("s", "a")]),
        ({"system": "s", "code": "a"}, [("s", "a")]),
        ({"coding": [{}]}, []),
        ({"coding": [{"code": 7}]}, []),
        ({"coding": "x"}, []),
        (None, []),
        ("text", []),
        (7, []),
    ],
)
def test_codings_are_found_in_every_shape_and_nothing_is_made_up(element, expected):
    assert list(codings(element)) == expected


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("Active", "active"),
        ({"coding": [{"code": "active"}]}, "active"),
        ({"text": "Confirmed"}, "confirmed"),
        ({}, None),
        (None, None),
        (3, None),
        ("", None),
    ],
)
def test_a_status_may_come_as_code_or_as_concept(element, code):
    assert first_code(element) == code
