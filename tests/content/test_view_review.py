"""Situations at the edges of the patient-view rows and the facts behind them; each row names the rule that decides it."""

from __future__ import annotations

import pytest

from tests.builders import (
    Patient,
    anorectal_with_bone_and_inguinal,
    days_before,
    patient,
    proximal_rectal_with_para_aortic,
    request,
)
from tests.builders.answer import answer_to, ask
from tests.builders.codes import (
    BONE_EVENTS,
    DISEASE_STATUS,
    ECOG,
    FOLFOX,
    HISTOLOGY,
    ICDO3,
    SNOMED,
    concept,
    loinc,
    snomed,
)

PROXIMAL = proximal_rectal_with_para_aortic()
TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33))
RECTUM = patient().rectum(onset="2024-01-01")
CANDIDACY = "para-aortic-surgery-candidacy"


def rows(*table):
    """Rows whose last column is the comment: it becomes the test's name."""
    return [pytest.param(*row, id=f"{number}: {row[-1]}") for number, row in enumerate(table)]


def node(code: str, body_site: str | None = None, primary: str = "rectum", histology: str = "adenocarcinoma") -> Patient:
    return patient().primary(primary, histology).condition("nodes", snomed((code, "nodes")), onset=days_before(30), body_site=body_site)


def without_dates(record: Patient, *names: str) -> Patient:
    for name in names:
        record = record.changed(name, effectivePeriod=None)
    return record


# -- facts --------------------------------------------------------------------------------------------------------------

PS = "performanceStatus.good"
SCORE = PROXIMAL.without("ecog")


@pytest.mark.parametrize(
    ("record", "good", "why"),
    rows(
        (SCORE.ecog(1, days_before(2)).ecog(3, days_before(2)).karnofsky(90, days_before(30)), None, "R8 newest disagrees with itself"),
        (
            SCORE.ecog(1, days_before(2)).ecog(3, days_before(2)).karnofsky(90, days_before(2)),
            None,
            "R8 nor does the other scale settle it",
        ),
        (SCORE.ecog(1, days_before(9)).ecog(3, days_before(9)).karnofsky(90, days_before(2)), True, "R8 a newer one does"),
        (
            SCORE.observation("text", loinc(ECOG), days_before(2), valueString="see letter").karnofsky(90, days_before(30)),
            None,
            "R8 an older one does not speak for a newest that cannot be read",
        ),
        (SCORE.observation("text", loinc(ECOG), days_before(2), valueString="ECOG 1"), True, "trap 10: a listed spelling as a string"),
        (
            SCORE.ecog(1, f"{days_before(2)}T08:00:00Z").karnofsky(30, f"{days_before(2)}T15:00:00Z"),
            None,
            "R8 same-day disagreement, whatever the hour",
        ),
        (
            SCORE.ecog(1, f"{days_before(2)}T08:00:00Z").karnofsky(80, f"{days_before(2)}T15:00:00Z"),
            True,
            "R8 same day, and they agree",
        ),
        (SCORE.ecog(1, days_before(120)).karnofsky(90, days_before(30)), True, "R8 an old score says nothing about today"),
        (SCORE.ecog(1, days_before(9)).karnofsky(50, days_before(2)), None, "R8 Karnofsky 50 is newest"),
        (SCORE.observation("bound", loinc(("89243-0", "Karnofsky")), days_before(2), valueString=">50"), None, "a bound is no score"),
    ),
)
def test_performance_status(knowledge, record, good, why):
    assert ask(knowledge, record).fact(PS) is good, why


@pytest.mark.parametrize(
    ("comparator", "value", "below", "why"),
    rows(
        ("<=", 5, None, "trap 11: it may be exactly 5"),
        ("<=", 4.9, True, "trap 11: at most 4.9"),
        (">=", 5, False, "trap 11: at least 5"),
        (">=", 4, None, "trap 11: it may be below or above"),
    ),
)
def test_inclusive_comparators_of_cea(knowledge, comparator, value, below, why):
    answer = ask(knowledge, PROXIMAL.without("cea").cea(value, "ng/mL", days_before(5), comparator))

    assert (answer.fact("cea.belowThreshold"), answer.fact("cea.bound")) == (below, comparator), why


