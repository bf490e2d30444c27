"""Single values against each other."""

from decimal import Decimal

import pytest

from cds_service.fhirpath import FhirPathError, Quantity, Temporal
from cds_service.fhirpath.values import equal, ordered

DAY = Temporal.parse("2024-05-31")


@pytest.mark.parametrize(
    ("one", "other", "expected", "comment"),
    [
        (1, Decimal("1.0"), True, "numbers by value"),
        (Decimal("0.1"), 0.1, True, "a float by the digits it was written with"),
        (1, True, False, "true is not a number"),
        (False, False, True, "booleans"),
        ("1", 1, False, "text is not a number"),
        ("2024-05-31", DAY, False, "text is not a date"),
        (DAY, Temporal.parse("2024"), None, "cannot be told"),
        (Quantity(Decimal(1), "mm"), Quantity(Decimal("1.0"), "mm"), True, "quantities by value"),
        (Quantity(Decimal(1), "mm"), Quantity(Decimal(1), "cm"), None, "nothing is converted"),
        (Quantity(Decimal(1), "mm"), 1, False, "a quantity is not a number"),
    ],
)
def test_equal(one, other, expected, comment):
    assert equal(one, other, 0) is expected, comment
    assert equal(other, one, 0) is expected, comment


@pytest.mark.parametrize(
    ("one", "other", "same", "comment"),
    [
        ("ng/mL", "ng/ml", True, "litre in small letters"),
        ("ug/L", "\u00b5g/L", True, "micro sign"),
        ("ug/L", "\u03bcg/L", True, "Greek mu"),
        ("ug/L", "mcg/L", True, "mcg"),
        ("ng/mL", "ug/L", True, "the same size by another name"),
        ("g/L", "mg/ml", True, "the same size by another name"),
        ("", "1", True, "no unit is the unit 1"),
        ("mmol/l", "mmol/L", True, "the litre after a unit that ends in l"),
        ("mol", "moL", False, "no litre at all"),
        ("mg/dL", "ng/mL", False, "needs conversion"),
        ("mm", "Mm", False, "case matters elsewhere"),
    ],
)
def test_spellings_of_units(one, other, same, comment):
    found = Quantity(Decimal(3), one).compare(Quantity(Decimal(2), other))
    assert found == (1 if same else None), comment


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, "1"), (True, False), (True, 1), ({}, {}), (DAY, "2024"), (Quantity(Decimal(1), "mm"), 1), (1, {})],
)
def test_values_without_order(one, other):
    with pytest.raises(FhirPathError, match="no order"):
        ordered("<", one, other, 3)


def test_objects_are_not_compared():
    with pytest.raises(FhirPathError, match="object"):
        equal({"a": 1}, {"a": 1}, 0)
    with pytest.raises(FhirPathError, match="object"):
        equal("a", {"a": 1}, 0)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("<", [True, False, False]), ("<=", [True, True, False]), (">", [False, False, True]), (">=", [False, True, True])],
)
def test_orderings(operator, expected):
    assert [ordered(operator, value, 2, 0) for value in (1, 2, 3)] == expected
