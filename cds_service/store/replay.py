"""Used token ids: a token that proves who calls may do so once (CDS Hooks 2.0, ``jti``)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from sqlalchemy import delete

from cds_service.errors import StoreUnavailable
from cds_service.store.database import Database
from cds_service.store.sql import insert
from cds_service.store.tables import storable, used_tokens

PURGE_EVERY = 300.0
#: Kept for this long after they have expired, for hosts whose clocks differ and tokens that are taken a little late
MARGIN = 3600
_LATEST = 2**53
_COUNT = {"preserve_rowcount": True}


class UsedTokens:
    """The ids of tokens that were used and have not expired, for all workers and hosts, and across restarts."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._purged = 0.0

    def first_use(self, issuer: str, jti: str, expires: int) -> bool:
        """Note the use of a token; ``False`` if it was used before.

        ``expires`` is its ``exp``, in seconds since 1970. When this returns the use is on disk. Of the id only a digest is kept: it
        can be of any length and hold anything. Raises :class:`StoreUnavailable`.
        """
        digest = hashlib.sha256(jti.encode("utf-8", "surrogatepass")).hexdigest()
        row = {"issuer": storable(issuer), "jti_sha256": digest, "expires": max(0, min(expires, _LATEST))}
        with self._database.writing() as connection:
            added = connection.execute(insert(connection, used_tokens).on_conflict_do_nothing(), row, execution_options=_COUNT).rowcount
        self._purge()
        return added == 1

    def _purge(self) -> None:
        """Delete what has expired, from time to time; should it fail, the next time does it."""
        now = self._clock()
        if now < self._purged + PURGE_EVERY:
            return
        self._purged = now
        try:
            with self._database.writing() as connection:
                connection.execute(delete(used_tokens).where(used_tokens.c.expires < int(now) - MARGIN))
        except StoreUnavailable:
            return
