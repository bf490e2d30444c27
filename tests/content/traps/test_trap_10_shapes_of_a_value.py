"""Trap 10: a value as text, as a string, in the components of a panel, in contained or referenced members, in a report's conclusion."""

import pytest

from tests.builders import days_before, patient
from tests.builders.answer import ask
from tests.builders.codes import AXES, CATEGORIES, LOINC, SNOMED, concept
from tests.builders.expect import differences, expect
from tests.builders.tables import rows

RECTUM = patient().rectum()
DAY = days_before(20)
PANEL = concept(SNOMED, "399566009", "TNM category finding")


def category(axis, value):
    return {"code": concept(SNOMED, AXES[axis]["p"]), "valueCodeableConcept": concept(SNOMED, CATEGORIES[value])}


def observation(code, **fields):
    return RECTUM.observation("stated", code, DAY, **fields)


COMPONENTS = [category("T", "pT3"), category("N", "pN1b"), category("M", "pM1a")]
MEMBERS = [{"resourceType": "Observation", "id": f"member-{number}", "status": "final", **part} for number, part in enumerate(COMPONENTS)]


def by_reference(record):
    for number, part in enumerate(COMPONENTS):
        record = record.add("Observation", f"member-{number}", status="final", **part)
    members = [{"reference": f"Observation/member-{number}"} for number in range(3)]
    return record.observation("stated", PANEL, DAY, hasMember=members)


@pytest.mark.parametrize(
    ("record", "tnm", "is_iv", "why"),
    rows(
        (
            observation(concept(SNOMED, AXES["T"]["p"]), valueCodeableConcept={"text": "pT3"}),
            [{"prefix": "p", "t": "T3"}],
            None,
            "a CodeableConcept with nothing but text",
        ),
        (observation(PANEL, valueString="pT3 pN1b"), [{"prefix": "p", "t": "T3", "n": "N1b"}], None, "one string for two axes"),
        (observation(PANEL, valueString="pT3 pN1b pM1a"), [{"prefix": "p", "t": "T3", "n": "N1b", "m": "M1a"}], True, "for three"),
        (observation(PANEL, component=COMPONENTS), [{"prefix": "p", "t": "T3", "n": "N1b", "m": "M1a"}], True, "a panel of components"),
        (
            observation(PANEL, contained=MEMBERS, hasMember=[{"reference": f"#{item['id']}"} for item in MEMBERS]),
            [{"prefix": "p", "t": "T3", "n": "N1b", "m": "M1a"}],
            True,
            "contained members",
        ),
        (by_reference(RECTUM), [{"prefix": "p", "t": "T3", "n": "N1b", "m": "M1a"}], True, "members by reference take the panel's date"),
        (
            observation(PANEL, hasMember=[{"reference": "Observation/elsewhere"}]),
            [],
            None,
            "members that were not received say nothing",
        ),
        (observation(PANEL, valueString="at least stage two"), [], None, "a string that is no category"),
        (
            RECTUM.add("DiagnosticReport", "report", status="final", code=concept(LOINC, "11526-1"), conclusion="pT3 pN1b pM1a"),
            [],
            None,
            "free text of a report is not read: no stage is invented, and none denied",
        ),
    ),
)
def test_trap_10_shapes_of_a_value(knowledge, record, tnm, is_iv, why):
    answer = ask(knowledge, record)

    found = [{name: one[name] for name in ("prefix", "t", "n", "m") if name in one} for one in answer.fact("tnm")]
    assert found == tnm, why
    assert all(str(one["date"]) == DAY for one in answer.fact("tnm")), why
    assert differences(answer, {"stage.isIV": is_iv}, "+staging-summary" if is_iv else "none") == [], why


@pytest.mark.parametrize(
    ("value", "kras", "why"),
    rows(
        ({"valueCodeableConcept": {"text": "Mutated"}}, "mutated", "text under a coded test"),
        ({"valueString": "Wild type"}, "wild-type", "a string under a coded test"),
        ({"valueString": "see attached report"}, "indeterminate", "a string that is no result"),
    ),
)
def test_trap_10_other_values_in_words(knowledge, value, kras, why):
    record = RECTUM.metastasis("liver").observation("kras", concept(LOINC, "21702-6"), DAY, **value)
    expect(knowledge, record, {"biomarkers.kras": kras}, "+systemic-therapy-first-line", why)
