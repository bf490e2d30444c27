"""Other processes for tests, started clean and fast."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext


def forkserver() -> ForkServerContext:
    """Starts processes that share nothing with this one; what takes long to import is imported once for all of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cds_service.store"])
    return context
