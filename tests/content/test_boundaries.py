"""The boundaries of the rules, one table per rule. The last column of a row says why it is as it is."""

from __future__ import annotations

import re

import pytest

from tests.builders import (
    Patient,
    anorectal_with_bone_and_inguinal,
    days_before,
    orders,
    patient,
    proximal_rectal_with_para_aortic,
    request,
)
from tests.builders.answer import answer_to, ask, codes_of
from tests.builders.clock import AS_OF
from tests.builders.codes import CISPLATIN_FU, CT_ORDER, FOLFIRI, FOLFOX, ICD10CM, IMAGING, INTENT_EXTENSION, concept, snomed

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
FIRST_LINE = {"sources-differ-first-line", "systemic-therapy-first-line"}


def rows(*table):
    """Rows whose last column is the comment: it becomes the test's name."""
    return [pytest.param(*row, id=f"{number}: {row[-1]}") for number, row in enumerate(table)]


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "comparator", "below", "why"),
    rows(
        (4.9, "ng/mL", None, True, "below"),
        (5.0, "ng/mL", None, False, "5.0 does not meet < 5"),
        (5, "ng/mL", None, False, "5 without decimals neither"),
        (5.1, "ng/mL", None, False, "above"),
        (5, "ng/mL", "<", True, "'<5' proves it: the bound is not above the threshold"),
        (5.0, "ng/mL", "<", True, "'<5.0' is the same"),
        (0.5, "ng/mL", "<", True, "below the detection limit"),
        (10, "ng/mL", "<", None, "'<10' proves nothing"),
        (5, "ng/mL", ">", False, "'>5' disproves it"),
        (2, "ng/mL", ">", None, "'>2' proves nothing"),
        (4.9, "ug/L", None, True, "ug/L is numerically ng/mL"),
        (5.1, "ug/L", None, False, "idem"),
        (4.9, "ug/l", None, True, "as some laboratories write it"),
        (4.9, "mcg/L", None, True, "as others do"),
        (0.0049, "mg/L", None, True, "mg/L is a thousand times more"),
        (0.0051, "mg/L", None, False, "idem"),
        (4.9, "U/mL", None, None, "units per volume cannot be compared"),
        (4.9, None, None, None, "no unit is assumed"),
        ("<0.5 ng/mL", None, None, True, "a result in words with its unit"),
        ("pending", None, None, None, "words that are no number"),
    ),
)
def test_cea_against_the_threshold(knowledge, value, unit, comparator, below, why):
    record = PROXIMAL.without("cea").cea(value, unit, days_before(5), comparator)

    answer = ask(knowledge, record)

    assert answer.fact("cea.belowThreshold") is below, why
    assert "para-aortic-surgery-candidacy" in answer.codes, "a factor, never a gate"


def test_an_excluded_cea_specimen_is_not_cea(knowledge):
    record = PROXIMAL.changed("cea", code=concept("http://loinc.org", "2037-0", "CEA [Mass/volume] in Body fluid"))

    assert ask(knowledge, record).fact("cea.value") is None


@pytest.mark.parametrize(
    ("value", "unit", "fires", "why"),
    rows(
        (12.0, "cm", False, "12.0 is not more than 12"),
        (12.1, "cm", True, "12.1 is"),
        (121, "mm", True, "millimetres"),
        (120, "mm", False, "exactly 12 cm"),
        (10.5, "cm", False, "mid rectum"),
        (105, "mm", False, "idem"),
        (14, None, False, "no unit is assumed"),
    ),
)
def test_distance_from_the_anal_verge(knowledge, value, unit, fires, why):
    record = patient().rectum().distance(value, unit).tnm("c", "3", "1b", "0", on=days_before(30)).ct_chest_abdomen_pelvis()

    answer = ask(knowledge, record, "order-sign", orders().radiotherapy("pelvis", "neoadjuvant"))

    assert answer.codes == ({"preop-radiotherapy-proximal"} if fires else set()), why


@pytest.mark.parametrize(
    ("reflection", "indicator", "why"),
    rows(
        (None, "warning", "distance alone"),
        ("above", "warning", "both agree"),
        ("at", "info", "both are shown (T14)"),
        ("below", "info", "both are shown (T14)"),
    ),
)
def test_distance_and_peritoneal_reflection(knowledge, reflection, indicator, why):
    record = patient().rectum().distance(14)
    record = record.reflection(reflection) if reflection else record

    answer = ask(knowledge, record, "order-sign", orders().radiotherapy("pelvis", "neoadjuvant"))

    assert answer.indicators == {"preop-radiotherapy-proximal": indicator}, why


def test_no_preoperative_radiotherapy_after_resection(knowledge):
    record = patient().rectum().distance(14).surgery("lar", on=days_before(20))

    assert ask(knowledge, record, "order-sign", orders().radiotherapy("pelvis", "neoadjuvant")).codes == set()


