"""What reading from the EHR's FHIR server is to the rest of the service: queries go in, pages or a reason come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Failure(StrEnum):
    """Why something could not be read, or not all of it. The values stand in the log."""

    NOT_REGISTERED = "not-registered"
    NO_QUERY = "no-query"
    BAD_TOKEN = "bad-token"  # noqa: S105 - a kind of failure
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    THROTTLED = "throttled"
    REFUSED = "refused"
    SERVER_ERROR = "server-error"
    OUTCOME = "outcome"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    NOT_FHIR = "not-fhir"
    TOO_LARGE = "too-large"
    LINK = "link"

    @property
    def problem(self) -> str:
        """For the one who integrates the EHR: what the FHIR server did, in a clause."""
        return _PROBLEMS[self][0]

    @property
    def remedy(self) -> str:
        """What to do about it, in a sentence."""
        return _PROBLEMS[self][1]

    @property
    def told(self) -> str | None:
        """For the clinician: what was read in vain, as the beginning of a list; ``None`` where it was never to be read."""
        return _TOLD.get(self, None if self in _NOT_TRIED else "Not readable from the FHIR server")


_SCOPES = "Give the service the scopes that docs/integration.md lists."
_LOOK = "Look at the FHIR server's own log."
_PROBLEMS: Mapping[Failure, tuple[str, str]] = {
    Failure.NOT_REGISTERED: (
        "the FHIR server that the call names is not one that may be read for this client",
        "Add it to fhir_servers of the client in the clients file (CDS_CLIENTS_FILE).",
    ),
    Failure.NO_QUERY: ("the context of the call does not hold what the query needs", "Send the context that the hook requires."),
    Failure.BAD_TOKEN: (
        "the call's access token cannot be sent: it is no bearer token (RFC 6750)",
        "Send fhirAuthorization.access_token as the authorization server gave it.",
    ),
    Failure.UNAUTHORIZED: ("the FHIR server asked for another access token (401)", "Send a valid fhirAuthorization.access_token."),
    Failure.FORBIDDEN: ("the FHIR server does not permit it (403)", _SCOPES),
    Failure.NOT_FOUND: ("the FHIR server does not have it (404 or 410)", "Check fhirServer and context.patientId."),
    Failure.THROTTLED: ("the FHIR server takes no more requests (429)", "Raise its limit for this service."),
    Failure.REFUSED: ("the FHIR server refused the query, or sent us elsewhere", _LOOK),
    Failure.SERVER_ERROR: ("the FHIR server failed (5xx)", _LOOK),
    Failure.OUTCOME: ("the FHIR server answered with an OperationOutcome", _LOOK),
    Failure.TIMEOUT: ("the FHIR server did not answer in time", "Send the key as prefetch, or raise CDS_DEADLINE_MS."),
    Failure.UNREACHABLE: ("the FHIR server cannot be reached", "Check fhirServer, its name, its certificate and the network between."),
    Failure.NOT_FHIR: ("the FHIR server's answer is not the FHIR R4 JSON that was asked for", _LOOK),
    Failure.TOO_LARGE: ("the FHIR server's answer is too large", "Raise CDS_MAX_BODY_BYTES."),
    Failure.LINK: (
        "the FHIR server's link to the next page leads elsewhere or in a circle",
        "Make the FHIR server name itself in its links as fhirServer does.",
    ),
}
_NOT_TRIED = frozenset({Failure.NOT_REGISTERED, Failure.NO_QUERY})
_LATE = "Not answered in time by the FHIR server"
_NOT_PERMITTED = "Not permitted by the FHIR server"
_TOLD = {
    Failure.TIMEOUT: _LATE,
    Failure.THROTTLED: _LATE,
    Failure.UNAUTHORIZED: _NOT_PERMITTED,
    Failure.FORBIDDEN: _NOT_PERMITTED,
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a query brought: a resource, or the pages of a searchset in order; with a ``failure``, only those before it."""

    pages: tuple[Mapping[str, Any], ...] = ()
    failure: Failure | None = None


class Fetch(Protocol):
    """Reads from the FHIR server of one hook call, in the time that is left to it."""

    def __call__(self, wanted: Mapping[str, str]) -> Mapping[str, Fetched]:
        """Read everything at once: name -> relative query (``Type/id``, ``Type?parameters``) or link to a page of a search.

        Every name is answered. Raises nothing that a FHIR server could cause.
        """
        ...
