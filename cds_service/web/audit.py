"""Every hook call leaves a row in the audit trail, whatever came of it; an answer with cards leaves only once its row is on disk."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response

from cds_service.cards.render import EXTENSION
from cds_service.errors import StoreUnavailable
from cds_service.hooks.invocation import Invocation
from cds_service.store.audit import HookCall, ShownCard, patient_digest
from cds_service.store.who import Who
from cds_service.web.call import Call, current, is_uuid
from cds_service.web.errors import reply_to, reply_to_defect
from cds_service.wiring import Application

#: Who has not shown a token that is right
REFUSED = Who("(not authenticated)")
_HOOK_CALL = "services._call"


def install(app: Flask, application: Application) -> None:
    """Record the hook calls, unless the site has switched the audit trail off."""
    if not application.settings.audit:
        return
    plans = {key: plan_versions(service) for key, service in application.services.items()}

    @app.after_request
    def _record(response: Response) -> Response:
        call = current()
        if call.endpoint != _HOOK_CALL or call.method != "POST":
            return response
        try:
            application.store.audit.record(_hook_call(call, application, plans, response.status_code))
        except StoreUnavailable as error:
            response = reply_to(error)  # what cannot be recorded is not shown
            with suppress(StoreUnavailable):
                application.store.audit.record(_hook_call(call, application, plans, response.status_code))
        except Exception as error:  # noqa: BLE001 - after the answer is made, only we can still turn a defect into our form
            response = reply_to_defect(error)
        return response


def who(call: Call, application: Application) -> Who:
    """Who calls, as the store has it: by the token, or where none is asked for by what the call says of itself."""
    caller = call.caller
    if caller is None:
        if application.authenticator is not None:
            return REFUSED
        caller = application.caller(call.invocation)
    return Who(caller.client.name, caller.issuer, caller.tenant)


def plan_versions(service: Any) -> tuple[str, ...]:
    """The plans whose recommendations a service gives, as ``id|version``."""
    return tuple(sorted({f"{action.plan.rpartition('/')[2]}|{action.version}" for action in service.actions}))


def _hook_call(call: Call, application: Application, plans: dict[tuple[str, str], tuple[str, ...]], status: int) -> HookCall:
    """What is known of this call; one that is refused early has less. Nothing that a client chose freely is taken over."""
    invocation = call.invocation
    named = (call.view_args or {}).get("service_id")
    service: str | None = named if any(named == one for one, _ in plans) else None
    key = (service or "", invocation.hook.name if invocation else "")
    is_ours = key in plans
    caller = who(call, application)
    answer = call.answer if status < 400 else None
    return HookCall(
        time=datetime.now(UTC),
        request_id=call.request_id,
        who=caller,
        service=service,
        hook=key[1] if is_ours else None,
        hook_instance=invocation.hook.instance if invocation and is_uuid(invocation.hook.instance) else None,
        plans=plans[key] if is_ours else (),
        content=application.knowledge.version,
        status=status,
        error=call.entry.get("error"),
        ms=call.ms,
        respond_ms=call.respond_ms,
        fetch_ms=call.entry.get("fetch_ms"),
        patient=_patient(application, caller, invocation),
        cards=tuple(map(_shown, answer.body["cards"])) if answer else (),
    )


def _shown(card: dict[str, Any]) -> ShownCard:
    """The recommendations of a card are in our extension; its topic may be written otherwise for some clients."""
    codes = card.get("extension", {}).get(EXTENSION, {}).get("codes") or [card["source"]["topic"]["code"]]
    return ShownCard(card["uuid"], tuple(codes), card["indicator"])


def _patient(application: Application, caller: Who, invocation: Invocation | None) -> str | None:
    key = application.settings.audit_patient_key
    if key is None or invocation is None or invocation.hook.patient_id is None:
        return None
    return patient_digest(key.get_secret_value(), caller.client, invocation.hook.patient_id)
