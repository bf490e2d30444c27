"""One line of JSON per request, made of an allow-list: nothing of a patient, a user or an order can get in.

Fields: ``route`` (the rule, not the path), ``method``, ``status``, ``ms``, ``request_id``; ``client`` (the registered name of who
authenticated) or ``refused`` (why not, a word of :class:`~cds_service.tokens.Refusal`); at a hook also ``service``,
``hook``, ``cards``, ``codes`` (recommendation codes), ``issues`` (codes of what was odd in the record), ``hook_instance_uuid``
(only whether it is one), ``fetched`` (how many queries went to the FHIR server), ``fetch_ms``, ``fetch_failed`` (kinds of failure,
see :class:`~cds_service.prefetch.fetch.Failure`); at feedback ``service`` and ``feedback`` (how many reports); on failure ``error``
(its class), ``problem`` (our words for a contract that we broke) and ``at`` (lines of code).
"""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

import structlog
from flask import Flask, Response

from cds_service.web.call import current
from cds_service.web.reply import dumps
from cds_service.wiring import Application

ALLOWED = frozenset({
    "client", "refused", "service", "hook", "cards", "codes", "issues", "hook_instance_uuid", "fetched", "fetch_ms", "fetch_failed",
    "feedback", "error", "problem", "at",
})  # fmt: skip
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


def install(app: Flask, logger: Any) -> None:
    """Write the line of every call when it is answered."""

    @app.after_request
    def _finish(response: Response) -> Response:
        call, status = current(), response.status_code
        response.headers.add("X-Request-Id", call.request_id)
        write = logger.error if status >= 500 else logger.warning if status >= 400 else logger.info
        write(
            "request",
            request_id=call.request_id,
            method=call.method if call.method in _METHODS else "other",
            route=call.url_rule.rule if call.url_rule else "none",
            status=status,
            ms=round(call.ms, 2),
            **{name: value for name, value in call.entry.items() if name in ALLOWED},
        )
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
