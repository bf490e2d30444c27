"""What comes with a call is of the types that the expression was compiled for, or refused."""

from decimal import Decimal

import pytest

from cds_service.fhirpath import FhirPathError
from cds_service.fhirpath.r4 import r4
from cds_service.fhirpath.standard import compile_fhirpath

PATIENT = {"resourceType": "Patient", "id": "1"}
TAKEN = [
    # type, value, expression, answer
    ("HumanName", {"family": "a"}, "%x.family", ["a"]),
    ("HumanName", [{"family": "a"}, {"family": "b"}], "%x.family", ["a", "b"]),
    ("Patient.contact", {"name": {"family": "a"}}, "%x.name.family", ["a"]),
    ("Patient", PATIENT, "%x.id", ["1"]),
    ("Resource", PATIENT, "%x.id", ["1"]),
    ("DomainResource", [PATIENT], "%x.id", ["1"]),
    ("date", "2024-05-31", "%x < @2024-06-01", [True]),
    ("Date", "2024-05-31", "%x < @2024-06-01", [True]),
    ("Time", "10:30", "%x < @T11:00", [True]),
    ("Decimal", 5, "%x / 2", [Decimal("2.5")]),
    ("Decimal", 2.5, "%x * 2", [Decimal("5.0")]),
    ("String", "a", "%x + 'b'", ["ab"]),
    ("Boolean", None, "%x.not()", []),
    ("Quantity", {"value": 1, "unit": "mg"}, "%x < 2 'mg'", [True]),
]


@pytest.mark.parametrize(("of", "value", "text", "answer"), TAKEN)
def test_taken(of, value, text, answer):
    assert compile_fhirpath(text, model=r4(), variables={"x": of})(variables={"x": value}) == answer
    if of != "Resource" and not isinstance(value, list):
        assert compile_fhirpath(text.replace("%x", "$this"), model=r4(), context=of)(value) == answer


REFUSED = [
    ("HumanName", "a"),
    ("Patient", {"resourceType": "Practitioner"}),
    ("Patient", {"name": "a"}),
    ("HumanName", PATIENT),
    ("Date", "yesterday"),
    ("Date", 5),
    ("Boolean", "true"),
    ("Integer", 2.5),
]


@pytest.mark.parametrize(("of", "value"), REFUSED)
def test_refused(of, value):
    expression = compile_fhirpath("%x.exists()", model=r4(), variables={"x": of})
    with pytest.raises(FhirPathError, match="not of type"):
        expression(variables={"x": value})


def test_the_resource_is_the_input_unless_it_is_declared():
    expression = compile_fhirpath("%resource.id", model=r4(), context="Patient")
    assert expression(PATIENT, {"resource": {"resourceType": "Practitioner", "id": "2"}}) == ["1"]


def test_the_resource_may_be_another_than_the_input():
    expression = compile_fhirpath(
        "name.family = %resource.name.family", model=r4(), context="Patient.contact", variables={"resource": "Patient"}
    )
    patient = {**PATIENT, "name": [{"family": "a"}]}
    assert expression.boolean({"name": {"family": "a"}}, {"resource": patient}) is True
