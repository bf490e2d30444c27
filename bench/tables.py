"""From results to tables: on the terminal, and in docs/performance.md between its markers, so that no figure is typed by hand.

``python -m bench.tables`` writes the page anew from ``bench/results.json`` and ``bench/before.json``; ``--show`` prints the tables.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.throughput import CONNECTIONS, HEALTHCHAIN, LIMIT, LIMIT_JSON, MIDDLE, NAIVE, OURS

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "docs" / "performance.md"
RESULTS, BEFORE = FOLDER / "results.json", FOLDER / "before.json"
Results = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A title, the heads of the columns, and rows of texts."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """As Markdown; figures are aligned to the right."""
        lines = ["| " + " | ".join(self.head) + " |", "|---" + "|--:" * (len(self.head) - 1) + "|"]
        return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in self.rows)])

    def text(self) -> str:
        """For a terminal."""
        widths = [max(len(row[column]) for row in (self.head, *self.rows)) for column in range(len(self.head))]
        lines = [
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in (self.head, *self.rows)
        ]
        return "\n".join([self.title, *lines])


def tables(results: Results) -> dict[str, Table]:
    """Name -> table, for what was measured."""
    return {name: make(results) for name, (parts, make) in _TABLES.items() if set(parts) <= results.keys()}


# -- targets ----------------------------------------------------------------------------------------------------------


def _targets(results: Results) -> Table:
    """Every target that what was measured can answer."""
    rows = [(name, target, found, "yes" if met else "**no**") for name, target, found, met in _answers(results)]
    return Table("Targets", ("Target", "asked", "measured", "met"), tuple(rows))


def _answers(results: Results) -> list[tuple[str, str, str, bool]]:
    found: list[tuple[str, str, str, bool]] = []

    def at_least(name: str, target: float, value: float, form: Callable[[float], str]) -> None:
        found.append((name, f"≥ {form(target)}", form(value), value >= target))

    def at_most(name: str, target: float, value: float, form: Callable[[float], str]) -> None:
        found.append((name, f"≤ {form(target)}", form(value), value <= target))

    cells = _Cells(results)
    for load, target in (("small", 0.5), ("typical", 0.5), ("large", 0.75), ("out", 0.85)):
        at_least(f"throughput of the limit, {load}, {MIDDLE} connections", target, cells.of(OURS, load, MIDDLE)["of_limit"], _ratio)
    for load in ("small", "typical", "large", "out"):
        tail = cells.of(OURS, load, MIDDLE)["tail_of_limit"]
        at_most(f"p99/p50 of the limit's, {load}, {MIDDLE} connections", 1.3, tail, _ratio)
    at_least("throughput of the naive version, typical", 5, cells.against(NAIVE, "typical"), _ratio)
    if cells.find(HEALTHCHAIN, "typical", MIDDLE):
        at_least("throughput of HealthChain, typical", 2, cells.against(HEALTHCHAIN, "typical"), _ratio)
    assess = results["inprocess"]["loads"]["typical"]["assess"]
    at_most("`assess` of the limit's request (processor), typical", 1, assess / cells.of(LIMIT, "typical", MIDDLE)["cpu_us"], _ratio)
    for kind, steps in _steps(results).items():
        for step in steps:
            at_most(f"ten times the resources, {kind}, {step.name}", 11, step.ratio, _ratio)
    for count, ratio in _irrelevant(results):
        at_most(f"{count:,} irrelevant Observations, of their JSON", 1.25, ratio, _ratio)
    at_most("start to first answer, s", 1.5, results["processes"]["start"], _ratio)
    at_most("memory of a worker, MiB", 120, results["processes"]["memory"]["rss"], _whole)
    change = results["processes"]["memory"]["rss_change"]
    at_most(f"its change over {results['processes']['memory']['requests']:,} requests, %", 2, abs(change) * 100, _one)
    return found


class _Cells:
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


# -- tables of figures ------------------------------------------------------------------------------------------------


def _throughput(results: Results) -> Table:
    cells = _Cells(results)
    rows = []
    for load in cells.loads:
        for connections in CONNECTIONS:
            own, limit = cells.of(OURS, load, connections), cells.of(LIMIT, load, connections)
            figures = [_whole(own["rps"]), _whole(limit["rps"]), _two(own["p50"]), _two(own["p99"]), _two(limit["p50"]), _two(limit["p99"])]
            costs = [_whole(own["cpu_us"]), _whole(limit["cpu_us"])]
            rows.append((load, str(connections), _ratio(own["of_limit"]), _ratio(own["tail_of_limit"]), *figures, *costs))
    head = (
        "load",
        "connections",
        "throughput / limit",
        "p99/p50 / limit's",
        "req/s",
        "limit",
        "p50 ms",
        "p99 ms",
        "limit p50",
        "limit p99",
    )
    return Table("Ours and the limit of the stack", (*head, "CPU µs", "limit CPU µs"), tuple(rows))


def _peers(results: Results) -> Table:
    cells = _Cells(results)
    rows = []
    for load in cells.loads:
        own = cells.of(OURS, load, MIDDLE)
        row = [load]
        for server, connections in ((LIMIT_JSON, MIDDLE), (HEALTHCHAIN, MIDDLE), (NAIVE, 2)):
            other = cells.find(server, load, connections)
            ratio = _ratio(own["rps"] / other["rps"]) if other else "-"
            row += [ratio, _whole(other["rps"]) if other and other["rps"] >= 10 else _two(other["rps"]) if other else "-"]
            row.append(_whole(other["cpu_us"]) if other else "-")
        rows.append(tuple(row))
    heads = [(f"ours / {name}", f"{name} req/s", f"{name} CPU µs") for name in ("plain Flask", "HealthChain", "naive")]
    return Table("Ours and others", ("load", *(cell for head in heads for cell in head)), tuple(rows))


def _parts(results: Results) -> Table:
    limit = _Cells(results) if "throughput" in results else None
    rows = []
    for load, part in results["inprocess"]["loads"].items():
        of_limit = _ratio(part["assess"] / limit.of(LIMIT, load, MIDDLE)["cpu_us"]) if limit else "-"
        rows.append((load, of_limit, *(_whole(part[name]) for name in ("assess", "answer", "json", "check"))))
    head = ("load", "assess / limit's request", "assess µs", "whole answer µs", "of it JSON µs", "of it check µs")
    return Table("In process: processor time", head, tuple(rows))


def _growth(results: Results) -> Table:
    rows = [
        (kind, step.name, _ratio(step.ratio), _ratio(step.json_ratio), _whole(step.microseconds))
        for kind, steps in _steps(results).items()
        for step in steps
    ]
    head = ("resources", "from, to", "times the processor time", "times that of their JSON", "then µs")
    return Table("Growth: ten times the resources", head, tuple(rows))


def _irrelevant_table(results: Results) -> Table:
    rows = [(f"{count:,}", _ratio(ratio)) for count, ratio in _irrelevant(results)]
    return Table("Irrelevant Observations", ("how many", "what they cost / their JSON"), tuple(rows))


@dataclass(frozen=True)
class Step:
    """Ten times the resources: how many times the processor time of the whole answer and of the JSON alone, and the time then."""

    name: str
    ratio: float
    json_ratio: float
    microseconds: float


def _steps(results: Results) -> dict[str, list[Step]]:
    """Kind of resources -> steps."""
    found = {}
    for kind in ("relevant", "irrelevant"):
        grown = results["inprocess"]["growth"][kind]
        found[kind] = [
            Step(f"{int(one):,} → {int(ten):,}", grown[ten] / grown[one], grown[f"{ten} json"] / grown[f"{one} json"], grown[ten])
            for one, ten in pairwise(name for name in grown if name.isdigit())
        ]
    return found


def _irrelevant(results: Results) -> list[tuple[int, float]]:
    """(count, what so many more cost to what reading them as JSON costs)."""
    growth = results["inprocess"]["growth"]
    found = growth["irrelevant"]
    return [
        (int(name), (found[name] - growth["none"]["answer"]) / (found[f"{name} json"] - found["0 json"]))
        for name in found
        if name.isdigit()
    ]


def _adds(results: Results) -> Table:
    rows = [
        (row["part"], _ratio(row["cpu_ratio"]), _whole(row["adds_cpu_us"]), _ratio(row["clock_ratio"]), _whole(row["adds_clock_us"]))
        for row in results["adds"]
    ]
    if "inprocess" in results:
        part = results["inprocess"]["loads"]["small"]
        rows.append(
            ("check of the answer (in process; always on)", _ratio(1 + part["check"] / part["answer"]), _whole(part["check"]), "-", "-")
        )
    head = ("part, on the small load", "processor, ratio", "adds µs", "clock, ratio", "adds µs (p50)")
    return Table("What each part adds", head, tuple(rows))


def _processes(results: Results) -> Table:
    memory = results["processes"]["memory"]
    rows = (
        ("start to first answer, s", _two(results["processes"]["start"])),
        ("resident memory of a worker, MiB", _one(memory["rss"])),
        ("of it shared with the other processes, MiB", _one(memory["shared"])),
        ("of it its own, MiB", _one(memory["private"])),
        ("its proportional share (PSS), MiB", _one(memory["pss"])),
        (f"change of the resident memory over {memory['requests']:,} requests, %", f"{memory['rss_change'] * 100:+.1f}"),
        (f"change of the proportional share over {memory['requests']:,} requests, %", f"{memory['pss_change'] * 100:+.1f}"),
    )
    return Table("Start and memory", ("", "measured"), rows)


def _machine(results: Results) -> Table:
    found = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    peer = ", ".join(f"{name} {version}" for name, version in found["peer"].items())
    rows = [
        ("processor", f"{found['cpu']}, {found['cores']} cores, {found['memory_gib']} GiB"),
        ("system", f"{found['system']}, Python {found['python']}, wrk {found['wrk']}"),
        ("ours", versions),
        *([("HealthChain", peer)] if peer else []),
        ("measured", f"{found['date']}, commit {found['commit']}{' with changes' if found['changed'] else ''}"),
        ("load average at the start", _two(found["load"])),
    ]
    return Table("Machine", ("", "what"), tuple(rows))


def history(before: Results, after: Results) -> Table:
    """What the same harness measured before and after, the ratios to the limit of its own run first."""
    old, new = _Cells(before), _Cells(after)
    rows = []
    for load in new.loads:
        cells = [(cells.of(OURS, load, MIDDLE), cells.of(LIMIT, load, MIDDLE)) for cells in (old, new)]
        ratios = [_ratio(own["of_limit"]) for own, _ in cells]
        costs = [_whole(own["cpu_us"]) for own, _ in cells]
        times = _ratio(cells[0][0]["cpu_us"] / cells[1][0]["cpu_us"])
        assess = [_whole(results["inprocess"]["loads"][load]["assess"]) for results in (before, after)]
        rows.append((load, *ratios, times, *costs, *assess))
    head = ("load", "throughput / limit before", "now", "CPU, times less", "CPU µs before", "now", "assess µs before", "now")
    return Table("Before and now", head, tuple(rows))


def profiles(before: Results, after: Results) -> Table:
    """The dearest functions before and now, side by side."""
    sides = [results["inprocess"]["profile"] for results in (before, after)]
    rows = [
        (str(number), *(cell for name, share in pair for cell in (f"`{name}`", f"{share:.0%}")))
        for number, pair in enumerate(zip(*sides, strict=True), 1)
    ]
    return Table("Where the time of the typical answer goes", ("", "before", "share", "now", "share"), tuple(rows))


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value < 19.95 else f"{value:.0f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _one(value: float) -> str:
    return f"{value:.1f}"


def _two(value: float) -> str:
    return f"{value:.2f}"


_TABLES: dict[str, tuple[tuple[str, ...], Callable[[Results], Table]]] = {
    "targets": (("throughput", "inprocess", "processes"), _targets),
    "throughput": (("throughput",), _throughput),
    "peers": (("throughput",), _peers),
    "parts": (("inprocess",), _parts),
    "growth": (("inprocess",), _growth),
    "irrelevant": (("inprocess",), _irrelevant_table),
    "adds": (("adds",), _adds),
    "processes": (("processes",), _processes),
    "machine": (("machine",), _machine),
}
"""Name of a table -> the parts of the results that it needs, and what makes it."""


# -- the page ---------------------------------------------------------------------------------------------------------


def page(text: str, results: Results, before: Results | None) -> str:
    """The page with every table between its markers ``<!-- table: name -->`` and ``<!-- end -->`` made anew."""
    made = tables(results) | ({"history": history(before, results), "profiles": profiles(before, results)} if before else {})

    def fill(found: re.Match[str]) -> str:
        return f"<!-- table: {found[1]} -->\n\n{made[found[1]].markdown()}\n\n<!-- end -->"

    return re.sub(r"<!-- table: (\w+) -->.*?<!-- end -->", fill, text, flags=re.DOTALL)


def read(path: Path) -> Results | None:
    """Results as they were written."""
    found: Results | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return found


def show(made: Sequence[Table]) -> str:
    """For a terminal."""
    return "\n\n".join(table.text() for table in made)


if __name__ == "__main__":
    measured = read(RESULTS)
    if measured is None:
        sys.exit("bench/results.json is made by `make bench`")
    if "--show" in sys.argv:
        print(show(list(tables(measured).values())))
    else:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), measured, read(BEFORE)), encoding="utf-8")
