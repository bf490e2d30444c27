"""What the service keeps: feedback, the audit trail of hook calls, used token ids; in SQLite or PostgreSQL (docs/operations.md)."""

from cds_service.store.location import StoreError
from cds_service.store.store import Store, open_store

__all__ = ["Store", "StoreError", "open_store"]
