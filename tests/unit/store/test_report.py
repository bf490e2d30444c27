"""What is counted for a recommendation, and for whom."""

from datetime import UTC, datetime, timedelta

import pytest

from cds_service.hooks.feedback import CardFeedback, Reason
from cds_service.store.audit import HookCall, ShownCard
from cds_service.store.report import NO_CODE
from cds_service.store.who import Who

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MAIN, OTHER = Who("main", "https://main.example.org"), Who("other", "https://other.example.org")
A, B = Who("a"), Who("anyone")
LATE, COST = Reason("late", "urn:r"), Reason("cost", "urn:r")


@pytest.fixture
def say(store):
    """Shows cards and reports on them."""
    return Teller(store)


class Teller:
    def __init__(self, store):
        self.store = store

    def show(self, card, *codes, who=MAIN, service="s", days=0):
        shown = (ShownCard(card, codes, "info"),)
        time = NOON + timedelta(days=days)
        self.store.audit.record(
            HookCall(time=time, request_id=card, who=who, service=service, content="c", status=200, ms=1.0, cards=shown)
        )

    def report(self, card, outcome, *reasons, who=MAIN, service="s", days=0, comment=None):
        time = NOON + timedelta(days=days)
        told = CardFeedback(card=card, outcome=outcome, outcome_time=time, reasons=reasons, comment=comment)
        self.store.feedback.record(who, service, [told])

    def counts(self, **options):
        summary = self.store.summarise(**options)
        tallies = {code: (one.shown, one.accepted, one.overridden, one.unanswered) for code, one in summary.recommendations.items()}
        return tallies, (summary.unknown.accepted, summary.unknown.overridden)


def test_nothing_is_counted_where_nothing_was_shown(say):
    assert say.counts() == ({}, (0, 0))


def test_a_card_counts_for_each_recommendation_on_it(say):
    say.show("1", "a", "b")
    say.show("2", "a")
    say.show("3", "a")
    say.report("1", "accepted")
    say.report("2", "overridden", LATE)
    assert say.counts() == ({"a": (3, 1, 1, 1), "b": (1, 1, 0, 0)}, (0, 0))
    assert say.store.summarise().recommendations["a"].acceptance == 0.5


def test_no_report_has_no_acceptance(say):
    say.show("1", "a")
    assert say.store.summarise().recommendations["a"].acceptance is None


def test_a_repeated_call_shows_a_card_once(say):
    say.show("1", "a")
    say.show("1", "a")
    assert say.counts() == ({"a": (1, 0, 0, 1)}, (0, 0))


def test_only_the_latest_report_counts(say):
    say.show("1", "a")
    say.report("1", "overridden", LATE)
    say.report("1", "accepted", days=1)
    assert say.counts() == ({"a": (1, 1, 0, 0)}, (0, 0))
    assert say.store.summarise().recommendations["a"].reasons == {}


def test_reasons_are_counted_with_those_who_gave_none(say):
    for number, reasons in enumerate([(LATE,), (LATE, COST), (), (LATE, LATE)]):
        say.show(str(number), "a")
        say.report(str(number), "overridden", *reasons)
    assert say.store.summarise().recommendations["a"].reasons == {("urn:r", "late"): 3, ("urn:r", "cost"): 1, NO_CODE: 1}


def test_clients_are_told_apart(say):
    say.show("1", "a")
    say.show("2", "a", who=OTHER)
    say.report("2", "accepted", who=OTHER)
    clients = say.store.summarise().clients["a"]
    assert {name: (tally.shown, tally.accepted) for name, tally in clients.items()} == {"main": (1, 0), "other": (1, 1)}


@pytest.mark.parametrize(
    ("shown", "reported", "known", "comment"),
    [
        (MAIN, MAIN, True, "its own card"),
        (MAIN, OTHER, False, "a card of somebody else"),
        (A, B, True, "without tokens, a report does not say which EHR it comes from"),
        (MAIN, B, False, "whoever did not prove who he is"),
    ],
)
def test_a_client_speaks_for_its_own_cards(say, shown, reported, known, comment):
    say.show("1", "a", who=shown)
    say.report("1", "accepted", who=reported)
    assert say.counts() == (({"a": (1, 1, 0, 0)}, (0, 0)) if known else ({"a": (1, 0, 0, 1)}, (1, 0))), comment


def test_reports_on_cards_that_are_not_on_record_are_counted_apart(say):
    say.show("1", "a")
    say.report("1", "accepted", service="another")
    say.report("zz", "overridden", LATE)
    assert say.counts() == ({"a": (1, 0, 0, 1)}, (1, 1))
    assert say.counts(service="another") == ({}, (1, 0))


def test_a_day_and_a_service_narrow_it(say):
    say.show("1", "a")
    say.show("2", "a", days=2)
    say.show("3", "a", service="t", days=2)
    say.report("1", "accepted", days=3)
    say.report("zz", "accepted")
    assert say.counts(since=NOON + timedelta(days=1)) == ({"a": (2, 0, 0, 2)}, (0, 0)), "the report on the first card is on record"
    assert say.counts(since=NOON + timedelta(days=1), service="t") == ({"a": (1, 0, 0, 1)}, (0, 0))


def test_comments_are_those_that_stand(say):
    say.report("1", "overridden", comment="first")
    say.report("1", "overridden", comment="second", days=1)
    say.report("2", "overridden", days=2)
    say.report("3", "overridden", service="t", comment="third", days=-1)
    assert say.store.comments() == [(NOON - timedelta(days=1), "t", "third"), (NOON + timedelta(days=1), "s", "second")]
    assert say.store.comments(since=NOON, service="s") == [(NOON + timedelta(days=1), "s", "second")]
