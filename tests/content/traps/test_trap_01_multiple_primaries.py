"""Trap 1: several primaries. What names its disorder belongs to it; a metastasis that names none counts for none beside two active ones."""

import pytest

from tests.builders import days_before, orders, patient
from tests.builders.answer import ask
from tests.builders.codes import GROUPS, MCODE, RELATED_EXTENSION, SNOMED, concept
from tests.builders.expect import differences, expect
from tests.builders.tables import rows

GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
BOTH = patient().rectum().primary("breast", None)
RECTUM, BREAST = "Condition/primary", "Condition/primary-2"


def registry(code):
    """A Condition as German registries send it: ICD-10-GM, without clinical status."""
    return {"code": concept(GM, code), "clinical": None, "onset": days_before(90)}


def related(name, target):
    return {"extension": [{"url": RELATED_EXTENSION, "valueReference": {"reference": target}}], "name": name}


def bone(target, record=BOTH):
    link = [{"url": RELATED_EXTENSION, "valueReference": {"reference": target}}]
    return record.metastasis("bone").changed("metastasis-bone", extension=link)


def focused(*targets):
    return BOTH.stage_observation("group", "c", concept(SNOMED, GROUPS["IVA"]), 8, days_before(20)).changed(
        "stage-group", focus=[{"reference": target} for target in targets] or None
    )


@pytest.mark.parametrize(
    ("record", "facts", "cards", "why"),
    rows(
        (focused(RECTUM), {"stage.asserted": "IVA", "stage.isIV": True}, "+staging-summary", "the focus is the rectal primary"),
        (focused(BREAST), {"stage.asserted": None, "stage.isIV": None}, "none", "the focus is the breast primary"),
        (focused(), {"stage.asserted": None, "stage.isIV": None}, "none", "no focus, and two could be meant"),
        (focused(RECTUM, BREAST), {"stage.asserted": "IVA"}, "+staging-summary", "both in focus"),
        (BOTH.metastasis("bone"), {"metastases": [], "unattributed[].site": ["bone"], "bone.present": None}, "-bone-management", "no link"),
        (bone(RECTUM), {"metastases[].site": ["bone"], "unattributed": []}, "+bone-management", "the link names the rectal primary"),
        (bone(BREAST), {"metastases": [], "unattributed[].site": ["bone"]}, "-bone-management", "the link names the breast primary"),
        (
            bone("Condition/gone"),
            {"metastases": [], "unattributed[].site": ["bone"], "bone.present": None},
            "-bone-management",
            "the link names a Condition that is not in the record, and two could be meant",
        ),
        (
            bone("Condition/gone", patient().rectum()),
            {"metastases[].site": ["bone"], "unattributed": []},
            "+bone-management",
            "it names one that is not in the record, every Condition came, and there is one malignancy",
        ),
        (
            BOTH.changed(
                "primary-2", clinicalStatus=concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved")
            ).metastasis("bone"),
            {"metastases[].site": ["bone"], "unattributed": []},
            "+bone-management",
            "the other primary is not active",
        ),
        (
            patient()
            .condition("breast", **registry("C50.4"))
            .condition("rectum", **registry("C20"))
            .condition("bone", **registry("C79.5")),
            {"primary.site": "rectum", "metastases": [], "unattributed[].site": ["bone"], "stage.isIV": None},
            "none",
            "a breast cancer, its bone metastasis and a C20 in one registry record",
        ),
    ),
)
def test_trap_01_multiple_primaries(knowledge, record, facts, cards, why):
    expect(knowledge, record, facts, cards, why)


def kras(**fields):
    return BOTH.metastasis("liver", related="primary").kras("mutated", **fields)


@pytest.mark.parametrize(
    ("record", "kras", "indicator", "why"),
    rows(
        (kras(focus=[{"reference": RECTUM}]), "mutated", "critical", "the result is of the rectal primary"),
        (kras(focus=[{"reference": BREAST}]), "not-tested", None, "the result is of the other primary"),
        (
            kras(extension=[{"url": f"{MCODE}/mcode-related-condition", "valueReference": {"reference": BREAST}}]),
            "not-tested",
            None,
            "the same, by mCODE STU 4's extension",
        ),
        (kras(), "mutated", "warning", "of which one it is, is not said: never critical"),
    ),
)
def test_trap_01_results_of_several_primaries(knowledge, record, kras, indicator, why):
    answer = ask(knowledge, record, "order-sign", orders().drug("cetuximab"))

    cards = f"+anti-egfr-kras-mutated={indicator}" if indicator else "-anti-egfr-kras-mutated +anti-egfr-kras-unknown"
    assert differences(answer, {"biomarkers.kras": kras}, cards) == [], why
