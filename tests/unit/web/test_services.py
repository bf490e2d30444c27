"""The CDS Hooks routes and health."""

import pytest

from cds_service.errors import StoreUnavailable
from tests.unit.web.edge import CALL, Edge, Reply


def test_discovery_is_the_document():
    answer = Edge().client.get("/cds-services")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {"services": [{"id": "s1", "hook": "patient-view", "description": "d"}]}


def test_a_call_reaches_the_application_and_its_answer_comes_back():
    card = {"uuid": "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10", "summary": "x", "indicator": "info", "source": {"topic": {"code": "t"}}}
    edge = Edge(Reply({"cards": [card]}))
    answer = edge.call(CALL | {"prefetch": {"a": None}})
    assert (answer.status_code, answer.json) == (200, {"cards": [card]})
    [invocation] = edge.calls
    assert (invocation.hook.service, invocation.hook.patient_id, invocation.prefetch) == ("s1", "p1", {"a": None})


def test_an_unknown_service_is_not_found_before_its_body_is_read():
    answer = Edge().call(b"\xff", service="other")
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (404, "not-found")


def test_a_trailing_slash_makes_no_difference():
    assert Edge().client.get("/cds-services/").status_code == 200


@pytest.mark.parametrize(("path", "expected"), [("live", {"status": "live"}), ("ready", {"status": "ready", "services": 1})])
def test_health(path, expected):
    answer = Edge().client.get(f"/health/{path}")
    assert (answer.status_code, answer.json) == (200, expected)


def test_a_service_whose_store_is_away_lives_and_is_not_ready():
    edge = Edge()
    edge.store.broken = StoreUnavailable("away")
    assert edge.client.get("/health/live").status_code == 200
    answer = edge.client.get("/health/ready")
    assert (answer.status_code, answer.headers["Retry-After"], answer.json["resourceType"]) == (503, "5", "OperationOutcome")
    edge.store.broken = None
    assert edge.client.get("/health/ready").status_code == 200
    edge.store.broken = StoreUnavailable("away")
    assert edge.client.get("/health/ready").status_code == 200, "trusted for a second: asking all the time writes no more"


@pytest.mark.parametrize("path", ["/cds-services", "/base/cds-services"])
def test_the_path_of_the_public_address_is_served_with_and_without(path):
    assert Edge(public_url="https://example.org/base").client.get(path).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/base"])
def test_every_route_is_below_the_public_path_whether_a_proxy_strips_it_or_not(prefix):
    edge = Edge(public_url="https://example.org/base")
    preflight = {"Origin": "https://ehr.example.org", "Access-Control-Request-Method": "POST"}
    assert edge.client.post(f"{prefix}/cds-services/s1", json=CALL).status_code == 200
    assert edge.client.options(f"{prefix}/cds-services/s1", headers=preflight).status_code == 204
    assert edge.client.get(f"{prefix}/health/ready").status_code == 200
    missing = edge.client.post(f"{prefix}/cds-services/other", json=CALL)
    assert (missing.status_code, missing.json["resourceType"]) == (404, "OperationOutcome")
    assert {line["route"] for line in edge.lines} == {"/cds-services/<service_id>", "/health/ready"}


def test_a_deep_public_path_is_served():
    edge = Edge(public_url="https://example.org/a/b/c/")
    assert edge.client.get("/a/b/c/cds-services").status_code == 200
    assert edge.client.get("/a/b/cds-services").status_code == 404


@pytest.mark.parametrize("path", ["/base", "/based/cds-services", "//cds-services"])
def test_other_paths_are_not(path):
    assert Edge(public_url="https://example.org/base").client.get(path).status_code == 404
