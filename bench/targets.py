"""The targets, and whether what was measured meets them."""

from __future__ import annotations

from collections.abc import Callable

from bench.results import Cells, Results, irrelevant, steps_of
from bench.table import Table, one, ratio, whole
from bench.throughput import HEALTHCHAIN, LIMIT, MIDDLE, NAIVE, OURS


def targets(results: Results) -> Table:
    """Every target that what was measured can answer."""
    rows = [(name, target, found, "yes" if met else "**no**") for name, target, found, met in _answers(results)]
    return Table("Targets", ("Target", "asked", "measured", "met"), tuple(rows))


def _answers(results: Results) -> list[tuple[str, str, str, bool]]:
    found: list[tuple[str, str, str, bool]] = []

    def at_least(name: str, target: float, value: float, form: Callable[[float], str]) -> None:
        found.append((name, f"≥ {form(target)}", form(value), value >= target))

    def at_most(name: str, target: float, value: float, form: Callable[[float], str]) -> None:
        found.append((name, f"≤ {form(target)}", form(value), value <= target))

    cells = Cells(results)
    for load, target in (("small", 0.5), ("typical", 0.5), ("large", 0.75), ("out", 0.85)):
        at_least(f"throughput of the limit, {load}, {MIDDLE} connections", target, cells.of(OURS, load, MIDDLE)["of_limit"], ratio)
    for load in ("small", "typical", "large", "out"):
        tail = cells.of(OURS, load, MIDDLE)["tail_of_limit"]
        at_most(f"p99/p50 of the limit's, {load}, {MIDDLE} connections", 1.3, tail, ratio)
    at_least("throughput of the naive version, typical", 5, cells.against(NAIVE, "typical"), ratio)
    if cells.find(HEALTHCHAIN, "typical", MIDDLE):
        at_least("throughput of HealthChain, typical", 2, cells.against(HEALTHCHAIN, "typical"), ratio)
    assess = results["inprocess"]["loads"]["typical"]["assess"]
    at_most("`assess` of the limit's request (processor), typical", 1, assess / cells.of(LIMIT, "typical", MIDDLE)["cpu_us"], ratio)
    for kind, steps in steps_of(results).items():
        for step in steps:
            at_most(f"ten times the resources, {kind}, {step.name}", 11, step.ratio, ratio)
    for count, cost in irrelevant(results):
        at_most(f"{count:,} irrelevant Observations, of their JSON", 1.25, cost, ratio)
    at_most("start to first answer, s", 1.5, results["processes"]["start"], ratio)
    at_most("memory of a worker, MiB", 120, results["processes"]["memory"]["rss"], whole)
    change = results["processes"]["memory"]["rss_change"]
    at_most(f"its change over {results['processes']['memory']['requests']:,} requests, %", 2, abs(change) * 100, one)
    return found
