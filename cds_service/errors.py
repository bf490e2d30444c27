"""The one family of errors that may cross a module boundary.

Every class is one row of a catalogue: a stable ``code`` (FHIR ``issue-type``), the HTTP ``status`` that the
web edge answers with, and a ``remedy`` that tells the reader what to do. Only ``web/errors.py`` and the CLI
translate them; nothing here may hold a value taken from a patient's record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ServiceError(Exception):
    """Base: ``str(error)`` says what is wrong; ``where`` is a FHIRPath-like location in the request.

    ``retry_after``: seconds until it may have gone by itself; such an error of ours is told to the caller, others are not.
    """

    status = 500
    code = "exception"
    retry_after: int | None = None
    remedy = "Report this with the request id."

    def __init__(self, problem: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.where = where
        if remedy is not None:
            self.remedy = remedy


class MalformedRequest(ServiceError):
    """The body is not JSON, not an object, or lacks or mistypes a field."""

    status = 400
    code = "structure"
    remedy = "Send a CDS Hooks 2.0 request body."


class WrongHook(ServiceError):
    """The ``hook`` of the request is not the hook of the service."""

    status = 400
    code = "value"
    remedy = "Call the service with the hook that discovery lists for it."


class WrongPatient(ServiceError):
    """A prefetched Patient or a draft order belongs to someone else than ``context.patientId``."""

    status = 400
    code = "business-rule"
    remedy = "Send the resources of the patient named in context.patientId only."


class Unauthenticated(ServiceError):
    """The caller could not be authenticated. Whatever the reason, it is told the same; ``reason`` is a word for the log."""

    status = 401
    code = "login"
    remedy = "Send a token of a registered CDS Client, as Authorization: Bearer."

    def __init__(self, reason: str) -> None:
        super().__init__("the caller could not be authenticated")
        self.reason = reason


class UnknownService(ServiceError):
    """No service has this id."""

    status = 404
    code = "not-found"
    remedy = "GET /cds-services lists the services."


class MethodNotAllowed(ServiceError):
    """The path exists, the method does not."""

    status = 405
    code = "not-supported"
    remedy = "Use the methods in the Allow header."


class DataUnavailable(ServiceError):
    """Required data came neither as prefetch nor could it be read (CDS Hooks 2.0, 412)."""

    status = 412
    code = "incomplete"
    remedy = "Send the required prefetch key."


class BodyTooLarge(ServiceError):
    """The body, as sent or after gzip, is larger than CDS_MAX_BODY_BYTES."""

    status = 413
    code = "too-long"
    remedy = "Send less, or raise CDS_MAX_BODY_BYTES."


class WrongContentType(ServiceError):
    """The body is not declared as JSON."""

    status = 415
    code = "not-supported"
    remedy = "Send Content-Type: application/json."


class StoreUnavailable(ServiceError):
    """What must be kept cannot be written or read now; the problem is told in our own words, without any of the data."""

    status = 503
    code = "transient"
    retry_after = 5
    remedy = "Try again in a few seconds; if it goes on, tell those who run the service."


class UnreadableFile(ServiceError):
    """A file given to the CLI holds nothing that can be read as FHIR or as a CDS Hooks request."""

    status = 400
    code = "structure"
    remedy = "Give a Bundle, an array of resources, NDJSON, or a CDS Hooks request."


@dataclass(frozen=True, slots=True, order=True)
class ContentProblem:
    """One thing wrong with the content: the file, the element in it, what is wrong, and what to do."""

    file: str
    element: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.element}: {self.problem} -> {self.remedy}"


class ContentError(ServiceError):
    """The content cannot be served; ``problems`` holds every reason found, not only the first."""

    remedy = "Correct the content; `cds-service check` lists the same problems."

    def __init__(self, problems: Sequence[ContentProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