def test_a_bound_is_not_a_count(knowledge):
    """``>2`` nodes are not two nodes."""
    count = PROXIMAL.without("para-aortic-node-count").stated("para-aortic-node-count", valueQuantity={"value": 2, "comparator": ">"})

    assert ask(knowledge, count).fact("paraAortic.nodeCount") is None


@pytest.mark.parametrize(
    ("record", "preoperative", "why"),
    rows(
        (PROXIMAL, True, "no para-aortic surgery yet"),
        (PROXIMAL.surgery("para-aortic-dissection", on=days_before(2)), True, "before it"),
        (PROXIMAL.surgery("para-aortic-dissection", on=days_before(20)), False, "after it"),
        (
            PROXIMAL.surgery("para-aortic-dissection", on=days_before(2)).changed("para-aortic-dissection", performedDateTime=None),
            None,
            "R1: surgery without a date",
        ),
    ),
)
def test_cea_before_surgery(knowledge, record, preoperative, why):
    assert ask(knowledge, record).fact("cea.preoperative") is preoperative, why


@pytest.mark.parametrize(
    ("record", "documented", "why"),
    rows(
        (TREATED.response("CR").changed("response", effectiveDateTime=None), None, "R11: an undated response may count"),
        (TREATED.response("PR", "2026"), None, "R11: a year that holds the start"),
        (TREATED.response("PR", "2025"), False, "R11: certainly before the start"),
        (
            without_dates(TREATED, *FOLFOX).response("PR", days_before(3)),
            None,
            "R11: an undated treatment may be the line",
        ),
        (TREATED.response("SD").changed("response", effectiveDateTime=None), False, "an undated SD is no response anyhow"),
        (PROXIMAL.response("PR").changed("response", effectiveDateTime=None), False, "R11: no line, so no response counts"),
        (TREATED.response("PR", days_before(2)).response("PD", days_before(2)), None, "R1: conflicting"),
        (TREATED, False, "none documented"),
    ),
)
def test_a_response_that_cannot_be_placed_is_not_absent(knowledge, record, documented, why):
    answer = ask(knowledge, record)
    card = answer.card(CANDIDACY)

    assert answer.fact("response.documented") is documented, why
    assert ("No response documented" in card["summary"]) is (documented is False), "a title is a claim too (R1)"
    assert ("not found" in card["detail"].split("**Why")[0]) is (documented is False and answer.fact("response.category") is None)


PAUSED = PROXIMAL.without("metastasis-para-aortic-node", "stage-group", "cM").metastasis("para-aortic-node", on=days_before(400))
FIRST = PAUSED.regimen(FOLFOX, start=days_before(390), end=days_before(300))


@pytest.mark.parametrize(
    ("record", "lines", "after_start", "why"),
    rows(
        (
            FIRST.response("PD", days_before(200)).regimen(FOLFOX, start=days_before(30)),
            2,
            False,
            "R11: the same regimen after progression is a new line, which that progression does not judge",
        ),
        (FIRST.response("SD", days_before(200)).regimen(FOLFOX, start=days_before(30)), 1, None, "R11: after a pause it goes on"),
        (FIRST.response("PD", days_before(20)).regimen(FOLFOX, start=days_before(30)), 1, True, "R11: progression after the last start"),
    ),
)
def test_the_same_regimen_again(knowledge, record, lines, after_start, why):
    answer = ask(knowledge, record)

    assert answer.fact("systemicLines") == lines, why
    if after_start is not None:
        assert answer.fact("response.afterLastSystemicStart") is after_start, why


def test_no_line_is_absent_where_the_procedures_did_not_come(knowledge):
    """R1: chemotherapy may be recorded as a Procedure, so these are among what was searched."""
    body = request(PROXIMAL)
    del body["prefetch"]["procedures"]

    answer = answer_to(knowledge, body)

    assert answer.fact("systemicLines") is None
    assert "systemic-therapy-first-line" not in answer.codes


