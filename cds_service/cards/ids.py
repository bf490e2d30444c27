"""Stable identities: the same call gives the same card ids, so that feedback finds its card."""

from __future__ import annotations

from hashlib import sha1
from uuid import UUID

import orjson

from cds_service.model.assessment import Hook

NAMESPACE = UUID("6f1c2f0e-3c55-5a0b-9d7e-2f6a5d1b8c40")


def card_uuid(service: str, hook: Hook, topic: str, order: str | None) -> str:
    """The id of a card: uuid5 of [service id, hookInstance, topic code, order reference or null] as compact JSON."""
    return uuid5(NAMESPACE.bytes, orjson.dumps([service, hook.instance, topic, order]))


def suggestion_uuid(card: str, suggestion: str) -> str:
    """The id of a suggestion: uuid5 of its child action's id within the card's id."""
    return uuid5(bytes.fromhex(card.replace("-", "")), suggestion.encode())


def uuid5(namespace: bytes, name: bytes) -> str:
    """The text of a name-based UUID (RFC 9562, 5.5); ``uuid.uuid5`` takes four times as long, and a card has many."""
    digits = sha1(namespace + name, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