@pytest.mark.parametrize(("count", "why"), rows((2, "two or fewer"), (3, "more than two"), (1, "one")))
def test_number_of_para_aortic_nodes(knowledge, count, why):
    answer = ask(knowledge, PROXIMAL.without("para-aortic-node-count").para_aortic_count(count))

    assert answer.fact("paraAortic.nodeCount") == count, why
    favourable = ask(knowledge, PROXIMAL).card("para-aortic-surgery-candidacy")["detail"]
    differs = answer.card("para-aortic-surgery-candidacy")["detail"] != favourable
    assert differs is (count != 2)


def test_regional_nodes_positive_are_not_para_aortic_nodes(knowledge):
    record = PROXIMAL.without("para-aortic-node-count").observation(
        "nodes", concept("http://loinc.org", "21893-3", "Regional lymph nodes positive"), days_before(30), valueInteger=2
    )

    assert ask(knowledge, record).fact("paraAortic.nodeCount") is None


@pytest.mark.parametrize(
    ("ecog", "karnofsky", "good", "poor", "why"),
    rows(
        (0, None, True, False, "ECOG 0"),
        (1, None, True, False, "ECOG 1"),
        (2, None, True, False, "ECOG 2 is still good"),
        (3, None, False, True, "ECOG 3 is poor"),
        (4, None, False, True, "ECOG 4"),
        (None, 60, True, False, "Karnofsky 60 is still good"),
        (None, 50, None, None, "Karnofsky 50 is neither known good nor known poor"),
        (None, 40, False, True, "Karnofsky 40 is poor"),
        (1, 40, None, None, "same day, and they disagree"),
        (1, 90, True, False, "same day, and they agree"),
        (None, None, None, None, "none recorded"),
    ),
)
def test_performance_status(knowledge, ecog, karnofsky, good, poor, why):
    record = PROXIMAL.without("ecog")
    record = record if ecog is None else record.ecog(ecog, days_before(9))
    record = record if karnofsky is None else record.karnofsky(karnofsky, days_before(9))

    answer = ask(knowledge, record)

    assert (answer.fact("performanceStatus.good"), answer.fact("performanceStatus.poor")) == (good, poor), why
    offers_drugs = any("MedicationRequest" in str(item) for item in answer.card("systemic-therapy-first-line").get("suggestions", []))
    assert offers_drugs is (good is True), "drafts of drugs only when performance status is known and not poor (R15)"


def test_the_newest_performance_status_counts(knowledge):
    record = PROXIMAL.without("ecog").ecog(1, days_before(30)).karnofsky(40, days_before(3))

    assert ask(knowledge, record).fact("performanceStatus.poor") is True


@pytest.mark.parametrize(("days", "documented", "why"), rows((90, True, "the last day of the look-back"), (91, False, "older")))
def test_performance_status_look_back(knowledge, days, documented, why):
    assert ask(knowledge, PROXIMAL.without("ecog").ecog(1, days_before(days))).fact("performanceStatus.documented") is documented, why


# -- R2 scope ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "any_card", "why"),
    rows(
        (patient().rectum().metastasis("liver"), True, "active primary"),
        (patient().rectum(clinical="recurrence").metastasis("liver"), True, "recurrence is active"),
        (patient().rectum(clinical=None).metastasis("liver"), True, "no clinical status: taken as active, with a note"),
        (patient().rectum(clinical="remission").metastasis("liver"), True, "remission, the only malignancy, with an active metastasis"),
        (patient().rectum(clinical="remission"), False, "remission without metastasis"),
        (patient().rectum(clinical="resolved").metastasis("liver", verification="provisional"), False, "the metastasis is only suspected"),
        (patient().rectum(verification="provisional").metastasis("liver"), False, "provisional primary"),
        (patient().rectum(verification="differential").metastasis("liver"), False, "differential diagnosis"),
        (patient().rectum(verification="refuted").metastasis("liver"), False, "refuted primary"),
        (patient().rectum(verification="entered-in-error").metastasis("liver"), False, "entered in error"),
        (patient().primary("colon", None).metastasis("liver"), False, "colon"),
        (patient().primary("anal-margin", None).metastasis("liver"), False, "skin of the anal margin"),
        (patient().primary("breast", None).metastasis("bone"), False, "another cancer"),
        (patient().rectum("neuroendocrine").metastasis("liver"), False, "recorded histology of neither family"),
        (patient().rectum(None).metastasis("liver"), True, "histology not recorded"),
        (patient().metastasis("bone").metastasis("inguinal-node"), False, "no primary at all"),
        (patient().condition("history", concept(ICD10CM, "Z85.048"), onset="2019-01-01").metastasis("liver"), False, "history code alone"),
        (patient().condition("trap", concept(ICD10CM, "C78.5"), onset="2019-01-01"), False, "a metastasis to the rectum is no primary"),
        (patient(born=days_before(17 * 365)).rectum().metastasis("liver"), False, "seventeen years old"),
    ),
)
def test_scope(knowledge, record, any_card, why):
    assert bool(ask(knowledge, record).cards) is any_card, why


