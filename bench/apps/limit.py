"""The limit of the stack: Flask under our gunicorn settings, which parses the body and returns constant bytes as many as ours.

``/limit/<load>`` parses with orjson, as ours does: what targets are judged against. ``/limit-json/<load>`` is what a plain Flask
application does (``request.get_json()``). ``BENCH_SIZES`` is a JSON object: load -> bytes of our answer.
"""

from __future__ import annotations

import json
import os

import orjson
from flask import Flask, Response, request

SIZES: dict[str, int] = json.loads(os.environ.get("BENCH_SIZES", "{}"))
ANSWERS = {load: b'{"cards":[]}'.ljust(size) for load, size in SIZES.items()}
app = Flask("limit", static_folder=None)


@app.post("/limit/<load>")
def _limit(load: str) -> Response:
    orjson.loads(request.get_data(cache=False))
    return Response(ANSWERS[load], mimetype="application/json")


@app.post("/limit-json/<load>")
def _limit_json(load: str) -> Response:
    request.get_json()
    return Response(ANSWERS[load], mimetype="application/json")


@app.get("/health/live")
def _live() -> Response:
    return Response(status=200)
