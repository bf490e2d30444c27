"""What the rows at patient-view say, branch by branch: the primary, failed first line, trials, what neither source covers, and nodes.

The sections of a row are told by the ids of its child actions. The last column of a table says why it is as it is.
"""

from __future__ import annotations

import pytest

from tests.builders import days_before, patient
from tests.builders.answer import ask
from tests.builders.codes import CISPLATIN_FU, FOLFOX, snomed
from tests.builders.tables import ANORECTAL, PROXIMAL, TREATED, WIDESPREAD, rows, spread

FAILED = ANORECTAL.regimen(CISPLATIN_FU, start=days_before(20)).response("PD", days_before(3))
NEW_ANAL = patient().primary("anal-canal", "squamous").metastasis("liver")
BULKY = patient().rectum().metastasis("liver").stated("primary-bulky", valueBoolean=True).symptom("bleeding", present=False)
LIVER = patient().rectum().metastasis("liver")
GROIN = patient().rectum().metastasis("inguinal-node")
PALLIATIVE, TRIAL = "Refer to palliative care", "Look for a clinical trial"


def recommended(answer, code):
    """The recommendation of this code, ``None`` if it did not fire."""
    return next((item for item in answer.assessment.recommendations if item.code == code), None)


def sections(knowledge, record, code) -> list[str] | None:
    """The ids of the sections that the recommendation shows, in order."""
    found = recommended(ask(knowledge, record), code)
    return None if found is None else [section.id.removeprefix(f"{code.partition('-')[0]}-") for section in found.sections]


# -- primary-site-management ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "indicator", "branches", "why"),
    rows(
        (LIVER.symptom("obstruction"), "warning", ["emergency"], "an emergency comes first"),
        (LIVER.symptom("bleeding", on=days_before(5)), "warning", ["emergency"], "recent bleeding"),
        (LIVER.symptom("bleeding", on=days_before(90)), None, None, "bleeding of long ago"),
        (patient().rectum().symptom("obstruction"), None, None, "not stage IV"),
        (LIVER, None, None, "nothing known of symptoms or treatment"),
        (
            PROXIMAL.stated("primary-symptomatic", valueBoolean=False),
            "info",
            ["no-symptoms"],
            "no symptoms, para-aortic nodes",
        ),
        (PROXIMAL, None, None, "no obstruction, bleeding or perforation is not yet no symptoms"),
        (ANORECTAL, "info", ["monitor"], "treated, no local recurrence, source 1 applies"),
        (
            spread(patient().rectum(), *WIDESPREAD).local_recurrence(present=False),
            None,
            None,
            "source 1 applies, but whether the primary was treated is not known (T19)",
        ),
        (
            ANORECTAL.without("apr"),
            "info",
            ["newly-diagnosed", "newly-diagnosed-palliative"],
            "no treatment is documented: newly diagnosed (R8)",
        ),
        (ANORECTAL.without("local-recurrence"), None, None, "local recurrence is not known"),
        (
            ANORECTAL.stated("primary-symptomatic", valueBoolean=True),
            "info",
            ["treated-symptomatic"],
            "symptoms are what source 1 treats locally for (S1-21)",
        ),
        (
            ANORECTAL.without("obstruction").symptom("obstruction"),
            "warning",
            ["emergency", "treated-symptomatic"],
            "an emergency of a treated primary is never told to wait (T23)",
        ),
        (
            BULKY.stated("primary-symptomatic", valueBoolean=True).regimen(FOLFOX, start=days_before(20)),
            "info",
            ["bulky"],
            "bulky and symptomatic after a line",
        ),
        (BULKY.stated("primary-symptomatic", valueBoolean=True), None, None, "bulky and symptomatic before any line"),
        (BULKY.regimen(FOLFOX, start=days_before(20)), None, None, "bulky, symptoms not known"),
        (NEW_ANAL, "info", ["newly-diagnosed"], "newly diagnosed metastatic anal cancer"),
        (
            spread(patient().primary("anal-canal", "squamous"), *WIDESPREAD),
            "info",
            ["newly-diagnosed", "newly-diagnosed-palliative"],
            "both statements of source 1 are shown (T23)",
        ),
        (NEW_ANAL.regimen(CISPLATIN_FU, start=days_before(20)), None, None, "a line was given"),
        (NEW_ANAL.surgery("apr", on=days_before(30)), None, None, "the primary was treated"),
    ),
)
def test_primary_site_management(knowledge, record, indicator, branches, why):
    found = ask(knowledge, record).indicators.get("primary-site-management")

    assert (found, sections(knowledge, record, "primary-site-management")) == (indicator, branches), why


