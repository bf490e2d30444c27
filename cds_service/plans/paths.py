"""Paths as expressions read them (``facts.a.b``) and as the logical model declares them (``a.b``), and the values at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


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
    node = tree
    for number, name in enumerate(names := path.split(".")):
        if isinstance(node, (list, tuple)):
            rest = ".".join(names[number:])
            return [found for item in node if (found := value_at(item, rest)) is not None]
        node = node.get(name) if isinstance(node, Mapping) else None
        if node is None:
            return None
    return node
