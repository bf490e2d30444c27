"""The same patient as different systems write it: the same cards. And look-alikes that must not be taken for it.

Each row rewrites resources of a source patient; the recommendations must stay exactly the same.
"""

from __future__ import annotations

import copy
import json
import re

import pytest

from tests.builders import (
    Patient,
    anorectal_with_bone_and_inguinal,
    days_before,
    orders,
    patient,
    proximal_rectal_with_para_aortic,
    request,
)
from tests.builders.answer import answer_to, ask
from tests.builders.codes import FOLFOX, HISTOLOGY_EXTENSION, ICD10CM, ICDO3, LOINC, RXNORM, SNOMED, concept, loinc, snomed

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
ADENOCARCINOMA = [{"url": HISTOLOGY_EXTENSION, "valueCodeableConcept": concept(ICDO3, "8140/3")}]
AXES = ("cT", "cN", "cM", "stage-group")


GENERAL = snomed(("363346000", "Malignant neoplastic disease"))


def rows(*table):
    return [pytest.param(*row, id=f"{number}: {row[-1]}") for number, row in enumerate(table)]


def everywhere(record: Patient, old: str, new: str) -> Patient:
    """The record with a piece of text replaced in every resource."""
    return Patient(
        id=record.id, born=record.born, resources=tuple(json.loads(json.dumps(item).replace(old, new)) for item in record.resources)
    )


def primary(code, **fields) -> Patient:
    return PROXIMAL.changed("primary", code=code, **fields)


def as_words() -> Patient:
    return (
        PROXIMAL.changed("cT", valueCodeableConcept={"text": "cT3"})
        .changed("cN", valueCodeableConcept=None, valueString="cN1b")
        .changed("cM", valueCodeableConcept={"text": "M1a"})
        .changed("stage-group", valueCodeableConcept={"text": "Stage IVA"})
    )


