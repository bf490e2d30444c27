"""Trap 9: data absent reason, "not recorded", "unknown" and null flavours are unknown, never negative."""

import pytest

from tests.builders import days_before, patient
from tests.builders.codes import AXES, ECOG, LOINC, OWN, SNOMED, concept, loinc
from tests.builders.expect import expect
from tests.builders.tables import rows

ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
RECTUM = patient().rectum().metastasis("bone")
NOTHING = [
    ({"dataAbsentReason": concept(ABSENT_REASON, "unknown")}, "data absent reason in place of a value"),
    ({"dataAbsentReason": concept(ABSENT_REASON, "not-asked")}, "not asked"),
    ({"valueCodeableConcept": concept(ABSENT_REASON, "asked-unknown")}, "a data absent reason as the value"),
    ({"valueCodeableConcept": concept(SNOMED, "1220561009")}, "Not recorded"),
    ({"valueCodeableConcept": concept(SNOMED, "261665006")}, "Unknown"),
    ({"valueCodeableConcept": concept(NULL_FLAVOR, "UNK")}, "null flavour UNK"),
    ({"valueCodeableConcept": concept(NULL_FLAVOR, "NASK")}, "null flavour NASK"),
    ({"valueCodeableConcept": {"text": "unknown"}}, "in words"),
    ({"valueString": "not recorded"}, "as a string"),
    ({}, "no value at all"),
]
DAY = days_before(9)


@pytest.mark.parametrize(
    ("code", "path", "value"),
    [
        (concept(SNOMED, AXES["M"]["c"]), "stage.mCategory", "M1a"),
        (concept(SNOMED, AXES["group"]["c"]), "stage.asserted", None),
        (concept(OWN, "local-recurrence"), "primary.localRecurrence", None),
        (concept(OWN, "bone-painful"), "bone.painful", None),
        (concept(OWN, "groin-radiotherapy-extent"), "radiotherapy.groin", None),
        (concept(LOINC, "97509-4"), "response.category", None),
        (loinc(ECOG), "performanceStatus.ecog", None),
        (concept(LOINC, "2039-6"), "cea.value", None),
        (concept(LOINC, "84880-4"), "primary.relationToPeritonealReflection", None),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
@pytest.mark.parametrize(("given", "why"), NOTHING, ids=[why for _, why in NOTHING])
def test_trap_09_unknown_values(knowledge, code, path, value, given, why):
    record = RECTUM.observation("nothing", code, DAY, **given)
    expect(knowledge, record, {path: value, "stage.isIV": True}, "+bone-management", why)


@pytest.mark.parametrize(
    ("given", "kras", "why"),
    rows(
        *((given, "indeterminate", f"a test was done, and the result is not known: {why}") for given, why in NOTHING),
        ({"dataAbsentReason": concept(ABSENT_REASON, "not-performed")}, "not-tested", "the test was not done"),
    ),
)
def test_trap_09_a_test_without_result_is_not_wild_type(knowledge, given, kras, why):
    record = RECTUM.observation("kras", loinc(("21702-6", "KRAS")), DAY, **given)
    expect(knowledge, record, {"biomarkers.kras": kras}, "-anti-egfr-kras-mutated", why)
