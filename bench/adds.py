"""The second table: what each part that the comparison leaves off adds to a request, with one worker and one connection."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from bench import servers
from bench.servers import Server
from tests.builders.postgres import Missing, running
from tests.builders.tokens import Issuer

PATH = "/cds-services/rectal-anal-patient-view"
PLAIN = "plain"
_QUIET = {"CDS_LOG_LEVEL": "warning", "CDS_WORKERS": "1"}
Headers = Callable[[], dict[str, str]]


def measure(checkout: Path, bodies: Path, folder: Path, rounds: int, requests: int) -> list[dict[str, Any]]:
    """A row for each part: microseconds of a request that it adds, of the server's processor and of the clock, and the ratios to plain."""
    files = [path.read_bytes() for path in sorted(bodies.glob("small-[0-9][0-9].json"))]
    found: dict[str, list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        parts = {name: stack.enter_context(part) for name, part in _parts(checkout, folder, stack)}
        for number in range(rounds + 1):
            for name, (server, headers) in parts.items():
                timed = _timed(server, headers, files, requests)
                if number:  # the first round warms up
                    found.setdefault(name, []).append(timed)
    return [_row(name, found) for name in found]


def _parts(checkout: Path, folder: Path, stack: ExitStack) -> Iterator[tuple[str, Any]]:
    """Each part alone, on top of what is benched."""
    yield PLAIN, _serving(checkout, folder, "adds-plain")
    yield "log line", _serving(checkout, folder, "adds-log", CDS_LOG_LEVEL="info")
    for algorithm in ("ES384", "RS384"):
        yield f"authentication, {algorithm}", _signed(checkout, folder, algorithm)
    yield "audit on SQLite", _serving(checkout, folder, "adds-sqlite", CDS_AUDIT="1", CDS_DATABASE_URL=f"sqlite:///{folder}/audit.db")
    try:
        url = stack.enter_context(running()).new_database()
    except Missing as missing:
        print(f"audit on PostgreSQL is not measured: {missing}")
        return
    yield "audit on PostgreSQL", _serving(checkout, folder, "adds-postgres", CDS_AUDIT="1", CDS_DATABASE_URL=url)


@contextmanager
def _serving(checkout: Path, folder: Path, name: str, **more: str) -> Iterator[tuple[Server, Headers]]:
    with servers.ours(checkout, folder, name, **{**_QUIET, **more}) as server:
        yield server, dict


@contextmanager
def _signed(checkout: Path, folder: Path, algorithm: str) -> Iterator[tuple[Server, Headers]]:
    """A service that takes only tokens of one issuer, and what makes a new one for each call; used ones are kept in SQLite."""
    issuer = Issuer(algorithm=algorithm)
    issuer.write_jwks(folder / f"{algorithm}.json")
    clients = folder / f"{algorithm}.yaml"
    clients.write_text(json.dumps({"clients": [issuer.entry(jku=None, jwks_file=f"{algorithm}.json")]}), encoding="utf-8")
    more = {"CDS_CLIENTS_FILE": str(clients), "CDS_DATABASE_URL": f"sqlite:///{folder}/{algorithm}.db"}
    with servers.ours(checkout, folder, f"adds-{algorithm}", **{**_QUIET, **more}) as server:
        endpoint = f"http://127.0.0.1:{server.port}{PATH}"
        yield server, lambda: issuer.headers(endpoint)


def _timed(server: Server, headers: Headers, files: list[bytes], requests: int) -> tuple[float, float]:
    """Microseconds of processor time and of the clock (the median) for a request, on one connection."""
    sent = [(files[number % len(files)], {"Content-Type": "application/json", **headers()}) for number in range(requests)]
    connection = HTTPConnection("127.0.0.1", server.port, timeout=servers.PATIENCE)
    clock = []
    before = server.cpu()
    for body, fields in sent:
        begin = time.perf_counter()
        connection.request("POST", PATH, body, fields)
        answer = connection.getresponse()
        answer.read()
        clock.append(time.perf_counter() - begin)
        if answer.status != 200:
            raise SystemExit(f"{server.name} answered with status {answer.status}")
    spent = server.cpu() - before
    connection.close()
    return spent / requests * 1e6, median(clock) * 1e6


def _row(name: str, found: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    plain, own = found[PLAIN], found[name]
    pairs = list(zip(own, plain, strict=True))
    return {
        "part": name,
        "cpu_us": median(cpu for cpu, _ in own),
        "clock_us": median(clock for _, clock in own),
        "adds_cpu_us": median(one[0] - other[0] for one, other in pairs),
        "adds_clock_us": median(one[1] - other[1] for one, other in pairs),
        "cpu_ratio": median(one[0] / other[0] for one, other in pairs),
        "clock_ratio": median(one[1] / other[1] for one, other in pairs),
    }
