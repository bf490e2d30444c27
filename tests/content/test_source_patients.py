"""The two cases that the two sources were written about, at patient-view and at every order row: these cards and no others.

Each row is one situation. A card is told by its codes (topic first), and its suggestions by what they do.
"""

from __future__ import annotations

import pytest

from tests.builders import (
    Orders,
    Patient,
    anorectal_with_bone_and_inguinal,
    days_before,
    orders,
    proximal_rectal_with_para_aortic,
)
from tests.builders.answer import ask
from tests.builders.codes import CISPLATIN_FU, FOLFIRI, FOLFOX, INGREDIENTS, KRAS_TEST, concept
from tests.builders.tables import settled

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
LINE_START = days_before(33)
TREATED = PROXIMAL.regimen(FOLFOX, start=LINE_START)
RESPONDING = TREATED.response("PR", days_before(3))
PROGRESSING = TREATED.response("PD", days_before(3))
WITHDRAW = "withdraw ServiceRequest/draft-1"


def a() -> Orders:
    return orders(ANORECTAL.id)


def p() -> Orders:
    return orders(PROXIMAL.id)


def cards(answer) -> list[tuple[tuple[str, ...], str]]:
    return [(codes, indicator) for codes, indicator, _ in answer.shown]


# -- patient-view -----------------------------------------------------------------------------------------------------


def test_anorectal_patient_view_shows_five_cards(knowledge):
    answer = ask(knowledge, ANORECTAL)

    assert sorted(cards(answer)) == sorted(
        [
            (("staging-summary",), "info"),
            (("sources-differ-first-line", "clinical-trial", "multidisciplinary-review", "prognosis"), "info"),
            (("inguinal-management",), "info"),
            (("bone-management",), "info"),
            (("primary-site-management",), "info"),
        ]
    )


def test_anorectal_first_line_offers_one_option_per_position_and_a_referral(knowledge):
    card = ask(knowledge, ANORECTAL).card("sources-differ-first-line")
    drugs = [agents for agents in map(agents_of, card["suggestions"]) if agents]
    others = [item for item in card["suggestions"] if not agents_of(item)]

    assert {frozenset(CISPLATIN_FU), frozenset({"cisplatin", "capecitabine"})} & set(drugs), "source 1's position"
    assert {frozenset(FOLFOX), frozenset(FOLFIRI)} & set(drugs), "source 2's position"
    assert len(others) == 1, "the multidisciplinary referral"
    assert card["selectionBehavior"] == "any"


def test_proximal_patient_view_shows_three_cards(knowledge):
    answer = ask(knowledge, PROXIMAL)

    assert sorted(cards(answer)) == sorted(
        [
            (("staging-summary",), "info"),
            (("systemic-therapy-first-line", "multidisciplinary-review", "outside-sources", "prognosis"), "info"),
            (("para-aortic-surgery-candidacy",), "info"),
        ]
    )


def test_proximal_first_line_offers_the_regimens_of_source_2(knowledge):
    card = ask(knowledge, PROXIMAL).card("systemic-therapy-first-line")
    drugs = {agents for agents in map(agents_of, card["suggestions"]) if agents}

    assert {frozenset(FOLFOX), frozenset(FOLFIRI)} <= drugs
    assert any("bevacizumab" in agents for agents in drugs)
    assert all(agents - {"bevacizumab"} in ({*FOLFOX}, {*FOLFIRI}, set()) for agents in drugs)


@pytest.mark.parametrize("patient", [ANORECTAL, PROXIMAL], ids=["anorectal", "proximal"])
def test_nothing_is_preselected_and_nothing_has_a_dose(knowledge, patient):
    for card in ask(knowledge, patient).cards:
        for suggestion in card.get("suggestions", []):
            assert "isRecommended" not in suggestion
            for action in suggestion["actions"]:
                assert action["type"] == "create"
                assert "dosageInstruction" not in action["resource"]
                assert action["resource"]["intent"] == "proposal" or action["resource"]["resourceType"] == "Task"
                assert action["resource"].get("status") in {"draft", "requested", "proposed"}


