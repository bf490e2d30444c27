"""One line of JSON per request, made of an allow-list: nothing of a patient, a user or an order can get in.

Fields: ``route`` (the rule, not the path), ``method``, ``status``, ``ms``, ``request_id``; ``client`` (the registered name of who
authenticated) or ``refused`` (why not, a word of :class:`~cds_service.tokens.Refusal`); at a hook also ``service``,
``hook``, ``cards``, ``codes`` (recommendation codes), ``issues`` (codes of what was odd in the record), ``hook_instance_uuid``
(only whether it is one), ``fetched`` (how many queries went to the FHIR server), ``fetch_ms``, ``fetch_failed`` (kinds of failure,
see :class:`~cds_service.prefetch.fetch.Failure`); at feedback ``service`` and ``feedback`` (how many reports); on failure ``error``
(its class), ``problem`` (our words for a contract that we broke) and ``at`` (lines of code).
"""

from __future__ import annotations

import re
import sys
from time import monotonic
from typing import Any, BinaryIO
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from cds_service.web.reply import dumps
from cds_service.wiring import Application

ALLOWED = frozenset({
    "client", "refused", "service", "hook", "cards", "codes", "issues", "hook_instance_uuid", "fetched", "fetch_ms", "fetch_failed",
    "feedback", "error", "problem", "at",
})  # fmt: skip
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def make_logger(level: str, stream: BinaryIO | None = None) -> Any:
    """A logger of JSON lines to ``stream`` (standard output)."""
    return structlog.wrap_logger(
        structlog.BytesLogger(stream or sys.stdout.buffer),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda line, **_: dumps(line)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        cache_logger_on_first_use=True,
    )


def tell_start(application: Application) -> None:
    """One line at the start: whether callers authenticate, and which may."""
    logger = make_logger(application.settings.log_level)
    if application.clients.authenticated:
        logger.info("start", authentication="on", clients=[client.name for client in application.clients.clients])
    else:
        logger.warning("start", authentication="off")


def is_uuid(text: str) -> bool:
    """Whether a text has the form of a UUID, and so cannot name a person."""
    return _UUID.match(text) is not None


def install(app: Flask, logger: Any) -> None:
    """Number every request, and write its line when it is answered."""

    @app.before_request
    def _start() -> None:
        sent = request.headers.get("X-Request-Id", "")
        g.request_id = sent if is_uuid(sent) else str(uuid4())  # any other text of a client could hold an identifier
        g.started = monotonic()
        g.entry = {}

    @app.after_request
    def _finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        entry = {name: value for name, value in g.entry.items() if name in ALLOWED}
        write = logger.error if response.status_code >= 500 else logger.warning if response.status_code >= 400 else logger.info
        write(
            "request",
            request_id=g.request_id,
            method=request.method if request.method in _METHODS else "other",
            route=request.url_rule.rule if request.url_rule else "none",
            status=response.status_code,
            ms=round((monotonic() - g.started) * 1000, 2),
            **entry,
        )
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
