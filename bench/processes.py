"""Start and memory: how soon the service answers, what each worker holds, how much of it they share, and whether it stays."""

from __future__ import annotations

import re
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench import servers
from bench.loads import LOADS
from bench.servers import Server
from bench.throughput import HOOKS
from bench.wrk import run

MIB = 1024
_MIXED = ("small", "typical", "out")
_FIELD = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)


def start_seconds(checkout: Path, bodies: Path, folder: Path, rounds: int) -> float:
    """From the start of the process to its first answer with cards; the median."""
    body = (bodies / "small-00.json").read_bytes()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        with servers.ours(checkout, folder, "start") as server:
            status, _ = server.post("/cds-services/rectal-anal-patient-view", body)
            times.append(time.perf_counter() - begin)
        assert status == 200
    return median(times)


def memory(checkout: Path, bodies: Path, folder: Path, first_requests: int, requests: int) -> dict[str, Any]:
    """MiB of each worker (the mean) after the first requests, of all kinds and more at once than it has threads, and so many later.

    By then it knows the codes in use, and all its threads have been at work at once.
    """
    mixed = _mix(bodies, folder)
    path = f"/cds-services/rectal-anal-{HOOKS['typical']}"
    with servers.ours(checkout, folder, "memory", CDS_LOG_LEVEL="warning") as server:
        warm = _ask(server, path, mixed, 64, first_requests)
        first = held(server)
        counted = _ask(server, path, mixed, 8, requests)
        last = held(server)
    change = {f"{name}_change": last[name] / first[name] - 1 for name in ("rss", "pss")}
    return {"warm_requests": warm, "requests": counted, "first": first, **last, **change}


def _ask(server: Server, path: str, bodies: Path, connections: int, requests: int) -> int:
    """Send at least so many requests; how many it were."""
    counted = 0
    while counted < requests:
        counted += run(server, path, bodies, connections, 5).requests
    return counted


def held(server: Server) -> dict[str, float]:
    """MiB of a worker: resident, its share of what is shared, shared with others, its own alone."""
    found = [_rollup(pid) for pid in server.workers]
    return {name: sum(one[name] for one in found) / len(found) for name in found[0]}


def _rollup(pid: int) -> dict[str, float]:
    fields = {name: int(size) / MIB for name, size in _FIELD.findall(Path(f"/proc/{pid}/smaps_rollup").read_text())}
    return {
        "rss": fields["Rss"],
        "pss": fields["Pss"],
        "shared": fields["Shared_Clean"] + fields["Shared_Dirty"],
        "private": fields["Private_Clean"] + fields["Private_Dirty"],
    }


def _mix(bodies: Path, folder: Path) -> Path:
    """All the loads of one hook but the large one, in turn, as files of their own."""
    found = [sorted(bodies.glob(f"{name}-[0-9][0-9].json")) for name in LOADS if name in _MIXED]
    for number, path in enumerate([path for some in zip(*found, strict=True) for path in some][:99]):
        (folder / f"mixed-{number:02}.json").symlink_to(path.resolve())
    return folder / "mixed"
