"""Orders: emergencies, drafts of drugs, what decides between the rows, few cards: R14, R15, R3.

The last column of a row says why it is as it is.
"""

from __future__ import annotations

import pytest

from tests.builders import (
    Patient,
    days_before,
    orders,
    patient,
)
from tests.builders.answer import ask, codes_of
from tests.builders.clock import AS_OF
from tests.builders.codes import CISPLATIN_FU, CT_ORDER, FOLFIRI, FOLFOX, IMAGING, INTENT_EXTENSION, concept
from tests.builders.tables import ANORECTAL, FIRST_LINE, PROXIMAL, TREATED, rows, settled, spread

# -- R14 emergencies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "intent", "indicator", "why"),
    rows(
        (PROXIMAL, "curative", "critical", "no emergency"),
        (PROXIMAL.without("obstruction").symptom("obstruction"), "curative", "info", "obstruction"),
        (PROXIMAL.without("perforation").symptom("perforation"), "curative", "info", "perforation"),
        (PROXIMAL.without("bleeding").symptom("bleeding", on=days_before(30)), "curative", "info", "bleeding counts for 30 days"),
        (PROXIMAL.without("bleeding").symptom("bleeding", on=days_before(31)), "curative", "critical", "no longer"),
        (PROXIMAL, "palliative", None, "the row itself says no card"),
    ),
)
def test_emergencies_outrank_sequence(knowledge, record, intent, indicator, why):
    drafts = orders(PROXIMAL.id).radiotherapy("pelvis", intent)

    answer = ask(knowledge, record, "order-sign", drafts)

    assert answer.indicators.get("preop-chemoradiation-stage-iv") == indicator, why
    if indicator == "info":
        assert not any(item.startswith("withdraw") for item in answer.suggestions("preop-chemoradiation-stage-iv"))


@pytest.mark.parametrize(("on", "complete"), [(days_before(5), True), (AS_OF.isoformat()[:4], None), (days_before(900), False)])
def test_imaging_counts_as_missing_only_where_its_date_is_certainly_too_old(knowledge, on, complete):
    record = PROXIMAL.without("ct-chest-abdomen-pelvis").add(
        "DiagnosticReport", "ct", status="final", code=concept(*IMAGING["ct-chest-abdomen-pelvis"]), effectiveDateTime=on
    )

    assert ask(knowledge, record).fact("imaging.ctComplete") is complete


def test_missing_imaging_is_info_in_an_emergency(knowledge):
    record = PROXIMAL.without("ct-chest-abdomen-pelvis", "obstruction").symptom("obstruction")

    assert ask(knowledge, settled(record), "order-sign", orders(PROXIMAL.id).surgery("lar")).indicators == {
        "surgery-before-response": "info",
        "staging-imaging-missing": "info",
    }


# -- R15 drafts of drugs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "drugs", "bevacizumab", "why"),
    rows(
        (PROXIMAL, True, True, "good performance status"),
        (PROXIMAL.without("ecog").ecog(3), False, False, "poor"),
        (PROXIMAL.without("ecog"), False, False, "unknown"),
        (PROXIMAL.without("bleeding").symptom("bleeding"), True, False, "bleeding: no bevacizumab"),
        (PROXIMAL.mmr("deficient"), False, False, "the sources do not address MMR deficiency"),
        (PROXIMAL.mmr("proficient"), True, True, "MMR proficient"),
    ),
)
def test_drafts_of_drugs(knowledge, record, drugs, bevacizumab, why):
    suggestions = ask(knowledge, record).card("systemic-therapy-first-line").get("suggestions", [])
    created = [action["resource"] for item in suggestions for action in item["actions"]]
    ingredients = {
        code["code"]
        for item in created
        if item["resourceType"] == "MedicationRequest"
        for code in item["medicationCodeableConcept"]["coding"]
    }

    assert ("32592" in ingredients) is drugs, why
    assert ("253337" in ingredients) is bevacizumab, why


