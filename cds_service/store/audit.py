"""The audit trail: one row for every hook call, and one for each card that it showed. Nothing of the patient.

A row of an answer with cards is on disk before the answer leaves. All others are written together, by a thread of each process,
within a second.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from cds_service.store.backlog import Backlog
from cds_service.store.database import Database
from cds_service.store.tables import cards, invocations
from cds_service.store.who import Who


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card of an answer: its id, by which feedback finds it, and the recommendations on it, its topic first."""

    uuid: str
    codes: tuple[str, ...]
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCall:
    """One hook call, answered or refused.

    ``service`` and ``hook`` are ``None`` where the client named none of ours, ``hook_instance`` where it is no UUID: it could hold
    anything. ``plans`` are the plans behind the service as ``id|version``, ``content`` the version of the whole. ``ms`` is the time
    from the request to the answer, ``respond_ms`` the part of it that went into data, assessment and cards, ``fetch_ms`` the part of
    that which went into reading from a FHIR server. ``error`` is the kind of refusal. ``patient`` is a keyed digest
    (:func:`patient_digest`), ``None`` unless the site wants it.
    """

    time: datetime
    request_id: str
    who: Who
    service: str | None = None
    hook: str | None = None
    hook_instance: str | None = None
    plans: tuple[str, ...] = ()
    content: str
    status: int
    error: str | None = None
    ms: float
    respond_ms: float | None = None
    fetch_ms: float | None = None
    patient: str | None = None
    cards: tuple[ShownCard, ...] = ()


class AuditTrail:
    """The rows of hook calls."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._backlog = Backlog(self._write)

    def record(self, call: HookCall) -> None:
        """Keep a call: at once if it showed cards, else within a second. Raises :class:`StoreUnavailable` where that cannot be."""
        if not call.cards:
            self._backlog.add(call)
            return
        with self._database.writing() as connection:
            key: Any = connection.execute(insert(invocations), _row(call)).inserted_primary_key
            connection.execute(insert(cards), [_card(card, key[0], number) for number, card in enumerate(call.cards)])

    def flush(self) -> None:
        """Write what waits, now, and end the thread."""
        self._backlog.close()

    def _write(self, calls: Sequence[HookCall]) -> None:
        with self._database.writing() as connection:
            connection.execute(insert(invocations), [_row(call) for call in calls])


def patient_digest(key: str, client: str, patient_id: str) -> str:
    """HMAC-SHA256 of a patient id at a client: tells that two calls were about one patient, and not about whom."""
    return hmac.new(key.encode(), json.dumps([client, patient_id]).encode(), hashlib.sha256).hexdigest()


def _row(call: HookCall) -> dict[str, Any]:
    row = {name: getattr(call, name) for name in _PLAIN}
    return row | asdict(call.who) | {"plans": json.dumps(call.plans) if call.plans else None, "cards": len(call.cards)}


def _card(card: ShownCard, invocation: int, position: int) -> dict[str, Any]:
    topic = card.codes[0] if card.codes else ""
    codes = json.dumps(card.codes, separators=(",", ":"))
    return {
        "invocation": invocation,
        "position": position,
        "card": card.uuid,
        "topic": topic,
        "codes": codes,
        "indicator": card.indicator,
    }


_PLAIN = ("time", "request_id", "service", "hook", "hook_instance", "content", "status", "error", "ms", "respond_ms", "fetch_ms", "patient")
