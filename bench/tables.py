"""From results to tables; ``tables`` gives all that what was measured is enough for."""

from __future__ import annotations

from collections.abc import Callable

from bench.results import Cells, Results, irrelevant, steps_of
from bench.table import Table, one, ratio, two, whole
from bench.targets import targets
from bench.throughput import CONNECTIONS, HEALTHCHAIN, LIMIT, LIMIT_JSON, MIDDLE, NAIVE, OURS


def tables(results: Results) -> dict[str, Table]:
    """Name -> table, for what was measured."""
    return {name: make(results) for name, (parts, make) in _TABLES.items() if set(parts) <= results.keys()}


def _throughput(results: Results) -> Table:
    cells = Cells(results)
    rows = []
    for load in cells.loads:
        for connections in CONNECTIONS:
            own, limit = cells.of(OURS, load, connections), cells.of(LIMIT, load, connections)
            figures = [whole(own["rps"]), whole(limit["rps"]), two(own["p50"]), two(own["p99"]), two(limit["p50"]), two(limit["p99"])]
            costs = [whole(own["cpu_us"]), whole(limit["cpu_us"])]
            rows.append((load, str(connections), ratio(own["of_limit"]), ratio(own["tail_of_limit"]), *figures, *costs))
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
    cells = Cells(results)
    rows = []
    for load in cells.loads:
        own = cells.of(OURS, load, MIDDLE)
        row = [load]
        for server, connections in ((LIMIT_JSON, MIDDLE), (HEALTHCHAIN, MIDDLE), (NAIVE, 2)):
            other = cells.find(server, load, connections)
            row += [
                ratio(own["rps"] / other["rps"]) if other else "-",
                whole(other["rps"]) if other and other["rps"] >= 10 else two(other["rps"]) if other else "-",
            ]
            row.append(whole(other["cpu_us"]) if other else "-")
        rows.append(tuple(row))
    heads = [(f"ours / {name}", f"{name} req/s", f"{name} CPU µs") for name in ("plain Flask", "HealthChain", "naive")]
    return Table("Ours and others", ("load", *(cell for head in heads for cell in head)), tuple(rows))


def _parts(results: Results) -> Table:
    limit = Cells(results) if "throughput" in results else None
    rows = []
    for load, part in results["inprocess"]["loads"].items():
        of_limit = ratio(part["assess"] / limit.of(LIMIT, load, MIDDLE)["cpu_us"]) if limit else "-"
        rows.append((load, of_limit, *(whole(part[name]) for name in ("assess", "answer", "json", "check"))))
    head = ("load", "assess / limit's request", "assess µs", "whole answer µs", "of it JSON µs", "of it check µs")
    return Table("In process: processor time", head, tuple(rows))


def _growth(results: Results) -> Table:
    rows = [
        (kind, step.name, ratio(step.ratio), ratio(step.json_ratio), whole(step.microseconds))
        for kind, steps in steps_of(results).items()
        for step in steps
    ]
    head = ("resources", "from, to", "times the processor time", "times that of their JSON", "then µs")
    return Table("Growth: ten times the resources", head, tuple(rows))


def _irrelevant_table(results: Results) -> Table:
    rows = [(f"{count:,}", ratio(cost)) for count, cost in irrelevant(results)]
    return Table("Irrelevant Observations", ("how many", "what they cost / their JSON"), tuple(rows))


def _adds(results: Results) -> Table:
    rows = [
        (row["part"], ratio(row["cpu_ratio"]), whole(row["adds_cpu_us"]), ratio(row["clock_ratio"]), whole(row["adds_clock_us"]))
        for row in results["adds"]
    ]
    if "inprocess" in results:
        part = results["inprocess"]["loads"]["small"]
        times = ratio(part["answer"] / (part["answer"] - part["check"]))
        rows.append(("check of the answer (in process; always on)", times, whole(part["check"]), "-", "-"))
    head = ("part, on the small load", "processor, ratio", "adds µs", "clock, ratio", "adds µs (p50)")
    return Table("What each part adds", head, tuple(rows))


def _processes(results: Results) -> Table:
    memory = results["processes"]["memory"]
    rows = (
        ("start to first answer, s", two(results["processes"]["start"])),
        ("resident memory of a worker, MiB", one(memory["rss"])),
        ("of it shared with the other processes, MiB", one(memory["shared"])),
        ("of it its own, MiB", one(memory["private"])),
        ("its proportional share (PSS), MiB", one(memory["pss"])),
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
        ("load average at the start", two(found["load"])),
    ]
    return Table("Machine", ("", "what"), tuple(rows))


def history(before: Results, after: Results) -> Table:
    """What the same harness measured before and after, the ratios to the limit of its own run first."""
    old, new = Cells(before), Cells(after)
    rows = []
    for load in new.loads:
        cells = [(cells.of(OURS, load, MIDDLE), cells.of(LIMIT, load, MIDDLE)) for cells in (old, new)]
        ratios = [ratio(own["of_limit"]) for own, _ in cells]
        costs = [whole(own["cpu_us"]) for own, _ in cells]
        times = ratio(cells[0][0]["cpu_us"] / cells[1][0]["cpu_us"])
        assess = [whole(results["inprocess"]["loads"][load]["assess"]) for results in (before, after)]
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


_TABLES: dict[str, tuple[tuple[str, ...], Callable[[Results], Table]]] = {
    "targets": (("throughput", "inprocess", "processes"), targets),
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
