"""Compiled suggestions -> what is offered for this patient and this order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.model.assessment import SuggestedAction, Suggestion
from cds_service.plans.call import Call
from cds_service.plans.compiled import CompiledSuggestion, Draft


def build_suggestion(compiled: CompiledSuggestion, call: Call, order: Mapping[str, Any] | None) -> Suggestion | None:
    """The suggestion, or ``None`` where it cannot be carried out: no patient to write for, no draft id to withdraw, no draft any more."""
    actions = _withdrawal(compiled, order) if compiled.withdraw is not None else _creations(compiled, call)
    if not actions:
        return None
    return Suggestion(compiled.id, compiled.label, actions, None if compiled.as_one is None else _creation(compiled.as_one, call))


def _withdrawal(compiled: CompiledSuggestion, order: Mapping[str, Any] | None) -> tuple[SuggestedAction, ...]:
    if order is None or not order.get("id") or order.get("standing"):
        return ()
    return (SuggestedAction("delete", str(compiled.withdraw), resource_id=str(order["reference"])),)


def _creations(compiled: CompiledSuggestion, call: Call) -> tuple[SuggestedAction, ...]:
    if call.hook.patient_id is None:
        return ()
    return tuple([_creation(draft, call) for draft in compiled.drafts])


def _creation(draft: Draft, call: Call) -> SuggestedAction:
    return SuggestedAction("create", draft.description, {**draft.resource, draft.subject_element: call.subject, **call.encounter})
