"""JSON in the two directions that Flask needs it, by orjson."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


def dumps(value: object) -> bytes:
    """JSON bytes; decimals become numbers."""
    return orjson.dumps(value, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


def json_reply(body: object, status: int = 200) -> Response:
    """A JSON response; ``body`` may be bytes that are JSON already."""
    return Response(body if isinstance(body, bytes) else dumps(body), status, content_type="application/json")


class OrjsonProvider(JSONProvider):
    """Flask's own uses of JSON, by the same library as ours."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """JSON text."""
        return dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value of a JSON text."""
        return orjson.loads(s)
