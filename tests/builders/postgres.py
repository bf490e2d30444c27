"""A real PostgreSQL for tests: a server of its own in a temporary folder, reached by a socket in it, stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

#: Set where a missing server must fail the tests (.ci/run does)
REQUIRED = "TEST_REQUIRE_POSTGRES"
_SETTINGS = ("listen_addresses=", "fsync=off", "max_connections=60", "shared_buffers=16MB")


class Missing(Exception):
    """There is no PostgreSQL server on this machine."""


class Postgres:
    """A running server. Nothing in it outlives the tests, so it does not wait for the disk."""

    def __init__(self, folder: Path, binaries: Path, account: dict[str, Any]) -> None:
        self._folder = folder
        self._binaries = binaries
        self._account = account
        self._numbers = count(1)

    def new_schema(self) -> str:
        """As good as an empty database, and much faster made: the address of an empty schema."""
        name = f"t{next(self._numbers)}"
        self.execute(f"CREATE SCHEMA {name}")
        return self.url("postgres") + f"&options=-csearch_path%3D{name}"

    def url(self, name: str) -> str:
        """The address of a database, as a site would write it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def new_database(self) -> str:
        """A new empty database: its address."""
        name = f"t{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement as the administrator; its rows, if it has any."""
        with psycopg.connect(f"host={self._folder} user=postgres dbname={database}", autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = " ".join(f"-c {setting}" for setting in (*_SETTINGS, f"unix_socket_directories={self._folder}"))
        self._control("start", "-w", "-o", options, "-l", str(self._folder / "log"))

    def stop(self) -> None:
        """Stop at once; connections break."""
        self._control("stop", "-w", "-m", "immediate")

    def _control(self, *arguments: str) -> None:
        _run([self._binaries / "pg_ctl", "-D", self._folder / "data", *arguments], self._account)


@contextmanager
def running() -> Iterator[Postgres]:
    """A server. Raises :class:`Missing`."""
    binaries = _binaries()
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        _run([binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], account)
        server = Postgres(folder, binaries, account)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _binaries() -> Path:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    inside_path = shutil.which("initdb")
    if not found and inside_path is None:
        raise Missing("no PostgreSQL server is installed (Debian, Ubuntu: apt-get install postgresql)")
    return (found[-1] if found else Path(str(inside_path)).resolve()).parent


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so it gets another account then."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise Missing("root may not run PostgreSQL, and there is no account 'postgres' or 'nobody'")


def _run(command: list[Any], account: dict[str, Any]) -> None:
    with tempfile.TemporaryFile() as output:  # not a pipe: the server keeps what it inherits open
        done = subprocess.run([str(part) for part in command], check=False, stdout=output, stderr=output, cwd="/", **account)
        if done.returncode != 0:
            output.seek(0)
            raise RuntimeError(output.read().decode(errors="replace"))
