"""The boundaries of numbers: CEA, distance, nodes, performance status.

The last column of a row says why it is as it is.
"""

from __future__ import annotations

import pytest

from tests.builders import (
    days_before,
    orders,
    patient,
)
from tests.builders.answer import ask
from tests.builders.codes import concept
from tests.builders.tables import PROXIMAL, rows

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
