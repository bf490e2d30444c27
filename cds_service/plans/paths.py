"""Paths as expressions read them (``facts.a.b``) and as the logical model declares them (``a.b``), and the values at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

CALL, ORDER, STEP = range(3)
"""For how long the value of an expression holds: for all orders of a call, for one, or until the next recommendation is decided."""


def lasting(reads: Iterable[str]) -> int:
    """For how long the value of an expression holds that reads some variable-rooted paths."""
    roots = {path.partition(".")[0] for path in reads}
    if not roots.isdisjoint(("fired", "needed")):
        return STEP
    return ORDER if "order" in roots else CALL


def fact_path(path: str) -> str | None:
    """The path of the logical model that a variable-rooted path reads (``facts.a.b`` -> ``a.b``), ``None`` for other variables."""
    root, _, rest = path.partition(".")
    if root == "facts":
        return rest or None
    return path if root == "patient" else None


def fact_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """The logical model's paths among some reads, sorted."""
    return tuple(sorted({found for path in paths if (found := fact_path(path)) is not None}))


def value_at(tree: Any, path: str) -> Any:
    """The value at a path, looking into lists: ``None`` if unknown, ``[]`` if known to be none, a list where a list is on the way."""
    return _value(tree, _names(path))


@lru_cache(maxsize=4096)
def _names(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _value(node: Any, names: tuple[str, ...]) -> Any:
    for number, name in enumerate(names):
        if node.__class__ is dict:
            node = node.get(name)
        elif isinstance(node, (list, tuple)):
            rest = names[number:]
            return [found for item in node if (found := _value(item, rest)) is not None]
        else:
            node = node.get(name) if isinstance(node, Mapping) else None
        if node is None:
            return None
    return node
