"""Stable identities: the same call gives the same card ids, so that feedback finds its card."""

from __future__ import annotations

import json
from uuid import UUID, uuid5

from cds_service.model.assessment import Hook

NAMESPACE = UUID("6f1c2f0e-3c55-5a0b-9d7e-2f6a5d1b8c40")


def card_uuid(service: str, hook: Hook, topic: str, order: str | None) -> UUID:
    """The id of a card: uuid5 of [service id, hookInstance, topic code, order reference or null] as compact JSON."""
    name = json.dumps([service, hook.instance, topic, order], ensure_ascii=False, separators=(",", ":"))
    return uuid5(NAMESPACE, name)


def suggestion_uuid(card: UUID, suggestion: str) -> str:
    """The id of a suggestion: uuid5 of its child action's id within the card's id."""
    return str(uuid5(card, suggestion))
