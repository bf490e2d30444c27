"""What the store can tell of the worth of each recommendation: how often it was shown, and what became of it.

A card counts once, however often the same call was repeated, and for each of the recommendations on it. Feedback counts for the
card that its client was shown: a client that authenticates cannot speak for another.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, select

from cds_service.store.database import Database
from cds_service.store.feedback import current, speaker
from cds_service.store.tables import cards, invocations

NO_CODE = ("", "")


@dataclass(slots=True)
class Tally:
    """Cards shown, and of these accepted and overridden; ``reasons`` counts (system, code), :data:`NO_CODE` where none was given."""

    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def unanswered(self) -> int:
        """Cards that nobody reported on."""
        return self.shown - self.accepted - self.overridden

    @property
    def acceptance(self) -> float | None:
        """The share of accepted among the reported, ``None`` if none was reported."""
        reported = self.accepted + self.overridden
        return self.accepted / reported if reported else None

    def add(self, number: int, outcome: str | None, reasons: Iterable[tuple[str, str]]) -> None:
        """Count cards with the same fate."""
        self.shown += number
        if outcome == "accepted":
            self.accepted += number
        elif outcome == "overridden":
            self.overridden += number
            self.reasons.update(dict.fromkeys(set(reasons) or {NO_CODE}, number))


@dataclass(frozen=True, slots=True)
class FeedbackSummary:
    """Tallies by recommendation, and by client within each; ``unknown`` counts the reports on cards that the store does not know."""

    recommendations: Mapping[str, Tally]
    clients: Mapping[str, Mapping[str, Tally]]
    unknown: Tally


def summarise(database: Database, since: datetime | None = None, service: str | None = None) -> FeedbackSummary:
    """Count the cards shown since a moment, by all services or one. Raises :class:`StoreUnavailable`."""
    recommendations: dict[str, Tally] = {}
    clients: dict[str, dict[str, Tally]] = {}
    unknown = Tally()
    with database.reading() as connection:
        for client, codes, outcome, reasons, number in connection.execute(_fates(since, service)):
            for code in json.loads(codes):
                recommendations.setdefault(code, Tally()).add(number, outcome, _coded(reasons))
                clients.setdefault(code, {}).setdefault(client, Tally()).add(number, outcome, _coded(reasons))
        for outcome, reasons, number in connection.execute(_of_unknown_cards(since, service)):
            unknown.add(number, outcome, _coded(reasons))
    return FeedbackSummary(dict(sorted(recommendations.items())), clients, unknown)


def comments(database: Database, since: datetime | None = None, service: str | None = None) -> list[tuple[datetime, str, str]]:
    """(time, service, comment) of every card that was commented on, oldest first. Comments may name people."""
    latest = current()
    query = select(latest.c.at, latest.c.service, latest.c.comment).where(latest.c.comment.is_not(None), *_after(latest, since, service))
    with database.reading() as connection:
        return [(at, name, comment) for at, name, comment in connection.execute(query.order_by(latest.c.at, latest.c.id))]


def _fates(since: datetime | None, service: str | None) -> Select[Any]:
    """Cards by client, recommendations and what became of them."""
    shown = (
        select(
            speaker(invocations).label("speaker"),
            invocations.c.service,
            cards.c.card,
            func.min(invocations.c.client).label("client"),
            func.min(cards.c.codes).label("codes"),
        )
        .join(cards, cards.c.invocation == invocations.c.id)
        .where(*([invocations.c.time >= since] if since else []), *([invocations.c.service == service] if service else []))
        .group_by("speaker", invocations.c.service, cards.c.card)
        .subquery()
    )
    latest = current()
    same = and_(latest.c.card == shown.c.card, latest.c.service == shown.c.service, latest.c.speaker == shown.c.speaker)
    columns = (shown.c.client, shown.c.codes, latest.c.outcome, latest.c.reasons)
    return select(*columns, func.count()).select_from(shown).outerjoin(latest, same).group_by(*columns)


def _of_unknown_cards(since: datetime | None, service: str | None) -> Select[Any]:
    """Reports on cards that no call of that client is on record for: purged, of another service, or never ours."""
    latest = current()
    shown = cards.join(invocations, cards.c.invocation == invocations.c.id)
    same = and_(cards.c.card == latest.c.card, invocations.c.service == latest.c.service, speaker(invocations) == latest.c.speaker)
    known = exists().select_from(shown).where(same).correlate(latest)
    columns = (latest.c.outcome, latest.c.reasons)
    return select(*columns, func.count()).where(~known, *_after(latest, since, service)).group_by(*columns)


def _after(latest: Subquery, since: datetime | None, service: str | None) -> list[ColumnElement[bool]]:
    return [*([latest.c.at >= since] if since else []), *([latest.c.service == service] if service else [])]


def _coded(reasons: str | None) -> list[tuple[str, str]]:
    return [(one["system"] or "", one["code"]) for one in json.loads(reasons or "[]")]
