"""Rows that may wait a moment, so that many become one write to disk."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from cds_service.errors import StoreUnavailable

T = TypeVar("T")
#: Seconds that a row waits for others: well below the second that is promised
INTERVAL = 0.25
#: Rows written at once, and rows that may wait while the database cannot be written
BATCH = 500
MOST = 10_000
PATIENCE = 10.0

_log = logging.getLogger("cds_service.store")


class Backlog(Generic[T]):
    """Rows on their way to ``write``, by a thread that each process has for itself.

    Rows that cannot be written stay and are tried again. The end of the process writes what is left, unless it is killed.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], interval: float = INTERVAL) -> None:
        self._write = write
        self._interval = interval
        self._making = threading.Lock()
        self._worker: _Worker[T] | None = None

    def add(self, row: T) -> None:
        """Let a row wait. Raises :class:`StoreUnavailable` if too many do: none is dropped in silence."""
        with self._making:
            if self._worker is None or self._worker.pid != os.getpid():  # after a fork the thread is the parent's, and so are its rows
                self._worker = _Worker(self._write, self._interval)
                atexit.register(self._worker.close)
            worker = self._worker
            worker.add(row)

    def close(self) -> None:
        """Write what waits, and end the thread; another row starts a new one."""
        with self._making:
            worker, self._worker = self._worker, None
        if worker is not None:
            atexit.unregister(worker.close)
            worker.close()


class _Worker(Generic[T]):
    """The thread of one process and the rows that wait for it."""

    def __init__(self, write: Callable[[Sequence[T]], None], interval: float) -> None:
        self.pid = os.getpid()
        self._write = write
        self._interval = interval
        self._rows: deque[T] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    def add(self, row: T) -> None:
        with self._changed:
            if len(self._rows) >= MOST:
                raise StoreUnavailable("too many audit rows wait to be written")
            self._rows.append(row)
            self._changed.notify()

    def close(self) -> None:
        if self.pid != os.getpid():
            return
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(PATIENCE)
        if self._rows:
            _log.error("%d audit rows could not be written before the end", len(self._rows))

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._rows or self._closing)
                self._changed.wait_for(lambda: self._closing or len(self._rows) >= BATCH, self._interval)
                rows = list(islice(self._rows, BATCH))
                is_last = self._closing
            written = self._try(rows)
            if is_last and (not written or len(rows) < BATCH):
                return
            if not written:
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, self._interval)

    def _try(self, rows: list[T]) -> bool:
        """Write the rows, which nobody else takes away."""
        try:
            if rows:
                self._write(rows)
        except StoreUnavailable:
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, later rows still need this thread; the kind of error names no row
            _log.error("audit rows could not be written: %s", type(error).__name__)
            return False
        for _ in rows:
            self._rows.popleft()
        return True
