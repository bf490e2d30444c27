"""The first table: how many requests a second, how long each takes, and what it costs, for every server and load.

All servers run at the same time; each round asks each of them in turn, so that what else happens on the machine hits all alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import servers
from bench.loads import LOADS
from bench.servers import Server
from bench.wrk import Run, run

CONNECTIONS = (1, 8, 64)
MIDDLE = 8
HOOKS = {load: "order-sign" if load == "order-sign" else "patient-view" for load in LOADS}
LIMIT, LIMIT_JSON, OURS, HEALTHCHAIN, NAIVE = "limit", "limit-json", "ours", "healthchain", "naive"


@dataclass(frozen=True)
class Plan:
    """How much to measure: rounds of the comparison with the limit, of the others, and seconds of a run."""

    rounds: int
    other_rounds: int
    seconds: int


@dataclass(frozen=True)
class Cell:
    """What is measured as one: a server under a load from a number of connections."""

    server: str
    load: str
    connections: int


@dataclass(frozen=True)
class Place:
    """Where a server answers: its process, and its path for each load."""

    server: Server
    paths: Mapping[str, str]


def measure(checkout: Path, bodies: Path, folder: Path, peer: Path | None, plan: Plan) -> dict[str, Any]:
    """All cells with the medians of their runs, and the ratios to the limit of the same round. ``peer`` is HealthChain's Python."""
    with ExitStack() as stack:
        places = start(stack, checkout, bodies, folder, peer)
        check(places, bodies)
        for load in LOADS:  # what is remembered of the content, not of patients, is there from then on
            for name in (LIMIT, OURS):
                run(places[name].server, places[name].paths[load], bodies / load, MIDDLE, 1)
        runs: dict[Cell, list[Run]] = {}
        for number in range(plan.rounds):
            for cell in cells(places, others=number < plan.other_rounds):
                place = places[cell.server]
                seconds = plan.seconds * (3 if cell.server == NAIVE else 1)
                done = run(place.server, place.paths[cell.load], bodies / cell.load, cell.connections, seconds)
                runs.setdefault(cell, []).append(done)
            print(f"round {number + 1} of {plan.rounds}", flush=True)
        return {"cells": [_row(cell, runs) for cell in runs], "sizes": sizes(places[OURS], bodies)}


def start(stack: ExitStack, checkout: Path, bodies: Path, folder: Path, peer: Path | None) -> dict[str, Place]:
    """Every server, ours first: the limit answers with as many bytes as ours does."""
    hooks = {load: f"/cds-services/rectal-anal-{hook}" for load, hook in HOOKS.items()}
    ours = stack.enter_context(servers.ours(checkout, folder, CDS_LOG_LEVEL="warning"))
    places = {OURS: Place(ours, hooks)}
    limit = stack.enter_context(servers.flask("limit", folder, BENCH_SIZES=json.dumps(sizes(places[OURS], bodies))))
    places[LIMIT] = Place(limit, {load: f"/limit/{load}" for load in LOADS})
    places[LIMIT_JSON] = Place(limit, {load: f"/limit-json/{load}" for load in LOADS})
    places[NAIVE] = Place(stack.enter_context(servers.flask("naive", folder)), hooks)
    if peer is not None:
        started = stack.enter_context(servers.healthchain(peer, folder))
        places[HEALTHCHAIN] = Place(started, {load: f"/cds/cds-services/{hook}" for load, hook in HOOKS.items()})
    return places


def sizes(ours: Place, bodies: Path) -> dict[str, int]:
    """How many bytes our answers have."""
    return {load: len(ours.server.post(path, (bodies / f"{load}-00.json").read_bytes())[1]) for load, path in ours.paths.items()}


def check(places: Mapping[str, Place], bodies: Path) -> None:
    """Every server answers every load, and ours with the cards that the load is made for."""
    for name, place in places.items():
        for load, path in place.paths.items():
            if (name, load) == (NAIVE, "large"):
                continue
            status, answer = place.server.post(path, (bodies / f"{load}-01.json").read_bytes())
            cards = len(json.loads(answer)["cards"]) if status == 200 else -1
            expected = {"small": 5, "typical": 6, "large": 6, "order-sign": 1, "out": 0}[load] if name == OURS else cards
            if cards < 0 or cards != expected:
                raise SystemExit(f"{name} answered {load} with status {status} and {cards} cards")


def cells(places: Mapping[str, Place], *, others: bool) -> Iterator[Cell]:
    """The limit and ours beside each other everywhere; the others from the middle number of connections.

    Naive has two connections, as many as workers, and no large load: a request takes seconds.
    """
    for load in LOADS:
        for connections in CONNECTIONS:
            yield Cell(LIMIT, load, connections)
            yield Cell(OURS, load, connections)
        if others:
            yield from (Cell(name, load, MIDDLE) for name in (LIMIT_JSON, HEALTHCHAIN) if name in places)
            if load != "large":
                yield Cell(NAIVE, load, servers.WORKERS)


def _row(cell: Cell, runs: Mapping[Cell, Sequence[Run]]) -> dict[str, Any]:
    own = runs[cell]
    limit = runs[Cell(LIMIT, cell.load, MIDDLE if cell.server == NAIVE else cell.connections)]
    pairs = list(zip(own, limit, strict=False))
    return {
        **asdict(cell),
        "rps": median(one.rps for one in own),
        "p50": median(one.p50 for one in own),
        "p99": median(one.p99 for one in own),
        "cpu_us": median(one.cpu_us for one in own),
        "requests": sum(one.requests for one in own),
        "of_limit": median(one.rps / other.rps for one, other in pairs),
        "tail_of_limit": median((one.p99 / one.p50) / (other.p99 / other.p50) for one, other in pairs),
        "rps_runs": [round(one.rps, 1) for one in own],
    }
