"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from flask import Blueprint, Response

from cds_service.web.reply import json_reply


def blueprint(services: int) -> Blueprint:
    """``/health/live`` and ``/health/ready``; the content is checked before the first request, so a live process is ready."""
    routes = Blueprint("health", __name__, url_prefix="/health")

    @routes.get("/live")
    def _live() -> Response:
        return json_reply({"status": "live"})

    @routes.get("/ready")
    def _ready() -> Response:
        return json_reply({"status": "ready", "services": services})

    return routes
