"""The rows about operations, radiotherapy, systemic therapy and what should precede them: when each speaks, and when it is silent.

Each table is one recommendation; a row gives the indicator at order-select and at order-sign (``None``: no card). The last column
of a row says why it is as it is.
"""

from __future__ import annotations

import json

import pytest

from cds_service.served import load_content
from cds_service.settings import shipped_content
from tests.builders import Patient, days_before, orders, patient
from tests.builders.answer import ask
from tests.builders.codes import CISPLATIN_FU, FIXATION, FOLFOX, TRIAL, TUMOR_BOARD, concept, snomed
from tests.builders.tables import ANORECTAL, PROXIMAL, TREATED, drafted_for, rows, settled

HOOKS = ("order-select", "order-sign")
RESPONSE = settled(TREATED.response("PR", days_before(5)))
NODES = ANORECTAL.without("metastasis-bone")
FRACTURE_RISK = patient().rectum().metastasis("bone", body_site="71341001").ecog(3)
ANAL = patient().primary("anal-canal", "squamous").metastasis("bone").metastasis("inguinal-node").ecog(1)
BULKY = ANAL.stated("primary-bulky", valueBoolean=True)
BARE = patient().rectum().metastasis("para-aortic-node").ct_chest_abdomen_pelvis()


def a():
    return orders(ANORECTAL.id)


def p():
    return orders(PROXIMAL.id)


def crt(intent=None):
    return orders().radiotherapy("pelvis", intent).drug("capecitabine")


def check(knowledge, code, record: Patient, drafts, expected, why):
    """The indicator of one recommendation at both order hooks."""
    got = tuple(ask(knowledge, record, hook, drafted_for(drafts, record)).indicators.get(code) for hook in HOOKS)

    assert got == expected, why


