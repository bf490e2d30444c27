"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from time import monotonic

from flask import Blueprint, Response

from cds_service.web.reply import json_reply
from cds_service.wiring import Application

#: Seconds for which the store, once found in order, is not tried again: whoever asks all the time must not keep the disk busy
TRUSTED_FOR = 1.0


def blueprint(application: Application) -> Blueprint:
    """``/health/live``, and ``/health/ready``: a live process has checked its content, so it is ready when its store can be written."""
    routes = Blueprint("health", __name__, url_prefix="/health")
    good_until = 0.0

    @routes.get("/live")
    def _live() -> Response:
        return json_reply({"status": "live"})

    @routes.get("/ready")
    def _ready() -> Response:
        nonlocal good_until
        if monotonic() > good_until:
            application.store.check()
            good_until = monotonic() + TRUSTED_FOR
        return json_reply({"status": "ready", "services": len(application.services)})

    return routes
