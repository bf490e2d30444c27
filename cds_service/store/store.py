"""The store of one application."""

from __future__ import annotations

from datetime import UTC, datetime

from cds_service.errors import StoreUnavailable
from cds_service.store.database import Database
from cds_service.store.location import Location, StoreError, locate
from cds_service.store.migrate import check_current, migrate
from cds_service.store.replay import UsedTokens
from cds_service.store.sql import insert
from cds_service.store.tables import heartbeat


class Store:
    """What is kept, by kind: ``replay``. Made before the workers are forked, opened by each for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.replay = UsedTokens(database)

    @property
    def location(self) -> Location:
        """Where it is, without the password."""
        return self._database.location

    def check(self) -> None:
        """Write one row, to see whether rows can be written. Raises :class:`StoreUnavailable`."""
        file = self.location.file
        if file is not None and not file.exists():
            raise StoreUnavailable("the database file is gone")
        row = {"id": 1, "at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(insert(connection, heartbeat).on_conflict_do_update(index_elements=["id"], set_={"at": row["at"]}), row)

    def close(self) -> None:
        """Close what this process has opened."""
        self._database.close()


def open_store(url: str, *, make: bool = True) -> Store:
    """The store at a database URL, its tables made or extended, and checked that it can be written.

    With ``make=False`` nothing is changed, and a database without the tables of this version is refused. Raises :class:`StoreError`.
    """
    location = locate(url)
    if not make:
        check_current(location)
        return Store(Database(location))
    migrate(location)
    store = Store(Database(location))
    try:
        store.check()
    except StoreUnavailable as error:
        raise StoreError(f"cannot write to the {location}: {error.problem}") from None
    finally:
        store.close()
    return store
