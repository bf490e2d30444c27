"""``cds-service purge``: what is old goes, with its cards, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from cds_service.cli import main
from cds_service.hooks.feedback import CardFeedback
from cds_service.store import open_store, purge
from cds_service.store.audit import HookCall, ShownCard
from cds_service.store.feedback import FeedbackLog
from cds_service.store.tables import cards, feedback, invocations
from cds_service.store.who import Who

DAY = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def store(database_url, monkeypatch):
    """Six calls with a card, around midnight, and a report for each."""
    monkeypatch.setenv("CDS_DATABASE_URL", database_url)
    monkeypatch.setattr(purge, "STEP", 2)
    opened = open_store(database_url)
    for hours in range(-3, 3):
        time, card = DAY + timedelta(hours=hours), f"c{hours}"
        shown = (ShownCard(card, ("a",), "info"),)
        opened.audit.record(HookCall(time=time, request_id=card, who=Who("x"), content="c", status=200, ms=1.0, cards=shown))
        FeedbackLog(opened._database, lambda time=time: time).record(Who("x"), "s", [CardFeedback(card=card, outcome="accepted")])
    yield opened
    opened.close()


def left(store):
    with store._database.reading() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in (invocations, cards, feedback)]


@pytest.mark.parametrize(
    ("options", "zone", "said", "kept", "comment"),
    [
        ((), "UTC", "3 invocations deleted\n", [3, 3, 6], "cards go with their call; feedback stays"),
        (("--feedback",), "UTC", "3 invocations, 3 feedback deleted\n", [3, 3, 3], "feedback, too"),
        ((), "Europe/Paris", "2 invocations deleted\n", [4, 4, 6], "a day begins where the site is"),
    ],
)
def test_what_is_older_than_a_day_goes(store, monkeypatch, options, zone, said, kept, comment):
    monkeypatch.setenv("CDS_TIMEZONE", zone)
    result = CliRunner().invoke(main, ["purge", "--before", "2026-11-21", *options])
    assert (result.exit_code, result.output, left(store)) == (0, said, kept), comment


def test_a_day_must_be_told():
    assert CliRunner().invoke(main, ["purge"]).exit_code == 2
