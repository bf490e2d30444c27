"""One line per request, and nothing personal in it."""

from pathlib import Path

import pytest

from cds_service.web.log import ALLOWED
from tests.unit.web.edge import CALL, Edge, Reply

UUID = "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10"


def test_a_call_is_logged_in_one_line_of_known_fields():
    edge = Edge(Reply(cards=2, codes=["a", "b"], issues=["unreadable"]))
    answer = edge.call(CALL | {"hookInstance": UUID})
    [line] = edge.lines
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": answer.headers["X-Request-Id"],
        "method": "POST",
        "route": "/cds-services/<service_id>",
        "status": 200,
        "service": "s1",
        "hook": "patient-view",
        "hook_instance_uuid": True,
        "cards": 2,
        "codes": ["a", "b"],
        "issues": ["unreadable"],
    }


def test_a_hook_instance_that_is_no_uuid_is_noted_and_not_shown():
    edge = Edge()
    edge.call(CALL | {"hookInstance": "Margaret"})
    assert edge.lines[0]["hook_instance_uuid"] is False
    assert b"Margaret" not in edge.log.getvalue()


@pytest.mark.parametrize(("sent", "kept"), [(UUID, True), ("Margaret", False), ("", False), (UUID + "x", False)])
def test_only_an_id_that_names_nobody_is_taken_over(sent, kept):
    answer = Edge().client.get("/cds-services", headers={"X-Request-Id": sent})
    assert (answer.headers["X-Request-Id"] == sent) is kept


def test_paths_and_methods_of_a_clients_making_are_not_logged():
    edge = Edge()
    edge.client.open("/patients/Margaret?name=Margaret", method="MARGARET")
    assert b"argaret" not in edge.log.getvalue()
    assert b"MARGARET" not in edge.log.getvalue()
    assert (edge.lines[0]["route"], edge.lines[0]["method"], edge.lines[0]["level"]) == ("none", "other", "warning")


@pytest.mark.parametrize(("level", "expected"), [("info", 2), ("warning", 1), ("error", 0)])
def test_the_level_says_how_much(level, expected):
    edge = Edge(log_level=level)
    edge.client.get("/cds-services")
    edge.client.get("/nothing")
    assert len(edge.lines) == expected


def test_a_defect_is_an_error():
    edge = Edge(ValueError("x"))
    edge.call()
    assert edge.lines[0]["level"] == "error"


def test_every_field_is_told_in_the_documents():
    told = (Path(__file__).parents[3] / "docs" / "security.md").read_text()
    assert [name for name in sorted(ALLOWED) if f"`{name}`" not in told] == []