SQUAMOUS_ANAL = patient().primary("anal-canal", "squamous").metastasis("liver")


@pytest.mark.parametrize(
    ("record", "drugs", "why"),
    rows(
        (ANORECTAL, {"2555", "4492", "194000", "6313", "32592", "51499"}, "both positions"),
        (ANORECTAL.without("ecog").ecog(3), set(), "poor performance status"),
        (ANORECTAL.without("ecog"), set(), "performance status unknown"),
        (ANORECTAL.mmr("deficient"), set(), "MMR deficient"),
        (SQUAMOUS_ANAL.ecog(1), {"2555", "4492", "194000"}, "source 1 alone"),
        (SQUAMOUS_ANAL.ecog(3), set(), "source 1 alone, poor performance status"),
        (SQUAMOUS_ANAL, set(), "source 1 alone, performance status unknown"),
        (SQUAMOUS_ANAL.ecog(1).mmr("deficient"), set(), "source 1 alone, MMR deficient"),
    ),
)
def test_drafts_of_drugs_by_source(knowledge, record, drugs, why):
    answer = ask(knowledge, record)
    [code] = answer.codes & FIRST_LINE
    created = [action["resource"] for item in answer.card(code).get("suggestions", []) for action in item["actions"]]
    concepts = [item["medicationCodeableConcept"] for item in created if item["resourceType"] == "MedicationRequest"]

    assert {coding["code"] for item in concepts for coding in item["coding"]} == drugs, why


# -- orders: what decides between the rows ------------------------------------------------------------------------------------

PROGRESSED = TREATED.response("PD", days_before(5))
RESPONSE = TREATED.response("PR", days_before(5))
UNVERIFIED = TREATED.without("metastasis-para-aortic-node").metastasis("para-aortic-node", verification=None, on=days_before(35))
NO_CT = PROXIMAL.without("ct-chest-abdomen-pelvis")
OVERLAP = patient().anorectum().metastasis("para-aortic-node").regimen(FOLFOX, start=days_before(33)).ct_chest_abdomen_pelvis()
SQUAMOUS = patient().rectum("squamous").metastasis("para-aortic-node").ct_chest_abdomen_pelvis()
STAGE_III = patient().rectum().tnm("c", "3", "1b", "0", on=days_before(30)).stage_group("IIIB", on=days_before(30))


def mine(*agents: str):
    return orders(PROXIMAL.id).drug(*agents)


