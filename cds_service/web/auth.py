"""Who calls: told before anything else of a call is looked at, its body and whether there is such a service included.

Guarded is everything below ``/cds-services`` (discovery, hook calls, feedback) and what describes it, whatever the method but
OPTIONS: browsers ask beforehand, without a token, whether a page may call. Health is open.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Flask

from cds_service.errors import MalformedRequest, Unauthenticated
from cds_service.web.body import drain
from cds_service.web.call import current
from cds_service.wiring import Application

_GUARDED = ("/cds-services", "/openapi.json")


def install(app: Flask, application: Application) -> None:
    """Ask every call for its token, where callers must authenticate."""
    authenticator = application.authenticator
    if authenticator is None:
        return

    @app.before_request
    def _authenticate() -> None:
        call = current()
        if call.method == "OPTIONS" or not is_guarded(call.path):
            return
        # The address as clients know it; the request itself may have come through a proxy that changed it
        endpoint = application.settings.base_url + call.path
        try:
            call.caller = authenticator.caller(call.headers.get("Authorization"), endpoint)
        except Unauthenticated:
            with suppress(MalformedRequest):
                drain(call)  # neither kept nor looked at, but a client that is still sending would not see the answer
            raise
        call.entry["client"] = call.caller.client.name


def is_guarded(path: str) -> bool:
    """Whether a path, without the base path of the service, is for those who authenticate."""
    return any(path == guarded or path.startswith(f"{guarded}/") for guarded in _GUARDED)
