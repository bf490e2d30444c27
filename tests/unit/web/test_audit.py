"""Every hook call leaves a row, whatever came of it."""

from datetime import UTC, datetime, timedelta

import pytest

from cds_service.cds_clients import Caller, CdsClient
from cds_service.errors import DataUnavailable, StoreUnavailable, Unauthenticated
from cds_service.store.audit import ShownCard, patient_digest
from cds_service.store.who import Who
from cds_service.tokens import Refusal
from tests.unit.web.edge import CALL, Edge, Reply

UUID = "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10"
CARD = {"uuid": UUID, "indicator": "info", "source": {"topic": {"code": "t"}}}
OURS = CARD | {"extension": {"org.cds-service.card": {"codes": ["a", "b"]}}}


def test_an_answer_with_cards_leaves_all_that_is_known_of_it():
    edge = Edge(Reply({"cards": [CARD, OURS]}))
    answer = edge.call(CALL | {"hookInstance": UUID})
    [row] = edge.store.rows
    assert datetime.now(UTC) - row.time < timedelta(minutes=1)
    assert (row.request_id, row.who, row.service, row.hook) == (answer.headers["X-Request-Id"], Who("anyone"), "s1", "patient-view")
    assert (row.hook_instance, row.plans, row.content, row.status, row.error, row.patient) == (UUID, ("p1|2",), "c1", 200, None, None)
    assert 0 <= row.respond_ms <= row.ms
    assert row.cards == (ShownCard(UUID, ("t",), "info"), ShownCard(UUID, ("a", "b"), "info"))


@pytest.mark.parametrize(
    ("body", "service", "reply", "expected", "comment"),
    [
        (CALL, "s1", Reply(), ("s1", "patient-view", 200, None), "no cards"),
        (CALL, "Margaret", None, (None, None, 404, "UnknownService"), "a service of a client's making"),
        (b"{", "s1", None, ("s1", None, 400, "MalformedRequest"), "no JSON"),
        (CALL | {"hook": "Margaret"}, "s1", DataUnavailable("x"), ("s1", None, 412, "DataUnavailable"), "a hook of a client's making"),
        (CALL, "s1", DataUnavailable("x"), ("s1", "patient-view", 412, "DataUnavailable"), "no data"),
        (CALL, "s1", ValueError("Margaret"), ("s1", "patient-view", 500, "ValueError"), "a defect"),
    ],
)
def test_any_other_call_leaves_what_is_known_of_it(body, service, reply, expected, comment):
    edge = Edge(reply)
    edge.call(body, service=service)
    [row] = edge.store.rows
    assert (row.service, row.hook, row.status, row.error) == expected, comment
    assert row.cards == ()
    assert "argaret" not in repr(row)


@pytest.mark.parametrize(
    ("caller", "who", "service", "comment"),
    [
        (
            Caller(CdsClient(name="main"), "https://main.example.org", "north"),
            Who("main", "https://main.example.org", "north"),
            "s1",
            "its token",
        ),
        (Unauthenticated(Refusal.REPLAYED), Who("(not authenticated)"), "s1", "not the only client that is registered"),
    ],
)
def test_who_called_is_who_has_proved_it(caller, who, service, comment):
    edge = Edge(authenticator=Gate(caller))
    edge.call()
    [row] = edge.store.rows
    assert (row.who, row.service) == (who, service), comment


class Gate:
    """Lets everybody in as one caller, or nobody."""

    def __init__(self, caller):
        self._caller = caller

    def caller(self, *_):
        if isinstance(self._caller, Exception):
            raise self._caller
        return self._caller


def test_a_hook_instance_that_is_no_uuid_could_be_anything_and_is_left_out():
    edge = Edge()
    edge.call(CALL | {"hookInstance": "Margaret"})
    assert edge.store.rows[0].hook_instance is None


def test_a_patient_is_noted_only_where_the_site_has_given_a_key():
    edge = Edge(audit_patient_key="k" * 16)
    edge.call()
    edge.call(b"{")
    assert [row.patient for row in edge.store.rows] == [patient_digest("k" * 16, "anyone", "p1"), None]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/cds-services"),
        ("GET", "/health/ready"),
        ("OPTIONS", "/cds-services/s1"),
        ("GET", "/cds-services/s1"),
        ("POST", "/elsewhere"),
    ],
)
def test_what_is_no_hook_call_leaves_no_row(method, path):
    edge = Edge()
    edge.client.open(path, method=method)
    assert edge.store.rows == []


def test_the_trail_can_be_switched_off():
    edge = Edge(Reply({"cards": [CARD]}), audit=False)
    edge.store.broken = StoreUnavailable("away")
    assert edge.call().status_code == 200
    assert edge.store.rows == []


def test_cards_that_cannot_be_recorded_are_not_shown():
    edge = Edge(Reply({"cards": [CARD]}))
    edge.store.broken = StoreUnavailable("the database is away")
    answer = edge.call()
    assert (answer.status_code, answer.headers["Retry-After"], answer.json["resourceType"]) == (503, "5", "OperationOutcome")
    assert "X-Request-Id" in answer.headers
    assert [(row.status, row.error, row.cards) for row in edge.store.rows] == [(503, "StoreUnavailable", ())]
    assert (edge.lines[0]["status"], edge.lines[0]["problem"]) == (503, "the database is away")


def test_a_defect_of_the_trail_is_a_500_in_our_form(caplog):
    edge = Edge(Reply({"cards": [{"Margaret": "Margaret"}]}))
    answer = edge.call()
    assert (answer.status_code, answer.json["resourceType"]) == (500, "OperationOutcome")
    assert b"argaret" not in answer.data + edge.log.getvalue()
    assert caplog.text == ""
