"""What the order hooks leave out: rows that share a card, rows that need an answer that did not come, and orders that contradict nothing.

The last column of a row says why it is as it is.
"""

from __future__ import annotations

import pytest

from tests.builders import days_before, orders, patient, request
from tests.builders.answer import answer_to, ask, codes_of
from tests.builders.codes import CT_ORDER, FIXATION, FOLFOX, TUMOR_BOARD, concept, snomed
from tests.builders.tables import ANORECTAL, PROXIMAL, TREATED, drafted_for, rows, settled

NODES = ANORECTAL.without("metastasis-bone")
FRACTURE_RISK = patient().rectum().metastasis("bone", body_site="71341001").ecog(3)
BULKY = patient().primary("anal-canal", "squamous").metastasis("bone").ecog(1).stated("primary-bulky", valueBoolean=True)
BARE = patient().rectum().metastasis("para-aortic-node").ct_chest_abdomen_pelvis()
CRT = orders().radiotherapy("pelvis").drug("capecitabine")
NAIL = orders().service(snomed(FIXATION))


def p():
    return orders(PROXIMAL.id)


# -- what stands together on a card (R3, R13) --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "hook", "drafts", "expected", "why"),
    rows(
        (
            BARE,
            "order-sign",
            orders().drug(*FOLFOX),
            [("performance-status-missing", "multidisciplinary-not-documented")],
            "rows about the patient share a card",
        ),
        (
            PROXIMAL.without("kras"),
            "order-sign",
            p().drug("cetuximab").surgery("lar"),
            [("anti-egfr-kras-unknown",), ("surgery-before-response",), ("multidisciplinary-not-documented",)],
            "two orders have a card: the warning about the review has its own",
        ),
        (
            PROXIMAL.without("kras"),
            "order-sign",
            p().drug("panitumumab", "cetuximab", "oxaliplatin"),
            [("anti-egfr-kras-unknown", "multidisciplinary-not-documented")],
            "the information about the review is a section of the only card",
        ),
        (
            PROXIMAL.without("kras"),
            "order-sign",
            p().drug("cetuximab").radiotherapy("pelvis", "palliative").surgery("cholecystectomy"),
            [("anti-egfr-kras-unknown", "multidisciplinary-not-documented")],
            "palliative radiotherapy asks for a review only beside another card",
        ),
        (
            NODES,
            "order-select",
            orders(ANORECTAL.id).surgery("apr").surgery("inguinal-dissection"),
            [("apr-not-required",), ("inguinal-dissection-asymptomatic",)],
            "one card for each of the two operations, the row about both once",
        ),
    ),
)
def test_what_shares_a_card(knowledge, record, hook, drafts, expected, why):
    answer = ask(knowledge, record, hook, drafted_for(drafts, record))

    assert [codes_of(card) for card in answer.cards] == expected, why


@pytest.mark.parametrize(
    ("record", "drafts", "offered", "why"),
    rows(
        (FRACTURE_RISK, NAIL, True, "no referral yet"),
        (FRACTURE_RISK, NAIL.radiotherapy("femur"), False, "radiotherapy of the bone is drafted"),
    ),
)
def test_the_referral_instead_of_fixation(knowledge, record, drafts, offered, why):
    labels = [
        item["label"] for item in ask(knowledge, record, "order-sign", drafts).card("orthopaedic-surgery-poor-ps").get("suggestions", [])
    ]

    assert ("Refer to radiation oncology" in labels) is offered, why


# -- what is not answered (R1) ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "record", "drafts", "key", "why"),
    rows(
        ("performance-status-missing", BARE, orders().drug(*FOLFOX), "clinical", "performance status may be in what did not come"),
        ("performance-status-missing", BARE, orders().drug(*FOLFOX), "referrals", "its assessment may be on order"),
        ("multidisciplinary-not-documented", PROXIMAL, p().surgery("lar"), "procedures", "the review may be in what did not come"),
        ("multidisciplinary-not-documented", PROXIMAL, p().surgery("lar"), "referrals", "or on order"),
        (
            "chemoradiation-before-systemic",
            BULKY,
            CRT,
            "administrations",
            "a line may be in what did not come",
        ),
        ("anti-egfr-kras-unknown", PROXIMAL.without("kras"), p().drug("cetuximab"), "molecular", "nobody searched: nothing was not found"),
    ),
)
def test_nothing_is_missing_from_what_did_not_come(knowledge, code, record, drafts, key, why):
    body = request(record, "order-sign", drafts)
    complete = answer_to(knowledge, body)
    del body["prefetch"][key]

    assert code in complete.codes, "the row speaks where the record is complete"
    assert code not in answer_to(knowledge, body).codes, why


# -- the alert burden -----------------------------------------------------------------------------------------------------------------

CEA = concept("http://loinc.org", "2039-6", "Carcinoembryonic Ag")
HARMLESS = {
    "FOLFOX": orders().drug(*FOLFOX),
    "FOLFIRI with bevacizumab": orders().drug("fluorouracil", "leucovorin", "irinotecan", "bevacizumab"),
    "cetuximab, KRAS wild type": orders().drug("cetuximab"),
    "palliative radiotherapy of bone": orders().radiotherapy("femur", "palliative"),
    "palliative radiotherapy of the groin": orders().radiotherapy("groin", "palliative"),
    "palliative radiotherapy of the pelvis": orders().radiotherapy("pelvis", "palliative"),
    "CEA": orders().service(CEA),
    "CT": orders().service(concept(*CT_ORDER)),
    "MRI of the pelvis": orders().imaging("mri-pelvis"),
    "tumour board": orders().service(concept(*TUMOR_BOARD)),
    "cholecystectomy": orders().surgery("cholecystectomy"),
    "ibuprofen": orders().drug("ibuprofen"),
    "leucovorin": orders().drug("leucovorin"),
}
PATIENTS = {
    "source 2's patient": settled(PROXIMAL),
    "source 2's patient under treatment": settled(TREATED.response("PR", days_before(5))),
    "rectal cancer with liver metastases": settled(patient().rectum().metastasis("liver").kras("wild-type").ct_chest_abdomen_pelvis()),
    "stage III": settled(patient().rectum().tnm("c", "3", "1b", "0", on=days_before(30)).kras("wild-type")),
    "source 1's patient": settled(ANORECTAL),
}
#: source 1 names other drugs than these for its own patient, and cards say so
NAMED = {("source 1's patient", "FOLFOX", "order-select"): {"regimen-scope"}}


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
@pytest.mark.parametrize("order", HARMLESS)
@pytest.mark.parametrize("who", PATIENTS)
def test_an_order_that_contradicts_nothing_has_no_card(knowledge, who, order, hook):
    record = PATIENTS[who]

    answer = ask(knowledge, record, hook, drafted_for(HARMLESS[order], record))

    assert answer.codes == NAMED.get((who, order, hook), set())