def test_an_emergency_that_is_not_recorded_is_asked_for(knowledge):
    record = ANORECTAL.without("obstruction", "bleeding", "perforation")

    assert "Symptoms of the primary" in ask(knowledge, record).card("data-needed")["detail"]


# -- after-first-line-failure -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "fires", "why"),
    rows(
        (FAILED, True, "progression after 5-FU with cisplatin"),
        (ANORECTAL.regimen(["capecitabine", "cisplatin"], start=days_before(20)).response("PD", days_before(3)), True, "or capecitabine"),
        (ANORECTAL.regimen(FOLFOX, start=days_before(20)).response("PD", days_before(3)), False, "oxaliplatin is not cisplatin (T11)"),
        (ANORECTAL.regimen(CISPLATIN_FU, start=days_before(20)).response("SD", days_before(3)), False, "stable"),
        (ANORECTAL.regimen(CISPLATIN_FU, start=days_before(20)).response("PD", days_before(25)), False, "progression came before"),
        (ANORECTAL.regimen(CISPLATIN_FU, start="2024-05-01").response("PD", days_before(3)), False, "given before stage IV (R11)"),
        (TREATED.regimen(CISPLATIN_FU, start=days_before(9)).response("PD", days_before(3)), False, "source 1 does not apply"),
    ),
)
def test_after_first_line_failure(knowledge, record, fires, why):
    assert ("after-first-line-failure" in ask(knowledge, record).codes) is fires, why


@pytest.mark.parametrize(
    ("record", "labels", "why"),
    rows(
        (FAILED, {PALLIATIVE, TRIAL}, "neither is under way"),
        (FAILED.trial(), {PALLIATIVE}, "a trial is documented"),
        (
            FAILED.referral("palliative", snomed(("306237005", "Referral to palliative care service")), on=days_before(1)),
            {TRIAL},
            "the referral is made (R13)",
        ),
    ),
)
def test_what_is_offered_after_failure(knowledge, record, labels, why):
    found = recommended(ask(knowledge, record), "after-first-line-failure")

    assert {item.label for item in found.suggestions} == labels, why


# -- clinical-trial and outside-sources: sections of other cards ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "host", "why"),
    rows(
        (ANORECTAL, "sources-differ-first-line", "on the card of the first line"),
        (NEW_ANAL, "systemic-therapy-first-line", "where one source is shown too"),
        (FAILED, "staging-summary", "else at a glance"),
        (ANORECTAL.trial(), None, "a trial is documented"),
        (PROXIMAL, None, "source 1 does not apply"),
    ),
)
def test_clinical_trial(knowledge, record, host, why):
    answer = ask(knowledge, record)

    found = answer.card("clinical-trial")["source"]["topic"]["code"] if "clinical-trial" in answer.codes else None
    assert found == host, why


KNOWN = PROXIMAL.gene("NRAS", "wild-type").gene("BRAF", "wild-type").mmr("proficient")


@pytest.mark.parametrize(
    ("record", "fires", "why"),
    rows(
        (PROXIMAL, True, "no result"),
        (KNOWN, False, "every result is known and calls for nothing"),
        (KNOWN.without("nras").gene("NRAS", "mutated"), True, "NRAS mutated (T08)"),
        (KNOWN.without("braf").gene("BRAF", "mutated"), True, "BRAF mutated (T08)"),
        (KNOWN.without("mmr").mmr("deficient"), True, "mismatch repair deficient (T09)"),
        (KNOWN.without("mmr"), True, "mismatch repair not found"),
        (ANORECTAL, False, "not a rectal cancer"),
        (patient().rectum("squamous").metastasis("liver"), False, "not an adenocarcinoma"),
        (patient().rectum(), False, "not stage IV"),
    ),
)
def test_outside_sources(knowledge, record, fires, why):
    assert ("outside-sources" in ask(knowledge, record).codes) is fires, why