OTHER = RECTUM.primary("breast", None)


@pytest.mark.parametrize(
    ("record", "path", "value", "why"),
    rows(
        (PROXIMAL.metastasis("liver", verification="provisional"), "paraAortic.soleDistantSite", None, "R10: suspected is neither"),
        (PROXIMAL.metastasis("liver"), "paraAortic.soleDistantSite", False, "another distant site"),
        (
            OTHER.metastasis("para-aortic-node", related="primary").metastasis("liver"),
            "paraAortic.soleDistantSite",
            None,
            "R2: the liver may be of either primary",
        ),
        (
            OTHER.metastasis("para-aortic-node", related="primary").metastasis("liver", related="primary-2"),
            "paraAortic.soleDistantSite",
            True,
            "R2: the liver is of the other one",
        ),
        (RECTUM.metastasis("inguinal-node").metastasis("liver", verification="provisional"), "inguinal.isolated", None, "R10"),
        (RECTUM.metastasis("inguinal-node").metastasis("liver"), "inguinal.isolated", False, "another distant site"),
        (RECTUM.metastasis("inguinal-node").metastasis("intra-abdominal-node"), "inguinal.isolated", None, "they may be para-aortic"),
        (RECTUM.metastasis("inguinal-node").metastasis("mesorectal-node"), "inguinal.isolated", True, "regional nodes are no other site"),
    ),
)
def test_sole_site(knowledge, record, path, value, why):
    assert ask(knowledge, record).fact(path) is value, why


def test_a_suspected_site_is_not_called_documented(knowledge):
    answer = ask(knowledge, RECTUM.metastasis("inguinal-node").metastasis("liver", verification="provisional"))
    card = answer.card("inguinal-management")

    assert "other distant disease" not in card["summary"]
    assert "not settled" in card["detail"]


@pytest.mark.parametrize(
    ("record", "ambiguous", "why"),
    rows(
        (RECTUM.metastasis("intra-abdominal-node").metastasis("retroperitoneal-node"), True, "R10: a suspicion names no station"),
        (RECTUM.metastasis("intra-abdominal-node").metastasis("para-aortic-node"), None, "another resource names it"),
        (node("94392001", "65349008"), None, "a body site that names the station: external iliac, distant for the rectum"),
        (
            node("94392001", "65349008", "anorectal-overlap"),
            None,
            "the station is named; T06 shows that the stagings differ",
        ),
    ),
)
def test_nodes_without_a_station(knowledge, record, ambiguous, why):
    answer = ask(knowledge, record)

    assert answer.fact("nodes.ambiguous") is ambiguous, why
    assert ("nodes-ambiguous" in answer.codes) is bool(ambiguous)


@pytest.mark.parametrize(
    ("record", "is_iv", "why"),
    rows(
        (node("94330007"), None, "staging rules 4.1: internal iliac nodes are regional for the rectum"),
        (node("94330007", primary="rectosigmoid"), True, "and distant for the rectosigmoid junction"),
        (node("94446003", primary="rectosigmoid"), True, "as are obturator nodes"),
        (node("94392001", "65349008"), True, "external iliac nodes are distant for the rectum"),
        (node("94392001", "65349008", "anal-canal", "squamous"), None, "and regional for the anal canal (N1b)"),
        (node("94410007"), None, "mesenteric nodes are regional for the rectum"),
        (node("94410007", primary="anal-canal", histology="squamous"), True, "and not on the list of the anal canal"),
    ),
)
def test_stations_that_depend_on_the_primary(knowledge, record, is_iv, why):
    assert ask(knowledge, record).fact("stage.isIV") is is_iv, why


