"""Looking through a SQLite store for texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path


def columns_with(file: Path, text: str) -> set[tuple[str, str]]:
    """(table, column) of every cell that holds a text, in any case of letters."""
    found: set[tuple[str, str]] = set()
    with closing(sqlite3.connect(file)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = database.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                found |= {(table, name) for name, cell in zip(names, row, strict=True) if text.lower() in str(cell).lower()}
    return found


def files_with(file: Path, texts: Collection[str]) -> list[str]:
    """The database file and those beside it (``-wal``, ``-shm``) that hold one of some texts (in lower case) among their bytes."""
    every = sorted(file.parent.glob(f"{file.name}*"))
    return [one.name for one in every if any(text.encode() in one.read_bytes().lower() for text in texts)]
