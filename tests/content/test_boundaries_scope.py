"""Who is in scope, which source applies, what is confirmed: R2, R9, R10, and KRAS.

The last column of a row says why it is as it is.
"""

from __future__ import annotations

import pytest

from tests.builders import (
    days_before,
    orders,
    patient,
    request,
)
from tests.builders.answer import answer_to, ask
from tests.builders.codes import FOLFOX, ICD10CM, concept
from tests.builders.tables import FIRST_LINE, PROXIMAL, WIDESPREAD, rows, spread

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
    ("record", "site", "why"),
    rows(
        (patient().anorectum(), "anorectal-overlap", "the code for a recurrence names the rectum; the diagnosis says where the primary is"),
        (patient().primary("anal-canal", "squamous"), "anal-canal", "the same for the anal canal"),
        (patient().primary("anal-canal", "squamous", clinical="remission"), "anal-canal", "also where the first Condition is over"),
        (patient().primary("anal-canal", None, verification="refuted"), "rectum", "a refuted diagnosis names no site"),
        (patient(), "rectum", "nothing else names a site"),
    ),
)
def test_a_local_recurrence_does_not_move_the_primary(knowledge, record, site, why):
    answer = ask(knowledge, record.local_recurrence(present=True, on=days_before(20)))

    assert answer.fact("primary.site") == site, why
    assert answer.fact("primary.localRecurrence") is True


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
