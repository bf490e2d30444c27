"""``cds-service feedback report``."""

import json
import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.hooks.feedback import CardFeedback, Reason
from cds_service.store import open_store
from cds_service.store.audit import HookCall, ShownCard
from cds_service.store.who import Who

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
STANDARD = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
MAIN, OTHER = Who("main", "https://main.example.org"), Who("other", "https://other.example.org")


def run(*arguments):
    return CliRunner().invoke(main, ["feedback", "report", *arguments])


def show(store, card, *codes, who=MAIN):
    shown = (ShownCard(card, codes, "info"),)
    store.audit.record(HookCall(time=NOON, request_id=card, who=who, service="s", content="c", status=200, ms=1.0, cards=shown))


def overridden(card, *reasons, **members):
    return CardFeedback(card=card, outcome="overridden", outcome_time=NOON, reasons=reasons, **members)


@pytest.fixture
def told(database_url, monkeypatch):
    """Four cards of two clients, three reports, one of them on a card that is not on record."""
    monkeypatch.setenv("CDS_DATABASE_URL", database_url)
    store = open_store(database_url)
    show(store, "1", "first", "second")
    show(store, "2", "first")
    show(store, "3", "first", who=OTHER)
    show(store, "4", "first")
    store.feedback.record(
        MAIN, "s", [CardFeedback(card="1", outcome="accepted"), overridden("2", Reason("not-convenient-feasible", STANDARD))]
    )
    store.feedback.record(OTHER, "s", [overridden("3", Reason("odd\x1b[31m", "urn:own"), comment="it is\n\x07late"), overridden("zz")])
    store.close()


@pytest.mark.usefixtures("told")
def test_the_table_says_what_became_of_each_recommendation():
    result = run()
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "recommendation  shown  accepted  overridden  no feedback  accept",
        "first               4         1           2            1     33%",
        "    1 x Not feasible here",
        "    1 x urn:own|odd [31m",
        "    at main: 3 shown, 1 accepted, 1 overridden",
        "    at other: 1 shown, 0 accepted, 1 overridden",
        "second              1         1           0            0    100%",
        "Cards that are not on record: 0 accepted, 1 overridden",
    ]


@pytest.mark.usefixtures("told")
def test_json_says_the_same():
    found = json.loads(run("--json").output)
    first, second = found["recommendations"]
    counts = {name: first[name] for name in ("code", "shown", "accepted", "overridden", "noFeedback")}
    assert counts == {"code": "first", "shown": 4, "accepted": 1, "overridden": 2, "noFeedback": 1}
    assert first["acceptance"] == pytest.approx(1 / 3)
    assert {"system": STANDARD, "code": "not-convenient-feasible", "display": "Not feasible here", "count": 1} in first["reasons"]
    assert {name: own["shown"] for name, own in first["clients"].items()} == {"main": 3, "other": 1}
    assert (second["code"], second["reasons"]) == ("second", [])
    assert found["unknownCards"] == {"accepted": 0, "overridden": 1}
    assert "comments" not in found


@pytest.mark.usefixtures("told")
def test_comments_are_printed_only_where_asked_for():
    assert "late" not in run().output + run("--json").output
    assert run("--comments").output.splitlines()[-2:] == ["Comments:", "    2026-11-21 s: it is  late"]
    assert json.loads(run("--comments", "--json").output)["comments"] == [
        {"time": "2026-11-21T12:00:00+00:00", "service": "s", "comment": "it is\n\x07late"}
    ]


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("zone", "since", "shown", "comment"),
    [
        ("UTC", "2026-11-21", True, "the day itself"),
        ("UTC", "2026-11-22", False, "the day after"),
        ("Pacific/Kiritimati", "2026-11-22", True, "noon in London is tomorrow there"),
    ],
)
def test_a_day_is_a_day_of_the_sites_time_zone(zone, since, shown, comment, monkeypatch):
    monkeypatch.setenv("CDS_TIMEZONE", zone)
    assert ("first" in run("--since", since).output) is shown, comment


@pytest.mark.usefixtures("told")
def test_another_service_has_no_cards():
    assert run("--service", "t").output == "No card is on record.\n"


def test_reasons_without_a_code_are_counted(database_url, monkeypatch):
    monkeypatch.setenv("CDS_DATABASE_URL", database_url)
    store = open_store(database_url)
    show(store, "1", "first")
    store.feedback.record(MAIN, "s", [overridden("1")])
    store.close()
    assert "    1 x no code given" in run().output.splitlines()
    assert json.loads(run("--json").output)["recommendations"][0]["reasons"] == [
        {"system": None, "code": None, "display": None, "count": 1}
    ]


def test_a_mistyped_address_makes_no_database(monkeypatch, tmp_path):
    monkeypatch.setenv("CDS_DATABASE_URL", f"sqlite:///{tmp_path}/x.db")
    result = run()
    assert result.exit_code == 2
    assert re.match(r"error: CDS_DATABASE_URL: there is no SQLite file .*/x\.db\n", result.stderr)
    assert list(tmp_path.iterdir()) == []


def test_content_whose_reasons_cannot_be_read_is_told(monkeypatch, tmp_path):
    (tmp_path / "terminology").mkdir()
    (tmp_path / "terminology" / "ValueSet-override-reason.json").write_text('{"compose": {"include": [{"concept": [{}]}]}}')
    monkeypatch.setenv("CDS_CONTENT_DIR", str(tmp_path))
    result = run()
    assert (result.exit_code, "lacks a system, code or display" in result.stderr) == (1, True)