HIGH_TUMOUR = [
    (PROXIMAL, p().surgery("lar"), ("info", None), "14 cm from the anal verge"),
    (PROXIMAL, p().surgery("tme"), ("info", None), "total mesorectal excision too"),
    (PROXIMAL, p().surgery("apr"), (None, None), "not an abdominoperineal resection"),
    (PROXIMAL.without("distance"), p().surgery("lar"), (None, None), "T22: the distance must be known"),
    (PROXIMAL.without("distance").distance(12), p().surgery("lar"), (None, None), "12 cm is not more than 12"),
    (PROXIMAL.without("distance").distance(121, "mm"), p().surgery("lar"), ("info", None), "121 mm is"),
    (PROXIMAL.without("metastasis-para-aortic-node"), p().surgery("lar"), (None, None), "R9: source 2 does not apply"),
]
ASYMPTOMATIC = [
    (NODES, a().surgery("inguinal-dissection"), ("info", "info"), "isolated, symptoms not known (T03)"),
    (
        NODES.stated("inguinal-symptomatic", valueBoolean=False),
        a().surgery("inguinal-dissection"),
        ("info", "info"),
        "isolated, symptoms recorded as absent",
    ),
    (NODES.stated("inguinal-symptomatic", valueBoolean=True), a().surgery("inguinal-dissection"), (None, None), "the wordings agree"),
    (ANORECTAL, a().surgery("inguinal-dissection"), (None, None), "not isolated: another row speaks"),
    (NODES.metastasis("liver", verification="provisional"), a().surgery("inguinal-dissection"), (None, None), "isolation is not known"),
    (
        patient().primary("anal-canal", "squamous").metastasis("inguinal-node"),
        orders().surgery("inguinal-dissection"),
        (None, None),
        "regional nodes of a newly diagnosed anal cancer",
    ),
    (patient().rectum().metastasis("inguinal-node"), orders().surgery("inguinal-dissection"), ("info", "info"), "rectum: distant nodes"),
    (patient().rectum(None).metastasis("inguinal-node"), orders().surgery("inguinal-dissection"), (None, None), "histology not known"),
]
BOTH = a().surgery("apr").surgery("inguinal-dissection")
APR = [
    (NODES, BOTH, ("info", "info"), "recurrence of the groin alone, not irradiated"),
    (NODES, a().surgery("inguinal-dissection"), (None, None), "no abdominoperineal resection is drafted"),
    (NODES, a().surgery("apr"), (None, None), "no inguinal dissection is drafted"),
    (ANORECTAL, BOTH, (None, None), "bone metastasis: not the groin alone"),
    (NODES.without("local-recurrence"), BOTH, (None, None), "local recurrence not known"),
    (NODES.without("local-recurrence").local_recurrence(present=True), BOTH, (None, None), "local recurrence"),
    (NODES.without("radiotherapy-groin"), BOTH, (None, None), "earlier groin radiotherapy not known"),
    (NODES.without("radiotherapy-groin").radiotherapy("groin", on="2024-02-01"), BOTH, (None, None), "the groin was irradiated"),
    (NODES.without("apr"), BOTH, (None, None), "no treatment of the primary on record: no recurrence"),
]
LIVER_RESECTION = orders().service({"text": "Metastasectomy"})
METASTASECTOMY = [
    (ANORECTAL, a().service({"text": "Metastasectomy"}), ("warning", "warning"), "source 1 applies"),
    (ANORECTAL, a().surgery("para-aortic-dissection"), ("warning", "warning"), "para-aortic dissection, source 2 does not apply"),
    (RESPONSE, p().surgery("para-aortic-dissection"), (None, None), "source 2's setting, source 1 does not apply"),
    (patient().rectum().metastasis("liver"), LIVER_RESECTION, (None, None), "neither source applies"),
    (ANORECTAL.without("local-recurrence", "stage-group", "cM").metastasis("liver"), a().surgery("lar"), (None, None), "no metastasis"),
]
SILENT_PRIMARY = ANORECTAL.stated("primary-symptomatic", valueBoolean=False)
LOCAL_THERAPY = [
    (SILENT_PRIMARY, a().radiotherapy("pelvis"), ("warning", "warning"), "treated, no recurrence, no symptoms; intent unknown"),
    (SILENT_PRIMARY, a().radiotherapy("pelvis", "palliative"), (None, None), "palliative radiotherapy"),
    (SILENT_PRIMARY, a().radiotherapy("ilium", "curative"), (None, None), "bone is not the primary"),
    (SILENT_PRIMARY, a().surgery("apr"), ("warning", "warning"), "abdominoperineal resection"),
    (SILENT_PRIMARY, a().surgery("tme"), (None, None), "the row does not name total mesorectal excision"),
    (ANORECTAL, a().surgery("apr"), (None, None), "symptoms of the primary not known as a whole"),
    (
        ANORECTAL.stated("primary-symptomatic", valueBoolean=True),
        a().surgery("apr"),
        (None, None),
        "S1-21: symptoms are what local treatment is for",
    ),
    (SILENT_PRIMARY.without("local-recurrence"), a().surgery("apr"), (None, None), "local recurrence not known"),
    (SILENT_PRIMARY.without("apr"), a().surgery("lar"), (None, None), "T19: no treatment of the primary on record"),
]
CHEMORADIATION = [
    (BULKY, crt(), ("info", "warning"), "bulky primary, no systemic line"),
    (BULKY, crt("palliative"), ("info", "warning"), "the source speaks of palliative chemoradiotherapy"),
    (BULKY, orders().radiotherapy("pelvis"), (None, None), "radiotherapy alone is no chemoradiotherapy"),
    (ANAL, crt(), (None, None), "bulk not known"),
    (BULKY.regimen(CISPLATIN_FU, start=days_before(20)), crt(), (None, None), "after a systemic line"),
    (BULKY.symptom("obstruction"), crt(), (None, None), "T23: obstruction outranks the sequence"),
    (patient().rectum().metastasis("liver").stated("primary-bulky", valueBoolean=True), crt(), (None, None), "source 1 does not apply"),
]
NAIL = orders().service(snomed(FIXATION))
ORTHOPAEDIC = [
    (FRACTURE_RISK, NAIL, ("warning", "warning"), "femur, ECOG 3"),
    (FRACTURE_RISK.bone_event("pathological-fracture"), NAIL, ("info", "info"), "a fracture is on record: both statements"),
    (FRACTURE_RISK.without("ecog").ecog(2), NAIL, (None, None), "good performance status"),
    (FRACTURE_RISK.without("ecog"), NAIL, (None, None), "performance status not known"),
    (FRACTURE_RISK.without("ecog").karnofsky(50), NAIL, (None, None), "Karnofsky 50 is neither good nor poor"),
    (FRACTURE_RISK.without("ecog").karnofsky(40), NAIL, ("warning", "warning"), "Karnofsky 40 is poor"),
    (patient().rectum().metastasis("bone").ecog(3), NAIL, (None, None), "neither a weight-bearing bone nor a threatening fracture"),
    (
        patient().rectum().metastasis("bone").ecog(3).stated("bone-impending-fracture", valueBoolean=True),
        NAIL,
        ("warning", "warning"),
        "a fracture threatens",
    ),
    (patient().rectum().ecog(3), NAIL, (None, None), "no bone metastasis"),
]
PERFORMANCE = [
    (BARE, orders().drug(*FOLFOX), ("info", "warning"), "stage IV, none recorded"),
    (BARE.ecog(1), orders().drug(*FOLFOX), (None, None), "recorded"),
    (BARE.ecog(1, days_before(90)), orders().drug(*FOLFOX), (None, None), "on the last day of the look-back"),
    (BARE.ecog(1, days_before(91)), orders().drug(*FOLFOX), ("info", "warning"), "a day too old"),
    (BARE, orders().radiotherapy("pelvis"), (None, None), "no systemic therapy"),
    (BARE.regimen(FOLFOX, start=days_before(20)), orders().drug("irinotecan"), ("info", "warning"), "any line"),
    (patient().rectum(), orders().drug("capecitabine"), (None, None), "not known to be stage IV"),
    (
        BARE,
        orders().drug(*FOLFOX).service({"text": "Record ECOG performance status"}),
        (None, None),
        "R13: its assessment is drafted",
    ),
]
BOARD = [
    (PROXIMAL, p().surgery("lar"), (None, "warning"), "a resection"),
    (PROXIMAL, p().surgery("para-aortic-dissection"), (None, "warning"), "of metastases too"),
    (PROXIMAL, p().surgery("cholecystectomy"), (None, None), "not any operation"),
    (PROXIMAL, p().radiotherapy("groin"), (None, "warning"), "radiotherapy of unknown intent"),
    (PROXIMAL, p().radiotherapy("pelvis", "palliative"), (None, None), "palliative radiotherapy: never a card of its own"),
    (PROXIMAL, p().drug(*FOLFOX), (None, None), "a first line: never a card of its own"),
    (PROXIMAL.without("kras"), p().drug(*FOLFOX, "cetuximab"), (None, "info"), "a first line beside another card"),
    (PROXIMAL.without("ecog"), p().drug(*FOLFOX), (None, "info"), "beside the card about the patient"),
    (TREATED.without("kras"), p().drug("irinotecan", "cetuximab"), (None, None), "not the first line"),
    (PROXIMAL.tumor_board(), p().surgery("lar"), (None, None), "reviewed"),
    (PROXIMAL, p().surgery("lar").service(concept(*TUMOR_BOARD)), (None, None), "R13: the referral is drafted"),
    (
        PROXIMAL.referral("board", concept(*TUMOR_BOARD), on=days_before(1)),
        p().surgery("lar"),
        (None, None),
        "R13: the referral is active",
    ),
    (patient().rectum().metastasis("liver"), orders().surgery("lar"), (None, None), "neither source applies"),
]
TRIAL = [
    (ANORECTAL, a().drug(*CISPLATIN_FU), ("info", None), "source 1 applies, no trial on record"),
    (ANORECTAL.trial(), a().drug(*CISPLATIN_FU), (None, None), "a trial is on record"),
    (
        ANORECTAL.add("ResearchSubject", "trial", status="candidate", individual={"reference": f"Patient/{ANORECTAL.id}"}),
        a().drug(*CISPLATIN_FU),
        (None, None),
        "a candidate for one too",
    ),
    (ANORECTAL.regimen(CISPLATIN_FU, start=days_before(20)), a().drug(*FOLFOX), (None, None), "not the first line"),
    (ANORECTAL, a().drug(*CISPLATIN_FU).service(snomed(TRIAL)), (None, None), "R13: enrolment is drafted"),
    (PROXIMAL, p().drug(*FOLFOX), (None, None), "source 1 does not apply"),
]
CURATIVE = [
    (ANORECTAL, a().radiotherapy("groin", "curative"), ("warning", "warning"), "bone and inguinal metastases"),
    (ANORECTAL, a().surgery("inguinal-dissection", "curative"), ("warning", "warning"), "an operation too"),
    (ANORECTAL, a().radiotherapy("groin"), (None, None), "intent not stated"),
    (ANORECTAL, a().radiotherapy("groin", "palliative"), (None, None), "palliative"),
    (ANORECTAL, a().radiotherapy("pelvis", "curative"), ("warning", "warning"), "pelvic, but the primary was treated"),
    (ANAL, orders().radiotherapy("pelvis", "curative"), ("info", "info"), "S1-23: newly diagnosed metastatic anal cancer"),
    (ANAL, orders().radiotherapy("groin", "curative"), ("warning", "warning"), "S1-23 speaks of the pelvis"),
    (
        ANAL.regimen(CISPLATIN_FU, start=days_before(20)),
        orders().radiotherapy("pelvis", "curative"),
        ("warning", "warning"),
        "no longer newly diagnosed",
    ),
    (NODES, a().radiotherapy("groin", "curative"), (None, None), "no bone metastasis"),
    (
        patient().rectum().metastasis("bone").metastasis("inguinal-node"),
        orders().radiotherapy("groin", "curative"),
        (None, None),
        "rectum, local recurrence not known: source 1 is not known to apply",
    ),
]
TABLES = {
    "high-tumour-surgical-technique": HIGH_TUMOUR,
    "inguinal-dissection-asymptomatic": ASYMPTOMATIC,
    "apr-not-required": APR,
    "metastasectomy-no-evidence": METASTASECTOMY,
    "local-therapy-asymptomatic-primary": LOCAL_THERAPY,
    "chemoradiation-before-systemic": CHEMORADIATION,
    "orthopaedic-surgery-poor-ps": ORTHOPAEDIC,
    "performance-status-missing": PERFORMANCE,
    "multidisciplinary-not-documented": BOARD,
    "trial-first": TRIAL,
    "curative-intent-systemic-disease": CURATIVE,
}


