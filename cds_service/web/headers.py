"""Headers of every answer: browser clients of other origins (CORS), and what keeps browsers from guessing.

Any origin may call by default, never with cookies: the service has none, so an origin's page can do no more than the
person at that browser could with the same request. ``CDS_CORS_ORIGINS`` narrows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def install(app: Flask, origins: Sequence[str]) -> None:
    """Answer preflights and add the headers."""

    @app.before_request
    def _preflight() -> Response | None:
        asked = request.method == "OPTIONS" and request.url_rule is not None
        return Response(status=204) if asked else None

    @app.after_request
    def _add(response: Response) -> Response:
        for name, value in _SECURITY.items():
            response.headers.setdefault(name, value)
        _allow(response, origins)
        return response


def _allow(response: Response, origins: Sequence[str]) -> None:
    origin = request.headers.get("Origin")
    if "*" not in origins:
        response.headers.add("Vary", "Origin")
        if origin not in origins:
            return
    response.headers["Access-Control-Allow-Origin"] = "*" if "*" in origins else str(origin)
    response.headers["Access-Control-Expose-Headers"] = "X-Request-Id"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, X-Request-Id"
        response.headers["Access-Control-Max-Age"] = "600"
