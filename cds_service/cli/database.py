"""The database, for commands that look into it."""

from __future__ import annotations

from cds_service.settings import Settings, SettingsError
from cds_service.store import Store, StoreError, open_store


def existing_store(settings: Settings) -> Store:
    """The store that is there; none is made. Raises :class:`SettingsError`."""
    try:
        return open_store(settings.database_url, make=False)
    except StoreError as error:
        raise SettingsError([f"CDS_DATABASE_URL: {error.problem}"]) from None