@pytest.mark.parametrize(
    ("record", "is_iv", "why"),
    rows(
        (
            RECTUM.condition("older", snomed(("363351006", "Malignant tumor of rectum")), clinical="resolved").metastasis(
                "liver", related="older"
            ),
            True,
            "R2: a past record of the same primary",
        ),
        (
            RECTUM.primary("breast", None, clinical="remission").metastasis("liver", related="primary-2"),
            None,
            "R2: attributed to another cancer",
        ),
        (OTHER.metastasis("liver"), None, "R2: may belong to either"),
    ),
)
def test_attribution(knowledge, record, is_iv, why):
    assert ask(knowledge, record).fact("stage.isIV") is is_iv, why


TWO_CODINGS = [{"coding": [{"system": SNOMED, "code": "71341001"}, {"system": ICDO3, "code": "C40.2"}]}]


@pytest.mark.parametrize(
    ("record", "count", "why"),
    rows(
        (RECTUM.metastasis("bone").changed("metastasis-bone", bodySite=TWO_CODINGS), None, "R8: one site in two code systems"),
        (RECTUM.metastasis("bone", body_site="71341001").metastasis("bone", body_site="73903008"), 2, "R8: two sites"),
        (RECTUM.metastasis("bone", body_site="71341001"), None, "R8: one Condition is not one lesion"),
        (RECTUM.metastasis("bone").metastasis("bone"), None, "trap 23: the same disease twice"),
        (RECTUM.metastasis("bone").stated("bone-lesion-count", valueInteger=1), 1, "R8: an explicit count"),
    ),
)
def test_bone_count(knowledge, record, count, why):
    assert ask(knowledge, record).fact("bone.count") == count, why


NEITHER = "Neither pain nor fracture"


@pytest.mark.parametrize(
    ("record", "neither", "why"),
    rows(
        (RECTUM.metastasis("bone"), True, "nothing recorded"),
        (RECTUM.metastasis("bone", body_site="113197003").bone_event("pathological-fracture"), False, "a rib is fractured"),
        (RECTUM.bone_event("fracture-at-metastasis"), False, "fractured, and the bone not named"),
        (
            RECTUM.metastasis("bone").condition("fracture", snomed(BONE_EVENTS["pathological-fracture"]), verification="provisional"),
            True,
            "R10: suspected is not recorded as present",
        ),
    ),
)
def test_a_fracture_is_never_called_absent(knowledge, record, neither, why):
    assert (NEITHER in ask(knowledge, record).card("bone-management")["detail"]) is neither, why


PALN = {"on": days_before(40)}
OPERATION = snomed(("387713003", "Surgical procedure"))


@pytest.mark.parametrize(
    ("record", "timing", "why"),
    rows(
        (RECTUM.radiotherapy("pelvis", on="2024-03-01").metastasis("para-aortic-node", **PALN), "metachronous", "R8: radiotherapy alone"),
        (
            RECTUM.radiotherapy("pelvis", on="2024-03-01")
            .add("Procedure", "operation", status="completed", code=OPERATION, performedDateTime="2026-11")
            .metastasis("para-aortic-node", **PALN),
            None,
            "R8: an operation that may have been the resection: the end is not known",
        ),
        (
            RECTUM.radiotherapy("pelvis", on=days_before(60), status="in-progress").metastasis("para-aortic-node", **PALN),
            None,
            "R8: treatment that has not ended has no end",
        ),
    ),
)
def test_metachronous_needs_the_end_of_treatment(knowledge, record, timing, why):
    assert ask(knowledge, record).fact("paraAortic.timing") == timing, why


def test_metachronous_is_not_said_of_procedures_that_are_cut_short(knowledge):
    body = request(RECTUM.radiotherapy("pelvis", on="2024-03-01").metastasis("para-aortic-node", **PALN))
    body["prefetch"]["procedures"]["link"] = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]

    assert answer_to(knowledge, body).fact("paraAortic.timing") is None


NO_GROIN = {"valueCodeableConcept": {"text": "none"}}


