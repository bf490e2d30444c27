"""Browser clients of other origins, and headers of every answer."""

import pytest

from tests.unit.web.edge import Edge

ORIGIN = "https://ehr.example.org"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.mark.parametrize("path", ["/cds-services", "/cds-services/s1"])
def test_a_preflight_is_answered_without_a_body(path):
    answer = Edge().client.options(path, headers=PREFLIGHT)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_of_nothing_is_not_found():
    assert Edge().client.options("/nothing", headers=PREFLIGHT).status_code == 404


def test_answers_and_errors_can_be_read_by_the_page():
    edge = Edge()
    assert edge.client.get("/cds-services", headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == "*"
    assert edge.call(b"x", headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://evil.example.org", None), ("null", None), (None, None)])
def test_a_list_of_origins_lets_in_no_others(origin, allowed):
    edge = Edge(cors_origins=(ORIGIN,))
    answer = edge.client.get("/cds-services", headers={"Origin": origin} if origin else {})
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    ("name", "value"), [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]
)
def test_every_answer_is_safe_in_a_browser(name, value):
    edge = Edge()
    assert edge.call().headers[name] == value
    assert edge.client.get("/nothing").headers[name] == value
