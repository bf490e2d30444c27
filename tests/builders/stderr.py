"""Standard error as a worker writes it, within a test."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cds_service.web.traces import tell_no_values


@contextmanager
def bare(server: logging.Logger | None = None) -> Iterator[io.StringIO]:
    """What is said on standard error, by whoever, once a worker has begun."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", said)
        patch.setattr(threading, "excepthook", threading.excepthook)
        patch.setattr(sys, "unraisablehook", sys.unraisablehook)
        patch.setattr(logging.getLogger(), "handlers", [])
        tell_no_values(server or logging.getLogger("nobody"))
        yield said