@pytest.mark.parametrize(
    ("record", "extent", "why"),
    rows(
        (RECTUM.stated("groin-radiotherapy-extent", **NO_GROIN), "none", "an explicit answer"),
        (
            RECTUM.stated("groin-radiotherapy-extent", **NO_GROIN).radiotherapy("groin", on="2024-03-01"),
            None,
            "R1: it contradicts a course that was given",
        ),
        (RECTUM.radiotherapy("pelvis", on="2024-03-01"), None, "trap 20: the pelvis proves nothing of the groin"),
        (RECTUM.radiotherapy(None, status="not-done"), None, "a course not done somewhere says nothing of the groin"),
    ),
)
def test_groin_radiotherapy(knowledge, record, extent, why):
    assert ask(knowledge, record.metastasis("inguinal-node")).fact("radiotherapy.groin") == extent, why


# -- data-needed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "words", "why"),
    rows(
        (
            RECTUM.observation("h", loinc(HISTOLOGY), days_before(20), valueCodeableConcept=concept(ICDO3, "8070/3")).metastasis("liver"),
            "Histology",
            "recorded as adenocarcinoma and as squamous: a conflict is asked for",
        ),
        (
            RECTUM.stage_group("IIIB", on=days_before(30)).stage_group("IVA", on=days_before(30)),
            "Stage",
            "two stage groups at one instant",
        ),
    ),
)
def test_what_is_recorded_as_conflicting_is_asked_for(knowledge, record, words, why):
    assert f"**{words}:**" in ask(knowledge, record).card("data-needed")["detail"], why


@pytest.mark.parametrize("record", [RECTUM.metastasis("liver"), patient().rectum(None).metastasis("liver")])
def test_what_is_only_missing_is_not(knowledge, record):
    detail = ask(knowledge, record).card("staging-summary")["detail"] + str(ask(knowledge, record).cards)

    assert "recorded in ways that disagree" not in detail


@pytest.mark.parametrize(
    ("key", "label"), [("molecular", "KRAS"), ("reports", "CT"), ("clinical", "CEA"), ("clinical", "ECOG"), ("referrals", "CT")]
)
def test_no_test_is_offered_where_its_results_did_not_come(knowledge, key, label):
    """R1 and R13: it may be there, or on its way."""
    missing = {"KRAS": "kras", "CT": "ct-chest-abdomen-pelvis", "CEA": "cea", "ECOG": "ecog"}[label]
    body = request(PROXIMAL.without(missing))
    del body["prefetch"][key]
    answer = answer_to(knowledge, body)
    card = answer.card("data-needed")

    assert not [item["label"] for item in card.get("suggestions", []) if label in item["label"]]


def test_a_known_cea_is_not_asked_for_again(knowledge):
    body = request(PROXIMAL)
    del body["prefetch"]["procedures"]

    assert "CEA" not in str([card for card in answer_to(knowledge, body).cards if card["source"]["topic"]["code"] == "data-needed"])


# -- stage-inconsistency -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "said", "why"),
    rows(
        (
            RECTUM.tnm("c", "3", None, None, on=days_before(30)).tnm("c", "4b", None, None, on=days_before(30)),
            "T3 / T4b",
            "what disagrees is named, with its date",
        ),
        (
            RECTUM.stage_group("IIIB", on=days_before(30)).stage_group("IIIC", on=days_before(30)),
            "IIIB / IIIC",
            "stage groups too",
        ),
    ),
)
def test_two_values_of_one_category_are_both_named(knowledge, record, said, why):
    detail = ask(knowledge, record).card("stage-inconsistency")["detail"]

    assert said in detail, why
    assert days_before(30) in detail


def test_an_answer_that_was_not_assessed_is_no_response(knowledge):
    """Trap 9: not assessed is unknown, and decides nothing."""
    status = loinc(("LA9348-9", "Not assessed"))
    record = TREATED.response("PR", days_before(9)).observation("x", loinc(DISEASE_STATUS), days_before(2), valueCodeableConcept=status)

    assert ask(knowledge, record).fact("response.documented") is True


def test_a_component_panel_is_staging(knowledge):
    """Trap 10: categories as components of a panel."""
    parts = [
        {"code": snomed((code, axis)), "valueCodeableConcept": {"text": text}}
        for code, axis, text in (("399504009", "T", "cT3"), ("399534004", "N", "cN1"), ("399387003", "M", "cM1a"))
    ]
    record = RECTUM.observation("panel", snomed(("399566009", "TNM")), days_before(30), component=parts)

    assert ask(knowledge, record).fact("stage.derived") == "IVA"


