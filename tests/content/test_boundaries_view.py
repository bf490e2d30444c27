"""The recommendations at patient-view, and what is asked for: R13.

The last column of a row says why it is as it is.
"""

from __future__ import annotations

import re

import pytest

from tests.builders import (
    days_before,
    patient,
)
from tests.builders.answer import ask
from tests.builders.codes import CT_ORDER, concept, snomed
from tests.builders.tables import ANORECTAL, PROXIMAL, WIDESPREAD, rows, spread

# -- inguinal and bone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "fires", "why"),
    rows(
        (patient().rectum().metastasis("inguinal-node"), True, "rectum"),
        (patient().primary("rectosigmoid").metastasis("inguinal-node"), True, "rectosigmoid"),
        (patient().primary("anal-canal", "squamous").metastasis("inguinal-node"), False, "regional nodes of a newly diagnosed anal cancer"),
        (patient().anorectum().metastasis("inguinal-node"), False, "idem, overlap"),
        (patient().primary("anal-canal", "squamous").metastasis("inguinal-node").metastasis("bone"), True, "stage IV"),
        (
            patient().primary("anal-canal", "squamous", onset="2022-01-01").surgery("apr", on="2022-05-01").metastasis("inguinal-node"),
            True,
            "recurrence after the end of primary treatment",
        ),
        (patient().rectum().metastasis("inguinal-node", verification="provisional"), False, "suspected"),
        (
            patient().rectum().condition("groin", snomed(("94340005", "Secondary malignant neoplasm of inguinal region"))),
            False,
            "not nodes",
        ),
    ),
)
def test_inguinal_management(knowledge, record, fires, why):
    assert ("inguinal-management" in ask(knowledge, record).codes) is fires, why


@pytest.mark.parametrize(
    ("record", "indicator", "why"),
    rows(
        (patient().rectum().metastasis("bone"), "info", "a bone metastasis"),
        (patient().rectum().metastasis("bone", body_site="71341001"), "info", "weight-bearing, no fracture known"),
        (
            patient().rectum().metastasis("bone", body_site="71341001").bone_event("pathological-fracture", body_site="71341001"),
            "warning",
            "weight-bearing and fractured",
        ),
        (
            patient().rectum().metastasis("bone", body_site="71341001").bone_event("fracture-at-metastasis", present=False),
            "info",
            "fracture refuted",
        ),
        (
            patient().rectum().condition("marrow", snomed(("94217008", "Secondary malignant neoplasm of bone marrow"))),
            None,
            "marrow is not bone",
        ),
        (
            patient().rectum().condition("from", snomed(("314990009", "Metastasis from malignant tumor of bone"))),
            None,
            "from bone, not to bone",
        ),
    ),
)
def test_bone_management(knowledge, record, indicator, why):
    assert ask(knowledge, record).indicators.get("bone-management") == indicator, why


FEMUR = patient().rectum().metastasis("bone", body_site="71341001")
PAINFUL = FEMUR.bone_event("pain")
IMPENDING = FEMUR.stated("bone-impending-fracture", valueBoolean=True)
RADIATION, ORTHOPAEDICS = "radiation", "orthop"


@pytest.mark.parametrize(
    ("record", "referrals", "why"),
    rows(
        (FEMUR.ecog(1), set(), "neither pain nor fracture risk is known"),
        (FEMUR.ecog(1).bone_event("pain", present=False), set(), "not painful: both wordings are quoted (T20)"),
        (PAINFUL.ecog(1), {RADIATION}, "painful"),
        (IMPENDING.ecog(1), {RADIATION, ORTHOPAEDICS}, "fracture risk, good performance status"),
        (IMPENDING.ecog(3), {RADIATION}, "fracture risk, poor performance status: radiotherapy alone"),
        (IMPENDING, {RADIATION, ORTHOPAEDICS}, "performance status unknown: both branches"),
    ),
)
def test_referrals_for_bone(knowledge, record, referrals, why):
    labels = [item["label"].casefold() for item in ask(knowledge, record).card("bone-management").get("suggestions", [])]

    assert {word for word in (RADIATION, ORTHOPAEDICS) if any(word in label for label in labels)} == referrals, why
    assert len(labels) == len(referrals)


def test_impending_fracture_of_a_weight_bearing_bone_is_a_warning(knowledge):
    assert ask(knowledge, IMPENDING).indicators["bone-management"] == "warning"
    assert (
        ask(knowledge, patient().rectum().metastasis("bone").stated("bone-impending-fracture", valueBoolean=True)).indicators[
            "bone-management"
        ]
        == "info"
    )