@pytest.mark.parametrize(
    ("code", "record", "drafts", "expected", "why"),
    [pytest.param(code, *row, id=f"{code}: {row[-1]}") for code, table in TABLES.items() for row in table],
)
def test_an_order_row(knowledge, code, record, drafts, expected, why):
    check(knowledge, code, record, drafts, expected, why)


# -- off by default ------------------------------------------------------------------------------------------------------------

NRAS = PROXIMAL.gene("NRAS", "mutated")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The content of a site that switched the row on."""
    path = tmp_path_factory.mktemp("site") / "parameters.json"
    path.write_text(json.dumps({"parameters": [{"name": "warnOfMutatedNras", "value": True}]}), encoding="utf-8")
    return load_content(shipped_content(), parameters_file=path)


@pytest.mark.parametrize(
    ("record", "drafts", "switched_on", "expected", "why"),
    rows(
        (NRAS, p().drug("cetuximab"), False, (None, None), "outside the two sources: off by default"),
        (NRAS, p().drug("cetuximab"), True, ("warning", "warning"), "switched on: never critical"),
        (NRAS, p().drug(*FOLFOX), True, (None, None), "no antibody against EGFR"),
        (PROXIMAL, p().drug("cetuximab"), True, (None, None), "NRAS not found"),
        (PROXIMAL.gene("NRAS", "wild-type"), p().drug("cetuximab"), True, (None, None), "NRAS wild type"),
        (
            patient().primary("anal-canal", "squamous").metastasis("liver").gene("NRAS", "mutated"),
            orders().drug("cetuximab"),
            True,
            (None, None),
            "not an adenocarcinoma",
        ),
    ),
)
def test_a_mutated_nras(knowledge, site, record, drafts, switched_on, expected, why):
    check(site if switched_on else knowledge, "anti-egfr-nras-mutated", record, drafts, expected, why)


def test_a_mutated_nras_says_that_the_site_asked_for_it(site):
    card = ask(site, NRAS, "order-sign", p().drug("cetuximab")).card("anti-egfr-nras-mutated")

    assert card["summary"].startswith("Outside the two sources")
    assert "Site setting: Warn of a mutated NRAS" in card["detail"]
