"""The steps that make or extend the tables, run by Alembic, which is imported for that alone: most starts find nothing to do."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from cds_service.store.location import StoreError


def upgrade(connection: Connection, found: frozenset[str]) -> None:
    """Bring a database from the revisions that it has to the newest. Raises :class:`StoreError` if some are not known here."""
    if found - {script.revision for script in scripts().walk_revisions()}:
        raise StoreError("the database was written by a newer version of this service; start that version, or restore a backup")
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def scripts() -> ScriptDirectory:
    """The steps."""
    return ScriptDirectory.from_config(configuration())


def configuration() -> Config:
    """Alembic's own settings: where the steps are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
