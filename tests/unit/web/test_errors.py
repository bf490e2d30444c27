"""Every error is an OperationOutcome that helps and tells nothing."""

import pytest
from werkzeug.exceptions import ImATeapot, ServiceUnavailable

from cds_service import errors
from cds_service.hooks.response import InvalidResponse
from tests.unit.web.edge import Edge

SECRET = "Margaret-4711"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.MalformedRequest("p", where="w"), 400, "structure"),
        (errors.WrongHook("p", where="hook"), 400, "value"),
        (errors.WrongPatient("p", where="w"), 400, "business-rule"),
        (errors.UnknownService("p"), 404, "not-found"),
        (errors.DataUnavailable("p", where="w", remedy="r"), 412, "incomplete"),
        (RecursionError(), 400, "structure"),
        (ImATeapot(), 418, "structure"),
    ],
)
def test_a_refusal_says_what_where_and_what_to_do(error, status, code):
    answer = Edge(error).call()
    issue = answer.json["issue"][0]
    assert (answer.status_code, answer.json["resourceType"], issue["severity"], issue["code"]) == (
        status,
        "OperationOutcome",
        "error",
        code,
    )
    assert issue["details"]["text"]
    assert issue["diagnostics"]
    where = getattr(error, "where", None)
    assert issue.get("expression") == ([where] if where else None)


@pytest.mark.parametrize("error", [ValueError(SECRET), KeyError(SECRET), ServiceUnavailable(SECRET), InvalidResponse("cards[0] is bad")])
def test_a_defect_is_a_500_that_tells_nothing(error):
    edge = Edge(error)
    answer = edge.call()
    assert answer.status_code == 500
    assert answer.json["issue"][0]["details"]["text"] == "the request could not be answered"
    assert SECRET.encode() not in answer.data + edge.log.getvalue()


def test_the_log_of_a_defect_leads_to_the_line():
    edge = Edge(ValueError(SECRET))
    edge.call()
    [line] = edge.lines
    assert line["error"] == "ValueError"
    assert line["at"][-1].startswith("tests.unit.web.edge:")


def test_the_log_of_a_broken_contract_names_the_rule():
    edge = Edge(InvalidResponse("cards[0].summary is missing"))
    edge.call()
    assert edge.lines[0]["problem"] == "cards[0].summary is missing"


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/cds-services/s1"), ("GET", "/cds-services/s1"), ("POST", "/cds-services"), ("BREW", "/cds-services")]
)
def test_a_wrong_method_is_told_the_right_ones(method, path):
    answer = Edge().client.open(path, method=method)
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (405, "not-supported")
    assert answer.headers["Allow"]


def test_an_unknown_path_is_not_found():
    answer = Edge().client.get(f"/patients/{SECRET}")
    assert (answer.status_code, answer.json["resourceType"]) == (404, "OperationOutcome")
    assert SECRET.encode() not in answer.data
