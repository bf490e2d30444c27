"""Orders as they are really drafted: how they are recognised, when a card may be critical, and what may be withdrawn."""

from __future__ import annotations

import pytest

from cds_service.errors import WrongPatient
from tests.builders import anorectal_with_bone_and_inguinal, days_before, orders, patient, proximal_rectal_with_para_aortic, request
from tests.builders.answer import answer_to, ask
from tests.builders.codes import (
    FOLFOX,
    IMAGING,
    INTENT_EXTENSION,
    NCIT,
    RADIOTHERAPY,
    RXNORM,
    SNOMED,
    SURGERY,
    body_site,
    coding,
    concept,
    snomed,
)
from tests.builders.orders import intent_extension
from tests.builders.tables import rows, settled

ANORECTAL = settled(anorectal_with_bone_and_inguinal())
PROXIMAL = settled(proximal_rectal_with_para_aortic())
MUTATED = PROXIMAL.without("kras").kras("mutated")
TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33))
PROGRESSED = TREATED.response("PD", days_before(5))
NO_CT = PROXIMAL.without("ct-chest-abdomen-pelvis")
SPREAD = patient().rectum().metastasis("inguinal-node").metastasis("bone")
CETUXIMAB = concept(RXNORM, "318341", "cetuximab")
ATC = "http://www.whocc.no/atc"
PELVIS, ILIUM = body_site("12921003"), body_site("22356005")


def drafts():
    return orders(PROXIMAL.id)


def medication(**fields):
    return drafts().add("MedicationRequest", **fields)


def radiotherapy(code=None, **fields):
    return drafts().add("ServiceRequest", code=code or snomed(RADIOTHERAPY), **{"bodySite": [PELVIS]} | fields)


def bundled(*entries):
    """A request to sign about a KRAS mutated patient, with these entries as the Bundle of draft orders."""
    body = request(MUTATED, "order-sign", drafts())
    body["context"]["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": list(entries)}
    return body


def antibody(**fields):
    subject = {"reference": f"Patient/{PROXIMAL.id}"}
    return {"resource": {"resourceType": "MedicationRequest", "id": "draft-1", "status": "draft", "subject": subject, **fields}}


# -- which drug an order names (R7: text alone is never critical) ------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "indicator", "why"),
    rows(
        (medication(medicationCodeableConcept=CETUXIMAB), "critical", "by ingredient code"),
        (medication(medicationCodeableConcept=concept(RXNORM, "1657659")), "critical", "by the code of a product"),
        (medication(medicationCodeableConcept=concept(ATC, "L01FE02")), "critical", "by ATC"),
        (medication(medicationCodeableConcept={"text": "Cetuximab 400 mg/m2 i.v."}), "warning", "R7: in words alone"),
        (
            medication(medicationCodeableConcept=concept("urn:local", "X1", "Erbitux 5 mg/ml")),
            "warning",
            "R7: by the display of a local code",
        ),
        (medication(medicationCodeableConcept={"text": "FOLFIRI + cetuximab"}), "warning", "R7: named with a regimen, in words"),
        (
            medication(contained=[{"resourceType": "Medication", "id": "m", "code": CETUXIMAB}], medicationReference={"reference": "#m"}),
            "critical",
            "a contained Medication",
        ),
        (
            medication(medicationReference={"reference": "Medication/elsewhere", "display": "Panitumumab"}),
            "warning",
            "R7: words of a reference",
        ),
        (medication(medicationCodeableConcept=CETUXIMAB, doNotPerform=True), None, "an order not to give it"),
    ),
)
def test_the_drug_of_a_draft(knowledge, order, indicator, why):
    assert ask(knowledge, MUTATED, "order-sign", order).indicators.get("anti-egfr-kras-mutated") == indicator, why