@pytest.mark.parametrize("deceased", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-11-01"}])
def test_no_card_for_a_deceased_patient(knowledge, deceased):
    body = request(PROXIMAL)
    body["prefetch"]["patient"] |= deceased

    assert not answer_to(knowledge, body).cards


@pytest.mark.parametrize("user", ["Patient/proximal", "RelatedPerson/1"])
def test_no_card_for_patients_and_relatives(knowledge, user):
    body = request(PROXIMAL)
    body["context"]["userId"] = user

    assert not answer_to(knowledge, body).cards


def test_a_metastasis_of_another_active_primary_counts_for_none(knowledge):
    both = patient().rectum().primary("breast", None).metastasis("bone")

    answer = ask(knowledge, both)

    assert "bone-management" not in answer.codes
    assert len(answer.fact("unattributed") or ()) == 1


def test_a_metastasis_that_names_its_primary_counts(knowledge):
    both = patient().rectum().primary("breast", None).metastasis("bone", related="primary")

    assert "bone-management" in ask(knowledge, both).codes


def test_stage_i_alone_has_no_card(knowledge):
    record = patient().rectum().tnm("c", "2", "0", "0", on=days_before(30)).stage_group("I", on=days_before(30))

    assert not ask(knowledge, record).cards


def test_stage_iii_has_the_summary(knowledge):
    record = patient().rectum().stage_group("IIIB", on=days_before(30))

    assert "staging-summary" in ask(knowledge, record).codes


# -- R9 which source applies --------------------------------------------------------------------------------------------

WIDESPREAD = ("bone", "inguinal-node")


def spread(record: Patient, *sites: str) -> Patient:
    for site in sites:
        record = record.metastasis(site)
    return record


@pytest.mark.parametrize(
    ("site", "histology", "metastases", "first_line", "why"),
    rows(
        ("rectum", "adenocarcinoma", ("para-aortic-node",), "systemic-therapy-first-line", "source 2's own case"),
        ("rectum", "mucinous", ("para-aortic-node",), "systemic-therapy-first-line", "adenocarcinoma family"),
        ("rectosigmoid", "adenocarcinoma", ("para-aortic-node",), "systemic-therapy-first-line", "rectosigmoid as rectum"),
        ("rectum", "adenocarcinoma", ("liver",), "systemic-therapy-first-line", "stage IV without para-aortic nodes, told so"),
        ("rectum", "adenocarcinoma", WIDESPREAD, "systemic-therapy-first-line", "local recurrence unknown: source 2"),
        ("rectum", "squamous", ("liver",), None, "neither source addresses it"),
        ("rectum", None, ("liver",), None, "histology must be known"),
        ("anorectal-overlap", "adenocarcinoma", ("bone",), "sources-differ-first-line", "T01"),
        ("anorectal-overlap", "squamous", ("bone",), "systemic-therapy-first-line", "source 1"),
        ("anal-canal", "adenocarcinoma", ("liver",), "sources-differ-first-line", "T01, staged as anal"),
        ("anal-canal", "squamous", ("liver",), "systemic-therapy-first-line", "source 1"),
        ("anal-canal", "cloacogenic", ("liver",), "systemic-therapy-first-line", "squamous family"),
        ("anus", "adenocarcinoma", ("liver",), "sources-differ-first-line", "anus as anal canal"),
        ("anus", "squamous", ("liver",), "systemic-therapy-first-line", "source 1"),
        ("anal-canal", "squamous", ("inguinal-node",), None, "inguinal nodes are regional there: not stage IV"),
        ("anorectal-overlap", "squamous", ("inguinal-node",), None, "stage IV only where both stagings give it (T06)"),
        ("rectum", "adenocarcinoma", ("inguinal-node",), "systemic-therapy-first-line", "inguinal nodes are distant there"),
        ("rectum", "adenocarcinoma", ("mesorectal-node",), None, "regional nodes"),
    ),
)
def test_first_line_by_site_and_histology(knowledge, site, histology, metastases, first_line, why):
    record = spread(patient().primary(site, histology), *metastases)

    assert ask(knowledge, record).codes & FIRST_LINE == ({first_line} if first_line else set()), why


@pytest.mark.parametrize(
    ("recurrence", "one", "first_line", "why"),
    rows(
        (False, True, "sources-differ-first-line", "no local recurrence: source 1 applies to the rectum too"),
        (True, False, "systemic-therapy-first-line", "local recurrence: it does not"),
        (None, None, "systemic-therapy-first-line", "unknown: unknown"),
    ),
)
def test_source_1_for_the_rectum_needs_known_absence_of_local_recurrence(knowledge, recurrence, one, first_line, why):
    record = spread(patient().rectum(), *WIDESPREAD)
    record = record if recurrence is None else record.local_recurrence(present=recurrence, on=days_before(20))

    answer = ask(knowledge, record)

    assert answer.fact("sources.one.applies") is one, why
    assert answer.codes & FIRST_LINE == {first_line}, why


@pytest.mark.parametrize(
    ("site", "histology", "two"),
    [
        ("rectum", "adenocarcinoma", True),
        ("rectosigmoid", "adenocarcinoma", True),
        ("rectum", "squamous", False),
        ("anorectal-overlap", "adenocarcinoma", False),
        ("anal-canal", "squamous", False),
    ],
)
def test_source_2_is_about_rectal_adenocarcinoma(knowledge, site, histology, two):
    answer = ask(knowledge, patient().primary(site, histology).metastasis("para-aortic-node"))

    assert answer.fact("sources.two.applies") is two
    assert ("para-aortic-surgery-candidacy" in answer.codes) is two


def test_prognosis_stands_on_the_summary_when_no_systemic_card_fires(knowledge):
    record = PROXIMAL.regimen(FOLFOX, start=days_before(30))

    assert {"prognosis", "multidisciplinary-review"} <= set(
        ask(knowledge, record).card("staging-summary")["extension"]["org.cds-service.card"]["codes"]
    )


# -- R10 confirmed, suspected, refuted ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verification", "present", "fires", "why"),
    rows(
        ("confirmed", True, True, "confirmed"),
        (None, True, True, "no verification: active, not confirmed"),
        ("provisional", None, False, "suspected is not active"),
        ("differential", None, False, "suspected is not active"),
        ("unconfirmed", None, False, "suspected is not active"),
        ("refuted", False, False, "refuted: exactly that thing is absent"),
        ("entered-in-error", None, False, "ignored: nothing is known"),
    ),
)
def test_verification_of_a_bone_metastasis(knowledge, verification, present, fires, why):
    answer = ask(knowledge, patient().rectum().metastasis("bone", verification=verification))

    assert answer.fact("bone.present") is present, why
    assert ("bone-management" in answer.codes) is fires, why
    assert answer.fact("stage.isIV") is (True if fires else None), why


