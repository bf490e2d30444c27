"""``GET /openapi.json``: what the endpoints take and answer, for gateways, test tools and people who write clients.

Made of what the service has anyway: its services, and the JSON Schemas that requests and answers are checked against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from flask import Blueprint, Response

from cds_service import __version__
from cds_service.hooks.schema import schema
from cds_service.web.reply import dumps, json_reply
from cds_service.wiring import Application

_SCHEMAS = ("request", "contexts", "response", "feedback")
_ERRORS: Mapping[int, str] = {
    400: "The request cannot be understood, names another hook, or mixes patients",
    401: "The caller's token is missing or not accepted",
    404: "There is no such service",
    412: "Required data came neither as prefetch nor could it be read",
    413: "The body is too large",
    415: "The body is not declared as JSON",
    503: "Something that the service needs does not work at the moment",
}
_OUTCOME = {
    "type": "object",
    "title": "A FHIR R4 OperationOutcome",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["severity", "code", "details", "diagnostics"],
                "properties": {
                    "severity": {"enum": ["error", "fatal", "warning", "information"]},
                    "code": {"type": "string", "description": "A FHIR issue type"},
                    "details": {"type": "object", "properties": {"text": {"type": "string", "description": "What is wrong"}}},
                    "diagnostics": {"type": "string", "description": "What to do"},
                    "expression": {"type": "array", "items": {"type": "string", "description": "Where"}},
                },
            },
        },
    },
}
_DISCOVERY = {
    "type": "object",
    "required": ["services"],
    "properties": {
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["hook", "id", "description"],
                "properties": {
                    **{name: {"type": "string", "minLength": 1} for name in ("hook", "id", "title", "description", "usageRequirements")},
                    "prefetch": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        }
    },
}
_HEALTH = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}


def blueprint(application: Application) -> Blueprint:
    """The description, written when it is first asked for: it does not change while the process lives."""
    routes = Blueprint("openapi", __name__)
    written = cache(lambda: dumps(document(application)))

    @routes.get("/openapi.json")
    def _describe() -> Response:
        return json_reply(written())

    return routes


def document(application: Application) -> dict[str, Any]:
    """The OpenAPI 3.1 description of an application's endpoints."""
    ids = sorted({service_id for service_id, _ in application.services})
    guarded = application.clients.authenticated
    paths: dict[str, Any] = {
        "/cds-services": {"get": _operation("Discovery: the services", "discovery", guarded=guarded, errors=(401,) if guarded else ())}
    }
    for service_id in ids:
        own = {hook: service.title for (one, hook), service in application.services.items() if one == service_id}
        asks = {"allOf": [_reference("request"), {"anyOf": [_call_of(hook) for hook in sorted(own)]}]}
        title = f"{next(iter(own.values()))} ({', '.join(sorted(own))})"
        paths[f"/cds-services/{service_id}"] = {"post": _posted(title, asks, "response", guarded=guarded)}
        told = _posted(f"What became of cards of {service_id}", _reference("feedback"), None, guarded=guarded)
        paths[f"/cds-services/{service_id}/feedback"] = {"post": told}
    paths["/health/live"] = {"get": _operation("Whether the process lives", "health")}
    paths["/health/ready"] = {"get": _operation("Whether it can answer", "health", errors=(503,))}
    description: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "cds-service",
            "version": __version__,
            "description": "HL7 CDS Hooks 2.0 services",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": application.settings.base_url}],
        "paths": paths,
        "components": {"schemas": {"outcome": _OUTCOME, "discovery": _DISCOVERY, "health": _HEALTH, **_components()}},
    }
    if guarded:
        scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "CDS Hooks 2.0, Trusting CDS Clients"}
        description["components"]["securitySchemes"] = {"jwt": scheme}
    return description


def _call_of(hook: str) -> dict[str, Any]:
    return {"properties": {"hook": {"const": hook}, "context": _reference(f"contexts-{hook}")}}


def _posted(summary: str, takes: Mapping[str, Any], gives: str | None, *, guarded: bool) -> dict[str, Any]:
    errors = (400, 401, 404, 412, 413, 415, 503) if guarded else (400, 404, 412, 413, 415, 503)
    operation = _operation(summary, gives, guarded=guarded, errors=errors)
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": takes}}}
    return operation


def _operation(summary: str, gives: str | None, *, guarded: bool = False, errors: Iterable[int] = ()) -> dict[str, Any]:
    success = {"schema": _reference(gives) if gives else {"type": "object"}}
    responses = {"200": {"description": "Success", "content": {"application/json": success}}}
    for status in errors:
        responses[str(status)] = {"description": _ERRORS[status], "content": {"application/json": {"schema": _reference("outcome")}}}
    return {"summary": summary, "responses": responses} | ({"security": [{"jwt": []}]} if guarded else {})


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _components() -> dict[str, Any]:
    """The published schemas, each definition a component of its own: within OpenAPI they refer to each other from its root."""
    found: dict[str, Any] = {}
    for name in _SCHEMAS:
        published = schema(name)
        definitions = published.pop("$defs", {})
        published.pop("$schema", None)
        found[name] = _rebased(published, name)
        found |= {f"{name}-{part}": _rebased(definition, name) for part, definition in definitions.items()}
    return found


def _rebased(part: Any, name: str) -> Any:
    if isinstance(part, list):
        return [_rebased(item, name) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: f"#/components/schemas/{name}-{value.rpartition('/')[2]}" if key == "$ref" else _rebased(value, name)
        for key, value in part.items()
    }