def test_a_referral_that_is_made_is_not_offered_again(knowledge):
    """R13: the card stays; only the suggestion that would repeat the order is dropped."""
    offered = ask(knowledge, IMPENDING).card("bone-management")["suggestions"]
    record = IMPENDING
    for number, suggestion in enumerate(offered):
        [action] = suggestion["actions"]
        record = record.referral(f"referral-{number}", action["resource"]["code"], on=days_before(1))

    assert len(offered) == 2
    assert not ask(knowledge, record).card("bone-management").get("suggestions")


# -- para-aortic-surgery-candidacy ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "fires", "why"),
    rows(
        (PROXIMAL, True, "para-aortic nodes alone"),
        (PROXIMAL.metastasis("liver"), False, "another distant site"),
        (PROXIMAL.metastasis("inguinal-node"), False, "another chain (T18)"),
        (PROXIMAL.metastasis("mesorectal-node"), True, "regional nodes are no distant site"),
        (PROXIMAL.metastasis("liver", verification="refuted"), True, "refuted liver"),
        (PROXIMAL.without("ct-chest-abdomen-pelvis"), True, "CT incomplete: sole site not established, said so"),
    ),
)
def test_para_aortic_surgery_candidacy(knowledge, record, fires, why):
    assert ("para-aortic-surgery-candidacy" in ask(knowledge, record).codes) is fires, why


@pytest.mark.parametrize(
    ("record", "timing", "why"),
    rows(
        (PROXIMAL, None, "no treatment documented"),
        (
            patient().rectum(onset="2024-01-01").surgery("lar", on="2024-03-01").metastasis("para-aortic-node"),
            "metachronous",
            "first seen after the end of primary treatment",
        ),
        (
            patient().rectum(onset="2024-01-01").surgery("lar", on="2024-03-01").metastasis("para-aortic-node", on="2024-02-01"),
            "synchronous",
            "first seen before it",
        ),
    ),
)
def test_timing_of_para_aortic_nodes(knowledge, record, timing, why):
    assert ask(knowledge, record).fact("paraAortic.timing") == timing, why


# -- data-needed, R13 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "asked", "why"),
    rows(
        (PROXIMAL, False, "nothing is missing"),
        (PROXIMAL.without("ct-chest-abdomen-pelvis"), True, "CT"),
        (PROXIMAL.without("cea"), True, "CEA is a factor"),
        (PROXIMAL.without("kras"), True, "KRAS where systemic therapy is shown"),
        (PROXIMAL.without("ecog"), True, "performance status"),
        (PROXIMAL.without("para-aortic-node-count"), True, "number of para-aortic nodes"),
        (ANORECTAL, False, "nothing is missing"),
        (ANORECTAL.without("radiotherapy-groin"), True, "prior groin radiotherapy"),
        (spread(patient().rectum(), *WIDESPREAD), True, "local recurrence decides whether source 1 applies"),
        (
            PROXIMAL.without("ct-chest-abdomen-pelvis").referral("ct", concept(*CT_ORDER), on=days_before(1)),
            False,
            "the CT is ordered (R13)",
        ),
        (
            PROXIMAL.without("cea").referral("cea-order", concept("http://loinc.org", "2039-6"), on=days_before(1)),
            False,
            "the CEA is ordered (R13)",
        ),
    ),
)
def test_data_needed(knowledge, record, asked, why):
    assert ("data-needed" in ask(knowledge, record).codes) is asked, why


#: What is missing -> what the card offers to order or record.
OFFERS = {
    "ct-chest-abdomen-pelvis": "CT",
    "cea": "Carcinoembryonic|CEA",
    "kras": "KRAS",
    "ecog": "ECOG",
    "para-aortic-node-count": None,
}


@pytest.mark.parametrize("missing", OFFERS)
def test_data_needed_offers_what_is_missing_and_nothing_else(knowledge, missing):
    offered = [item["label"] for item in ask(knowledge, PROXIMAL.without(missing)).card("data-needed").get("suggestions", [])]

    assert len(offered) == (OFFERS[missing] is not None)
    assert all(re.search(OFFERS[missing], label) for label in offered)


def test_whether_a_metastasis_exists_is_never_asked(knowledge):
    assert "data-needed" not in ask(knowledge, patient().rectum().stage_group("IIIB", on=days_before(30))).codes