@pytest.mark.parametrize("patient", [ANORECTAL, PROXIMAL], ids=["anorectal", "proximal"])
def test_the_tumour_board_on_record_ends_the_request_for_one(knowledge, patient):
    before, after = ask(knowledge, patient), ask(knowledge, patient.tumor_board())

    assert before.codes - after.codes == {"multidisciplinary-review"}
    assert after.codes <= before.codes


def agents_of(suggestion) -> frozenset[str]:
    """The drugs that a suggestion would create drafts for."""
    resources = [action["resource"] for action in suggestion["actions"] if action["type"] == "create"]
    created = {coding["code"] for item in resources for coding in item.get("medicationCodeableConcept", {}).get("coding", [])}
    return frozenset(name for name, code in INGREDIENTS.items() if code in created)


# -- orders (of patients who were reviewed and asked about a trial) -------------------------------------------------------

#: each operation on the primary or its nodes, and what is said about the technique at order-select (14 cm from the anal verge)
TECHNIQUE = ("high-tumour-surgical-technique",)
OPERATIONS = [("tme", TECHNIQUE), ("lar", TECHNIQUE), ("ar", TECHNIQUE), ("apr", ()), ("para-aortic-dissection", ())]

#: comment | patient | drafts | cards at order-select | cards at order-sign; a card = (codes, indicator, number of suggestions)
ROWS = [
    # anti-egfr-kras-mutated
    (
        "KRAS mutated, cetuximab",
        PROXIMAL.without("kras").kras("mutated"),
        p().drug("cetuximab"),
        [(("anti-egfr-kras-mutated",), "warning", 1)],
        [(("anti-egfr-kras-mutated",), "critical", 1)],
    ),
    (
        "KRAS mutated, panitumumab, the other primary: the row holds for adenocarcinoma of any site in scope",
        ANORECTAL.without("kras").kras("mutated"),
        a().drug("panitumumab"),
        [(("anti-egfr-kras-mutated",), "warning", 1)],
        [(("anti-egfr-kras-mutated",), "critical", 1)],
    ),
    ("KRAS wild type contradicts nothing", PROXIMAL, p().drug("cetuximab"), [], []),
    ("KRAS wild type contradicts nothing", ANORECTAL, a().drug("cetuximab"), [], []),
    # anti-egfr-kras-unknown
    (
        "no KRAS result in a complete record",
        PROXIMAL.without("kras"),
        p().drug("panitumumab"),
        [(("anti-egfr-kras-unknown",), "warning", 1)],
        [(("anti-egfr-kras-unknown",), "warning", 1)],
    ),
    (
        "KRAS indeterminate",
        ANORECTAL.without("kras").kras("indeterminate"),
        a().drug("cetuximab"),
        [(("anti-egfr-kras-unknown",), "warning", 1)],
        [(("anti-egfr-kras-unknown",), "warning", 1)],
    ),
    (
        "two valid results that differ: conflicting, not mutated",
        PROXIMAL.kras("mutated", days_before(19)),
        p().drug("cetuximab"),
        [(("anti-egfr-kras-unknown",), "warning", 1)],
        [(("anti-egfr-kras-unknown",), "warning", 1)],
    ),
    # surgery-before-response
    *(
        (
            f"{procedure} before any systemic line: no restaging CT is offered",
            PROXIMAL,
            p().surgery(procedure),
            [(("surgery-before-response", *technique), "warning", 0)],
            [(("surgery-before-response",), "warning", 0)],
        )
        for procedure, technique in OPERATIONS
    ),
    (
        "a line was given, response not documented: restaging CT offered",
        TREATED,
        p().surgery("lar"),
        [(("surgery-before-response", "high-tumour-surgical-technique"), "warning", 1)],
        [(("surgery-before-response",), "warning", 1)],
    ),
    (
        "stable disease is no response (S2-11)",
        TREATED.response("SD", days_before(3)),
        p().surgery("tme"),
        [(("surgery-before-response", "high-tumour-surgical-technique"), "warning", 1)],
        [(("surgery-before-response",), "warning", 1)],
    ),
    (
        "partial response documented: only the technique for a high tumour",
        RESPONDING,
        p().surgery("tme"),
        [(("high-tumour-surgical-technique",), "info", 0)],
        [],
    ),
    ("source 2 does not apply to the anorectal patient", ANORECTAL, a().surgery("apr"), [], []),
    (
        "obstruction outranks sequence (R14)",
        PROXIMAL.without("obstruction").symptom("obstruction"),
        p().surgery("lar"),
        [(("surgery-before-response", "high-tumour-surgical-technique"), "info", 0)],
        [(("surgery-before-response",), "info", 0)],
    ),
    (
        "palliative intent outranks sequence (R14)",
        PROXIMAL,
        p().surgery("lar", "palliative"),
        [(("surgery-before-response", "high-tumour-surgical-technique"), "info", 0)],
        [(("surgery-before-response",), "info", 0)],
    ),
    # surgery-after-progression
    *(
        (
            f"{procedure} after progression",
            PROGRESSING,
            p().surgery(procedure),
            [(("surgery-after-progression", *technique), "warning", 1)],
            [(("surgery-after-progression",), "critical", 1)],
        )
        for procedure, technique in OPERATIONS
    ),
    (
        "after progression, but with perforation: info, nothing to withdraw",
        PROGRESSING.without("perforation").symptom("perforation"),
        p().surgery("lar"),
        [(("surgery-after-progression", "high-tumour-surgical-technique"), "info", 0)],
        [(("surgery-after-progression",), "info", 0)],
    ),
    # preop-chemoradiation-stage-iv and preop-radiotherapy-proximal
    *(
        (
            f"pelvic radiotherapy, {intent}: para-aortic nodes and 14 cm both speak",
            PROXIMAL,
            p().radiotherapy("pelvis", intent),
            [(("preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"), "warning", 1)],
            [(("preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"), "critical", 1)],
        )
        for intent in ("curative", "neoadjuvant")
    ),
    (
        "partial response documented: no withdrawal, no critical",
        RESPONDING,
        p().radiotherapy("pelvis", "curative"),
        [(("preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"), "warning", 0)],
        [(("preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"), "warning", 0)],
    ),
    (
        "intent unknown: info that asks",
        PROXIMAL,
        p().radiotherapy("rectum"),
        [(("preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"), "info", 0)],
        [(("preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"), "info", 0)],
    ),
    *(
        (f"{intent} radiotherapy is not spoken about", PROXIMAL, p().radiotherapy("pelvis", intent), [], [])
        for intent in ("palliative", "adjuvant", "supportive")
    ),
    ("a bone site in the pelvis is bone radiotherapy", PROXIMAL, p().radiotherapy("ilium", "curative"), [], []),
    ("neither row is about the anorectal patient", ANORECTAL, a().radiotherapy("pelvis", "neoadjuvant"), [], []),
    (
        "14 cm from the anal verge without para-aortic nodes: any stage",
        PROXIMAL.without("metastasis-para-aortic-node", "stage-group", "cM", "para-aortic-node-count"),
        p().radiotherapy("pelvis", "neoadjuvant"),
        [(("preop-radiotherapy-proximal",), "warning", 0)],
        [(("preop-radiotherapy-proximal",), "warning", 0)],
    ),
    # inguinal-dissection-systemic-disease
    (
        "inguinal dissection with confirmed bone metastasis: withdrawal only where critical",
        ANORECTAL,
        a().surgery("inguinal-dissection"),
        [(("inguinal-dissection-systemic-disease",), "warning", 0)],
        [(("inguinal-dissection-systemic-disease",), "critical", 1)],
    ),
    (
        "palliative intent: never critical",
        ANORECTAL,
        a().surgery("inguinal-dissection", "palliative"),
        [(("inguinal-dissection-systemic-disease",), "warning", 0)],
        [(("inguinal-dissection-systemic-disease",), "warning", 0)],
    ),
    (
        "bone metastasis only suspected: never critical",
        ANORECTAL.without("metastasis-bone").metastasis("bone", verification="provisional"),
        a().surgery("inguinal-dissection"),
        [(("inguinal-dissection-systemic-disease",), "warning", 0)],
        [(("inguinal-dissection-systemic-disease",), "warning", 0)],
    ),
    (
        "bone metastasis without verification: active, not confirmed",
        ANORECTAL.without("metastasis-bone").metastasis("bone", verification=None),
        a().surgery("inguinal-dissection"),
        [(("inguinal-dissection-systemic-disease",), "warning", 0)],
        [(("inguinal-dissection-systemic-disease",), "warning", 0)],
    ),
    (
        "no other site, and symptoms of the groin: nothing to say",
        ANORECTAL.without("metastasis-bone").stated("inguinal-symptomatic", valueBoolean=True),
        a().surgery("inguinal-dissection"),
        [],
        [],
    ),
    ("no inguinal metastasis", PROXIMAL, p().surgery("inguinal-dissection"), [], []),
    # staging-imaging-missing
    (
        "first line without CT: one card for the three drugs",
        PROXIMAL.without("ct-chest-abdomen-pelvis"),
        p().drug(*FOLFOX),
        [(("staging-imaging-missing",), "warning", 1)],
        [(("staging-imaging-missing",), "warning", 1)],
    ),
    (
        "resection without CT: a section of the order's card",
        PROXIMAL.without("ct-chest-abdomen-pelvis"),
        p().surgery("lar"),
        [(("surgery-before-response", "high-tumour-surgical-technique", "staging-imaging-missing"), "warning", 1)],
        [(("surgery-before-response", "staging-imaging-missing"), "warning", 1)],
    ),
    (
        "groin radiotherapy of unknown intent without CT",
        ANORECTAL.without("ct-chest-abdomen-pelvis"),
        a().radiotherapy("groin"),
        [(("staging-imaging-missing",), "warning", 1)],
        [(("staging-imaging-missing",), "warning", 1)],
    ),
    ("palliative radiotherapy needs no CT", ANORECTAL.without("ct-chest-abdomen-pelvis"), a().radiotherapy("groin", "palliative"), [], []),
    (
        "CT ordered in the same request (R13)",
        PROXIMAL.without("ct-chest-abdomen-pelvis"),
        p().drug(*FOLFOX).imaging("ct-chest-abdomen-pelvis"),
        [],
        [],
    ),
    (
        "CT 91 days old",
        PROXIMAL.without("ct-chest-abdomen-pelvis").ct_chest_abdomen_pelvis(days_before(91)),
        p().drug(*FOLFIRI),
        [(("staging-imaging-missing",), "warning", 1)],
        [(("staging-imaging-missing",), "warning", 1)],
    ),
    (
        "chest and abdomen here, pelvis there: together complete",
        PROXIMAL.without("ct-chest-abdomen-pelvis")
        .imaging("ct-chest-abdomen", on=days_before(20))
        .imaging("ct-pelvis", on=days_before(25)),
        p().drug(*FOLFOX),
        [],
        [],
    ),
    # para-aortic-dissection-evidence
    (
        "para-aortic dissection after partial response",
        RESPONDING,
        p().surgery("para-aortic-dissection"),
        [(("para-aortic-dissection-evidence",), "info", 0)],
        [],
    ),
    (
        "para-aortic dissection in the anorectal patient: source 1 alone speaks",
        ANORECTAL,
        a().surgery("para-aortic-dissection"),
        [(("metastasectomy-no-evidence",), "warning", 0)],
        [(("metastasectomy-no-evidence",), "warning", 0)],
    ),
    # regimen-scope
    ("cisplatin and fluorouracil for rectal adenocarcinoma", PROXIMAL, p().drug(*CISPLATIN_FU), [(("regimen-scope",), "info", 0)], []),
    ("cisplatin and capecitabine, overlap", ANORECTAL, a().drug("cisplatin", "capecitabine"), [(("regimen-scope",), "info", 0)], []),
    ("oxaliplatin where source 1 applies", ANORECTAL, a().drug(*FOLFOX), [(("regimen-scope",), "info", 0)], []),
    ("FOLFIRI for adenocarcinoma", ANORECTAL, a().drug(*FOLFIRI), [], []),
    ("FOLFOX where source 2 alone applies", PROXIMAL, p().drug(*FOLFOX), [], []),
    (
        "the other half is active in the record",
        PROXIMAL.prescription(["fluorouracil"], on=days_before(5)),
        p().drug("cisplatin"),
        [(("regimen-scope",), "info", 0)],
        [],
    ),
    (
        "the other half was ordered 20 days ago, outside the window",
        PROXIMAL.prescription(["fluorouracil"], on=days_before(20)),
        p().drug("cisplatin"),
        [],
        [],
    ),
    # pet-ct-not-routine
    ("PET-CT where source 2 applies", PROXIMAL, p().imaging("pet-ct"), [(("pet-ct-not-routine",), "info", 0)], []),
    ("PET-CT where it does not", ANORECTAL, a().imaging("pet-ct"), [], []),
    # nothing to say
    ("an order that no row is about", PROXIMAL, p().surgery("cholecystectomy"), [], []),
    ("an order that no row is about", ANORECTAL, a().drug("ibuprofen"), [], []),
]


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
@pytest.mark.parametrize(("comment", "patient", "drafts", "select", "sign"), ROWS, ids=[f"{n}-{row[0]}" for n, row in enumerate(ROWS)])
def test_order_rows(knowledge, hook, comment: str, patient: Patient, drafts: Orders, select, sign):
    answer = ask(knowledge, settled(patient), hook, drafts)

    got = [(codes, indicator, len(suggestions)) for codes, indicator, suggestions in answer.shown]
    assert got == (select if hook == "order-select" else sign), comment


