"""Gunicorn's worker, with its own errors in our form: JSON out, and nothing of the request in answer or log."""

from __future__ import annotations

from typing import Any

from gunicorn.http import errors as http
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from cds_service.errors import MalformedRequest, ServiceError
from cds_service.web.errors import outcome
from cds_service.web.reply import dumps
from cds_service.web.traces import tell_no_values

_TOO_LONG = {
    http.LimitRequestLine: (
        414,
        "URI Too Long",
        "the address is longer than the server takes (4 KiB)",
        "Send what the address holds in the body.",
    ),
    http.LimitRequestHeaders: (
        431,
        "Request Header Fields Too Large",
        "a header line is longer than the server takes (8 KiB), or there are more than 100",
        "Send shorter headers, or fewer.",
    ),
}
_BAD_REQUEST = (400, "Bad Request", "what arrived is not HTTP that can be read", "Send an HTTP/1.1 request.")
_OURS = (500, "Internal Server Error", "the request could not be answered", "")
_BAD = (http.ParseException, http.InvalidHeader, http.InvalidHeaderName, http.ExpectationFailed)


class Worker(ThreadWorker):  # type: ignore[misc]
    """A gthread worker. What it overrides is how it speaks of requests that never reach the application."""

    def init_process(self) -> None:
        """Begin to work, which ends when the process does."""
        tell_no_values(self.log.error_log)
        super().init_process()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
        """Refuse what is not HTTP; gunicorn itself would repeat it, in HTML and in the log."""
        status, reason, problem, remedy = _TOO_LONG.get(type(exc), _BAD_REQUEST) if isinstance(exc, _BAD) else _OURS
        self.log.warning("A request could not be read: %s", type(exc).__name__)
        body = dumps(outcome(MalformedRequest(problem, remedy=remedy) if status < 500 else ServiceError(problem)))
        head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            write_nonblock(client, head.encode() + body)
        except OSError:
            self.log.debug("The client had left")
