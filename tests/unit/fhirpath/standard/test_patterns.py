"""Regular expressions: what is allowed gives the answer of Python's engine, and nothing allowed can run for long."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhirpath import FhirPathError
from cds_service.fhirpath.standard import compile_fhirpath
from cds_service.fhirpath.standard.functions.patterns import pattern

REFUSED = [
    # pattern, why
    ("(a+)+$", "a repetition in a repetition"),
    ("(a*)*b", "a repetition in a repetition"),
    ("((a?){30})+", "a repetition in a repetition"),
    ("(a|a)*b", "a choice in a repetition"),
    ("(?:a|ab)+", "a choice in a repetition"),
    (r"(a)\1", "a reference back"),
    ("(?=a)", "a look ahead"),
    ("(?P<n>a)", "a named group"),
    ("[[a]", "a set that differs between engines"),
    ("[a", "not closed"),
    ("*a", "nothing to repeat"),
    (r"\p{L}", "a class that Python does not have"),
    ("a" * 501, "too long"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refused(text, reason):
    with pytest.raises(FhirPathError) as error:
        pattern(text)
    assert error.value.remedy, reason
    written = text.replace("\\", "\\\\")
    with pytest.raises(FhirPathError):
        compile_fhirpath(f"'a'.matches('{written}')")


ALLOWED = [
    # pattern, text, matches
    (r"^\d{4}-\d{2}$", "2024-05", True),
    ("^[A-Z]([A-Za-z0-9_]){1,254}$", "Patient", True),
    ("(ab)?c{2,}", "abccc", True),
    ("^(?:male|female)$", "female", True),
    ("a|b|c", "xcx", True),
    (r"\[x\]", "value[x]", True),
    ("a.c", "a\nc", True),
    ("", "anything", True),
]


@pytest.mark.parametrize(("text", "value", "answer"), ALLOWED)
def test_allowed(text, value, answer):
    found = pattern(text)
    found.check(value)
    assert (found.regex.search(value) is not None) is answer


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*"ab.*+?|()", "{1,3}", "{2,}", "[ab]", r"\w", "(?:", "^", "$"]), max_size=14).map("".join))
def test_nothing_allowed_runs_for_long(text):
    try:
        found = pattern(text)
        subject = "a" * 150 + "!"
        found.check(subject)
    except FhirPathError:
        return
    begin = time.perf_counter()
    found.regex.search(subject)
    re.fullmatch(found.regex, subject)
    assert time.perf_counter() - begin < 5
