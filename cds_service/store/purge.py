"""Deleting what a site need not keep any longer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, delete, select

from cds_service.store.database import Database
from cds_service.store.tables import feedback, invocations

#: Rows deleted at once: between two such steps others can write
STEP = 1000


def purge(database: Database, before: datetime, *, reports: bool) -> dict[str, int]:
    """Delete the rows of hook calls (with their cards) before a moment; with ``reports`` the feedback that came before it, too.

    Returns how many rows went, by table. Raises :class:`StoreUnavailable`; what has gone by then stays gone.
    """
    found = {"invocations": _delete(database, invocations, "time", before)}
    return found | ({"feedback": _delete(database, feedback, "received_last", before)} if reports else {})


def _delete(database: Database, table: Table, column: str, before: datetime) -> int:
    total = 0
    while True:
        with database.writing() as connection:
            ids = list(connection.scalars(select(table.c.id).where(table.c[column] < before).limit(STEP)))
            if ids:
                connection.execute(delete(table).where(table.c.id.in_(ids)))
        total += len(ids)
        if len(ids) < STEP:
            return total
