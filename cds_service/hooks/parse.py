"""Reading a CDS Hooks request: strict about the envelope, open about what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.errors import MalformedRequest
from cds_service.fhir.references import literal
from cds_service.hooks.invocation import Invocation
from cds_service.hooks.schema import explain, first_error, path_of
from cds_service.model.assessment import Hook


def parse_hook_request(body: object, service: str | None = None) -> Invocation:
    """Read the parsed JSON ``body`` of a hook call to ``service``.

    Raises :class:`MalformedRequest`, which names the field and never its value. Whether the service answers this hook
    is the caller's question.
    """
    if not isinstance(body, dict):
        raise MalformedRequest("the body must be a JSON object", where="request")
    error = first_error("request", body)
    if error is not None:
        where = path_of(error)
        raise MalformedRequest(f"{where} {explain(error)}", where=where, remedy=f"Correct {where}; see the CDS Hooks 2.0 request.")
    context: Mapping[str, Any] = body["context"]
    return Invocation(
        hook=_hook(body, context, service),
        context=context,
        draft_orders=context.get("draftOrders") if isinstance(context.get("draftOrders"), dict) else None,
        prefetch=body.get("prefetch") or {},
        fhir_server=body.get("fhirServer") or None,
        access_token=_text(body.get("fhirAuthorization") or {}, "access_token"),
    )


def _hook(body: Mapping[str, Any], context: Mapping[str, Any], service: str | None) -> Hook:
    user = _text(context, "userId")
    actor = literal(user)
    selections = context.get("selections")
    return Hook(
        name=body["hook"],
        service=service,
        instance=body["hookInstance"],
        user_id=user,
        user_type=actor[0] if actor else None,
        encounter_id=_id(context, "encounterId", "Encounter"),
        patient_id=_id(context, "patientId", "Patient"),
        selections=tuple(_local(item) for item in selections) if isinstance(selections, list) else (),
    )


def _text(context: Mapping[str, Any], name: str) -> str | None:
    value = context.get(name)
    return value if isinstance(value, str) and value else None


def _id(context: Mapping[str, Any], name: str, kind: str) -> str | None:
    """An id of the context; some clients send the reference in its place."""
    written = _text(context, name)
    named = literal(written)
    return named[1] if named is not None and named[0] == kind else written


def _local(reference: object) -> str:
    found = literal(reference)
    return "/".join(found) if found else str(reference)