@pytest.mark.parametrize(
    ("record", "why"),
    rows(
        (primary(concept(ICD10CM, "C20"), extension=ADENOCARCINOMA), "ICD-10-CM with a histology extension"),
        (primary(concept(ICD10CM, "c20"), extension=ADENOCARCINOMA), "lower case"),
        (primary(concept("urn:oid:2.16.840.1.113883.6.90", "C20"), extension=ADENOCARCINOMA), "ICD-10-CM by its OID"),
        (primary(concept("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "C20"), extension=ADENOCARCINOMA), "ICD-10-GM"),
        (
            primary(
                snomed(("363346000", "Malignant neoplastic disease")), bodySite=[snomed(("34402009", "Rectum"))], extension=ADENOCARCINOMA
            ),
            "a general code with a body site",
        ),
        (primary({"coding": [{"code": "x", "system": "urn:local"}, {"system": SNOMED, "code": "254582000"}]}), "a local code first"),
        (
            PROXIMAL.changed("primary", code=snomed(("363351006", "Malignant tumor of rectum"))).observation(
                "histology", loinc(("59847-4", "Histology")), days_before(40), valueCodeableConcept=concept(ICDO3, "8140/3")
            ),
            "histology as an observation",
        ),
        (everywhere(PROXIMAL, SNOMED, "http://snomed.info/sct/731000124108/version/20230301"), "SNOMED CT with edition and version"),
        (everywhere(PROXIMAL, SNOMED, "urn:oid:2.16.840.1.113883.6.96"), "SNOMED CT by its OID"),
        (everywhere(PROXIMAL, '"http://loinc.org"', '"urn:oid:2.16.840.1.113883.6.1"'), "LOINC by its OID"),
        (everywhere(PROXIMAL, '"Patient/proximal"', '"https://ehr.example.org/fhir/Patient/proximal"'), "absolute references"),
        (everywhere(PROXIMAL, '"Patient/proximal"', '"Patient/proximal/_history/3"'), "versioned references"),
        (PROXIMAL.without(*AXES), "no staging observation at all: the metastasis says it"),
        (as_words(), "staging in words"),
        (PROXIMAL.changed("kras", valueCodeableConcept=None, valueString="wild type"), "KRAS as a string"),
        (PROXIMAL.changed("kras", valueCodeableConcept=loinc(("LA9658-1", "Wild type"))), "KRAS as a LOINC answer"),
        (PROXIMAL.without("cea").cea(4.2, "ug/L", days_before(12)), "CEA in ug/L"),
        (PROXIMAL.without("cea").cea("4.2 ng/mL", on=days_before(12)), "CEA as a string"),
        (
            PROXIMAL.changed(
                "ecog", valueInteger=None, code=loinc(("89262-0", "ECOG interpretation")), valueCodeableConcept=loinc(("LA9623-5", "1"))
            ),
            "ECOG as its interpretation",
        ),
        (PROXIMAL.changed("ecog", code=snomed(("423740007", "ECOG performance status"))), "ECOG in SNOMED CT"),
        (
            PROXIMAL.without("ecog").observation(
                "karnofsky", loinc(("89243-0", "Karnofsky")), days_before(9), valueCodeableConcept=loinc(("LA29176-7", "90"))
            ),
            "Karnofsky as a LOINC answer",
        ),
        (PROXIMAL.changed("distance", valueQuantity={"value": 140, "unit": "mm"}), "millimetres without a code"),
        (
            PROXIMAL.without("ct-chest-abdomen-pelvis").add(
                "ImagingStudy", "ct", status="available", started=days_before(20), procedureCode=[concept(LOINC, "72254-6")]
            ),
            "the CT as an ImagingStudy",
        ),
        (
            PROXIMAL.condition("primary-again", snomed(("254582000", "Adenocarcinoma of rectum")), onset=days_before(44)),
            "the primary twice, from problem list and encounter",
        ),
        (PROXIMAL.metastasis("para-aortic-node", on=days_before(34)), "the metastasis twice"),
        (PROXIMAL.changed("primary", clinicalStatus=None), "no clinical status"),
        (PROXIMAL.changed("cea", issued="2026-11-09T10:00:00Z", effectiveDateTime=None), "issued, not effective"),
    ),
)
def test_the_same_cards(knowledge, record, why):
    answer, plain = ask(knowledge, record), ask(knowledge, PROXIMAL)

    assert [codes for codes, _, _ in answer.shown] == [codes for codes, _, _ in plain.shown], why
    assert answer.indicators == plain.indicators, why


@pytest.mark.parametrize(
    ("record", "why"),
    rows(
        (ANORECTAL.changed("primary", code=concept(ICD10CM, "C21.8"), extension=ADENOCARCINOMA), "ICD-10-CM C21.8"),
        (ANORECTAL.changed("primary", code=concept(ICD10CM, "C218"), extension=ADENOCARCINOMA), "without the dot"),
        (ANORECTAL.changed("metastasis-bone", code=concept(ICD10CM, "C79.51")), "ICD-10-CM C79.51"),
        (ANORECTAL.changed("metastasis-inguinal-node", code=concept(ICD10CM, "C77.4")), "ICD-10-CM C77.4"),
        (ANORECTAL.changed("metastasis-bone", code=snomed(("94222008:363698007=22356005", "Bone"))), "a post-coordinated expression"),
        (everywhere(ANORECTAL, SNOMED, "http://snomed.info/sct/"), "a trailing slash"),
    ),
)
def test_the_same_cards_for_the_anorectal_patient(knowledge, record, why):
    answer, plain = ask(knowledge, record), ask(knowledge, ANORECTAL)

    assert [codes for codes, _, _ in answer.shown] == [codes for codes, _, _ in plain.shown], why
    assert answer.indicators == plain.indicators, why


def test_subjects_by_full_url(knowledge):
    body = json.loads(json.dumps(request(PROXIMAL)).replace('"reference": "Patient/proximal"', '"reference": "urn:uuid:6f6f"'))
    whole = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"fullUrl": "urn:uuid:6f6f", "resource": body["prefetch"]["patient"]}],
    }

    answer = answer_to(knowledge, body | {"prefetch": body["prefetch"] | {"patient": whole}})

    assert answer.codes == ask(knowledge, PROXIMAL).codes


# -- drugs ------------------------------------------------------------------------------------------------------------


def given_as(medication) -> Patient:
    """One drug given after the first evidence of stage IV, written in some way."""
    fields = {"status": "completed", "effectivePeriod": {"start": days_before(30)}}
    return PROXIMAL.add("MedicationAdministration", "drug", **fields, **medication)


