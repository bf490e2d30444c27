"""``python -m bench``: measure, print the tables, write ``bench/results.json`` and the tables of docs/performance.md.

``--ours PATH`` measures the code of another checkout with this harness; ``--out FILE`` writes there (``-``: nowhere) and leaves the page.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import adds, page, processes, throughput
from bench.loads import write
from bench.machine import machine
from bench.results import RESULTS
from bench.servers import ROOT
from bench.tables import tables
from bench.throughput import Plan

_IN_PROCESS = "import sys, runpy; sys.path.insert(0, {root!r}); import bench; del sys.path[0]; sys.argv = {argv!r}; "
_IN_PROCESS += "runpy.run_module('bench.inprocess', run_name='__main__', alter_sys=True)"


def main() -> None:
    """Measure what is asked for."""
    asked = _arguments()
    checkout = asked.ours.resolve()
    results: dict[str, Any] = {"machine": machine(checkout, asked.peer)}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        bodies = folder / "loads"
        write(bodies, as_of=datetime.now(UTC).date())
        for part, measure in _parts(checkout, bodies, folder, asked).items():
            if part in asked.only:
                begin = time.monotonic()
                results[part] = measure()
                print(f"{part}: {time.monotonic() - begin:.0f} s", flush=True)
    print("\n\n".join(table.text() for table in tables(results).values()))
    _keep(results, asked)


_PARTS = ("inprocess", "processes", "adds", "throughput")


def _parts(checkout: Path, bodies: Path, folder: Path, asked: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    """Part of the results -> what measures it."""
    quick = asked.quick
    plan = Plan(rounds=1, other_rounds=1, seconds=1) if quick else Plan(rounds=5, other_rounds=2, seconds=2)
    return {
        "inprocess": lambda: _in_process(checkout, 3 if quick else 7, 0.03 if quick else 0.15),
        "processes": lambda: {
            "start": processes.start_seconds(checkout, bodies, folder, 2 if quick else 5),
            "memory": processes.memory(checkout, bodies, folder, 3_000 if quick else 10_000, 2_000 if quick else 100_000),
        },
        "adds": lambda: adds.measure(checkout, bodies, folder, 3 if quick else 9, 60 if quick else 150),
        "throughput": lambda: throughput.measure(checkout, bodies, folder, asked.peer, plan),
    }


def _in_process(checkout: Path, rounds: int, seconds: float) -> Any:
    """In a process whose ``cds_service`` is the checkout's while ``bench`` is this one."""
    code = _IN_PROCESS.format(root=str(ROOT), argv=["bench", str(rounds), str(seconds)])
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("CDS_", "PYTHON"))}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, cwd=checkout, env={**clean, "PYTHONPATH": str(checkout)}
    )
    return json.loads(done.stdout)


def _keep(results: dict[str, Any], asked: argparse.Namespace) -> None:
    if asked.out == "-":
        return
    path = Path(asked.out) if asked.out else RESULTS
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if not asked.out and set(_PARTS) <= results.keys():
        page.write(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs: two minutes, to see whether all works")
    parser.add_argument("--ours", type=Path, default=ROOT, help="measure the code of this checkout")
    parser.add_argument(
        "--peer", type=lambda text: Path(text).absolute(), help="the Python of the environment with HealthChain; without, it is left out"
    )
    parser.add_argument("--out", help="write the results here and leave the page; - writes nothing")
    parser.add_argument("--only", type=lambda text: text.split(","), default=_PARTS, help=f"parts, of {', '.join(_PARTS)}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