def test_a_refuted_metastasis_cancels_nothing_else(knowledge):
    record = patient().rectum().metastasis("bone", verification="refuted").metastasis("liver")

    assert ask(knowledge, record).fact("stage.isIV") is True


def test_retroperitoneal_nodes_are_only_suspected_para_aortic(knowledge):
    answer = ask(knowledge, patient().rectum().metastasis("retroperitoneal-node"))

    assert answer.fact("paraAortic.present") is None
    assert "para-aortic-surgery-candidacy" not in answer.codes


def test_retroperitoneal_nodes_with_the_station_are_para_aortic(knowledge):
    answer = ask(knowledge, patient().rectum().metastasis("retroperitoneal-node", body_site="35783009"))

    assert answer.fact("paraAortic.present") is True


@pytest.mark.parametrize("verification", [None, "provisional"])
def test_critical_needs_confirmed_para_aortic_nodes(knowledge, verification):
    record = PROXIMAL.without("metastasis-para-aortic-node").metastasis("para-aortic-node", verification=verification, on=days_before(35))

    answer = ask(knowledge, record, "order-sign", orders(PROXIMAL.id).radiotherapy("pelvis", "curative"))

    assert "critical" not in answer.indicators.values()
    assert "preop-chemoradiation-stage-iv" not in answer.codes


# -- KRAS -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "status", "why"),
    rows(
        (PROXIMAL.without("kras").kras("mutated"), "mutated", "a result in a listed spelling under a coded test"),
        (PROXIMAL, "wild-type", "idem"),
        (PROXIMAL.without("kras").variant("KRAS", present=True), "mutated", "a variant found"),
        (PROXIMAL.without("kras").variant("KRAS", present=False), "indeterminate", "that variant absent says nothing about the others"),
        (PROXIMAL.without("kras").variant("NRAS", present=True), "not-tested", "another gene"),
        (PROXIMAL.without("kras").kras("mutated", status="entered-in-error"), "not-tested", "entered in error"),
        (PROXIMAL.kras("mutated", days_before(2)), "conflicting", "two valid results that differ"),
        (PROXIMAL.kras("wild-type", days_before(2)), "wild-type", "two that agree"),
        (PROXIMAL.without("kras"), "not-tested", "a complete record without it"),
    ),
)
def test_kras(knowledge, record, status, why):
    assert ask(knowledge, record).fact("biomarkers.kras") == status, why


CAUTIOUS = [
    (PROXIMAL.without("kras").kras("mutated", status="preliminary"), "preliminary"),
    (
        PROXIMAL.changed("kras", code={"text": "KRAS mutation analysis"}, valueCodeableConcept={"text": "Mutated"}),
        "only the words of the code say that it is KRAS",
    ),
    (PROXIMAL.kras("mutated", days_before(2)), "two valid results that differ"),
    (PROXIMAL.without("kras").variant("KRAS", present=False), "one variant absent"),
]


@pytest.mark.parametrize(("record", "why"), rows(*CAUTIOUS))
def test_critical_needs_an_explicit_kras_result(knowledge, record, why):
    assert "critical" not in ask(knowledge, record, "order-sign", orders(PROXIMAL.id).drug("cetuximab")).indicators.values(), why