ORDER_ROWS = [
    (PROGRESSED, orders(PROXIMAL.id).surgery("lar", "palliative"), {"surgery-after-progression": "info"}, "palliative intent (R14)"),
    (
        PROGRESSED.regimen(FOLFIRI, start=days_before(2)),
        orders(PROXIMAL.id).surgery("lar"),
        {"surgery-before-response": "warning"},
        "the progression is older than the newest line",
    ),
    (
        UNVERIFIED.response("PD", days_before(5)),
        orders(PROXIMAL.id).surgery("lar"),
        {"surgery-before-response": "warning"},
        "the progression row needs confirmed para-aortic nodes",
    ),
    (
        TREATED.response("PD", days_before(5), status="preliminary"),
        orders(PROXIMAL.id).surgery("lar"),
        {"surgery-before-response": "warning"},
        "the progression row needs an explicit progression",
    ),
    (
        STAGE_III.kras("mutated"),
        orders().drug("cetuximab"),
        {"anti-egfr-kras-mutated": "critical"},
        "any adenocarcinoma in scope, any stage",
    ),
    (
        patient().primary("anal-canal", "squamous").metastasis("liver").kras("mutated").ct_chest_abdomen_pelvis(),
        orders().drug("cetuximab"),
        {},
        "not an adenocarcinoma",
    ),
    (
        patient().rectum().metastasis("inguinal-node").metastasis("liver"),
        orders().surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "critical"},
        "any primary in scope, any other distant site",
    ),
    (
        patient().primary("anal-canal", "squamous").metastasis("inguinal-node").metastasis("bone").ct_chest_abdomen_pelvis(),
        orders().surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "critical"},
        "squamous too",
    ),
    (
        patient().rectum(None).metastasis("inguinal-node").metastasis("bone"),
        orders().surgery("inguinal-dissection"),
        {},
        "histology must be known",
    ),
    (
        patient().rectum().metastasis("inguinal-node", verification="provisional").metastasis("bone"),
        orders().surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "warning"},
        "inguinal nodes suspected",
    ),
    (
        ANORECTAL.stated("inguinal-symptomatic", valueBoolean=True),
        orders(ANORECTAL.id).surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "warning"},
        "symptomatic inguinal nodes: never critical",
    ),
    (
        patient().primary("anal-canal", "squamous").metastasis("liver").ct_chest_abdomen_pelvis(),
        orders().drug("panitumumab"),
        {},
        "KRAS not found, but not an adenocarcinoma",
    ),
    (PROXIMAL.without("kras").kras("mutated"), mine(*FOLFOX), {}, "KRAS mutated, but no antibody against EGFR is drafted"),
    (PROXIMAL.without("kras"), mine(*FOLFOX, "bevacizumab"), {}, "KRAS unknown, but no antibody against EGFR is drafted"),
    (PROGRESSED, mine(*FOLFIRI), {}, "progression speaks about operations only"),
    (PROGRESSED, orders(PROXIMAL.id).surgery("cholecystectomy"), {}, "and only about these operations"),
    (OVERLAP, orders().radiotherapy("pelvis", "neoadjuvant"), {}, "para-aortic nodes of an anorectal primary: source 2 is not about it"),
    (OVERLAP.response("PD", days_before(5)), orders().surgery("apr"), {}, "idem, after progression"),
    (SQUAMOUS, orders().radiotherapy("pelvis", "neoadjuvant"), {}, "squamous cancer of the rectum: neither source addresses it"),
    (
        patient().primary("rectosigmoid").distance(14).ct_chest_abdomen_pelvis(),
        orders().radiotherapy("pelvis", "neoadjuvant"),
        {},
        "14 cm, but the rectosigmoid junction",
    ),
    (PROXIMAL, orders(PROXIMAL.id).radiotherapy("groin", "neoadjuvant"), {}, "the groin is not the pelvis"),
    (RESPONSE, orders(PROXIMAL.id).surgery("cholecystectomy"), {}, "an operation that no row is about"),
    (NO_CT.regimen(FOLFOX, start=days_before(33)), mine(*FOLFIRI), {}, "not the first line"),
    (NO_CT, mine("ibuprofen"), {}, "no systemic therapy"),
    (STAGE_III, orders().surgery("lar"), {}, "neither source applies"),
    (
        NO_CT.ct_chest_abdomen_pelvis(days_before(90)),
        mine(*FOLFOX),
        {},
        "the last day of the look-back",
    ),
    (NO_CT.imaging("ct-chest-abdomen", on=days_before(5)), mine(*FOLFOX), {"staging-imaging-missing": "warning"}, "the pelvis is missing"),
    (
        NO_CT.imaging("ct-chest-abdomen-pelvis", on=days_before(5), status="cancelled"),
        mine(*FOLFOX),
        {"staging-imaging-missing": "warning"},
        "a cancelled report shows nothing",
    ),
    (
        PROXIMAL.primary("breast", None),
        orders(PROXIMAL.id).surgery("lar"),
        {},
        "the nodes may belong to the other primary: source 2 is not known to apply",
    ),
]


@pytest.mark.parametrize(("record", "drafts", "indicators", "why"), rows(*ORDER_ROWS))
def test_order_rows(knowledge, record, drafts, indicators, why):
    assert ask(knowledge, settled(record), "order-sign", drafts).indicators == indicators, why