# -- branches of the rows that were there before ----------------------------------------------------------------------------------


def irradiated(record, extent):
    return record.stated("groin-radiotherapy-extent", valueCodeableConcept={"text": extent})


@pytest.mark.parametrize(
    ("record", "branches", "why"),
    rows(
        (irradiated(GROIN, "full"), ["irradiated-isolated"], "isolated"),
        (irradiated(GROIN, "limited"), ["limited", "irradiated-isolated"], "limited: both advices (T04, T05)"),
        (
            GROIN.radiotherapy("groin", on=days_before(300)),
            ["extent-unknown", "irradiated-isolated"],
            "what would follow from a limited extent is said",
        ),
        (irradiated(GROIN.metastasis("bone"), "full"), ["with-bone", "irradiated"], "with bone metastases"),
        (
            irradiated(GROIN.metastasis("liver", verification="provisional"), "full"),
            ["open", "irradiated"],
            "an irradiated groin is not passed over while disease elsewhere is open",
        ),
    ),
)
def test_inguinal_management_of_an_irradiated_groin(knowledge, record, branches, why):
    assert sections(knowledge, record, "inguinal-management") == branches, why


def test_the_assumed_weight_bearing_bones_are_printed_where_they_decide(knowledge):
    told = patient().rectum().metastasis("bone").stated("bone-impending-fracture", valueBoolean=True)
    femur = patient().rectum().metastasis("bone", body_site="71341001").stated("bone-impending-fracture", valueBoolean=True)
    stated = told.stated("bone-weight-bearing", valueBoolean=True)

    printed = [
        "weight-bearing bones = femur, tibia" in ask(knowledge, record).card("bone-management")["detail"]
        for record in (told, femur, stated)
    ]

    assert printed == [False, True, False]


@pytest.mark.parametrize(
    ("record", "unknown", "why"),
    rows(
        (PROXIMAL, {"timing-unknown"}, "timing alone"),
        (PROXIMAL.without("para-aortic-node-count"), {"timing-unknown", "nodes-unknown"}, "no number of nodes"),
        (PROXIMAL.without("cea"), {"timing-unknown", "cea-unknown"}, "no CEA"),
        (PROXIMAL.without("cea").cea(4.2, "U/mL"), {"timing-unknown", "cea-unknown"}, "a CEA that cannot be compared"),
        (PROXIMAL.without("cea").cea(4.2, None), {"timing-unknown", "cea-unknown"}, "a CEA without unit"),
    ),
)
def test_unknown_factors_of_para_aortic_surgery_are_named(knowledge, record, unknown, why):
    found = recommended(ask(knowledge, record), "para-aortic-surgery-candidacy").sections

    assert {item.id.removeprefix("candidacy-") for item in found if item.heading.endswith(": unknown")} == unknown, why


@pytest.mark.parametrize(
    ("record", "asked", "why"),
    rows(
        (
            patient().rectum().tnm("c", None, None, "0", on=days_before(20)).tnm("c", None, None, "1", on=days_before(20)),
            True,
            "M0 and M1 of one date",
        ),
        (patient().rectum().tnm("c", None, None, "0", on=days_before(20)), False, "M0 alone"),
        (
            patient().rectum().tnm("c", "2", None, "1", on=days_before(20)).tnm("c", "3", None, None, on=days_before(20)),
            False,
            "two T, but stage IV all the same",
        ),
    ),
)
def test_categories_that_disagree_are_asked_for(knowledge, record, asked, why):
    answer = ask(knowledge, record)

    detail = answer.card("data-needed")["detail"] if "data-needed" in answer.codes else ""
    assert ("**Stage:**" in detail) is asked, why
