"""Kept fast: how many operations a warm request takes, which is the same on every machine, held against a recorded baseline.

An operation is a bytecode instruction of Python, or a call into C, from Flask's test client and back; a load counts one request. What C
does inside (parsing JSON, regular expressions) is one operation however long it takes: ``make bench`` sees that.

``python -m bench.operations`` compares (exit code 1 if something is slower), ``--record`` writes ``bench/baseline.json`` for this
minor version of Python: their instructions differ. Both count in a process of their own, with the order of hashes fixed, where
nothing else traces.
"""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.loads import AS_OF, load

BASELINE = Path(__file__).with_name("baseline.json")
ALLOWED = 15
"""Percent."""
COUNTED = ("small", "typical", "large", "order-sign", "out")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
RECORD = "make bench-baseline"


def counted(loads: tuple[str, ...] = COUNTED) -> dict[str, int]:
    """Load -> operations of one warm request, in this process. The third of three patients is counted."""
    with tempfile.TemporaryDirectory() as folder:
        sender = _sender(Path(folder))
        return {name: _count([sender(name, variant) for variant in (1, 2, 3)]) for name in loads}


def _sender(folder: Path) -> Callable[[str, int], Callable[[], None]]:
    """What sends a load to the application, which is as in the other benchmarks: no audit, no clients, no line per request."""
    from cds_service.settings import Settings
    from cds_service.web import create_app
    from cds_service.wiring import build

    settings = Settings(audit=False, log_level="warning", database_url=f"sqlite:///{folder}/bench.db")
    application = build(settings, today=lambda: AS_OF)
    client = create_app(application, io.BytesIO()).test_client()

    def sender(name: str, variant: int) -> Callable[[], None]:
        body = load(name, variant)
        path = f"/cds-services/{next(one for one, hook in application.services if hook == body['hook'])}"
        data = json.dumps(body).encode()

        def send() -> None:
            answer = client.post(path, data=data, content_type="application/json")
            assert answer.status_code == 200, name

        return send

    return sender


def _count(sends: Sequence[Callable[[], None]]) -> int:
    *warming, counted_one = sends
    for send in warming:
        send()
    gc.collect()
    gc.disable()
    try:
        return operations(counted_one)
    finally:
        gc.enable()


def operations(run: Callable[[], Any]) -> int:
    """How many bytecode instructions and calls into C a function makes, all that it calls included, in this thread."""
    count = 0

    def instruction(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        if event == "opcode":
            count += 1
        elif event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return instruction

    def call(_frame: Any, event: str, _: Any) -> None:
        nonlocal count
        if event == "c_call":
            count += 1

    before = sys.gettrace(), sys.getprofile()
    sys._getframe().f_trace_opcodes = True  # noqa: SLF001 - Python 3.12 decides when tracing begins whether any frame wants instructions
    sys.settrace(instruction)
    sys.setprofile(call)
    try:
        run()
    finally:
        sys.setprofile(before[1])
        sys.settrace(before[0])
    return count


def compare(found: Mapping[str, int], recorded: Mapping[str, int] | None) -> tuple[list[str], list[str]]:
    """What is wrong, and what is only worth knowing: a line for each load."""
    if recorded is None:
        return [f"bench/baseline.json has no counts for Python {VERSION}; record them: {RECORD} (and review the difference)"], []
    wrong = [f"{load}: no baseline; record it: {RECORD}" for load in found if load not in recorded]
    notes = []
    for name, now in found.items():
        before = recorded.get(name)
        if before is None:
            continue
        line = f"{name}: {now:,} operations, {now / before - 1:+.1%} to the recorded {before:,}"
        if 100 * now > (100 + ALLOWED) * before:
            wrong.append(f"{line}; make it faster, or if it must be so record it anew: {RECORD}")
        elif 100 * now < (100 - ALLOWED) * before:
            notes.append(f"{line}; record it anew, so that it is kept: {RECORD}")
    return wrong, notes


def recorded(path: Path = BASELINE) -> dict[str, dict[str, int]]:
    """The baseline: minor version of Python -> load -> operations."""
    found: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def count_apart() -> dict[str, int]:
    """The counts of a fresh process, which no coverage or other tracing disturbs and whose sets have one order."""
    root = BASELINE.parents[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CDS_", "COV_", "COVERAGE", "PYTHON"))}
    command = [sys.executable, "-m", "bench.operations", "--count"]
    done = subprocess.run(  # noqa: S603
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=root, env={**clean, "PYTHONHASHSEED": "0", "PYTHONPATH": str(root)}
    )
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def main(arguments: list[str]) -> int:
    """Count, record or compare."""
    if arguments == ["--count"]:
        print(json.dumps(counted()))
        return 0
    found = count_apart()
    if arguments == ["--record"]:
        text = json.dumps(recorded() | {VERSION: found}, indent=2, sort_keys=True)
        BASELINE.write_text(text + "\n", encoding="utf-8")
    wrong, notes = compare(found, recorded().get(VERSION))
    print("\n".join([*(f"{name}: {count:,} operations" for name, count in found.items()), *wrong, *notes]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