def test_a_category_of_another_axis_is_not_read(knowledge):
    """Trap 17: the code of cM0 as the value of N."""
    record = RECTUM.stage_observation("N", "c", concept(SNOMED, "1229901006", "N0"), 8, days_before(30))

    assert not ask(knowledge, record).fact("tnm")


# -- words of the cards --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "lines", "why"),
    rows(
        (
            RECTUM.tnm("c", "3", "1b", "1a", on=days_before(30)).stage_group("IVA", on=days_before(30)),
            [f"cT3 N1b M1a stage IVA (edition 8, {days_before(30)})"],
            "one line for what was staged together",
        ),
        (
            RECTUM.tnm("c", "2", None, None, on=days_before(30)).tnm("c", "3", None, None, on=days_before(30)),
            [],
            "a set of which nothing is certain has no line",
        ),
    ),
)
def test_lines_of_the_stages_recorded(knowledge, record, lines, why):
    assert list(ask(knowledge, record).fact("summary.tnm")) == lines, why


@pytest.mark.parametrize(
    ("record", "printed", "not_printed", "why"),
    rows(
        (PROXIMAL, ("good ECOG at most = 2", "poor ECOG at least = 3", "poor ECOG at most = 4"), "Karnofsky", "R8: drafts rest on ECOG"),
        (
            SCORE.karnofsky(50, days_before(2)),
            ("good Karnofsky at least = 60", "poor Karnofsky at most = 40"),
            "ECOG at",
            "R8: why 50 decides nothing",
        ),
        (SCORE, ("look-back for performance status = 90 days",), "ECOG at", "R8: a limit that had nothing to decide is not named"),
    ),
)
def test_limits_of_performance_status_are_called_assumptions(knowledge, record, printed, not_printed, why):
    detail = ask(knowledge, record).card("systemic-therapy-first-line")["detail"]
    (line,) = [line for line in detail.splitlines() if line.startswith("- Assumption")]

    assert all(words in line for words in printed), why
    assert not_printed not in line, why


GROIN = RECTUM.metastasis("inguinal-node")


@pytest.mark.parametrize(
    ("record", "host", "why"),
    rows(
        (anorectal_with_bone_and_inguinal(), "sources-differ-first-line", "beside both positions"),
        (anorectal_with_bone_and_inguinal().without("ecog", "kras"), "sources-differ-first-line", "also while much is unknown"),
        (GROIN, "systemic-therapy-first-line", "isolated"),
        (GROIN.metastasis("bone"), "systemic-therapy-first-line", "with bone, and everything else unknown"),
        (GROIN.metastasis("para-aortic-node"), "systemic-therapy-first-line", "with para-aortic nodes"),
        (GROIN.regimen(FOLFOX, start=days_before(3)), "staging-summary", "after the first line"),
    ),
)
def test_old_figures_never_stand_without_the_newer_ones(knowledge, record, host, why):
    """T07: with year and size, and no reason to withhold treatment; in no summary."""
    answer = ask(knowledge, record)
    said = answer.card(host)["detail"].partition("**Why you see this**")[0]

    assert all(words in said for words in ("0 %", "1999, 32 patients", "2019", "55 % of 31", "52 % of 12", "withhold")), why
    assert not any("%" in card["summary"] for card in answer.cards)


def test_a_contradiction_always_says_what_disagrees(knowledge):
    """However much is recorded, the card is not shortened to its first sentence."""
    record = GROIN.stage_group("IIIB", on=days_before(2))
    for site in ("bone", "para-aortic-node", "liver", "lung", "intra-abdominal-node"):
        record = record.metastasis(site)

    detail = ask(knowledge, record).card("stage-inconsistency")["detail"]

    assert "**What disagrees:**" in detail
    assert "stage IIIB" in detail.partition("**Why")[0]
