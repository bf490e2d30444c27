"""Trap 3: inactive, resolved and remission are history, recurrence and relapse are active; no clinical status is active with a note.

Feeds break FHIR's rules con-3 to con-5; nothing is lost by that.
"""

import pytest

from tests.builders import patient
from tests.builders.answer import ask
from tests.builders.codes import concept
from tests.builders.expect import expect
from tests.builders.record import CONDITION_STATUS
from tests.builders.tables import rows

PAST = ("inactive", "resolved", "remission")
CURRENT = ("active", "recurrence", "relapse")


def rectum(clinical, **fields):
    return patient().rectum(clinical=clinical, **fields)


@pytest.mark.parametrize(
    ("record", "present", "cards", "why"),
    rows(
        *((rectum(status).metastasis("liver"), "active", "+systemic-therapy-first-line", f"{status} is active") for status in CURRENT),
        *((rectum(status), "history", "none", f"{status} is history: nothing is shown without a metastasis") for status in PAST),
        *((rectum(status).metastasis("liver"), "history", "+staging-summary", f"{status} with an active metastasis") for status in PAST),
        (rectum("remission").metastasis("liver", clinical="resolved"), "history", "none", "the metastasis is history, too"),
        (rectum(None).metastasis("liver"), "active", "+systemic-therapy-first-line", "no clinical status: active, as far as is known"),
        (rectum("unknown").metastasis("liver"), "active", "+systemic-therapy-first-line", "a status that says nothing"),
        (rectum(None, abatementDateTime="2020-01-01"), "history", "none", "no clinical status, but abated"),
        (
            rectum("active", abatementDateTime="2020-01-01").metastasis("liver"),
            "active",
            "+systemic-therapy-first-line",
            "con-4 broken: abated and active at once; the status is believed",
        ),
        (rectum(None, verification=None).metastasis("liver"), "active", "+systemic-therapy-first-line", "con-3 broken: no status at all"),
        (
            rectum("active", verification="entered-in-error").metastasis("liver"),
            None,
            "none",
            "con-5 broken: entered in error with a clinical status is still an error",
        ),
        (
            patient()
            .rectum(verification="refuted")
            .changed("primary", clinicalStatus=concept(CONDITION_STATUS, "active"))
            .metastasis("liver"),
            None,
            "none",
            "the same for refuted",
        ),
    ),
)
def test_trap_03_clinical_status(knowledge, record, present, cards, why):
    expect(knowledge, record, {"primary.present": present}, cards, why)


@pytest.mark.parametrize(
    ("record", "noted"),
    [
        (rectum(None), {"Condition/primary"}),
        (rectum("unknown"), {"Condition/primary"}),
        (rectum("active").metastasis("liver", clinical=None), {"Condition/metastasis-liver"}),
        (rectum("active").metastasis("liver"), set()),
        (rectum("remission"), set()),
    ],
)
def test_trap_03_an_absent_status_is_noted(knowledge, record, noted):
    issues = ask(knowledge, record).assessment.facts.issues

    assert {issue.where for issue in issues if "clinicalStatus" in issue.text} == noted