# -- orders: intent, field, regimens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "histology", "metastasis", "agents", "fires", "why"),
    rows(
        ("rectum", "adenocarcinoma", "para-aortic-node", CISPLATIN_FU, True, "cisplatin for rectal adenocarcinoma"),
        ("rectum", "adenocarcinoma", "para-aortic-node", ("cisplatin",), False, "cisplatin alone is not that regimen"),
        ("rectosigmoid", "adenocarcinoma", "liver", ("cisplatin", "capecitabine"), True, "capecitabine too"),
        ("anal-canal", "squamous", "liver", FOLFOX, True, "FOLFOX for squamous"),
        ("anal-canal", "squamous", "liver", FOLFIRI, True, "FOLFIRI for squamous"),
        ("anal-canal", "squamous", "liver", CISPLATIN_FU, False, "source 1's own regimen"),
        ("anal-canal", "adenocarcinoma", "liver", ("oxaliplatin",), True, "oxaliplatin where source 1 applies (T11)"),
        ("anal-canal", "adenocarcinoma", "liver", FOLFIRI, False, "no platinum, no mismatch"),
        ("rectum", "adenocarcinoma", "liver", FOLFOX, False, "source 1 does not apply"),
        ("rectum", "squamous", "liver", FOLFOX, False, "neither source addresses it"),
    ),
)
def test_regimen_scope(knowledge, site, histology, metastasis, agents, fires, why):
    record = settled(patient().primary(site, histology).metastasis(metastasis).ct_chest_abdomen_pelvis())

    assert ask(knowledge, record, "order-select", orders().drug(*agents)).codes == ({"regimen-scope"} if fires else set()), why


def test_nothing_is_withdrawn_after_progression_from_a_palliative_operation(knowledge):
    answer = ask(knowledge, settled(PROGRESSED), "order-sign", orders(PROXIMAL.id).surgery("lar", "palliative"))

    assert answer.suggestions("surgery-after-progression") == ()


@pytest.mark.parametrize(
    ("record", "drafts", "offered", "why"),
    rows(
        (TREATED, orders(PROXIMAL.id).surgery("lar"), 1, "a line was given"),
        (PROXIMAL, orders(PROXIMAL.id).surgery("lar"), 0, "no line was given"),
        (TREATED, orders(PROXIMAL.id).surgery("lar").imaging("ct-chest-abdomen-pelvis"), 0, "a CT is drafted (R13)"),
        (TREATED.referral("ct", concept(*CT_ORDER), on=days_before(1)), orders(PROXIMAL.id).surgery("lar"), 0, "a CT is ordered (R13)"),
    ),
)
def test_restaging(knowledge, record, drafts, offered, why):
    assert len(ask(knowledge, settled(record), "order-sign", drafts).suggestions("surgery-before-response")) == offered, why


@pytest.mark.parametrize(
    ("found", "offered", "why"),
    rows(
        ((), 1, "nothing found: one CT of all three"),
        (("ct-chest-abdomen",), 1, "the pelvis is missing"),
        (("ct-pelvis",), 2, "chest and abdomen are missing"),
    ),
)
def test_the_ct_that_is_missing(knowledge, found, offered, why):
    record = NO_CT
    for modality in found:
        record = record.imaging(modality, on=days_before(5))

    assert len(ask(knowledge, settled(record), "order-sign", mine(*FOLFOX)).card("staging-imaging-missing")["suggestions"]) == offered, why


@pytest.mark.parametrize(
    ("record", "fires", "why"),
    rows(
        (RESPONSE, True, "para-aortic nodes alone, after a response"),
        (RESPONSE.metastasis("liver"), False, "another distant site"),
        (OVERLAP.response("PR", days_before(5)), False, "source 2 does not apply"),
        (TREATED, False, "no response"),
    ),
)
def test_para_aortic_dissection_evidence(knowledge, record, fires, why):
    answer = ask(knowledge, record, "order-select", orders(record.id).surgery("para-aortic-dissection"))

    assert ("para-aortic-dissection-evidence" in answer.codes) is fires, why


