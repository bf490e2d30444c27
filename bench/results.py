"""What was measured, as it lies in a file, and what follows from it for more than one table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.throughput import MIDDLE, OURS

FOLDER = Path(__file__).parent
RESULTS, BEFORE = FOLDER / "results.json", FOLDER / "before.json"
Results = dict[str, Any]


def read(path: Path) -> Results | None:
    """Results as they were written."""
    found: Results | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return found


class Cells:
    """The rows of the first table by what was measured."""

    def __init__(self, results: Results) -> None:
        self._rows = {(row["server"], row["load"], row["connections"]): row for row in results["throughput"]["cells"]}

    def find(self, server: str, load: str, connections: int) -> dict[str, Any] | None:
        """A row if there is one."""
        return self._rows.get((server, load, connections))

    def of(self, server: str, load: str, connections: int) -> dict[str, Any]:
        """A row that must be there."""
        found: dict[str, Any] = self._rows[(server, load, connections)]
        return found

    def against(self, server: str, load: str) -> float:
        """Our throughput to another's."""
        other = next(row for (name, of, _), row in self._rows.items() if (name, of) == (server, load))
        return float(self.of(OURS, load, MIDDLE)["rps"] / other["rps"])

    @property
    def loads(self) -> list[str]:
        """The loads in order."""
        return list(dict.fromkeys(load for _, load, _ in self._rows))


@dataclass(frozen=True)
class Step:
    """Ten times the resources: how many times the processor time of the whole answer and of the JSON alone, and the time then."""

    name: str
    ratio: float
    json_ratio: float
    microseconds: float


def steps_of(results: Results) -> dict[str, list[Step]]:
    """Kind of resources -> steps."""
    found = {}
    for kind in ("relevant", "irrelevant"):
        grown = results["inprocess"]["growth"][kind]
        found[kind] = [
            Step(f"{int(one):,} → {int(ten):,}", grown[ten] / grown[one], grown[f"{ten} json"] / grown[f"{one} json"], grown[ten])
            for one, ten in pairwise(name for name in grown if name.isdigit())
        ]
    return found


def irrelevant(results: Results) -> list[tuple[int, float]]:
    """(count, what so many more cost to what reading them as JSON costs)."""
    growth = results["inprocess"]["growth"]
    found = growth["irrelevant"]
    return [
        (int(name), (found[name] - growth["none"]["answer"]) / (found[f"{name} json"] - found["0 json"]))
        for name in found
        if name.isdigit()
    ]