# -- R11 lines and response -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "lines", "why"),
    rows(
        (PROXIMAL, 0, "none documented"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(35)), 1, "started on the day of the first evidence of stage IV"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(40)), 0, "before it: neoadjuvant treatment is shown, not counted"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(34), status="not-done"), 0, "not given"),
        (PROXIMAL.regimen(FOLFOX, start=days_before(34), status="unknown"), 0, "no evidence that it was given"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(34), status="cancelled"), 0, "cancelled"),
    ),
)
def test_systemic_lines(knowledge, record, lines, why):
    answer = ask(knowledge, record)

    assert answer.fact("systemicLines") == lines, why
    assert ("systemic-therapy-first-line" in answer.codes) is (lines == 0), why


TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33))


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
    answer = ask(knowledge, record, "order-sign", orders(PROXIMAL.id).surgery("lar"))

    assert answer.codes == ({code} if code else set()), why


# -- stage-inconsistency ------------------------------------------------------------------------------------------------


def liver(on: str | None) -> Patient:
    record = patient().rectum(onset=days_before(200)).metastasis("liver", on="2026-01-01")
    return record.changed("metastasis-liver", onsetDateTime=on)


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


# -- R14 emergencies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "intent", "indicator", "why"),
    rows(
        (PROXIMAL, "curative", "critical", "no emergency"),
        (PROXIMAL.without("obstruction").symptom("obstruction"), "curative", "info", "obstruction"),
        (PROXIMAL.without("perforation").symptom("perforation"), "curative", "info", "perforation"),
        (PROXIMAL.without("bleeding").symptom("bleeding", on=days_before(30)), "curative", "info", "bleeding counts for 30 days"),
        (PROXIMAL.without("bleeding").symptom("bleeding", on=days_before(31)), "curative", "critical", "no longer"),
        (PROXIMAL, "palliative", None, "the row itself says no card"),
    ),
)
def test_emergencies_outrank_sequence(knowledge, record, intent, indicator, why):
    drafts = orders(PROXIMAL.id).radiotherapy("pelvis", intent)

    answer = ask(knowledge, record, "order-sign", drafts)

    assert answer.indicators.get("preop-chemoradiation-stage-iv") == indicator, why
    if indicator == "info":
        assert not any(item.startswith("withdraw") for item in answer.suggestions("preop-chemoradiation-stage-iv"))


@pytest.mark.parametrize(("on", "complete"), [(days_before(5), True), (AS_OF.isoformat()[:4], None), (days_before(900), False)])
def test_imaging_counts_as_missing_only_where_its_date_is_certainly_too_old(knowledge, on, complete):
    record = PROXIMAL.without("ct-chest-abdomen-pelvis").add(
        "DiagnosticReport", "ct", status="final", code=concept(*IMAGING["ct-chest-abdomen-pelvis"]), effectiveDateTime=on
    )

    assert ask(knowledge, record).fact("imaging.ctComplete") is complete


def test_missing_imaging_is_info_in_an_emergency(knowledge):
    record = PROXIMAL.without("ct-chest-abdomen-pelvis", "obstruction").symptom("obstruction")

    assert ask(knowledge, record, "order-sign", orders(PROXIMAL.id).surgery("lar")).indicators == {
        "surgery-before-response": "info",
        "staging-imaging-missing": "info",
    }


# -- R15 drafts of drugs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "drugs", "bevacizumab", "why"),
    rows(
        (PROXIMAL, True, True, "good performance status"),
        (PROXIMAL.without("ecog").ecog(3), False, False, "poor"),
        (PROXIMAL.without("ecog"), False, False, "unknown"),
        (PROXIMAL.without("bleeding").symptom("bleeding"), True, False, "bleeding: no bevacizumab"),
        (PROXIMAL.mmr("deficient"), False, False, "the sources do not address MMR deficiency"),
        (PROXIMAL.mmr("proficient"), True, True, "MMR proficient"),
    ),
)
def test_drafts_of_drugs(knowledge, record, drugs, bevacizumab, why):
    suggestions = ask(knowledge, record).card("systemic-therapy-first-line").get("suggestions", [])
    created = [action["resource"] for item in suggestions for action in item["actions"]]
    ingredients = {
        code["code"]
        for item in created
        if item["resourceType"] == "MedicationRequest"
        for code in item["medicationCodeableConcept"]["coding"]
    }

    assert ("32592" in ingredients) is drugs, why
    assert ("253337" in ingredients) is bevacizumab, why


SQUAMOUS_ANAL = patient().primary("anal-canal", "squamous").metastasis("liver")


