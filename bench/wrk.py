"""``wrk``: as many requests as a number of connections can make, each of the next file, and what came of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Server

LONGEST = 30
SCRIPT = Path(__file__).with_suffix(".lua")
MISSING = "wrk is needed: apt-get install wrk (Debian, Ubuntu), as root; `make bench` does it where it may"


@dataclass(frozen=True)
class Run:
    """One run: requests per second, milliseconds, and microseconds of the server's processor time for a request."""

    requests: int
    rps: float
    p50: float
    p99: float
    cpu_us: float


def run(server: Server, path: str, prefix: Path, connections: int, seconds: int) -> Run:
    """Load a server for some seconds with the files ``<prefix>-NN.json`` in turn, longer if it has not answered by then.

    An error, or a status above 399, ends the benchmark.
    """
    if shutil.which("wrk") is None:
        raise SystemExit(MISSING)
    count = len(list(prefix.parent.glob(f"{prefix.name}-[0-9][0-9].json")))
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "30s"]
    command += ["--script", str(SCRIPT), f"http://127.0.0.1:{server.port}{path}", "--", str(prefix), str(count)]
    before = server.cpu()
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    spent = server.cpu() - before
    server.settle()
    if done.returncode != 0:
        raise SystemExit(f"wrk failed: {done.stdout}{done.stderr}")
    said = json.loads(done.stdout.splitlines()[-1])
    if not said["requests"] and not said["errors"] and seconds < LONGEST:
        return run(server, path, prefix, connections, seconds * 4)
    if said["errors"] or not said["requests"]:
        raise SystemExit(f"{server.name}{path} with {connections} connections: {said['errors']} of {said['requests']} requests failed")
    return Run(
        requests=said["requests"],
        rps=said["requests"] / said["us"] * 1e6,
        p50=said["p50"] / 1000,
        p99=said["p99"] / 1000,
        cpu_us=spent / said["requests"] * 1e6,
    )
