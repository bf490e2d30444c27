"""Every datum in every place where mCODE STU 2 to 4 and real records put it: the fact is the same."""

import pytest

from tests.builders import days_before, orders, patient
from tests.builders.answer import ask
from tests.builders.codes import (
    AXES,
    CATEGORIES,
    GROUPS,
    HISTOLOGY_EXTENSION,
    ICD10CM,
    ICDO3,
    LOINC,
    MCODE,
    RADIOTHERAPY,
    SNOMED,
    body_site,
    concept,
    loinc,
    snomed,
)
from tests.builders.expect import differences, expect
from tests.builders.tables import PROXIMAL, TREATED, rows

DAY = days_before(20)
MALIGNANT = concept(SNOMED, "363346000", "Malignant neoplastic disease")
RECTUM = patient().rectum(None)


def condition(code, *sites):
    record = patient().condition("primary", code, onset=days_before(60)).metastasis("liver")
    return record.changed("primary", bodySite=list(sites) or None)


@pytest.mark.parametrize(
    ("record", "site", "histology", "why"),
    rows(
        (condition(concept(SNOMED, "254582000")), "rectum", "adenocarcinoma", "site and type in one SNOMED CT code"),
        (condition(concept(SNOMED, "363351006")), "rectum", None, "the site in a SNOMED CT code"),
        (condition(concept(ICD10CM, "C20")), "rectum", None, "the site in ICD-10-CM"),
        (condition(MALIGNANT, body_site("34402009")), "rectum", None, "a general code, body site in SNOMED CT"),
        (condition(MALIGNANT, concept(ICDO3, "C20.9")), "rectum", None, "a general code, body site in ICD-O-3"),
        (condition(MALIGNANT, concept("urn:oid:2.16.840.1.113883.6.43.1", "C20.9")), "rectum", None, "ICD-O-3 by its OID (STU 2)"),
        (condition(MALIGNANT, concept(ICDO3, "C209")), "rectum", None, "ICD-O-3 without dot"),
        (condition(MALIGNANT, {"text": "Rectum"}), "rectum", None, "a general code, body site in words"),
        (condition(concept(SNOMED, "254582000"), body_site("34402009")), "rectum", "adenocarcinoma", "both"),
        (condition({"text": "Adenocarcinoma of rectum"}), "rectum", "adenocarcinoma", "nothing but words"),
    ),
)
def test_site(knowledge, record, site, histology, why):
    expect(knowledge, record, {"primary.site": site, "primary.histology": histology}, "+staging-summary", why)


ADENO = concept(ICDO3, "8140/3")
FOCUS = [{"reference": "Condition/primary"}]


def with_extension(url, value):
    return RECTUM.changed("primary", extension=[{"url": url, "valueCodeableConcept": value}])


@pytest.mark.parametrize(
    ("record", "why"),
    rows(
        (with_extension(HISTOLOGY_EXTENSION, ADENO), "extension of the Condition"),
        (with_extension(HISTOLOGY_EXTENSION, concept(SNOMED, "35917007")), "the extension in SNOMED CT"),
        (
            with_extension(f"{MCODE}/onco-core-HistologyMorphologyBehavior", ADENO),
            "STU 1 extension",
        ),
        (RECTUM.observation("histology", concept(LOINC, "59847-4"), DAY, valueCodeableConcept=ADENO, focus=FOCUS), "Observation (STU 4)"),
        (RECTUM.observation("histology", concept(LOINC, "31206-6"), DAY, valueCodeableConcept=ADENO), "Observation of a specimen"),
        (RECTUM.observation("histology", concept(LOINC, "77753-2"), DAY, valueCodeableConcept=ADENO), "tumour morphology (STU 4)"),
        (patient().rectum("adenocarcinoma"), "in the disorder's own code"),
    ),
)
def test_histology(knowledge, record, why):
    expect(knowledge, record.metastasis("liver"), {"primary.histologyFamily": "adenocarcinoma"}, "+systemic-therapy-first-line", why)


