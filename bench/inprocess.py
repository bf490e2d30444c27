"""Without a server: the processor time of one answer, of its parts, and how it grows with the record.

It runs in a process of its own, which prints JSON, so that the code of another checkout can be measured too.
"""

from __future__ import annotations

import gc
import json
import runpy
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import orjson

import cds_service
from bench.loads import AS_OF, LOADS, grown, load
from bench.profiled import top
from cds_service.assess import assess
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.response import check_response
from cds_service.knowledge import Knowledge, load_knowledge, shipped_content
from cds_service.respond import receive, respond

VARIANTS = 8
COUNTS = (100, 1_000, 10_000)


def measure(rounds: int, seconds: float) -> dict[str, Any]:
    """Microseconds: parts of the answer to each load, and whole answers to growing records; and a profile of the typical answer."""
    knowledge = load_knowledge(shipped_content())
    _as_a_worker()
    return {
        "loads": {name: parts(knowledge, name, rounds, seconds) for name in LOADS},
        "growth": growth(knowledge, rounds, seconds),
        "profile": top(_each(_bodies("typical"), lambda raw: answer(raw, knowledge)), 10 * VARIANTS),
    }


def _as_a_worker() -> None:
    """What our gunicorn settings do to the garbage collection of a process, done to this one."""
    settings = runpy.run_path(str(Path(cds_service.__file__).parents[1] / "deploy" / "gunicorn.conf.py"))
    settings["when_ready"](None)
    settings.get("post_fork", lambda *_: None)(None, None)


def parts(knowledge: Knowledge, name: str, rounds: int, seconds: float) -> dict[str, float]:
    """``json``: reading the body; ``assess``: record to assessment; ``check``: the answer against its schema; ``answer``: all of it."""
    raw = _bodies(name)
    calls = [parse_hook_request(orjson.loads(one), _service(one)) for one in raw]
    records = [(receive(call, knowledge, AS_OF, {}), call.hook) for call in calls]
    bodies = [respond(call, knowledge, AS_OF, {}).body for call in calls]
    ways: dict[str, Callable[[], Any]] = {
        "json": _each(raw, orjson.loads),
        "assess": _each(records, lambda one: assess(one[0], one[1], knowledge, AS_OF)),
        "check": _each(bodies, check_response),
        "answer": _each(raw, lambda one: answer(one, knowledge)),
    }
    return _medians(ways, rounds, seconds)


def growth(knowledge: Knowledge, rounds: int, seconds: float) -> dict[str, Any]:
    """Whole answers to the typical chart and so many resources more, and what reading these as JSON takes by itself."""
    found: dict[str, Any] = {"none": _medians({"answer": _answering(grown(0, relevant=True), knowledge)}, rounds, seconds)}
    for relevant in (True, False):
        ways: dict[str, Callable[[], Any]] = {}
        for count in COUNTS:
            body = grown(count, relevant=relevant)
            ways[str(count)] = _answering(body, knowledge)
            ways[f"{count} json"] = _each([orjson.dumps(body)], orjson.loads)
        ways["0 json"] = _each([orjson.dumps(grown(0, relevant=True))], orjson.loads)
        found["relevant" if relevant else "irrelevant"] = _medians(ways, rounds, seconds)
    return found


def answer(raw: bytes, knowledge: Knowledge) -> bytes:
    """From the bytes of a call to the bytes of its answer."""
    return orjson.dumps(respond(parse_hook_request(orjson.loads(raw), _service(raw)), knowledge, AS_OF, {}).body, default=float)


def _bodies(name: str) -> list[bytes]:
    return [json.dumps(load(name, variant), separators=(",", ":")).encode() for variant in range(2 if name == "large" else VARIANTS)]


def _answering(body: Any, knowledge: Knowledge) -> Callable[[], Any]:
    return _each([orjson.dumps(body)], lambda raw: answer(raw, knowledge))


def _service(raw: bytes) -> str:
    return "rectal-anal-order-sign" if raw.startswith(b'{"hook":"order-sign"') else "rectal-anal-patient-view"


def _each(items: Sequence[Any], run: Callable[[Any], Any]) -> Callable[[], Any]:
    """A function that does the next item each time it is called."""
    turn = cycle(items)
    return lambda: run(next(turn))


def _medians(ways: dict[str, Callable[[], Any]], rounds: int, seconds: float) -> dict[str, float]:
    """The median of interleaved rounds for each way; the first call is not counted."""
    for run in ways.values():
        run()
    found = [{name: _microseconds(run, seconds) for name, run in ways.items()} for _ in range(rounds)]
    return {name: median(one[name] for one in found) for name in ways}


def _microseconds(run: Callable[[], Any], seconds: float) -> float:
    """Of processor time for one call, over as many as fit."""
    gc.collect()
    count, spent, begin = 0, 0.0, time.process_time()
    while not count or spent < seconds:
        run()
        count += 1
        spent = time.process_time() - begin
    return spent / count * 1e6


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), float(sys.argv[2]))))
