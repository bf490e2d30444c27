"""What the service keeps: used token ids, so far. SQLite by default, PostgreSQL by URL; see docs/operations.md."""

from cds_service.store.location import StoreError
from cds_service.store.store import Store, open_store

__all__ = ["Store", "StoreError", "open_store"]
