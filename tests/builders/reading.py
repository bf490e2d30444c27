"""Facts as tables write them, and the tables of ``tests/content/data``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from cds_service.fhirpath.temporal import Temporal

DATA = Path(__file__).resolve().parents[1] / "content" / "data"


def csv_rows(name: str) -> list[dict[str, str]]:
    """A table of ``tests/content/data``, one mapping per row."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_fact(tree: Any, path: str) -> str:
    """A fact as tables write it: members of lists sorted and joined by ``+``, ``-`` for unknown or nothing."""
    nodes = [tree]
    for name in path.split("."):
        nodes = [item for node in nodes for item in (node if isinstance(node, (tuple, list)) else (node,))]
        nodes = [node[name] for node in nodes if isinstance(node, Mapping) and node.get(name) is not None]
    flat = [item for node in nodes for item in (node if isinstance(node, (tuple, list)) else (node,))]
    return "+".join(sorted({_written(item) for item in flat})) or "-"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "dated" if isinstance(value, Temporal) else str(value)