@pytest.mark.parametrize(
    ("record", "drugs", "why"),
    rows(
        (ANORECTAL, {"2555", "4492", "194000", "6313", "32592", "51499"}, "both positions"),
        (ANORECTAL.without("ecog").ecog(3), set(), "poor performance status"),
        (ANORECTAL.without("ecog"), set(), "performance status unknown"),
        (ANORECTAL.mmr("deficient"), set(), "MMR deficient"),
        (SQUAMOUS_ANAL.ecog(1), {"2555", "4492", "194000"}, "source 1 alone"),
        (SQUAMOUS_ANAL.ecog(3), set(), "source 1 alone, poor performance status"),
        (SQUAMOUS_ANAL, set(), "source 1 alone, performance status unknown"),
        (SQUAMOUS_ANAL.ecog(1).mmr("deficient"), set(), "source 1 alone, MMR deficient"),
    ),
)
def test_drafts_of_drugs_by_source(knowledge, record, drugs, why):
    answer = ask(knowledge, record)
    [code] = answer.codes & FIRST_LINE
    created = [action["resource"] for item in answer.card(code).get("suggestions", []) for action in item["actions"]]
    concepts = [item["medicationCodeableConcept"] for item in created if item["resourceType"] == "MedicationRequest"]

    assert {coding["code"] for item in concepts for coding in item["coding"]} == drugs, why


# -- orders: what decides between the rows ------------------------------------------------------------------------------------

PROGRESSED = TREATED.response("PD", days_before(5))
RESPONSE = TREATED.response("PR", days_before(5))
UNVERIFIED = TREATED.without("metastasis-para-aortic-node").metastasis("para-aortic-node", verification=None, on=days_before(35))
NO_CT = PROXIMAL.without("ct-chest-abdomen-pelvis")
OVERLAP = patient().anorectum().metastasis("para-aortic-node").regimen(FOLFOX, start=days_before(33)).ct_chest_abdomen_pelvis()
SQUAMOUS = patient().rectum("squamous").metastasis("para-aortic-node").ct_chest_abdomen_pelvis()
STAGE_III = patient().rectum().tnm("c", "3", "1b", "0", on=days_before(30)).stage_group("IIIB", on=days_before(30))


def mine(*agents: str):
    return orders(PROXIMAL.id).drug(*agents)


ORDER_ROWS = [
    (PROGRESSED, orders(PROXIMAL.id).surgery("lar", "palliative"), {"surgery-after-progression": "info"}, "palliative intent (R14)"),
    (
        PROGRESSED.regimen(FOLFIRI, start=days_before(2)),
        orders(PROXIMAL.id).surgery("lar"),
        {"surgery-before-response": "warning"},
        "the progression is older than the newest line",
    ),
    (
        UNVERIFIED.response("PD", days_before(5)),
        orders(PROXIMAL.id).surgery("lar"),
        {"surgery-before-response": "warning"},
        "the progression row needs confirmed para-aortic nodes",
    ),
    (
        TREATED.response("PD", days_before(5), status="preliminary"),
        orders(PROXIMAL.id).surgery("lar"),
        {"surgery-before-response": "warning"},
        "the progression row needs an explicit progression",
    ),
    (
        STAGE_III.kras("mutated"),
        orders().drug("cetuximab"),
        {"anti-egfr-kras-mutated": "critical"},
        "any adenocarcinoma in scope, any stage",
    ),
    (
        patient().primary("anal-canal", "squamous").metastasis("liver").kras("mutated").ct_chest_abdomen_pelvis(),
        orders().drug("cetuximab"),
        {},
        "not an adenocarcinoma",
    ),
    (
        patient().rectum().metastasis("inguinal-node").metastasis("liver"),
        orders().surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "critical"},
        "any primary in scope, any other distant site",
    ),
    (
        patient().primary("anal-canal", "squamous").metastasis("inguinal-node").metastasis("bone").ct_chest_abdomen_pelvis(),
        orders().surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "critical"},
        "squamous too",
    ),
    (
        patient().rectum(None).metastasis("inguinal-node").metastasis("bone"),
        orders().surgery("inguinal-dissection"),
        {},
        "histology must be known",
    ),
    (
        patient().rectum().metastasis("inguinal-node", verification="provisional").metastasis("bone"),
        orders().surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "warning"},
        "inguinal nodes suspected",
    ),
    (
        ANORECTAL.stated("inguinal-symptomatic", valueBoolean=True),
        orders(ANORECTAL.id).surgery("inguinal-dissection"),
        {"inguinal-dissection-systemic-disease": "warning"},
        "symptomatic inguinal nodes: never critical",
    ),
    (
        patient().primary("anal-canal", "squamous").metastasis("liver").ct_chest_abdomen_pelvis(),
        orders().drug("panitumumab"),
        {},
        "KRAS not found, but not an adenocarcinoma",
    ),
    (PROXIMAL.without("kras").kras("mutated"), mine(*FOLFOX), {}, "KRAS mutated, but no antibody against EGFR is drafted"),
    (PROXIMAL.without("kras"), mine(*FOLFOX, "bevacizumab"), {}, "KRAS unknown, but no antibody against EGFR is drafted"),
    (PROGRESSED, mine(*FOLFIRI), {}, "progression speaks about operations only"),
    (PROGRESSED, orders(PROXIMAL.id).surgery("cholecystectomy"), {}, "and only about these operations"),
    (OVERLAP, orders().radiotherapy("pelvis", "neoadjuvant"), {}, "para-aortic nodes of an anorectal primary: source 2 is not about it"),
    (OVERLAP.response("PD", days_before(5)), orders().surgery("apr"), {}, "idem, after progression"),
    (SQUAMOUS, orders().radiotherapy("pelvis", "neoadjuvant"), {}, "squamous cancer of the rectum: neither source addresses it"),
    (
        patient().primary("rectosigmoid").distance(14).ct_chest_abdomen_pelvis(),
        orders().radiotherapy("pelvis", "neoadjuvant"),
        {},
        "14 cm, but the rectosigmoid junction",
    ),
    (PROXIMAL, orders(PROXIMAL.id).radiotherapy("groin", "neoadjuvant"), {}, "the groin is not the pelvis"),
    (RESPONSE, orders(PROXIMAL.id).surgery("cholecystectomy"), {}, "an operation that no row is about"),
    (NO_CT.regimen(FOLFOX, start=days_before(33)), mine(*FOLFIRI), {}, "not the first line"),
    (NO_CT, mine("ibuprofen"), {}, "no systemic therapy"),
    (STAGE_III, orders().surgery("lar"), {}, "neither source applies"),
    (
        NO_CT.ct_chest_abdomen_pelvis(days_before(90)),
        mine(*FOLFOX),
        {},
        "the last day of the look-back",
    ),
    (NO_CT.imaging("ct-chest-abdomen", on=days_before(5)), mine(*FOLFOX), {"staging-imaging-missing": "warning"}, "the pelvis is missing"),
    (
        NO_CT.imaging("ct-chest-abdomen-pelvis", on=days_before(5), status="cancelled"),
        mine(*FOLFOX),
        {"staging-imaging-missing": "warning"},
        "a cancelled report shows nothing",
    ),
    (
        PROXIMAL.primary("breast", None),
        orders(PROXIMAL.id).surgery("lar"),
        {},
        "the nodes may belong to the other primary: source 2 is not known to apply",
    ),
]


