"""What went wrong, told by the kind of error and the lines of code: what an error says may quote the request.

The request log is in :mod:`cds_service.web.log`; this is about standard error, where libraries write.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Any

_MOST = 6
_log = logging.getLogger("cds_service.web")


def places(traceback: TracebackType | None) -> list[str]:
    """``module:line`` of the innermost frames, innermost last."""
    found = []
    while traceback is not None:
        found.append(f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return found[-_MOST:]


class Bare(logging.Formatter):
    """Log lines whose tracebacks do not end in what the error says."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 the name is logging's
        """``KeyError at module:line, module:line``; errors that led to this one are left out."""
        kind, _, traceback = ei
        return f"{kind.__name__ if kind else 'nothing'} at {', '.join(places(traceback))}"


def tell_no_values(server: logging.Logger) -> None:
    """Let nothing that this process writes on standard error hold what an error says: ``server`` is the log of the server in front."""
    for handler in server.handlers:
        handler.setFormatter(Bare(getattr(handler.formatter, "_fmt", None), getattr(handler.formatter, "datefmt", None)))
    plain = logging.StreamHandler()
    plain.setFormatter(Bare("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(plain)
    threading.excepthook = lambda args: _log.error("a thread has ended", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))  # type: ignore[arg-type]
    sys.unraisablehook = lambda args: _log.error("an error was ignored", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))  # type: ignore[arg-type]
