"""Which answer counts: the newest CEA before surgery, a response that may be older than it looks, a drug that may not have begun."""

import pytest

from tests.builders import days_before, orders
from tests.builders.answer import ask
from tests.builders.codes import FOLFOX
from tests.builders.expect import differences
from tests.builders.tables import PROXIMAL, TREATED, rows

OPERATED = PROXIMAL.without("cea").surgery("para-aortic-dissection", on=days_before(20))
BEFORE, SAME_DAY, AFTER = days_before(30), days_before(20), days_before(5)


def text(value):
    return None if value is None else f"{value.normalize():f}"


@pytest.mark.parametrize(
    ("record", "value", "below", "why"),
    rows(
        (PROXIMAL, "4.2", True, "no surgery yet: the newest"),
        (OPERATED.cea(3, on=BEFORE), "3", True, "the only one, before it"),
        (OPERATED.cea(3, on=BEFORE).cea(9, on=AFTER), "3", True, "the newest is later: the older one before surgery counts"),
        (OPERATED.cea(9, on=BEFORE).cea(3, on=AFTER), "9", False, "the same, above the limit"),
        (OPERATED.cea(8, on=days_before(60)).cea(3, on=BEFORE).cea(9, on=AFTER), "3", True, "of two before it the newer one"),
        (OPERATED.cea(9, on=AFTER), None, None, "none before it"),
        (OPERATED.cea(9, on=SAME_DAY), None, None, "on the day of surgery: not before it"),
        (
            OPERATED.cea(3, on=BEFORE).cea(9, on=AFTER).changed("cea", effectiveDateTime=None),
            None,
            None,
            "one undated: it may be newer and before",
        ),
        (OPERATED.cea(3, on=BEFORE).cea(9, on="2026"), None, None, "one of the same year: the same"),
        (OPERATED.cea(3, on=BEFORE).cea(9, on="2025"), "3", True, "one that is certainly older"),
        (
            OPERATED.cea(3, on=BEFORE).cea(9, on=AFTER).changed("para-aortic-dissection", performedDateTime=None),
            None,
            None,
            "surgery without a date",
        ),
    ),
)
def test_the_newest_cea_before_surgery(knowledge, record, value, below, why):
    answer = ask(knowledge, record)

    assert text(answer.fact("cea.preoperativeValue")) == value, why
    assert differences(answer, {"cea.preoperativeBelow": below}, "+para-aortic-surgery-candidacy") == [], why
    shown = answer.card("para-aortic-surgery-candidacy")["detail"]
    assert (f"{value} ng/mL before surgery" in shown) is (value is not None), why


def undated(record):
    name = record.resources[-1]["id"]
    return record.changed(name, effectiveDateTime=None)


PD = TREATED.response("PD", days_before(5))
PR = TREATED.response("PR", days_before(5))
PROGRESSED, WAIT = "+surgery-after-progression=critical -surgery-before-response", "-surgery-after-progression"


@pytest.mark.parametrize(
    ("record", "deciding", "documented", "cards", "why"),
    rows(
        (PD, "PD", False, PROGRESSED, "dated progression decides (R11)"),
        (undated(PD.response("PR")), None, None, WAIT, "an undated response beside it may be the later one: nothing decides"),
        (undated(PD.response("CR")), None, None, WAIT, "the same for a complete response"),
        (PD.response("PR", "2026"), None, None, WAIT, "a response of the same year: the same"),
        (PD.response("PR", days_before(10)), "PD", False, PROGRESSED, "an earlier response does not undo it"),
        (undated(PD.response("PD")), "PD", False, PROGRESSED, "an undated answer of the same kind changes nothing"),
        (undated(PD.response("SD")), "PD", False, PROGRESSED, "stable disease decides nothing, dated or not"),
        (PR, "PR", True, WAIT, "dated response"),
        (undated(PR.response("PD")), None, None, WAIT, "undated progression beside it: nothing decides"),
        (undated(TREATED.response("PD")), None, False, WAIT, "nothing but an undated progression"),
    ),
)
def test_undated_answers(knowledge, record, deciding, documented, cards, why):
    answer = ask(knowledge, record, "order-sign", orders("proximal").surgery("lar"))

    facts = {"response.deciding": deciding, "response.documented": documented}
    assert differences(answer, facts, cards) == [], why


@pytest.mark.parametrize(
    ("record", "lines", "first_line", "why"),
    rows(
        (PROXIMAL.prescription(FOLFOX, on=days_before(30), status="active"), 1, False, "active"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(30), status="completed"), 1, False, "completed"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(30), status="on-hold"), None, False, "on hold: it may have begun, or not"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(30), status="stopped"), None, False, "stopped: some of it may have been given"),
        (PROXIMAL.prescription(FOLFOX, on=days_before(30), status="cancelled"), 0, True, "cancelled: none of it was given"),
        (PROXIMAL.prescription(["leucovorin"], on=days_before(30), status="on-hold"), 0, True, "a supportive drug makes no line"),
        (
            PROXIMAL.regimen(FOLFOX, start=days_before(30)).prescription(FOLFOX, on=days_before(30), status="stopped"),
            1,
            False,
            "the same drugs were administered: that is known",
        ),
    ),
)
def test_prescriptions_that_may_not_have_begun(knowledge, record, lines, first_line, why):
    cards = "+systemic-therapy-first-line" if first_line else "-systemic-therapy-first-line"
    assert differences(ask(knowledge, record), {"systemicLines": lines}, cards) == [], why