IVA = concept(SNOMED, GROUPS["IVA"])
GROUP = {"code": concept(SNOMED, AXES["group"]["c"]), "valueCodeableConcept": IVA}
AJCC_8 = snomed(("897275008", "AJCC 8th edition"))


def summary(**stage):
    return RECTUM.changed("primary", stage=[{"summary": IVA} | stage])


def observed(record=RECTUM, on=DAY, **fields):
    given = GROUP | fields
    return record.observation("group", given.pop("code"), on, **given)


ASSESSED = {"assessment": [{"reference": "Observation/group"}]}


@pytest.mark.parametrize(
    ("record", "expected", "why"),
    rows(
        (summary(), {"group": "IVA"}, "Condition.stage.summary alone: undated, no prefix, no edition"),
        (summary(type=AJCC_8), {"group": "IVA", "edition": "8"}, "with the edition in stage.type"),
        (observed(), {"group": "IVA", "prefix": "c", "date": DAY}, "Observation alone"),
        (observed(method=AJCC_8), {"group": "IVA", "prefix": "c", "date": DAY, "edition": "8"}, "with the edition in its method"),
        (
            observed(summary(**ASSESSED), method=AJCC_8),
            {"group": "IVA", "prefix": "c", "date": DAY, "edition": "8"},
            "summary and the Observation that it names: one set",
        ),
        (
            observed(code=concept(LOINC, "21908-9"), valueCodeableConcept=concept("http://cancerstaging.org", "4A")),
            {"group": "IVA", "prefix": "c", "date": DAY},
            "STU 2: LOINC code and AJCC's own values",
        ),
        (observed(code=concept(LOINC, "21902-2")), {"group": "IVA", "prefix": "p", "date": DAY}, "pathological by the LOINC code"),
        (
            observed(code=concept(SNOMED, AXES["group"]["p"])),
            {"group": "IVA", "prefix": "p", "date": DAY},
            "pathological by the SNOMED CT code",
        ),
    ),
)
def test_stage(knowledge, record, expected, why):
    answer = ask(knowledge, record)

    [found] = answer.fact("tnm")
    assert {name: str(value) for name, value in found.items()} == expected, why
    assert differences(answer, {"stage.asserted": "IVA", "stage.isIV": True}, "+staging-summary") == [], why


BOTH = RECTUM.primary("breast", None)


@pytest.mark.parametrize(
    ("record", "asserted", "why"),
    rows(
        (observed(BOTH, focus=FOCUS), "IVA", "by its focus"),
        (observed(BOTH.changed("primary", stage=[ASSESSED])), "IVA", "by the Condition that names it as an assessment"),
        (observed(BOTH.changed("primary-2", stage=[ASSESSED])), None, "the other Condition names it"),
        (observed(BOTH.changed("primary-2", stage=[ASSESSED]), focus=FOCUS), "IVA", "the focus comes before the back-reference"),
        (observed(RECTUM), "IVA", "by being the only cancer"),
        (observed(BOTH), None, "nothing says, and there are two"),
    ),
)
def test_attribution(knowledge, record, asserted, why):
    expect(knowledge, record, {"stage.asserted": asserted}, "+staging-summary" if asserted else "none", why)


@pytest.mark.parametrize(
    ("code", "value", "prefix", "why"),
    rows(
        (AXES["T"]["c"], concept(SNOMED, CATEGORIES["cT3"]), "c", "code and value agree"),
        (AXES["T"]["p"], {"text": "T3"}, "p", "the code says it, the value does not"),
        (AXES["T"][""], concept(SNOMED, CATEGORIES["cT3"]), "c", "the value says it, where the code does not"),
        (AXES["T"]["p"], {"text": "cT3"}, "p", "they differ: the code decides"),
    ),
)
def test_clinical_or_pathological(knowledge, code, value, prefix, why):
    answer = ask(knowledge, RECTUM.metastasis("liver").observation("t", concept(SNOMED, code), DAY, valueCodeableConcept=value))

    assert [(one["prefix"], one["t"]) for one in answer.fact("tnm")] == [(prefix, "T3")], why
    assert differences(answer, {}, "+staging-summary") == [], why


