"""What became of cards: every report that ever came, and which of them is the current state of its card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, case, func, select

from cds_service.hooks.feedback import CardFeedback
from cds_service.store.database import Database
from cds_service.store.sql import insert
from cds_service.store.tables import feedback
from cds_service.store.who import Who


class FeedbackLog:
    """The reports. None is changed by another: a later one about the same card stands beside it."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def record(self, who: Who, service: str, reports: Sequence[CardFeedback]) -> None:
        """Keep the reports of one POST, all or none; when this returns they are on disk.

        One that is there word for word is counted, not kept twice: clients send again what they think was lost. Raises
        :class:`StoreUnavailable`.
        """
        now = self._clock()
        rows = [_row(who, service, report, now) for report in reports]
        rows.sort(key=lambda row: str(row["digest"]))  # two that store the same reports lock them in the same order
        if not rows:
            return
        with self._database.writing() as connection:
            statement = insert(connection, feedback)
            again = {"times": feedback.c.times + 1, "received_last": statement.excluded.received_last}
            connection.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=again), rows)


def current() -> Subquery:
    """The latest report of each card by each :func:`speaker`: by the time of the outcome, or of its arrival where none is told."""
    when = func.coalesce(feedback.c.outcome_time, feedback.c.received_last)
    order = func.row_number().over(
        partition_by=(speaker(feedback), feedback.c.service, feedback.c.card), order_by=(when.desc(), feedback.c.id.desc())
    )
    ranked = select(feedback, speaker(feedback).label("speaker"), when.label("at"), order.label("rank")).subquery()
    return select(ranked).where(ranked.c.rank == 1).subquery()


def speaker(table: FromClause) -> ColumnElement[str]:
    """Who shows and who reports: a client by its name if its token proved it; all others are one, as feedback names no FHIR server."""
    return case((table.c.issuer.is_(None), ""), else_=table.c.client)


def _row(who: Who, service: str, report: CardFeedback, now: datetime) -> dict[str, Any]:
    row = {
        "client": who.client,
        "issuer": who.issuer,
        "tenant": who.tenant,
        "service": service,
        "card": report.card,
        "outcome": report.outcome,
        "accepted": _json(report.accepted),
        "reasons": _json([{"system": one.system, "code": one.code, "display": one.display} for one in report.reasons]),
        "comment": report.comment,
        "extension": report.extension,
    }
    told = report.outcome_time.isoformat() if report.outcome_time else None
    digest = hashlib.sha256(_json([told, *row.values()]).encode()).hexdigest()
    return row | {"digest": digest, "outcome_time": report.outcome_time, "received": now, "received_last": now, "times": 1}


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
