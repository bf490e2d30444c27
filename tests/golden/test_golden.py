"""Whole answers to the two source patients at the three hooks, word for word.

A change here is a change of what a clinician reads: run with ``--update-golden`` and review the diff like prose.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import anorectal_with_bone_and_inguinal, days_before, orders, proximal_rectal_with_para_aortic, request
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


@pytest.mark.parametrize("name", CALLS)
def test_the_whole_answer(knowledge, update_golden, name):
    path = HERE / f"{name}.json"
    answer = json.dumps({"cards": list(answer_to(knowledge, CALLS[name]).cards)}, indent=2, ensure_ascii=False) + "\n"

    if update_golden:
        path.write_text(answer, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == answer


def test_no_golden_file_is_left_over():
    assert {path.stem for path in HERE.glob("*.json")} == set(CALLS)
