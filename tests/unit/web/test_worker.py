"""What never reaches the application is refused in JSON, and not repeated."""

import json
import logging
import socket

import pytest
from gunicorn.http import errors as http

from cds_service.web.worker import Worker

SECRET = "Margaret-4711"


@pytest.fixture
def refuse():
    """Let a worker handle an error; its answer and its log."""
    worker = object.__new__(Worker)
    worker.log = logging.getLogger("worker-under-test")

    def _refuse(error):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            worker.handle_error(None, ours, ("127.0.0.1", 1), error)
            ours.shutdown(socket.SHUT_WR)
            head, _, body = theirs.recv(10_000).partition(b"\r\n\r\n")
        return int(head.split()[1]), head, json.loads(body)

    return _refuse


@pytest.mark.parametrize(
    ("error", "status", "problem"),
    [
        (http.InvalidRequestLine(SECRET), 400, "not HTTP"),
        (http.InvalidHeader(SECRET), 400, "not HTTP"),
        (http.InvalidHTTPVersion((9, 9)), 400, "not HTTP"),
        (http.InvalidChunkSize(SECRET), 400, "not HTTP"),
        (http.LimitRequestLine(9, 8), 414, "the address is longer than the server takes (4 KiB)"),
        (http.LimitRequestHeaders(SECRET), 431, "a header line is longer than the server takes (8 KiB)"),
        (ValueError(SECRET), 500, "could not be answered"),
    ],
)
def test_a_request_that_cannot_be_read(refuse, caplog, error, status, problem):
    with caplog.at_level(logging.DEBUG):
        found, head, outcome = refuse(error)
    assert (found, outcome["resourceType"]) == (status, "OperationOutcome")
    assert problem in json.dumps(outcome)
    assert b"application/json" in head
    assert SECRET not in caplog.text + json.dumps(outcome)
    assert type(error).__name__ in caplog.text


def test_a_client_that_has_left_is_no_harm(caplog):
    worker = object.__new__(Worker)
    worker.log = logging.getLogger("worker-under-test")
    ours, theirs = socket.socketpair()
    with ours, theirs, caplog.at_level(logging.DEBUG):
        ours.shutdown(socket.SHUT_WR)
        worker.handle_error(None, ours, None, http.InvalidRequestLine("x"))
    assert "had left" in caplog.text
