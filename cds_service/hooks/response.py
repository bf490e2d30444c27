"""The last look at an answer before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.errors import ServiceError
from cds_service.hooks.schema import explain, first_error, path_of


class InvalidResponse(ServiceError):
    """Our own answer breaks the CDS Hooks contract: a defect of the service or of its content, never of the request."""

    remedy = "Report this with the request id."


def check_response(response: Mapping[str, Any]) -> None:
    """Raise :class:`InvalidResponse` (place and rule, no value) if the answer breaks ``schemas/response.json``."""
    error = first_error("response", response)
    if error is not None:
        where = path_of(error)
        raise InvalidResponse(f"the answer breaks the CDS Hooks contract: {where} {explain(error)}", where=where)