@pytest.mark.parametrize(("record", "drafts", "indicators", "why"), rows(*ORDER_ROWS))
def test_order_rows(knowledge, record, drafts, indicators, why):
    assert ask(knowledge, record, "order-sign", drafts).indicators == indicators, why


# -- orders: intent, field, regimens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "histology", "metastasis", "agents", "fires", "why"),
    rows(
        ("rectum", "adenocarcinoma", "para-aortic-node", CISPLATIN_FU, True, "cisplatin for rectal adenocarcinoma"),
        ("rectum", "adenocarcinoma", "para-aortic-node", ("cisplatin",), False, "cisplatin alone is not that regimen"),
        ("rectosigmoid", "adenocarcinoma", "liver", ("cisplatin", "capecitabine"), True, "capecitabine too"),
        ("anal-canal", "squamous", "liver", FOLFOX, True, "FOLFOX for squamous"),
        ("anal-canal", "squamous", "liver", FOLFIRI, True, "FOLFIRI for squamous"),
        ("anal-canal", "squamous", "liver", CISPLATIN_FU, False, "source 1's own regimen"),
        ("anal-canal", "adenocarcinoma", "liver", ("oxaliplatin",), True, "oxaliplatin where source 1 applies (T11)"),
        ("anal-canal", "adenocarcinoma", "liver", FOLFIRI, False, "no platinum, no mismatch"),
        ("rectum", "adenocarcinoma", "liver", FOLFOX, False, "source 1 does not apply"),
        ("rectum", "squamous", "liver", FOLFOX, False, "neither source addresses it"),
    ),
)
def test_regimen_scope(knowledge, site, histology, metastasis, agents, fires, why):
    record = patient().primary(site, histology).metastasis(metastasis).ct_chest_abdomen_pelvis()

    assert ask(knowledge, record, "order-select", orders().drug(*agents)).codes == ({"regimen-scope"} if fires else set()), why


def test_nothing_is_withdrawn_after_progression_from_a_palliative_operation(knowledge):
    answer = ask(knowledge, PROGRESSED, "order-sign", orders(PROXIMAL.id).surgery("lar", "palliative"))

    assert answer.suggestions("surgery-after-progression") == ()


@pytest.mark.parametrize(
    ("record", "drafts", "offered", "why"),
    rows(
        (TREATED, orders(PROXIMAL.id).surgery("lar"), 1, "a line was given"),
        (PROXIMAL, orders(PROXIMAL.id).surgery("lar"), 0, "no line was given"),
        (TREATED, orders(PROXIMAL.id).surgery("lar").imaging("ct-chest-abdomen-pelvis"), 0, "a CT is drafted (R13)"),
        (TREATED.referral("ct", concept(*CT_ORDER), on=days_before(1)), orders(PROXIMAL.id).surgery("lar"), 0, "a CT is ordered (R13)"),
    ),
)
def test_restaging(knowledge, record, drafts, offered, why):
    assert len(ask(knowledge, record, "order-sign", drafts).suggestions("surgery-before-response")) == offered, why


