"""Trap 11: units and comparators of CEA. ng/mL and ug/L are the same number, mg/L a thousand times it, U/mL another scale; no unit is
unknown; a bound proves what it proves; KRAS comes as a string.
"""

import pytest

from tests.builders import days_before, orders
from tests.builders.answer import ask
from tests.builders.expect import differences, expect
from tests.builders.tables import PROXIMAL, rows

RECORD = PROXIMAL.without("cea")


def cea(value, unit="ng/mL", comparator=None):
    return RECORD.cea(value, unit, days_before(5), comparator)


@pytest.mark.parametrize(
    ("record", "value", "below", "why"),
    rows(
        (cea(4.9), "4.9", True, "ng/mL"),
        (cea(4.9, "ug/L"), "4.9", True, "ug/L is the same number"),
        (cea(4.9, "ug/l"), "4.9", True, "in lower case"),
        (cea(4.9, "µg/L"), "4.9", True, "with the micro sign"),
        (cea(4.9, "μg/L"), "4.9", True, "with the Greek letter"),
        (cea(4.9, "mcg/L"), "4.9", True, "mcg/L"),
        (cea(0.0049, "mg/L"), "4.9", True, "mg/L times a thousand"),
        (cea(0.0061, "mg/L"), "6.1", False, "mg/L above the limit"),
        (cea(4.9, "U/mL"), None, None, "another scale: not comparable"),
        (cea(4.9, None), None, None, "no unit: not assumed"),
        (cea(4.9, "furlong"), None, None, "a unit that is none"),
        (cea(5), "5", False, "exactly five is not below five"),
        (cea(0.5, comparator="<"), "0.5", True, "a bound below the limit proves it"),
        (cea(5, comparator="<"), "5", True, "so does one at the limit"),
        (cea(10, comparator="<"), "10", None, "one above it does not"),
        (cea(5, comparator=">"), "5", False, "above five is not below five"),
        (cea(3, comparator=">"), "3", None, "above three may be either"),
        (cea("<0.5"), None, None, "a string without unit: the number is known, its unit is not"),
        (cea("<0.5 ng/mL"), "0.5", True, "the bound as a string"),
        (cea("6.1 ug/L"), "6.1", False, "a value as a string"),
        (cea("normal"), None, None, "a word is no number"),
    ),
)
def test_trap_11_units(knowledge, record, value, below, why):
    answer = ask(knowledge, record)
    found = answer.fact("cea.value")

    assert (None if found is None else f"{found.normalize():f}") == value, why
    assert differences(answer, {"cea.belowThreshold": below}, "+para-aortic-surgery-candidacy") == [], why


@pytest.mark.parametrize(
    ("value", "kras", "card", "why"),
    rows(
        ("mutated", "mutated", "anti-egfr-kras-mutated", "a listed spelling"),
        ("Mutation detected", "mutated", "anti-egfr-kras-mutated", "another one"),
        ("Wild-type", "wild-type", None, "wild type"),
        (
            "see the letter",
            "indeterminate",
            "anti-egfr-kras-unknown",
            "a spelling that is not listed says that there is a result, and not which",
        ),
    ),
)
def test_trap_11_kras_as_a_string(knowledge, value, kras, card, why):
    record = PROXIMAL.without("kras").observation(
        "kras", {"coding": [{"system": "http://loinc.org", "code": "21702-6"}]}, days_before(9), valueString=value
    )
    answer = ask(knowledge, record, "order-sign", orders("proximal").drug("cetuximab"))

    assert differences(answer, {"biomarkers.kras": kras}) == [], why
    assert {code for code in answer.codes if code.startswith("anti-egfr")} == ({card} if card else set()), why


def test_trap_11_a_newer_value_of_another_scale_is_not_replaced_by_an_older_one(knowledge):
    record = cea(4.9).cea(80, "U/mL", days_before(1))
    expect(knowledge, record, {"cea.value": None, "cea.belowThreshold": None}, "+para-aortic-surgery-candidacy", "the newest decides")
