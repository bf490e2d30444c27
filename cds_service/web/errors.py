"""The only place where errors become HTTP: always an OperationOutcome, never a traceback or a value of the request."""

from __future__ import annotations

import sys

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from cds_service import errors
from cds_service.web.call import current
from cds_service.web.reply import json_reply
from cds_service.web.traces import places


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(errors.ServiceError, reply_to)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, reply_to_defect)


def outcome(error: errors.ServiceError) -> dict[str, object]:
    """The OperationOutcome of an error: what is wrong, where, and what to do."""
    issue: dict[str, object] = {
        "severity": "error",
        "code": error.code,
        "details": {"text": error.problem},
        "diagnostics": error.remedy,
    }
    if error.where is not None:
        issue["expression"] = [error.where]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def reply_to(error: errors.ServiceError) -> Response:
    """The answer to a request that fails with an error of ours, which the log is told of, too."""
    _note(error)
    if isinstance(error, errors.Unauthenticated):
        current().entry["refused"] = error.reason
        reply = json_reply(outcome(error), error.status)
        reply.headers["WWW-Authenticate"] = "Bearer"
        return reply
    if error.retry_after is not None:
        current().entry["problem"] = error.problem
        reply = json_reply(outcome(error), error.status)
        reply.headers["Retry-After"] = str(error.retry_after)
        return reply
    if error.status >= 500:
        current().entry["problem"] = error.problem  # our own words; the caller learns only that it is our fault
        return json_reply(outcome(errors.ServiceError("the request could not be answered")), error.status)
    return json_reply(outcome(error), error.status)


def _http(error: HTTPException) -> Response:
    """What Flask and Werkzeug refuse by themselves, in our words."""
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        reply = reply_to(errors.MethodNotAllowed("this path does not take this method"))
        reply.headers["Allow"] = allowed
        return reply
    if error.code == 404:
        return reply_to(errors.UnknownService("there is nothing at this path"))
    if error.code is not None and 400 <= error.code < 500:
        reply = reply_to(errors.MalformedRequest("the request could not be read"))
        reply.status_code = error.code
        return reply
    return reply_to_defect(error)


def _too_deep(_: RecursionError) -> Response:
    return reply_to(errors.MalformedRequest("the body is nested too deeply", remedy="Send resources nested as FHIR defines them."))


def reply_to_defect(error: Exception) -> Response:
    """The answer after a defect of ours. The log gets the kind of error and the lines of code it passed, both free of data."""
    _note(error)
    current().entry["at"] = places(error.__traceback__ or sys.exc_info()[2])
    return json_reply(outcome(errors.ServiceError("the request could not be answered")), 500)


def _note(error: Exception) -> None:
    current().entry["error"] = type(error).__name__
