"""Headers of every answer: browser clients of other origins (CORS), and what keeps browsers from guessing.

Any origin may call by default, never with cookies: the service has none, so an origin's page can do no more than the
person at that browser could with the same request. ``CDS_CORS_ORIGINS`` narrows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response

from cds_service.web.call import Call, current

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


_ANYONE = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "X-Request-Id"}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Request-Id",
    "Access-Control-Max-Age": "600",
}


def install(app: Flask, origins: Sequence[str]) -> None:
    """Answer preflights and add the headers, none of which an answer has before."""

    @app.before_request
    def _preflight() -> Response | None:
        call = current()
        asked = call.method == "OPTIONS" and call.url_rule is not None
        return Response(status=204) if asked else None

    @app.after_request
    def _add(response: Response) -> Response:
        call = current()
        response.headers.extend(_SECURITY)
        allowed = _allowed(call, origins)
        response.headers.extend(allowed)
        if call.method == "OPTIONS" and "Access-Control-Allow-Origin" in allowed:
            response.headers.extend(_PREFLIGHT)
        return response


def _allowed(call: Call, origins: Sequence[str]) -> dict[str, str]:
    """What a browser is told about pages of other origins."""
    if "*" in origins:
        return _ANYONE
    origin = call.headers.get("Origin", "")
    return {"Vary": "Origin"} | ({**_ANYONE, "Access-Control-Allow-Origin": origin} if origin in origins else {})
