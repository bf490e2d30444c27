"""The feedback route."""

import json

import pytest

from cds_service.errors import StoreUnavailable
from cds_service.hooks.feedback import CardFeedback
from cds_service.store.who import Who
from tests.unit.web.edge import Edge

BODY = {"feedback": [{"card": "c1", "outcome": "accepted"}, {"card": "c2", "outcome": "overridden"}]}


def post(edge, body=None, service="s1", **options):
    data = body if isinstance(body, bytes) else json.dumps(BODY if body is None else body)
    return edge.client.post(f"/cds-services/{service}/feedback", data=data, **{"content_type": "application/json"} | options)


def test_what_is_acknowledged_is_kept():
    edge = Edge()
    answer = post(edge)
    assert (answer.status_code, answer.mimetype, answer.json) == (200, "application/json", {})
    reports = (CardFeedback(card="c1", outcome="accepted"), CardFeedback(card="c2", outcome="overridden"))
    assert edge.store.reports == [(Who("anyone"), "s1", reports)]


def test_the_log_says_how_many_and_nothing_else():
    edge = Edge()
    post(edge)
    [line] = edge.lines
    assert (line["route"], line["service"], line["feedback"]) == ("/cds-services/<service_id>/feedback", "s1", 2)
    assert set(line) == {"event", "level", "timestamp", "request_id", "method", "route", "status", "ms", "service", "feedback"}


@pytest.mark.parametrize(
    ("body", "service", "options", "status", "comment"),
    [
        (None, "other", {}, 404, "an unknown service"),
        (b"{", "s1", {}, 400, "no JSON"),
        ({"feedback": [{}]}, "s1", {}, 400, "no card"),
        ({"feedback": [BODY["feedback"][0]] * 1001}, "s1", {}, 413, "too many reports"),
        (None, "s1", {"content_type": "text/plain"}, 415, "not declared as JSON"),
    ],
)
def test_what_is_refused_is_not_kept(body, service, options, status, comment):
    edge = Edge()
    answer = post(edge, body, service, **options)
    assert (answer.status_code, answer.json["resourceType"]) == (status, "OperationOutcome"), comment
    assert edge.store.reports == []


def test_the_place_of_a_mistake_is_told():
    answer = post(Edge(), {"feedback": [BODY["feedback"][0], {"card": "c", "outcome": "Margaret"}]})
    assert answer.json["issue"][0]["expression"] == ["feedback[1].outcome"]
    assert b"Margaret" not in answer.data


def test_what_cannot_be_kept_is_not_acknowledged():
    edge = Edge()
    edge.store.broken = StoreUnavailable("the database is away")
    answer = post(edge)
    issue = answer.json["issue"][0]
    assert (answer.status_code, answer.headers["Retry-After"], issue["code"]) == (503, "5", "transient")
    assert edge.lines[0]["error"] == "StoreUnavailable"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_it_is_only_posted_to(method):
    answer = Edge().client.open("/cds-services/s1/feedback", method=method)
    assert answer.status_code == 405


def test_a_browser_may_ask_first():
    headers = {"Origin": "https://ehr.example.org", "Access-Control-Request-Headers": "authorization, content-type"}
    assert Edge().client.options("/cds-services/s1/feedback", headers=headers).status_code == 204