def test_nothing_is_withdrawn_from_symptomatic_nodes(knowledge):
    record = ANORECTAL.stated("inguinal-symptomatic", valueBoolean=True)
    answer = ask(knowledge, record, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection"))

    assert answer.suggestions("inguinal-dissection-systemic-disease") == (
        "order Multidisciplinary care conference for cancer care planning",
    )


def test_regimen_scope_speaks_to_drafts_of_drugs_only(knowledge):
    record = PROXIMAL.prescription(CISPLATIN_FU, on=days_before(5))

    assert ask(knowledge, record, "order-select", orders(PROXIMAL.id).imaging("pet-ct")).codes == {"pet-ct-not-routine"}


def test_a_review_that_is_requested_is_not_asked_for(knowledge):
    [referral] = [
        item for item in ask(knowledge, PROXIMAL).card("multidisciplinary-review")["suggestions"] if "umour board" in item["label"]
    ]
    code = referral["actions"][0]["resource"]["code"]

    answer = ask(knowledge, PROXIMAL.referral("board", code, on=days_before(1)))

    assert "multidisciplinary-review" not in answer.codes
    assert "systemic-therapy-first-line" in answer.codes


def test_intent_in_words_is_read(knowledge):
    drafts = orders(PROXIMAL.id).radiotherapy("pelvis", "neoadjuvant")

    assert drafts.resources[0]["extension"][0]["url"] == INTENT_EXTENSION
    assert ask(knowledge, PROXIMAL, "order-sign", drafts).indicators["preop-chemoradiation-stage-iv"] == "critical"


def test_chemoradiation_is_one_card_with_the_drugs_as_context(knowledge):
    drafts = orders(PROXIMAL.id).radiotherapy("pelvis", "neoadjuvant").drug("capecitabine")

    assert ask(knowledge, settled(PROXIMAL), "order-sign", drafts).codes == {"preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"}


def test_a_draft_that_is_already_active_counts_once(knowledge):
    record = PROXIMAL.prescription(CISPLATIN_FU, on=days_before(1))

    answer = ask(knowledge, record, "order-select", orders(PROXIMAL.id).drug(*CISPLATIN_FU))

    assert [codes for codes, _, _ in answer.shown] == [("regimen-scope",)]


# -- R3 few cards ------------------------------------------------------------------------------------------------------------


def crowded() -> Patient:
    """A rectal cancer with everything at once, a contradiction and gaps."""
    record = spread(patient().rectum().distance(14), "para-aortic-node", "inguinal-node", "bone", "intra-abdominal-node")
    return record.tnm("c", "3", "1b", "0", on=days_before(2))


def test_never_more_than_six_cards(knowledge):
    answer = ask(knowledge, crowded())

    assert len(answer.cards) <= 6
    assert [card["indicator"] for card in answer.cards] == sorted(
        (card["indicator"] for card in answer.cards), key=["critical", "warning", "info"].index
    )


def test_what_does_not_fit_shares_the_sixth_card(knowledge):
    record = ANORECTAL.metastasis("node").without("radiotherapy-groin").tnm("c", None, None, "0", on=days_before(3))

    answer = ask(knowledge, record)

    assert [codes_of(card)[0] for card in answer.cards] == [
        "stage-inconsistency",
        "nodes-ambiguous",
        "staging-summary",
        "data-needed",
        "sources-differ-first-line",
        "inguinal-management",
    ]
    assert answer.cards[5]["summary"].startswith("More from the two sources")
    assert codes_of(answer.cards[5]) == ("inguinal-management", "bone-management", "primary-site-management")


def test_sections_never_have_a_card_of_their_own(knowledge):
    for record in (crowded(), ANORECTAL, PROXIMAL, PROXIMAL.regimen(FOLFOX, start=days_before(30))):
        topics = {card["source"]["topic"]["code"] for card in ask(knowledge, record).cards}
        assert not topics & {"prognosis", "clinical-trial", "multidisciplinary-review", "outside-sources"}