@pytest.mark.parametrize(
    ("entries", "why"),
    rows(
        (
            [
                {"resource": {"resourceType": "Medication", "id": "m1", "code": CETUXIMAB}},
                antibody(medicationReference={"reference": "Medication/m1"}),
            ],
            "a Medication of the Bundle by its id",
        ),
        (
            [
                {"fullUrl": "urn:uuid:0b9c", "resource": {"resourceType": "Medication", "code": CETUXIMAB}},
                antibody(medicationReference={"reference": "urn:uuid:0b9c"}),
            ],
            "by the URL of its entry",
        ),
        (
            [
                {"resource": {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemReference": {"reference": "Medication/m2"}}]}},
                {"resource": {"resourceType": "Medication", "id": "m2", "code": CETUXIMAB}},
                antibody(medicationReference={"reference": "Medication/m1"}),
            ],
            "an ingredient that is a Medication itself",
        ),
    ),
)
def test_a_medication_in_the_bundle_of_drafts(knowledge, entries, why):
    answer = answer_to(knowledge, bundled(*entries))

    assert answer.indicators == {"anti-egfr-kras-mutated": "critical"}, why
    assert answer.suggestions("anti-egfr-kras-mutated") == ("withdraw MedicationRequest/draft-1",)


@pytest.mark.parametrize(
    ("fields", "fires", "why"),
    rows(
        ({"medicationCodeableConcept": concept(RXNORM, "4492", "fluorouracil")}, True, "systemic"),
        ({"medicationCodeableConcept": concept(RXNORM, "197709", "fluorouracil 50 MG/ML Topical Cream")}, False, "a cream by its display"),
        ({"medicationCodeableConcept": concept(ATC, "L01BC02") | {"text": "Fluorouracil 5% cream"}}, False, "a cream by its text"),
        (
            {"medicationCodeableConcept": concept(RXNORM, "4492"), "dosageInstruction": [{"route": {"text": "Topical"}}]},
            False,
            "a topical route in words",
        ),
    ),
)
def test_a_topical_drug_is_no_systemic_line(knowledge, fields, fires, why):
    assert ("staging-imaging-missing" in ask(knowledge, NO_CT, "order-sign", medication(**fields)).codes) is fires, why


def test_a_regimen_ordered_as_a_service_is_systemic(knowledge):
    """T11, by the regimen's own code."""
    order = orders(ANORECTAL.id).service(concept(NCIT, "C11197", "FOLFOX"))

    assert ask(knowledge, ANORECTAL, "order-select", order).codes == {"regimen-scope"}


@pytest.mark.parametrize(
    ("begun", "fires", "why"),
    rows(
        (0, True, "5.5: the record lists the very draft as active: one order, and still the first line"),
        (20, False, "begun twenty days ago: the draft renews it"),
    ),
)
def test_a_draft_that_the_record_lists_is_no_treatment_yet(knowledge, begun, fires, why):
    drug = concept(RXNORM, "4492", "fluorouracil")
    record = NO_CT.add(
        "MedicationRequest", "draft-1", status="active", intent="order", medicationCodeableConcept=drug, authoredOn=days_before(begun)
    )

    answer = ask(knowledge, record, "order-sign", medication(medicationCodeableConcept=drug))

    assert ("staging-imaging-missing" in answer.codes) is fires, why


# -- radiotherapy: what it is, where, and why (R12) ---------------------------------------------------------------------------

BOTH = {"coding": [coding(SNOMED, "12921003", "Pelvis"), coding(SNOMED, "22356005", "Ilium")]}
NEOADJUVANT = [intent_extension("neoadjuvant")]


@pytest.mark.parametrize(
    ("order", "indicator", "why"),
    rows(
        (radiotherapy(extension=NEOADJUVANT), "critical", "coded throughout"),
        (radiotherapy(extension=NEOADJUVANT, bodySite=None), None, "the field is not known"),
        (radiotherapy(extension=NEOADJUVANT, bodySite=[ILIUM]), None, "bone in the pelvis is bone"),
        (radiotherapy(concept(SNOMED, "432037000"), extension=NEOADJUVANT, bodySite=[ILIUM]), None, "also under a code for the pelvis"),
        (radiotherapy(extension=NEOADJUVANT, bodySite=[BOTH]), None, "also where one site is coded twice"),
        (radiotherapy(extension=NEOADJUVANT, bodySite=[PELVIS, ILIUM]), "critical", "two sites are two fields"),
        (radiotherapy({"text": "Radiotherapy"}, extension=NEOADJUVANT), "warning", "R7: radiotherapy in words, field coded"),
        (radiotherapy({"text": "Pelvic radiotherapy"}, extension=NEOADJUVANT, bodySite=None), "warning", "R7: all in words"),
        (radiotherapy(concept("urn:local", "1", "External beam radiotherapy"), extension=NEOADJUVANT), "warning", "R7: local code"),
        (radiotherapy({"text": "Neoadjuvant pelvic radiotherapy"}, bodySite=None), "warning", "intent and field in one text"),
        (radiotherapy({"text": "Palliative pelvic radiotherapy"}, bodySite=None), None, "palliative in the same text"),
        (radiotherapy(note=[{"text": "Neoadjuvant, then surgery"}]), "warning", "R7: the intent stands in a note"),
        (radiotherapy(note=[{"text": "neo adjuvant treatment"}]), "warning", "not read as adjuvant"),
        (radiotherapy(reasonCode=[{"text": "Neoadjuvant treatment of a rectal cancer"}]), "warning", "in the words of the reason"),
        (radiotherapy(note=[{"text": "This is not palliative"}]), "info", "a denied intent is none: ask"),
        (radiotherapy(note=[{"text": "curative or palliative"}]), "info", "two intents are none: ask"),
        (radiotherapy(), "info", "no intent: ask"),
        (radiotherapy(extension=NEOADJUVANT, doNotPerform=True), None, "an order not to give it"),
    ),
)
def test_pelvic_radiotherapy(knowledge, order, indicator, why):
    assert ask(knowledge, PROXIMAL, "order-sign", order).indicators.get("preop-chemoradiation-stage-iv") == indicator, why


# -- explicit facts (R7, R10) --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "order", "indicator", "why"),
    rows(
        (
            MUTATED.metastasis("liver", verification="provisional"),
            medication(medicationCodeableConcept=CETUXIMAB),
            "critical",
            "beside the point",
        ),
        (
            MUTATED.changed("primary", verificationStatus=None),
            medication(medicationCodeableConcept=CETUXIMAB),
            "warning",
            "primary unconfirmed",
        ),
        (
            PROXIMAL.without("kras").kras("mutated", status="preliminary"),
            medication(medicationCodeableConcept=CETUXIMAB),
            "warning",
            "a preliminary result",
        ),
    ),
)
def test_only_facts_that_decide_can_weaken_a_card(knowledge, record, order, indicator, why):
    assert ask(knowledge, record, "order-sign", order).indicators["anti-egfr-kras-mutated"] == indicator, why


@pytest.mark.parametrize(
    ("record", "order", "indicator", "withdrawn", "why"),
    rows(
        (SPREAD, orders().surgery("inguinal-dissection"), "critical", True, "both confirmed"),
        (
            SPREAD.metastasis("liver", verification="provisional"),
            orders().surgery("inguinal-dissection"),
            "critical",
            True,
            "bone suffices",
        ),
        (SPREAD, orders().surgery("inguinal-dissection", "palliative"), "warning", False, "palliative intent"),
        (SPREAD, orders().service({"text": "Groin dissection"}), "warning", False, "R7: the order is text"),
        (
            patient().rectum().metastasis("inguinal-node").condition("bone", {"text": "Bone metastases"}),
            orders().surgery("inguinal-dissection"),
            "warning",
            False,
            "R7: the metastasis is text, though confirmed",
        ),
        (
            patient().rectum().metastasis("inguinal-node").metastasis("bone", verification=None),
            orders().surgery("inguinal-dissection"),
            "warning",
            False,
            "R10: the metastasis is not confirmed",
        ),
        (
            SPREAD.changed("primary", verificationStatus=None),
            orders().surgery("inguinal-dissection"),
            "warning",
            False,
            "R7: the primary is not confirmed",
        ),
    ),
)
def test_an_inguinal_dissection_is_withdrawn_only_with_critical(knowledge, record, order, indicator, withdrawn, why):
    answer = ask(knowledge, record, "order-sign", order)

    assert answer.indicators["inguinal-dissection-systemic-disease"] == indicator, why
    assert bool(answer.suggestions("inguinal-dissection-systemic-disease")) is withdrawn, why


def test_a_suspected_metastasis_is_called_suspected(knowledge):
    """R10: also where the card says what it rests on."""
    record = patient().rectum().metastasis("inguinal-node").metastasis("bone", verification="provisional")

    why = (
        ask(knowledge, record, "order-sign", orders().surgery("inguinal-dissection"))
        .cards[0]["detail"]
        .partition("**Why you see this**")[2]
    )

    assert "Metastases: bone, suspected" in why
    assert "inguinal lymph nodes, suspected" not in why


# -- what may be withdrawn (R4) --------------------------------------------------------------------------------------------------


def resection(**changes):
    """A draft of an anterior resection with fields replaced, or removed where ``None``."""
    made = drafts().surgery("lar")
    resource = {name: value for name, value in (made.resources[0] | changes).items() if value is not None}
    return type(made)(made.patient_id, (resource,))


ACTIVE = PROGRESSED.add("ServiceRequest", "draft-1", status="active", intent="order", code=snomed(SURGERY["lar"]))


@pytest.mark.parametrize(
    ("record", "order", "withdrawn", "why"),
    rows(
        (PROGRESSED, resection(), True, "a draft"),
        (PROGRESSED, resection(status=None), True, "the sandbox leaves the status out"),
        (PROGRESSED, resection(id=None), False, "without id nobody can name it"),
        (PROGRESSED, resection(id=""), False, "an empty id is none"),
        (PROGRESSED, resection(id="not an id"), False, "no reference can hold this id"),
        (PROGRESSED, resection(status="active"), False, "already active"),
        (ACTIVE, resection(), False, "active in the record"),
    ),
)
def test_only_drafts_are_withdrawn(knowledge, record, order, withdrawn, why):
    answer = ask(knowledge, record, "order-sign", order)

    assert answer.indicators == {"surgery-after-progression": "critical"}, why
    assert bool(answer.suggestions("surgery-after-progression")) is withdrawn, why


def test_a_second_draft_is_withdrawn_though_the_first_has_no_id(knowledge):
    made = drafts().surgery("lar").surgery("tme")
    first = {name: value for name, value in made.resources[0].items() if name != "id"}

    answer = ask(knowledge, PROGRESSED, "order-sign", type(made)(made.patient_id, (first, made.resources[1])))

    assert answer.suggestions("surgery-after-progression") == ("withdraw ServiceRequest/draft-2",)


def test_a_palliative_operation_is_recognised_in_words(knowledge):
    """R14, R12: the intent stands in the order's text."""
    answer = ask(knowledge, PROGRESSED, "order-sign", drafts().service({"text": "Palliative low anterior resection"}))

    assert answer.shown == [(("surgery-after-progression",), "info", ())]


def test_a_task_for_another_patient_is_refused(knowledge):
    """5.1: whose data. A Task names its patient by another element than other orders do."""
    body = bundled({"resource": {"resourceType": "Task", "id": "draft-1", "status": "draft", "for": {"reference": "Patient/another"}}})

    with pytest.raises(WrongPatient):
        answer_to(knowledge, body)


# -- staging-imaging-missing (R13) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["reports", "procedures", "referrals"])
def test_missing_imaging_is_not_asserted_from_an_incomplete_record(knowledge, missing):
    """What is not received may hold the CT, or the order for it."""
    body = request(NO_CT, "order-sign", drafts().surgery("lar"))
    del body["prefetch"][missing]

    assert answer_to(knowledge, body).codes == {"surgery-before-response"}


@pytest.mark.parametrize(
    ("record", "order", "offered", "why"),
    rows(
        (NO_CT, drafts().surgery("lar"), 1, "the missing CT"),
        (NO_CT.regimen(FOLFOX, start=days_before(33)), drafts().surgery("lar"), 1, "the restaging CT is that CT"),
        (NO_CT, drafts().drug(*FOLFOX).service({"text": "CT chest"}), 1, "the two regions that are not drafted, as one"),
        (NO_CT, drafts().drug(*FOLFOX).imaging("ct-pelvis"), 2, "chest and abdomen"),
        (NO_CT.referral("ct", concept(*IMAGING["ct-pelvis"]), on=days_before(1)), drafts().drug(*FOLFOX), 2, "the pelvis is on order"),
    ),
)
def test_each_missing_ct_is_offered_once(knowledge, record, order, offered, why):
    assert len(ask(knowledge, record, "order-sign", order).card("staging-imaging-missing")["suggestions"]) == offered, why


# -- order-select -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selections", "withdrawn", "why"),
    rows(
        (["MedicationRequest/draft-2"], "MedicationRequest/draft-2", "relative"),
        (["https://ehr.example.org/fhir/MedicationRequest/draft-2/_history/3"], "MedicationRequest/draft-2", "absolute, with a version"),
        (["MedicationRequest/unknown"], "MedicationRequest/draft-1, MedicationRequest/draft-2", "none found: all are looked at"),
    ),
)
def test_selected_drafts(knowledge, selections, withdrawn, why):
    order = drafts().drug("panitumumab", "cetuximab")

    answer = ask(knowledge, MUTATED, "order-select", order, selections=selections)

    assert answer.shown == [(("anti-egfr-kras-mutated",), "warning", (f"withdraw {withdrawn}",))], why


@pytest.mark.parametrize("kind", ["NutritionOrder", "DeviceRequest", "Task", "Appointment", "RequestGroup", "VisionPrescription"])
def test_other_kinds_of_drafts_are_nobodys_business(knowledge, kind):
    order = drafts().add(kind, codeCodeableConcept={"text": "Stoma bag"}, note="x", extension="x", bodySite=[3])

    assert ask(knowledge, PROGRESSED, "order-sign", order).cards == []


def test_an_intent_extension_with_two_intents_is_unknown(knowledge):
    both = [intent_extension("curative"), {"url": INTENT_EXTENSION, "valueCodeableConcept": concept(SNOMED, "363676003")}]

    assert ask(knowledge, PROXIMAL, "order-sign", radiotherapy(extension=both)).indicators["preop-chemoradiation-stage-iv"] == "info"
