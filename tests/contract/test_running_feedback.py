"""Feedback at the running service under hostile input: always JSON, never a 5xx, in bounded time, and the next report is taken."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.serving import served
from tests.contract.test_running import DEEP, MIB, SIGN, VIEW, json_values, paths, view

BOUND = 20.0  # seconds, on a busy machine


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with served(tmp_path_factory.mktemp("running"), CDS_MAX_BODY_BYTES=str(16 * MIB)) as running:
        yield running


def report(card="c1", **members):
    """A report on a card, with everything that may stand in one."""
    coding = {"code": "c", "system": "https://example.org/reasons", "display": "a reason"}
    reason = {"reason": coding, "userComment": "words", "extension": {"org.example.x": {"a": [1, {"b": None}]}}}
    more = {"overrideReason": reason, "overrideReasons": [reason, coding], "outcomeTimestamp": "2026-11-21T10:00:00Z"}
    return {"card": card, "outcome": "overridden", "acceptedSuggestions": [{"id": "s1"}], **more, "extension": {"x": 1}} | members


def told(*reports):
    return json.dumps({"feedback": reports or [report()]}).encode()


FEEDBACK = [
    (b'{"feedback":' + b"[" * DEEP + b"]" * DEEP + b"}", 400, "nested lists"),
    (told().replace(b'"x": 1', b'"x": ' + b"[" * 500 + b"]" * 500), 200, "nested beside a report"),
    (told().replace(b'"a": [', b'"a": [' + b"[" * 400 + b"]" * 400 + b","), 400, "nested in an extension that is kept"),
    (told(report(extension={"x": "x" * (10 * MIB)})), 200, "10 MB that nobody keeps"),
    (told(report(overrideReason={"extension": {"x": "x" * (10 * MIB)}})), 400, "10 MB to keep"),
    (told(report(overrideReason={"userComment": "x" * (10 * MIB)})), 400, "a comment of 10 MB"),
    (b" " * (17 * MIB), 413, "more than is taken"),
    (told(*(report(f"c{number}") for number in range(10_000))), 413, "ten thousand reports"),
    (told(*[1] * 1_000_000), 413, "a million of nothing"),
    (told(report(overrideReasons=[1] * 1_000_000)), 400, "a million reasons"),
    (told(*(report(f"c{number}") for number in range(1_000))), 200, "as many as are taken"),
    (told(*[report()] * 1_000), 200, "the same a thousand times"),
    (told(report(), report(outcome="accepted"), report()), 200, "one card and two outcomes"),
    (b'{"feedback": [], "feedback": {"card": 1}}', 400, "keys that stand twice"),
    (told(report("\x00" * 200, overrideReason={"userComment": "\x00\x1b[31m"})), 200, "control characters"),
    (told(report("\u202e\U0001f600" * 100)), 200, "letters that turn the line"),
    (told(report(overrideReason={"userComment": "'; DROP TABLE feedback; --"})), 200, "SQL"),
    (told(report(outcomeTimestamp="9999-12-31T23:59:59-23:59")), 200, "a time beyond all"),
    (b'{"feedback": [{"card": "\xff", "outcome": "accepted"}]}', 400, "no UTF-8"),
    (b'{"feedback": [{"card": "\\ud800", "outcome": "accepted"}]}', 400, "half a character"),
    (b'{"feedback": [{"card": "c", "outcome": NaN}]}', 400, "no number"),
    (b"null", 400, "null"),
    (b"", 400, "nothing"),
    (told()[:-20], 400, "cut off"),
]


@pytest.mark.parametrize(("body", "expected", "comment"), FEEDBACK, ids=[comment for *_, comment in FEEDBACK])
def test_hostile_feedback_gets_json_and_the_next_report_is_taken(service, body, expected, comment):
    started = monotonic()
    status, answer = service.ask(f"{SIGN}/feedback", body)
    assert status == expected, (comment, answer)
    assert monotonic() - started < BOUND, comment
    assert answer == {} if status == 200 else answer["resourceType"] == "OperationOutcome"
    assert service.ask(f"{SIGN}/feedback", told()) == (200, {})
    assert service.ask("/health/ready")[0] == 200


REPORT_PLACES = list(paths({"feedback": [report()]}))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(REPORT_PLACES), value=json_values)
def test_any_value_at_any_place_of_a_report_gets_an_answer(service, place, value):
    body = json.loads(told())
    *steps, last = place
    node = body
    for step in steps:
        node = node[step]
    node[last] = value
    status, answer = service.ask(f"{VIEW}/feedback", body)
    assert status in (200, 400)
    assert answer == {} if status == 200 else answer["resourceType"] == "OperationOutcome"


def test_many_reports_at_once_are_all_taken(service):
    """Hostile ones among them, the same ones, and calls for cards: nobody is told that the database is busy."""
    hostile = [body for body, *_ in FEEDBACK if len(body) < 5 * MIB]
    with ThreadPoolExecutor(8) as pool:
        bad = [pool.submit(service.ask, f"{VIEW}/feedback", body) for body in hostile * 2]
        good = [pool.submit(service.ask, f"{VIEW}/feedback", told(report(f"g{number % 10}"), report(f"h{number}"))) for number in range(60)]
        cards = [pool.submit(service.ask, VIEW, view()) for _ in range(10)]
    assert {one.result()[0] for one in bad} <= {200, 400, 413}
    assert {one.result()[0] for one in good} == {200}
    assert {(status, len(answer["cards"])) for status, answer in (one.result() for one in cards)} == {(200, 5)}