OXALIPLATIN = concept(RXNORM, "32592", "oxaliplatin")


@pytest.mark.parametrize(
    ("record", "why"),
    rows(
        (given_as({"medicationCodeableConcept": OXALIPLATIN}), "an ingredient"),
        (given_as({"medicationCodeableConcept": concept(RXNORM, "1736776", "oxaliplatin 5 MG/ML")}), "a clinical drug"),
        (given_as({"medicationCodeableConcept": concept("http://www.whocc.no/atc", "L01XA03")}), "ATC"),
        (
            given_as(
                {
                    "contained": [{"resourceType": "Medication", "id": "m", "code": OXALIPLATIN}],
                    "medicationReference": {"reference": "#m"},
                }
            ),
            "contained",
        ),
        (
            PROXIMAL.add("Medication", "m1", code=OXALIPLATIN)
            .changed("m1", subject=None)
            .add(
                "MedicationAdministration",
                "drug",
                status="completed",
                medicationReference={"reference": "Medication/m1"},
                effectiveDateTime=days_before(30),
            ),
            "by reference",
        ),
        (
            PROXIMAL.add(
                "MedicationStatement",
                "drug",
                status="completed",
                medicationCodeableConcept=OXALIPLATIN,
                effectivePeriod={"start": days_before(30)},
            ),
            "as a statement",
        ),
        (PROXIMAL.prescription(["oxaliplatin"], on=days_before(30), status="completed"), "as a completed request"),
    ),
)
def test_a_drug_that_was_given_is_a_line(knowledge, record, why):
    assert ask(knowledge, record).fact("systemicLines") == 1, why


@pytest.mark.parametrize(
    ("record", "why"),
    rows(
        (
            PROXIMAL.add(
                "MedicationRequest",
                "cream",
                status="completed",
                intent="order",
                medicationCodeableConcept=concept(RXNORM, "4492", "fluorouracil"),
                authoredOn=days_before(30),
                dosageInstruction=[{"route": snomed(("6064005", "Topical route"))}],
            ),
            "fluorouracil on the skin",
        ),
        (PROXIMAL.prescription(["ibuprofen"], on=days_before(30), status="completed"), "no cancer drug"),
        (PROXIMAL.prescription(["leucovorin"], on=days_before(30), status="completed"), "leucovorin alone treats no cancer"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(30), status="entered-in-error"), "entered in error"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(30), status="draft"), "a draft"),
    ),
)
def test_what_is_no_line(knowledge, record, why):
    assert ask(knowledge, record).fact("systemicLines") == 0, why


# -- words where codes belong --------------------------------------------------------------------------------------------


def test_a_metastasis_only_in_words_is_shown_but_never_critical(knowledge):
    record = PROXIMAL.changed("metastasis-para-aortic-node", code={"text": "Para-aortic lymph node metastasis"}, bodySite=None)

    view, sign = ask(knowledge, record), ask(knowledge, record, "order-sign", orders(PROXIMAL.id).radiotherapy("pelvis", "curative"))

    assert "para-aortic-surgery-candidacy" in view.codes
    assert [item["confidence"] for item in view.fact("metastases")] == ["text"]
    assert "critical" not in sign.indicators.values()


def test_free_text_is_escaped_and_cut(knowledge):
    body = copy.deepcopy(request(PROXIMAL, "order-sign", orders(PROXIMAL.id).surgery("lar")))
    body["context"]["draftOrders"]["entry"][0]["resource"]["code"]["text"] = "<script>alert(1)</script> [x](http://evil) **b** " + "z" * 500

    for card in answer_to(knowledge, body).cards:
        assert "<script" not in card["detail"]
        assert "](http://evil)" not in card["detail"]
        assert "**b**" not in card["detail"]
        assert not re.search("z{201}", card["detail"])
        assert "<" not in card["summary"]


def test_display_is_never_trusted(knowledge):
    record = patient().rectum().condition("x", concept(SNOMED, "38341003", "Secondary malignant neoplasm of bone"), onset=days_before(9))

    assert ask(knowledge, record).fact("bone.present") is None
