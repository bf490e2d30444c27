"""Whole answers to the two source patients at the three hooks, and to the most telling cases of the content, word for word.

A change here is a change of what a clinician reads: run with ``--update-golden`` and review the diff like prose.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cds_service.assess import assess_facts
from cds_service.cases.run import judge, prepare
from cds_service.respond import rendered
from tests.builders import anorectal_with_bone_and_inguinal, days_before, orders, proximal_rectal_with_para_aortic, request, shipped
from tests.builders.answer import answer_to
from tests.builders.codes import CISPLATIN_FU, FOLFOX

HERE = Path(__file__).parent
ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
PROGRESSING = PROXIMAL.regimen(FOLFOX, start=days_before(33)).response("PD", days_before(3))
CALLS = {
    "anorectal-patient-view": request(ANORECTAL),
    "anorectal-order-select": request(
        ANORECTAL, "order-select", orders(ANORECTAL.id).drug(*CISPLATIN_FU).surgery("inguinal-dissection").drug("cetuximab")
    ),
    "anorectal-order-sign": request(ANORECTAL, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection")),
    "proximal-patient-view": request(PROXIMAL),
    "proximal-order-select": request(
        PROXIMAL.without("kras", "ct-chest-abdomen-pelvis"),
        "order-select",
        orders(PROXIMAL.id).surgery("lar").radiotherapy("pelvis").drug("cetuximab").imaging("pet-ct"),
    ),
    "proximal-order-sign": request(
        PROGRESSING, "order-sign", orders(PROXIMAL.id).surgery("para-aortic-dissection").radiotherapy("pelvis", "neoadjuvant")
    ),
}
#: cases of plan_definitions/*/cases whose whole answer is kept: what alarms, what warns, and the cards with most branches
TOLD = (
    "after-first-line-failure/progression-on-cisplatin-and-5-fu",
    "anti-egfr-kras-mutated/cetuximab-at-signing",
    "apr-not-required/recurrence-limited-to-the-groin",
    "bone-management/femur-threatens-to-break",
    "chemoradiation-before-systemic/bulky-primary-at-signing",
    "curative-intent-systemic-disease/new-anal-cancer",
    "data-needed/para-aortic-nodes-with-little-known",
    "inguinal-dissection-asymptomatic/without-symptoms",
    "inguinal-dissection-systemic-disease/bone-and-groin-at-signing",
    "local-therapy-asymptomatic-primary/pelvic-radiotherapy-of-a-free-site",
    "metastasectomy-no-evidence/bone-metastasis-resected",
    "nodes-ambiguous/intra-abdominal",
    "orthopaedic-surgery-poor-ps/femur-threatens-to-break",
    "para-aortic-surgery-candidacy/everything-unknown",
    "para-aortic-surgery-candidacy/partial-response",
    "preop-chemoradiation-stage-iv/neoadjuvant-chemoradiation-at-signing",
    "preop-radiotherapy-proximal/localised-high-tumour",
    "primary-site-management/newly-diagnosed-with-bone-and-groin",
    "primary-site-management/obstruction-is-urgent",
    "stage-inconsistency/staged-three-after-the-metastasis",
    "surgery-after-progression/progression-at-signing",
    "surgery-before-response/stable-disease",
    "systemic-therapy-first-line/squamous-anal-cancer",
    "trial-first/first-line-drafted",
)


@pytest.mark.parametrize("name", CALLS)
def test_the_whole_answer(knowledge, update_golden, name):
    compare(name, list(answer_to(knowledge, CALLS[name]).cards), update_golden)


@pytest.fixture(scope="module")
def cases():
    return {case.name: case for case in shipped.cases()}


@pytest.mark.parametrize("name", TOLD)
def test_the_whole_answer_to_a_case(knowledge, cases, update_golden, name):
    as_of = shipped.book().as_of
    prepared = prepare(cases[name], knowledge, as_of)
    assert judge(prepared, knowledge, as_of).passed
    cards = rendered(assess_facts(prepared.facts, prepared.invocation.hook, knowledge, as_of), knowledge).body["cards"]
    compare(file_of(name), list(cards), update_golden)


def compare(name, cards, update_golden):
    """The cards against the file; with ``--update-golden`` the file is written first."""
    path = HERE / f"{name}.json"
    answer = json.dumps({"cards": cards}, indent=2, ensure_ascii=False) + "\n"
    if update_golden:
        path.write_text(answer, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == answer


def file_of(case):
    return case.replace("/", "--")


def test_no_golden_file_is_left_over():
    assert {path.stem for path in HERE.glob("*.json")} == {*CALLS, *map(file_of, TOLD)}
