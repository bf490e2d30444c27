"""The sample requests that the README posts are what the builders make today, and each brings cards."""

from __future__ import annotations

import json

import pytest

from tests.builders.answer import answer_to
from tests.builders.samples import FOLDER, samples, text_of, write


@pytest.mark.parametrize("name", sorted(samples()))
def test_a_sample_is_up_to_date(update_golden, name):
    if update_golden:
        write()

    assert (FOLDER / name).read_text(encoding="utf-8") == text_of(samples()[name])


def test_no_sample_is_left_over():
    assert {path.name for path in FOLDER.glob("*.json")} == set(samples())


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        (
            "patient-view.json",
            {
                "staging-summary",
                "sources-differ-first-line",
                "prognosis",
                "clinical-trial",
                "multidisciplinary-review",
                "inguinal-management",
                "bone-management",
                "primary-site-management",
            },
        ),
        (
            "order-select.json",
            {"surgery-before-response", "high-tumour-surgical-technique", "preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"},
        ),
        ("order-sign.json", {"inguinal-dissection-systemic-disease", "multidisciplinary-not-documented"}),
    ],
)
def test_a_sample_brings_its_cards(knowledge, name, codes):
    body = json.loads((FOLDER / name).read_text(encoding="utf-8"))

    assert answer_to(knowledge, body).codes == codes
