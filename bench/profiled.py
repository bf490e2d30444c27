"""Where the time of an answer goes: the functions with most time of their own, as shares of the whole.

The profiler makes small functions look dearer than they are, and calls into C cheaper; the order is what to look at.
"""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOP = 10
_Function = tuple[str, int, str]


def top(run: Callable[[], Any], times: int) -> list[tuple[str, float]]:
    """(function, share of the time) of the dearest functions, the dearest first."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(times):
        run()
    profile.disable()
    own = {_name(function): figures[2] for function, figures in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]
    whole = sum(own.values())
    return [(name, own[name] / whole) for name in sorted(own, key=lambda name: -own[name])[:TOP]]


def _name(function: _Function) -> str:
    """``facts/sheet.py: take``, or what C calls itself, without any address."""
    file, line, name = function
    if file == "~":
        return name.strip("<>{}").removeprefix("built-in method ").partition(" at 0x")[0]
    parts = Path(file).parts
    root = next((parts.index(part) for part in ("cds_service", "site-packages") if part in parts), len(parts) - 2)
    return f"{'/'.join(parts[root + 1 :])}: {name if name[0] != '<' else f'{name[1:-1]}, line {line}'}"
