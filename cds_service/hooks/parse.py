"""Reading a CDS Hooks request: strict about the envelope, open about what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

from cds_service.errors import MalformedRequest
from cds_service.fhir.references import literal
from cds_service.hooks.invocation import Invocation
from cds_service.hooks.schema import explain, first_error, path_of
from cds_service.model.assessment import Hook
from cds_service.model.hook_library import LIBRARY


def parse_hook_request(body: object, service: str | None = None) -> Invocation:
    """Read the parsed JSON ``body`` of a hook call to ``service``.

    Raises :class:`MalformedRequest`, which names the field and never its value. Whether the service answers this hook
    is the caller's question.
    """
    if not isinstance(body, dict):
        raise MalformedRequest("the body must be a JSON object", where="request")
    _refuse(first_error("request", body))
    if body["hook"] in LIBRARY:
        _refuse(first_error("contexts", body["context"], body["hook"]), "context")
    context = _with_present_names(body["hook"], body["context"])
    return Invocation(
        hook=_hook(body, context, service),
        context=context,
        prefetch=body.get("prefetch") or {},
        fhir_server=body.get("fhirServer") or None,
        access_token=_text(body.get("fhirAuthorization") or {}, "access_token"),
    )


def _refuse(error: ValidationError | None, root: str = "") -> None:
    if error is not None:
        where = path_of(error, root)
        raise MalformedRequest(f"{where} {explain(error)}", where=where, remedy=f"Correct {where}; see the CDS Hooks 2.0 request.")


def _with_present_names(hook: str, context: Mapping[str, Any]) -> Mapping[str, Any]:
    """The context of order-dispatch 1.0 (one order, one task) with the names that 1.1 has for them; others as they are."""
    if hook != "order-dispatch" or "dispatchedOrders" in context:
        return context
    task = context.get("task")
    return {**context, "dispatchedOrders": [context["order"]], "fulfillmentTasks": [] if task is None else [task]}


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
        performer=_local(context["performer"]) if isinstance(context.get("performer"), str) else None,
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
