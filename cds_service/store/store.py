"""The store of one application."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

from cds_service.errors import StoreUnavailable
from cds_service.store.audit import AuditTrail
from cds_service.store.database import Database
from cds_service.store.feedback import FeedbackLog
from cds_service.store.location import Location, StoreError, locate
from cds_service.store.migrate import PATIENCE, check_current, migrate
from cds_service.store.purge import purge
from cds_service.store.replay import UsedTokens
from cds_service.store.report import FeedbackSummary, comments, summarise
from cds_service.store.sql import insert
from cds_service.store.tables import heartbeat

#: Seconds for whoever reads all of it
LONG = 600.0


class Store:
    """What is kept, by kind: ``feedback``, ``audit``, ``replay``. Made before the workers are forked, opened by each for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.feedback = FeedbackLog(database)
        self.audit = AuditTrail(database)
        self.replay = UsedTokens(database)

    @property
    def location(self) -> Location:
        """Where it is, without the password."""
        return self._database.location

    def check(self) -> None:
        """Write one row, to see whether rows can be written. Raises :class:`StoreUnavailable`."""
        row = {"id": 1, "at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(insert(connection, heartbeat).on_conflict_do_update(index_elements=["id"], set_={"at": row["at"]}), row)

    def summarise(self, since: datetime | None = None, service: str | None = None) -> FeedbackSummary:
        """Cards shown since a moment, by all services or one, and what became of them. Raises :class:`StoreUnavailable`."""
        return summarise(self._database, since, service)

    def comments(self, since: datetime | None = None, service: str | None = None) -> list[tuple[datetime, str, str]]:
        """(time, service, comment) of the cards commented on, oldest first; may name people. Raises :class:`StoreUnavailable`."""
        return comments(self._database, since, service)

    def purge(self, before: datetime, *, feedback: bool) -> dict[str, int]:
        """Delete hook calls before a moment, and feedback if wanted; how many rows went, by table. Raises :class:`StoreUnavailable`."""
        return purge(self._database, before, reports=feedback)

    def close(self) -> None:
        """Write what waits, and close what this process has opened."""
        self.audit.flush()
        self._database.close()


def open_store(url: str, *, make: bool = True) -> Store:
    """The store at a database URL, its tables made or extended, and checked that it can be written.

    With ``make=False`` nothing is changed, and a database without the tables of this version is refused. Raises :class:`StoreError`.
    """
    location = locate(url)
    if not make:
        check_current(location)
        return Store(Database(location, LONG))
    migrate(location)
    with closing(Store(Database(location, PATIENCE))) as patient:
        try:
            patient.check()
        except StoreUnavailable as error:
            raise StoreError(f"cannot write to the {location}: {error.problem}") from None
    return Store(Database(location))