@pytest.mark.parametrize(
    ("found", "offered", "why"),
    rows(
        ((), 1, "nothing found: one CT of all three"),
        (("ct-chest-abdomen",), 1, "the pelvis is missing"),
        (("ct-pelvis",), 2, "chest and abdomen are missing"),
    ),
)
def test_the_ct_that_is_missing(knowledge, found, offered, why):
    record = NO_CT
    for modality in found:
        record = record.imaging(modality, on=days_before(5))

    assert len(ask(knowledge, record, "order-sign", mine(*FOLFOX)).card("staging-imaging-missing")["suggestions"]) == offered, why


@pytest.mark.parametrize(
    ("record", "fires", "why"),
    rows(
        (RESPONSE, True, "para-aortic nodes alone, after a response"),
        (RESPONSE.metastasis("liver"), False, "another distant site"),
        (OVERLAP.response("PR", days_before(5)), False, "source 2 does not apply"),
        (TREATED, False, "no response"),
    ),
)
def test_para_aortic_dissection_evidence(knowledge, record, fires, why):
    answer = ask(knowledge, record, "order-select", orders(record.id).surgery("para-aortic-dissection"))

    assert ("para-aortic-dissection-evidence" in answer.codes) is fires, why


def test_nothing_is_withdrawn_from_symptomatic_nodes(knowledge):
    record = ANORECTAL.stated("inguinal-symptomatic", valueBoolean=True)

    assert (
        ask(knowledge, record, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection")).suggestions(
            "inguinal-dissection-systemic-disease"
        )
        == ()
    )


def test_regimen_scope_speaks_to_drafts_of_drugs_only(knowledge):
    record = PROXIMAL.prescription(CISPLATIN_FU, on=days_before(5))

    assert ask(knowledge, record, "order-select", orders(PROXIMAL.id).imaging("pet-ct")).codes == {"pet-ct-not-routine"}


def test_a_review_that_is_requested_is_not_asked_for(knowledge):
    [referral] = [
        item for item in ask(knowledge, PROXIMAL).card("multidisciplinary-review")["suggestions"] if "umour board" in item["label"]
    ]
    code = referral["actions"][0]["resource"]["code"]

    answer = ask(knowledge, PROXIMAL.referral("board", code, on=days_before(1)))

    assert "multidisciplinary-review" not in answer.codes
    assert "systemic-therapy-first-line" in answer.codes


def test_intent_in_words_is_read(knowledge):
    drafts = orders(PROXIMAL.id).radiotherapy("pelvis", "neoadjuvant")

    assert drafts.resources[0]["extension"][0]["url"] == INTENT_EXTENSION
    assert ask(knowledge, PROXIMAL, "order-sign", drafts).indicators["preop-chemoradiation-stage-iv"] == "critical"


def test_chemoradiation_is_one_card_with_the_drugs_as_context(knowledge):
    drafts = orders(PROXIMAL.id).radiotherapy("pelvis", "neoadjuvant").drug("capecitabine")

    assert ask(knowledge, PROXIMAL, "order-sign", drafts).codes == {"preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"}


def test_a_draft_that_is_already_active_counts_once(knowledge):
    record = PROXIMAL.prescription(CISPLATIN_FU, on=days_before(1))

    answer = ask(knowledge, record, "order-select", orders(PROXIMAL.id).drug(*CISPLATIN_FU))

    assert [codes for codes, _, _ in answer.shown] == [("regimen-scope",)]


# -- R3 few cards ------------------------------------------------------------------------------------------------------------


def crowded() -> Patient:
    """A rectal cancer with everything at once, a contradiction and gaps."""
    record = spread(patient().rectum().distance(14), "para-aortic-node", "inguinal-node", "bone", "intra-abdominal-node")
    return record.tnm("c", "3", "1b", "0", on=days_before(2))


def test_never_more_than_six_cards(knowledge):
    answer = ask(knowledge, crowded())

    assert len(answer.cards) <= 6
    assert [card["indicator"] for card in answer.cards] == sorted(
        (card["indicator"] for card in answer.cards), key=["critical", "warning", "info"].index
    )


def test_what_does_not_fit_shares_the_sixth_card(knowledge):
    record = ANORECTAL.metastasis("node").without("radiotherapy-groin").tnm("c", None, None, "0", on=days_before(3))

    answer = ask(knowledge, record)

    assert [codes_of(card)[0] for card in answer.cards] == [
        "stage-inconsistency",
        "nodes-ambiguous",
        "staging-summary",
        "data-needed",
        "sources-differ-first-line",
        "inguinal-management",
    ]
    assert answer.cards[5]["summary"].startswith("More from the two sources")
    assert codes_of(answer.cards[5]) == ("inguinal-management", "bone-management")


def test_sections_never_have_a_card_of_their_own(knowledge):
    for record in (crowded(), ANORECTAL, PROXIMAL, PROXIMAL.regimen(FOLFOX, start=days_before(30))):
        topics = {card["source"]["topic"]["code"] for card in ask(knowledge, record).cards}
        assert not topics & {"prognosis", "multidisciplinary-review"}