LIVER = patient().rectum().metastasis("liver")


@pytest.mark.parametrize(
    ("name", "value", "path", "expected", "why"),
    rows(
        ("89247-1", {"valueInteger": 1}, "ecog", 1, "ECOG as an integer"),
        ("89247-1", {"interpretation": [concept(LOINC, "LA9623-5")]}, "ecog", 1, "as the interpretation's answer"),
        ("89247-1", {"valueInteger": 1, "interpretation": [concept(LOINC, "LA9623-5")]}, "ecog", 1, "as both"),
        ("89247-1", {"valueCodeableConcept": concept(LOINC, "LA9623-5")}, "ecog", 1, "as a coded value"),
        ("89247-1", {"valueQuantity": {"value": 1, "unit": "{score}"}}, "ecog", 1, "as a quantity"),
        ("89247-1", {"valueString": "1"}, "ecog", 1, "as a string"),
        ("89243-0", {"valueInteger": 80}, "karnofsky", 80, "Karnofsky as an integer"),
        ("89243-0", {"interpretation": [concept(LOINC, "LA29177-5")]}, "karnofsky", 80, "as the interpretation's answer"),
        ("89243-0", {"valueQuantity": {"value": 80, "code": "%"}}, "karnofsky", 80, "in percent"),
    ),
)
def test_performance_status(knowledge, name, value, path, expected, why):
    record = LIVER.observation("status", concept(LOINC, name), DAY, **value)
    expect(knowledge, record, {f"performanceStatus.{path}": expected, "performanceStatus.good": True}, "+systemic-therapy-first-line", why)


@pytest.mark.parametrize(
    ("extension", "card", "why"),
    rows(
        (f"{MCODE}/mcode-procedure-intent", True, "STU 3 and 4"),
        (f"{MCODE}/mcode-treatment-intent", True, "STU 2"),
        (None, False, "none: the intent is asked for"),
    ),
)
def test_treatment_intent(knowledge, extension, card, why):
    value = concept(SNOMED, "373808002", "Curative - procedure intent")
    extensions = [{"url": extension, "valueCodeableConcept": value}] if extension else None
    draft = orders("proximal").add("ServiceRequest", code=snomed(RADIOTHERAPY), bodySite=[body_site("12921003")], extension=extensions)
    answer = ask(knowledge, PROXIMAL, "order-sign", draft)

    assert [order.get("intent") for order in answer.fact("orders")] == (["curative"] if card else [None]), why
    assert differences(answer, {}, f"+preop-chemoradiation-stage-iv={'critical' if card else 'info'}") == [], why


def radiotherapy(record=LIVER, **fields):
    given = {"code": snomed(RADIOTHERAPY)} | fields
    return record.add("Procedure", "course", status="completed", performedDateTime=DAY, **given)


def volume(url, *parts):
    return [{"url": f"{MCODE}/{url}", "extension": [{"url": "volume", "valueReference": {"reference": "BodyStructure/v"}}, *parts]}]


DOSE = {"url": "totalDoseDelivered", "valueQuantity": {"value": 5040, "code": "cGy"}}
WITH_VOLUME = LIVER.add("BodyStructure", "v", location=body_site("12921003"), patient={"reference": "Patient/synthetic"})


@pytest.mark.parametrize(
    ("record", "why"),
    rows(
        (radiotherapy(bodySite=[body_site("12921003")]), "course summary with a body site"),
        (radiotherapy(WITH_VOLUME, extension=volume("mcode-radiotherapy-dose-delivered-to-volume", DOSE)), "dose delivered to a volume"),
        (
            radiotherapy(code=concept(SNOMED, "108290001"), bodySite=[body_site("12921003")]),
            "STU 2: a radiation procedure with a body site",
        ),
    ),
)
def test_radiotherapy(knowledge, record, why):
    expect(knowledge, record, {"radiotherapy.pelvis": "extent-unknown", "radiotherapy.groin": None}, "+staging-summary", why)


