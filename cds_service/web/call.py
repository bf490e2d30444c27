"""One HTTP call, and what is noted of it on the way to its answer: for the line in the log and the row in the audit trail."""

from __future__ import annotations

import re
from time import monotonic
from typing import Any
from uuid import uuid4

from flask import Request, request

from cds_service.cds_clients import Caller
from cds_service.hooks.invocation import Invocation
from cds_service.respond import Answer

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


class Call(Request):
    """A request as Flask has it, numbered.

    ``started`` is a moment of :func:`time.monotonic`. ``entry`` is for the log (see :mod:`cds_service.web.log`); ``caller`` who
    authenticated; at a hook ``invocation`` and ``answer``, and ``respond_ms`` the milliseconds from the one to the other.
    """

    def __init__(self, environ: dict[str, Any], populate_request: bool = True, shallow: bool = False) -> None:  # noqa: FBT001, FBT002 Flask's
        super().__init__(environ, populate_request, shallow)
        self.started = monotonic()
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        self.request_id = sent if is_uuid(sent) else str(uuid4())  # any other text of a client could hold an identifier
        self.entry: dict[str, Any] = {}
        self.caller: Caller | None = None
        self.invocation: Invocation | None = None
        self.answer: Answer | None = None
        self.respond_ms: float | None = None

    @property
    def ms(self) -> float:
        """Milliseconds since it began."""
        return (monotonic() - self.started) * 1000


def current() -> Call:
    """The call that is being answered here. To be asked for once in a function: Flask's ``request`` looks for it at every use."""
    call: Call = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 the documented way
    return call


def is_uuid(text: str) -> bool:
    """Whether a text has the form of a UUID, and so cannot name a person."""
    return _UUID.match(text) is not None
