"""The CDS Hooks routes: discovery and the hook calls."""

from __future__ import annotations

from time import monotonic

from flask import Blueprint, Response

from cds_service.errors import UnknownService
from cds_service.hooks.parse import parse_hook_request
from cds_service.web.body import read_json
from cds_service.web.call import current, is_uuid
from cds_service.web.reply import dumps, json_reply
from cds_service.wiring import Application


def blueprint(application: Application) -> Blueprint:
    """``GET /cds-services`` and ``POST /cds-services/<id>``."""
    routes = Blueprint("services", __name__, url_prefix="/cds-services")
    document = dumps(application.discovery)  # the content does not change while the process lives
    ids = {service_id for service_id, _ in application.services}

    @routes.get("")
    def _discover() -> Response:
        return json_reply(document)

    @routes.post("/<service_id>")
    def _call(service_id: str) -> Response:
        if service_id not in ids:
            raise UnknownService("no service has this id")
        call = current()
        call.entry["service"] = service_id
        call.invocation = invocation = parse_hook_request(read_json(call, application.settings.max_body_bytes), service_id)
        call.entry["hook_instance_uuid"] = is_uuid(invocation.hook.instance)
        reading = application.reading(invocation, call.caller, call.started)
        started = monotonic()
        try:
            call.answer = answer = application.respond(invocation, call.caller, reading)
        finally:
            call.respond_ms = (monotonic() - started) * 1000
            call.entry.update(reading.noted if reading is not None else {})
        call.entry.update(hook=invocation.hook.name, cards=answer.cards, codes=answer.codes, issues=answer.issues)
        return json_reply(answer.body)

    return routes
