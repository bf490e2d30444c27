"""Reading a request body: declared as JSON, no larger than allowed (also once unpacked), and really JSON.

JSON is read strictly (RFC 8259: no NaN, no comments, valid UTF-8, bounded depth). Where a key stands twice, the last one
counts, as in every common reader.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import orjson
from flask import Request

from cds_service.errors import BodyTooLarge, MalformedRequest, WrongContentType

_BOM = b"\xef\xbb\xbf"
_PIECE = 1024 * 1024
_DRAINED = 64 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def read_json(request: Request, limit: int) -> Any:
    """The parsed body. Raises :class:`WrongContentType`, :class:`BodyTooLarge` or :class:`MalformedRequest`."""
    if not _is_json(request.mimetype):
        raise WrongContentType("the body must be declared as JSON")
    raw = _unpacked(_received(request, limit), request.headers.get("Content-Encoding", "identity"), limit)
    if not raw:
        raise MalformedRequest("the body is empty", where="request")
    try:
        return orjson.loads(raw.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        # Line and column help to find the fault; the text around it may be a patient's
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(f"the body is not JSON ({place})", where="request", remedy="Send valid JSON in UTF-8.") from None


def _is_json(mimetype: str) -> bool:
    return mimetype == "application/json" or (mimetype.startswith("application/") and mimetype.endswith("+json"))


def _received(request: Request, limit: int) -> bytes:
    """The body as sent."""
    length = request.content_length
    if length is None:
        return _in_pieces(request, limit)
    if length > limit:
        drain(request)
        raise _too_large(limit)
    received = _read(request.environ["wsgi.input"].read, length)
    if len(received) < length:
        raise _cut_off()
    return received


def _in_pieces(request: Request, limit: int) -> bytes:
    """A body that does not say how long it is (chunked): read as far as the limit, and not cut to fit it either."""
    received = bytearray()
    while piece := _read(request.stream.read, min(_PIECE, limit + 1 - len(received))):
        received += piece
        if len(received) > limit:
            drain(request)
            raise _too_large(limit)
    return bytes(received)


def drain(request: Request) -> None:
    """Read on without keeping anything: a client that is still sending when the answer comes sees a broken pipe instead of it.

    To a bound, beyond which nobody is being helped.
    """
    left = _DRAINED
    while left > 0 and (piece := _read(request.stream.read, _PIECE)):
        left -= len(piece)


def _read(read: Callable[[int], bytes], size: int) -> bytes:
    try:
        return read(size)
    except Exception:  # noqa: BLE001 - servers raise errors of their own for bodies that are cut off or badly chunked
        raise _cut_off() from None


def _cut_off() -> MalformedRequest:
    return MalformedRequest("the body could not be read to its end", where="request")


def _unpacked(raw: bytes, encoding: str, limit: int) -> bytes:
    match encoding.strip().lower():
        case "" | "identity":
            return raw
        case "gzip" | "x-gzip":
            return _gunzip(raw, limit)
        case _:
            raise WrongContentType("the body has a Content-Encoding other than gzip", remedy="Send the body plain or as gzip.")


def _gunzip(raw: bytes, limit: int) -> bytes:
    """Unpack every gzip member, never holding more than the limit."""
    unpacked = bytearray()
    while raw:
        stream = zlib.decompressobj(_GZIP)
        try:
            unpacked += stream.decompress(raw, limit + 1 - len(unpacked))
        except zlib.error:
            raise MalformedRequest("the body is declared as gzip and is not", where="request") from None
        if len(unpacked) > limit:
            raise _too_large(limit)
        if not stream.eof:
            raise MalformedRequest("the gzip body is cut off", where="request")
        raw = stream.unused_data
    return bytes(unpacked)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body is larger than {limit} bytes")
