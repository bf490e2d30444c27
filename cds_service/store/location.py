"""Where the store is: ``CDS_DATABASE_URL``, read."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from cds_service.errors import ServiceError

FORMS = "sqlite:///FILE or postgresql+psycopg://user:password@host/database"
_POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})


class StoreError(ServiceError):
    """The database cannot be used at all: told at the start, in one line that never holds the password."""

    remedy = "Correct CDS_DATABASE_URL, or the database; docs/operations.md says what it needs."


@dataclass(frozen=True, slots=True)
class Location:
    """A database that can be opened; ``file`` is the SQLite file, ``None`` at PostgreSQL. ``str()`` may be shown to anyone."""

    url: URL = field(repr=False)
    file: Path | None = None

    def __str__(self) -> str:
        if self.file is not None:
            return f"SQLite file {self.file}"
        return f"PostgreSQL database {self.url.database or '(default)'} at {self._host}"

    @property
    def _host(self) -> str:
        host = self.url.host or str(self.url.query.get("host", "this machine"))
        port = self.url.port or self.url.query.get("port")
        return f"{host}:{port}" if port else host

    def without_password(self, text: str) -> str:
        """A message of the database driver, should it repeat the password."""
        hidden = [str(self.url.password or ""), str(self.url.query.get("password", ""))]
        for password in filter(None, hidden):
            text = text.replace(password, "***")
        return text


def locate(url: str) -> Location:
    """Read a database URL. Raises :class:`StoreError`, which repeats nothing of it: it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(f"is no database address; write {FORMS}") from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _sqlite(parsed)
    if parsed.drivername in _POSTGRES:
        if find_spec("psycopg") is None:
            raise StoreError("PostgreSQL needs the psycopg driver: pip install 'cds-service[postgres]'")
        return Location(parsed.set(drivername="postgresql+psycopg"))
    raise StoreError(f"names a kind of database that is not supported; write {FORMS}")


def _sqlite(url: URL) -> Location:
    if not url.database or url.database == ":memory:" or url.query:
        # Several processes must see the same rows, also after a restart
        raise StoreError("must name a file, as in sqlite:///cds-service.db, without options")
    file = Path(url.database).absolute()
    return Location(url.set(drivername="sqlite+pysqlite", database=str(file)), file)
