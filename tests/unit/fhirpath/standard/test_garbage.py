"""Whatever is written, the answer is an expression or a FhirPathError; whatever is read, a collection or a FhirPathError."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhirpath import FhirPathError
from cds_service.fhirpath.r4 import r4
from cds_service.fhirpath.standard import compile_fhirpath
from cds_service.fhirpath.standard.functions import FUNCTIONS

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OPERATORS = [
    *("+", "-", "*", "/", "div", "mod", "&", "|", "=", "!=", "~", "!~", "<", "<=", ">", ">="),
    *("in", "contains", "and", "or", "xor", "implies", "is", "as"),
]
OPERANDS = [
    *("1", "2.5", "'a'", "'(a'", "true", "{}", "@2024-05", "@2024-05-31T10:00Z", "@T10:30", "5 'mg'", "3 months", "%raw", "%resource"),
    *("$this", "name", "birthDate", "value", "(1 | 'a')", "Patient", "Quantity", "$index", "now()", "descendants()"),
]
MEMBERS = ["name", "given", "_given", "birthDate", "value", "code", "unit", "extension", "url"]
PATIENT = ["name", "birthDate", "_birthDate", "active", "multipleBirthInteger", "contact", "contained", "extension"]
ASKED = [
    *("name.given", "birthDate < today()", "active", "multipleBirth + 1", "descendants().count()", "extension('a').value"),
    *("name = contact.name", "name.repeat(given)", "birthDate.extension.distinct()"),
]
PIECES = [*OPERANDS, *(f" {each} " for each in OPERATORS), *"()[].,-$%@`", *(f".{name}(" for name in FUNCTIONS), ".given", ")", ")", "'"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["2024-05-31", "10:00", "male"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    max_leaves=8,
)


def tried(text, value, context=None):
    """Evaluate; nothing but a FhirPathError may come out of it."""
    with suppress(FhirPathError):
        expression = compile_fhirpath(text, model=r4(), context=context, variables={"raw": None})
        assert isinstance(expression(value, {"raw": value}, now=NOW), list)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_text_compiles_or_is_refused(text):
    with suppress(FhirPathError):
        assert compile_fhirpath(text, model=r4(), context="Patient", variables={"raw": None}).text == text


@given(st.sampled_from(OPERANDS), st.sampled_from(OPERATORS), st.sampled_from(OPERANDS), VALUES)
@settings(max_examples=300, deadline=None)
def test_any_operands_have_an_answer_or_are_refused(left, operator, right, value):
    tried(f"{left} {operator} {right}", value)


@given(st.sampled_from(sorted(FUNCTIONS)), st.sampled_from(OPERANDS), st.lists(st.sampled_from(OPERANDS), max_size=3), VALUES)
@settings(max_examples=500, deadline=None)
def test_any_function_has_an_answer_or_is_refused(name, source, arguments, value):
    tried(f"{source}.{name}({', '.join(arguments)})", value)


@given(st.dictionaries(st.sampled_from(PATIENT), VALUES))
@settings(max_examples=200, deadline=None)
def test_any_resource_has_an_answer_or_is_refused(members):
    patient = {**members, "resourceType": "Patient"}
    for text in ASKED:
        tried(text, patient, "Patient")


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_function_says_how_many_arguments_it_takes(name):
    with pytest.raises(FhirPathError, match=r"arguments|not covered"):
        compile_fhirpath(f"name.{name}({', '.join(['1'] * 10)})", model=r4(), context="Patient")
