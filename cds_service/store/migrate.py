"""Bringing a database to the tables of this version: at every start, safe when several processes or hosts start at once."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from cds_service.store.database import Database
from cds_service.store.location import Location, StoreError
from cds_service.store.tables import REVISION

PATIENCE = 60.0
_LOCK = 0x6364_735F  # any number, so long as nobody else locks it
_PAUSE = 0.05


def migrate(location: Location) -> None:
    """Create or extend the tables. Raises :class:`StoreError` in one line if the database is out of reach, read-only or too new."""
    database = Database(location, PATIENCE)
    try:
        if location.file is not None:
            _prepare_file(location.file)
        with database.connect() as connection, connection.begin():
            if location.file is None:
                # Held until the transaction ends; in SQLite the transaction itself is such a lock
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            found = _revisions(connection)
            if found != {REVISION}:
                from cds_service.store.upgrade import upgrade

                upgrade(connection, found)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot use the {location}: {reason(error, location)}") from None
    finally:
        database.close()


def check_current(location: Location) -> None:
    """Raise :class:`StoreError` unless the database is there and has the tables of this version; changes nothing."""
    if location.file is not None and not location.file.is_file():
        raise StoreError(f"there is no {location}")
    database = Database(location, PATIENCE)
    try:
        with database.connect().execution_options(is_reading=True) as connection:
            if _revisions(connection) != {REVISION}:
                raise StoreError(f"the {location} has no tables, or not those of this version: `cds-service serve` makes them")
    except SQLAlchemyError as error:
        raise StoreError(f"cannot use the {location}: {reason(error, location)}") from None
    finally:
        database.close()


def reason(error: Exception, location: Location) -> str:
    """The first line of what the driver says, without the password; nothing of a row is at stake before the first query."""
    said = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error).strip()
    return location.without_password(said.partition("\n")[0][:200]) or type(error).__name__


def _prepare_file(file: Path) -> None:
    """Make the file readable for this account alone (it may hold comments), and let readers and a writer work side by side."""
    # One that is there is left to SQLite: closing any descriptor of it would drop all locks that this process holds on it (POSIX),
    # and the next process to leave would take away the log that the connections of this one still write
    with suppress(FileExistsError):
        os.close(os.open(file.resolve(), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if not os.access(file, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    until = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(file)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                # Of several that start at once only one can change the mode; the others will find it changed
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)
            else:
                return


def _revisions(connection: Connection) -> frozenset[str]:
    """What Alembic has noted; nothing in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    return frozenset(connection.scalars(text("SELECT version_num FROM alembic_version")))
