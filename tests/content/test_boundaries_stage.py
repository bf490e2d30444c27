"""Lines, response, stage and nodes: R11, contradictions, what the findings make of the stage.

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
from tests.builders.answer import ask
from tests.builders.codes import FOLFOX, ICD10CM, concept, snomed
from tests.builders.tables import PROXIMAL, TREATED, liver, rows, settled, spread

# -- R11 lines and response -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "lines", "why"),
    rows(
        (PROXIMAL, 0, "none documented"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(35)), 1, "started on the day of the first evidence of stage IV"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(40)), 0, "before it: neoadjuvant treatment is shown, not counted"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(34), status="not-done"), 0, "not given"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(34), status="unknown"), None, "no evidence that it was given, nor that it was not"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(34), status="on-hold"), None, "on hold: it may never have begun"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(34), status="stopped"), 1, "what was stopped had begun"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(34), status="cancelled"), 0, "cancelled"),
    ),
)
def test_systemic_lines(knowledge, record, lines, why):
    answer = ask(knowledge, record)

    assert answer.fact("systemicLines") == lines, why
    assert ("systemic-therapy-first-line" in answer.codes) is (lines == 0), why


@pytest.mark.parametrize(
    ("record", "code", "why"),
    rows(
        (TREATED.response("PR", days_before(5)), None, "partial response"),
        (TREATED.response("CR", days_before(5)), None, "complete response"),
        (TREATED.response("PR", days_before(33)), None, "dated on the start of the line"),
        (TREATED.response("PR", days_before(34)), "surgery-before-response", "dated before the line"),
        (TREATED.response("PR", days_before(9)).response("SD", days_before(2)), None, "a later SD does not undo PR"),
        (TREATED.response("PR", days_before(9)).response("PD", days_before(2)), "surgery-after-progression", "a later PD does"),
        (TREATED.response("PD", days_before(9)).response("PR", days_before(2)), None, "a later PR undoes PD"),
        (TREATED.response("SD", days_before(5)), "surgery-before-response", "stable is no response"),
        (TREATED.response("improved", days_before(5)), "surgery-before-response", "'improved' is not PR"),
        (TREATED.response("PR", days_before(5), status="entered-in-error"), "surgery-before-response", "entered in error"),
        (PROXIMAL.response("PD", days_before(5)), "surgery-before-response", "no line was given: PD of what?"),
        (TREATED, "surgery-before-response", "not assessed"),
    ),
)
def test_response_before_resection(knowledge, record, code, why):
    answer = ask(knowledge, settled(record), "order-sign", orders(PROXIMAL.id).surgery("lar"))

    assert answer.codes == ({code} if code else set()), why


# -- stage-inconsistency ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "indicator", "why"),
    rows(
        (liver(days_before(40)).tnm("c", None, None, "0", on=days_before(30)), "warning", "M0 asserted after the metastasis"),
        (liver(days_before(40)).tnm("c", None, None, "0", on=days_before(40)), "warning", "on the same day"),
        (liver(days_before(40)).tnm("c", None, None, "0", on=days_before(90)), None, "before it: the stage at diagnosis"),
        (liver(days_before(40)).tnm("c", None, None, "0", on=None), "info", "assertion undated"),
        (liver(None).tnm("c", None, None, "0", on=days_before(30)), "info", "metastasis undated"),
        (liver(days_before(40)).stage_group("IIIB", on=days_before(30)), "warning", "stage below IV"),
        (liver(days_before(40)).stage_group("IVA", on=days_before(30)), None, "they agree"),
        (
            liver(days_before(40)).tnm("c", None, None, "0", on=days_before(30)).tnm("c", None, None, "1", on=days_before(20)),
            None,
            "M1 is newer",
        ),
        (
            patient().rectum().metastasis("liver", verification="provisional").tnm("c", None, None, "0", on=days_before(5)),
            None,
            "the metastasis is only suspected",
        ),
        (
            patient().rectum().metastasis("liver", verification=None).tnm("c", None, None, "0", on=days_before(5)),
            None,
            "it is not confirmed",
        ),
        (
            patient().primary("anal-canal", "squamous").metastasis("inguinal-node").tnm("c", None, None, "0", on=days_before(5)),
            None,
            "inguinal nodes are regional for the anal canal",
        ),
        (
            patient().rectum().metastasis("inguinal-node").tnm("c", None, None, "0", on=days_before(5)),
            "warning",
            "and distant for the rectum",
        ),
        (
            patient().rectum().metastasis("mesorectal-node").tnm("c", None, None, "0", on=days_before(5)),
            None,
            "regional nodes are no contradiction",
        ),
        (
            patient().rectum().tnm("c", "3", None, None, on=days_before(30)).tnm("c", "4b", None, None, on=days_before(30)),
            "warning",
            "two values of one axis at the same instant",
        ),
        (
            patient().rectum().stage_group("IIIB", on=days_before(30)).stage_group("IIIC", on=days_before(30)),
            "warning",
            "two stage groups at the same instant",
        ),
        (
            patient().rectum().tnm("c", "3", "1b", "0", on=days_before(30)).tnm("p", "4a", None, None, on=days_before(30)),
            None,
            "another prefix is another staging",
        ),
        (
            patient().rectum().tnm("c", "3", "1b", "0", on=days_before(30)).tnm("c", "4b", None, None, on=days_before(20)),
            None,
            "another day is a newer staging",
        ),
    ),
)
def test_stage_inconsistency(knowledge, record, indicator, why):
    assert ask(knowledge, record).indicators.get("stage-inconsistency") == indicator, why


# -- what the findings make of the stage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "metastases", "derived", "why"),
    rows(
        ("rectum", ("para-aortic-node",), "IVA", "one distant chain: M1a"),
        ("rectum", ("para-aortic-node", "inguinal-node"), "IVB", "two chains: M1b (T18)"),
        ("rectum", ("bone", "inguinal-node"), "IVB", "a chain and an organ: M1b"),
        ("rectum", ("bone",), "IVA", "one organ: M1a"),
        ("rectum", ("liver", "lung"), "IVB", "two organs: M1b"),
        ("rectum", ("peritoneum",), "IVC", "peritoneum: M1c, from the 8th edition on"),
        ("rectum", ("mesorectal-node",), None, "regional nodes make no stage IV"),
        ("anal-canal", ("bone", "inguinal-node"), "IV", "bone is distant, inguinal nodes are not"),
        ("anal-canal", ("inguinal-node",), None, "regional there"),
        ("anorectal-overlap", ("bone",), "IV", "both stagings give it"),
        ("anorectal-overlap", ("inguinal-node",), None, "only one staging gives it (T06)"),
    ),
)
def test_stage_from_the_findings(knowledge, site, metastases, derived, why):
    record = spread(patient().primary(site).tnm("c", "3", None, None, edition=8, on=days_before(30)), *metastases)

    answer = ask(knowledge, record)

    assert answer.fact("stage.derived") == derived, why
    assert (answer.fact("stage.isIV") is True) is (derived is not None), why


def test_a_stage_from_the_findings_names_the_spread_that_it_rests_on(knowledge):
    facts = ask(knowledge, patient().primary("rectum").metastasis("bone")).assessment.facts

    assert facts.value("stage.derived") == "IVA"
    assert facts.evidence_of("stage.derived") == facts.evidence_of("bone.present") != ()


def test_peritoneum_without_an_edition_is_stage_iv_at_least(knowledge):
    """The 7th edition says M1b, the 8th M1c: every edition agrees on IV alone."""
    answer = ask(knowledge, patient().rectum().metastasis("peritoneum"))

    assert answer.fact("stage.isIV") is True
    assert answer.fact("stage.derived") in {None, "IV"}


# -- nodes-ambiguous ----------------------------------------------------------------------------------------------------


def coded(system_code: str, body_site: str | None = None) -> Patient:
    code = (
        concept(ICD10CM, system_code) if system_code.startswith("C77") else snomed((system_code, "Secondary malignant neoplasm of nodes"))
    )
    return patient().rectum().condition("node", code, onset=days_before(30), body_site=body_site)


@pytest.mark.parametrize("code", ["C77.2", "C77.5", "C77.8", "C77.9", "94347008", "94350006", "94336001", "94392001", "94396003"])
def test_a_code_that_names_no_station_is_ambiguous(knowledge, code):
    answer = ask(knowledge, coded(code))

    assert answer.indicators.get("nodes-ambiguous") == "warning"
    assert answer.fact("stage.isIV") is None, "cannot tell regional from distant"


@pytest.mark.parametrize(
    ("record", "why"),
    rows(
        (coded("94392001", "245285004"), "the body site names the station"),
        (coded("C77.2", "35783009"), "idem"),
        (coded("C77.2").metastasis("para-aortic-node"), "another resource names it"),
        (coded("94339008"), "the code names the station"),
        (coded("C77.4"), "idem"),
        (patient().rectum().condition("node", concept(ICD10CM, "C77.2"), verification="refuted"), "refuted"),
    ),
)
def test_nodes_that_are_not_ambiguous(knowledge, record, why):
    assert "nodes-ambiguous" not in ask(knowledge, record).codes, why
