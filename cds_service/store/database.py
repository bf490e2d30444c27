"""Connections to the store: one engine for each process, transactions that are on disk when they end, one error for all failures."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from cds_service.errors import StoreUnavailable
from cds_service.store.location import Location

PATIENCE = 2.0
POOL = 5
POOL_MORE = 60
CONNECT_TIMEOUT = 3

for _name in ("sqlalchemy", "psycopg"):  # every failure is an error of ours; what they would log besides may quote a row
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(slots=True)
class _Open:
    """What belongs to one process. ``turn`` queues the writers of a SQLite file, which is fairer than its own waiting.

    ``inode`` is the SQLite file as it was found, device and number; ``None`` if there was none, and at PostgreSQL.
    """

    pid: int
    engine: Engine
    inode: tuple[int, int] | None
    turn: threading.Lock = field(default_factory=threading.Lock)


class Database:
    """A database, opened when it is first needed, by each process for itself: a connection must never be used on both sides of a fork.

    ``patience``: seconds that a statement may take, or wait for another's lock.
    """

    def __init__(self, location: Location, patience: float = PATIENCE) -> None:
        self.location = location
        self._patience = patience
        self._open: _Open | None = None
        self._opening = threading.Lock()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk once the block has ended. Raises :class:`StoreUnavailable`."""
        opened = self._opened()
        queued = self.location.file is not None
        if queued and not opened.turn.acquire(timeout=self._patience):
            raise StoreUnavailable("the database is busy")
        try:
            self._check_file(opened)
            with _as_unavailable(), opened.engine.begin() as connection:
                yield connection
        finally:
            if queued:
                opened.turn.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; what is done in it is not kept. Raises :class:`StoreUnavailable`."""
        opened = self._opened()
        self._check_file(opened)
        with _as_unavailable(), opened.engine.connect().execution_options(is_reading=True) as connection:
            yield connection

    def connect(self) -> Connection:
        """A connection as the driver gives it, errors too; for migrations."""
        return self._opened().engine.connect()

    def close(self) -> None:
        """Close the connections of this process; the next use opens new ones."""
        with self._opening:
            if self._open is not None:
                self._open.engine.dispose(close=self._open.pid == os.getpid())
                self._open = None

    def _opened(self) -> _Open:
        opened = self._open
        if opened is not None and opened.pid == os.getpid():
            return opened
        with self._opening:
            if self._open is None or self._open.pid != os.getpid():
                if self._open is not None:
                    self._open.engine.dispose(close=False)  # they are the parent's
                self._open = _Open(os.getpid(), _engine(self.location, self._patience), _inode(self.location))
            return self._open

    def _check_file(self, opened: _Open) -> None:
        """Raise :class:`StoreUnavailable` unless the file is the one that was opened.

        SQLite goes on in a file that was deleted, and a new connection would make an empty one. The next use opens what is there then.
        """
        if self.location.file is None or (opened.inode is not None and opened.inode == _inode(self.location)):
            return
        with self._opening:
            if self._open is opened:
                self._open = None
        opened.engine.dispose()
        raise StoreUnavailable("the database file is gone")


def _inode(location: Location) -> tuple[int, int] | None:
    if location.file is None:
        return None
    try:
        found = location.file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _as_unavailable() -> Iterator[None]:
    """The message of a driver may quote a row, so only the kind of error is told."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database cannot be used ({type(getattr(error, 'orig', None) or error).__name__})") from None


def _engine(location: Location, patience: float) -> Engine:
    # The parameters of a statement are feedback, and SQLAlchemy's errors would name them
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": POOL, "max_overflow": POOL_MORE, "pool_timeout": patience}
    if location.file is not None:
        engine = create_engine(location.url, connect_args={"timeout": patience}, **options)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    asked = location.url.query
    defaults = {"connect_timeout": CONNECT_TIMEOUT, "application_name": "cds-service", "tcp_user_timeout": int(1000 * patience)}
    arguments = {name: value for name, value in defaults.items() if name not in asked}
    # A connection that the server has closed is noticed before it is used
    engine = create_engine(location.url, connect_args=arguments, pool_pre_ping=True, **options)

    @event.listens_for(engine, "connect")
    def _set_up_postgres(connection: Any, _record: object) -> None:
        # Not as start parameters, which connection poolers refuse; and not within a transaction, whose end could take it back
        connection.autocommit = True
        milliseconds = int(1000 * patience)
        connection.execute(f"SET synchronous_commit TO on; SET statement_timeout TO {milliseconds}; SET TIME ZONE 'UTC'")
        connection.autocommit = False

    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on disk when it returns
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: one that first reads could not wait for another's."""
    is_reading = connection.get_execution_options().get("is_reading", False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")