@pytest.mark.parametrize(
    ("value", "fields", "category", "why"),
    rows(
        (loinc(("LA28370-7", "Progressive disease")), {}, "PD", "LOINC answer"),
        (loinc(("LA28369-9", "Partial response")), {"focus": FOCUS}, "PR", "with a focus"),
        (snomed(("271299001", "Patient's condition worsened")), {}, "PD", "SNOMED CT finding"),
        (
            loinc(("LA28369-9", "Partial response")),
            {
                "extension": [
                    {"url": f"{MCODE}/mcode-cancer-disease-status-evidence-type", "valueCodeableConcept": concept(SNOMED, "363679005")}
                ]
            },
            "PR",
            "with the kind of evidence",
        ),
        (
            loinc(("LA28369-9", "Partial response")),
            {"focus": [{"reference": "Condition/metastasis-para-aortic-node"}]},
            None,
            "another focus",
        ),
    ),
)
def test_disease_status(knowledge, value, fields, category, why):
    record = TREATED.observation("status", concept(LOINC, "97509-4"), days_before(3), valueCodeableConcept=value, **fields)
    expect(knowledge, record, {"response.category": category}, "+staging-summary", why)


@pytest.mark.parametrize(
    ("value", "why"),
    rows(
        ({"valueBoolean": True}, "a history names no metastasis of today"),
        ({"valueBoolean": False}, "no history is no proof that there is none today"),
        ({}, "no value"),
    ),
)
def test_history_of_metastatic_cancer(knowledge, value, why):
    record = patient().rectum().observation("history", concept(SNOMED, "1287652008"), DAY, **value)
    expect(knowledge, record, {"metastases": [], "stage.isIV": None, "bone.present": None}, "none", why)


@pytest.mark.parametrize(
    ("value", "expected", "why"),
    rows(
        ({"valueQuantity": {"value": 3.1, "unit": "ng/mL"}}, "3.1", "a quantity"),
        ({"valueString": "3.1 ng/mL"}, "3.1", "a string"),
        (
            {"valueRatio": {"numerator": {"value": 31}, "denominator": {"value": 10}}},
            None,
            "a ratio cannot be read: an older value would mislead",
        ),
        ({"valueCodeableConcept": {"text": "elevated"}}, None, "nor can a word"),
        ({"valueCodeableConcept": concept(SNOMED, "1220561009")}, "4.2", "not recorded: no result, so the older one stands"),
        ({"dataAbsentReason": concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "error")}, "4.2", "an error: the same"),
    ),
)
def test_tumour_marker(knowledge, value, expected, why):
    record = PROXIMAL.observation("newer", concept(LOINC, "2039-6"), days_before(2), **value)
    answer = ask(knowledge, record)

    assert (None if answer.fact("cea.value") is None else str(answer.fact("cea.value"))) == expected, why
    assert differences(answer, {}, "+para-aortic-surgery-candidacy") == [], why


@pytest.mark.parametrize(
    ("record", "site", "why"),
    rows(
        (patient().rectum().metastasis("liver"), "liver", "the site in the code"),
        (patient().rectum().condition("spread", concept(ICD10CM, "C78.7"), onset=DAY), "liver", "in ICD-10-CM"),
        (patient().rectum().metastasis("liver", related="primary"), "liver", "linked to its primary"),
        (
            patient().rectum().condition("spread", concept(SNOMED, "128462008"), onset=DAY, body_site="10200004"),
            "liver",
            "a general code for spread with a body site",
        ),
        (patient().rectum().condition("spread", {"text": "Liver metastasis"}, onset=DAY), "liver", "in words"),
    ),
)
def test_secondary_cancer(knowledge, record, site, why):
    expect(knowledge, record, {"metastases[].site": [site]}, "+systemic-therapy-first-line", why)
