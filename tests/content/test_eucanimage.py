"""Three public rectal records, malformed and contradictory on purpose: what can be read is, what disagrees is said, nothing is invented.

UC45_1: T0 N0 M0 with positive nodes and an operation "not done" beside pathological categories.
UC45_2: M1, three histologies of two families. UC45_3: M1, two histologies of two families, seven positive nodes beside pN0.
"""

from __future__ import annotations

import json

import pytest

from tests.builders import orders
from tests.builders.public import DATA, needs_data
from tests.builders.run import respond_to_file

pytestmark = needs_data
ALL = ["UC45_1", "UC45_2", "UC45_3"]


@pytest.fixture(params=ALL)
def name(request):
    return request.param


def read(knowledge, name):
    return respond_to_file(knowledge, DATA / "eucanimage-uc45-rectal" / f"{name}.json")


def test_the_primary_is_read(knowledge, name):
    facts = read(knowledge, name).assessment.facts

    assert facts.value("primary.site") == "rectum"
    assert facts.value("scope.inScope") is True


@pytest.mark.parametrize(
    ("name", "prefix", "axis", "value"),
    [
        ("UC45_1", "c", "t", "T0"),
        ("UC45_1", "p", "t", "T0"),
        ("UC45_1", "p", "n", "N0"),
        ("UC45_2", "c", "t", "Tis"),
        ("UC45_2", "p", "t", "T2"),
        ("UC45_2", "p", "m", "M1"),
        ("UC45_3", "p", "n", "N0"),
        ("UC45_3", "p", "m", "M1"),
    ],
)
def test_staging_is_read_from_category_parents(knowledge, name, prefix, axis, value):
    """These records put the parent of the AJCC values where the observation's own code belongs."""
    sets = [item for item in read(knowledge, name).assessment.facts.value("tnm") if item.get("prefix") == prefix]

    assert value in {item.get(axis) for item in sets}


@pytest.mark.parametrize(("name", "stage_iv"), [("UC45_1", None), ("UC45_2", True), ("UC45_3", True)])
def test_m1_makes_stage_iv_and_nothing_else_does(knowledge, name, stage_iv):
    value = read(knowledge, name).assessment.facts.value("stage.isIV")

    assert value is stage_iv or (stage_iv is None and value is False)


@pytest.mark.parametrize("name", ["UC45_2", "UC45_3"])
def test_histologies_of_two_families_are_a_conflict(knowledge, name):
    facts = read(knowledge, name).assessment.facts

    assert "primary.histology" in {conflict.path for conflict in facts.conflicts}
    assert facts.value("primary.histology") is None
    assert facts.value("primary.histologyFamily") is None


def test_one_histology_is_no_conflict(knowledge):
    assert read(knowledge, "UC45_1").assessment.facts.value("primary.histology") == "adenocarcinoma"


def test_positive_nodes_beside_n0_are_said(knowledge, name):
    assert mentions(read(knowledge, name).assessment.facts, "node")


@pytest.mark.parametrize("name", ["UC45_1", "UC45_3"])
def test_an_operation_not_done_beside_pathological_categories_is_said(knowledge, name):
    assert mentions(read(knowledge, name).assessment.facts, "surg", "operat", "procedure", "not-done", "not done")


def mentions(facts, *words: str) -> bool:
    """Whether a conflict or an issue is about any of the words."""
    told = [f"{item.path} {item.why}" for item in facts.conflicts] + [f"{item.code} {item.text}" for item in facts.issues]
    return any(word in text.casefold() for word in words for text in told)


def test_nothing_is_invented(knowledge, name):
    facts = read(knowledge, name).assessment.facts

    assert not facts.value("metastases"), "a category M1 names no site"
    assert not facts.value("systemic"), "status 'unknown' is no evidence that a drug was given"
    assert facts.value("biomarkers.kras") in (None, "not-tested")
    assert facts.value("cea.value") is None
    assert facts.value("performanceStatus.ecog") is None
    assert facts.value("paraAortic.present") is not True
    assert facts.value("bone.present") is not True
    assert facts.value("inguinal.present") is not True
    assert facts.value("radiotherapy.pelvis") is None, "a course without a field names no field"
    assert facts.value("radiotherapy.groin") is None
    assert facts.value("response.category") is None
    assert facts.value("sources.one.applies") is not True
    assert facts.value("sources.two.applies") is not True


def test_no_regimen_and_nothing_severe_is_shown(knowledge, name):
    answer = read(knowledge, name)
    cards = answer.body["cards"]

    assert not answer.assessment.failures
    assert "critical" not in {card["indicator"] for card in cards}
    codes = {card["source"]["topic"]["code"] for card in cards}
    permitted = {"UC45_1": set(), "UC45_2": {"staging-summary", "data-needed"}, "UC45_3": {"staging-summary", "data-needed"}}
    assert codes <= permitted[name]


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_nothing_is_critical_at_an_order(knowledge, tmp_path, name, hook):
    """Nothing in these records is certain enough to stop an order."""
    drafts = orders().drug("cetuximab").surgery("lar").surgery("inguinal-dissection").radiotherapy("pelvis", "curative")
    path = tmp_path / "drafts.json"
    path.write_text(json.dumps([{key: value for key, value in order.items() if key != "subject"} for order in drafts.resources]))

    answer = respond_to_file(knowledge, DATA / "eucanimage-uc45-rectal" / f"{name}.json", hook, orders=path)

    assert not answer.assessment.failures
    assert "critical" not in {card["indicator"] for card in answer.body["cards"]}