def test_what_is_withdrawn_is_the_draft_itself(knowledge):
    answer = ask(knowledge, settled(ANORECTAL), "order-sign", a().surgery("inguinal-dissection"))

    assert answer.suggestions("inguinal-dissection-systemic-disease") == (WITHDRAW,)


def test_a_draft_without_id_cannot_be_withdrawn(knowledge):
    drafts = a().surgery("inguinal-dissection")
    nameless = Orders(
        patient_id=drafts.patient_id, resources=tuple({k: v for k, v in item.items() if k != "id"} for item in drafts.resources)
    )

    answer = ask(knowledge, settled(ANORECTAL), "order-sign", nameless)

    assert answer.shown == [(("inguinal-dissection-systemic-disease",), "critical", ())]


def test_only_the_selected_draft_is_judged(knowledge):
    drafts = p().surgery("lar").imaging("pet-ct")

    answer = ask(knowledge, PROXIMAL, "order-select", drafts, selections=["ServiceRequest/draft-2"])

    assert answer.codes == {"pet-ct-not-routine"}


def test_the_missing_kras_test_is_not_offered_twice(knowledge):
    """R13: what is being done is not asked for; the row itself stays."""
    answer = ask(knowledge, settled(PROXIMAL.without("kras")), "order-sign", p().drug("cetuximab").service(concept(*KRAS_TEST)))

    assert answer.shown == [(("anti-egfr-kras-unknown",), "warning", ())]
