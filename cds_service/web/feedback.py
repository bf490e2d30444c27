"""The feedback route: what became of cards, on disk before it is acknowledged."""

from __future__ import annotations

from flask import Blueprint, Response

from cds_service.errors import UnknownService
from cds_service.hooks.feedback import parse_feedback
from cds_service.web.audit import who
from cds_service.web.body import read_json
from cds_service.web.call import current
from cds_service.web.reply import json_reply
from cds_service.wiring import Application


def blueprint(application: Application) -> Blueprint:
    """``POST /cds-services/<id>/feedback``. What is answered to it is not specified; ours is an empty object."""
    routes = Blueprint("feedback", __name__, url_prefix="/cds-services")
    ids = {service_id for service_id, _ in application.services}

    @routes.post("/<service_id>/feedback")
    def _feedback(service_id: str) -> Response:
        if service_id not in ids:
            raise UnknownService("no service has this id")
        call = current()
        call.entry["service"] = service_id
        reports = parse_feedback(read_json(call, application.settings.max_body_bytes))
        call.entry["feedback"] = len(reports)
        application.store.feedback.record(who(call, application), service_id, reports)
        return json_reply({})

    return routes
