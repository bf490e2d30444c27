"""A server on loopback that answers as a test says: scripted path by path, or as a small FHIR server over some resources.

::

    with FhirServer(patient.resources) as server:
        server.script("/fhir/Observation", status(503))
        ...
        assert server.paths == [...]
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

FHIR_JSON = "application/fhir+json;charset=utf-8"
HANG = 60  # seconds after which a server that hangs for ever gives up, so that a failing test ends


@dataclass(frozen=True)
class Asked:
    """One request as it came: ``path`` without query, and its ``query`` and ``headers`` (names in lower case)."""

    path: str
    query: str
    headers: Mapping[str, str]

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The query, decoded."""
        return parse_qs(self.query, keep_blank_values=True)


class Exchange(BaseHTTPRequestHandler):
    """One connection. A script gets it and writes whatever it likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        if self.server.owner.tls is not None:  # here, in the connection's own thread
            self.request = self.server.owner.tls.wrap_socket(self.request, server_side=True)
        self.server.owner.connected(self.request)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def do_GET(self) -> None:
        self.server.owner.answer(self)

    def send(self, body: bytes, code: int = 200, kind: str = FHIR_JSON, headers: Mapping[str, str] | None = None) -> None:
        """A whole answer."""
        self.send_response(code)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | dict(headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, text: bytes) -> None:
        """Bytes as they are; the connection ends afterwards."""
        self.close_connection = True
        self.wfile.write(text)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Nothing: a test server is silent."""


Script = Callable[[Exchange], None]


class _Listener(ThreadingHTTPServer):
    request_queue_size = 256
    owner: Server

    def handle_error(self, *_: Any) -> None:
        """Clients that leave are what many tests are about."""


class Server:
    """A scripted server. ``asked`` holds every request, ``connections`` counts the connections that were made to it."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.asked: list[Asked] = []
        self.connections = 0
        self.closing = threading.Event()
        self._scripts: dict[str, Script] = {}
        self._open: list[Any] = []
        self._listener = _Listener((host, 0), Exchange)
        self._listener.owner = self
        self._thread = threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._listener.shutdown()
        self._thread.join()
        self.drop()
        self._listener.server_close()  # waits for every connection's thread

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.server_address[1])

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:port``, or https with TLS."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [one.path for one in self.asked]

    def script(self, path: str, *scripts: Script) -> Self:
        """Answer a path as scripted: with one script always, with several one after the other, the last one ever after."""
        left = list(scripts)

        def following(exchange: Exchange) -> None:
            (left.pop(0) if len(left) > 1 else left[0])(exchange)

        self._scripts[path] = following
        return self

    def drop(self) -> None:
        """Close every connection from this side."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(2)
        self._open.clear()

    def connected(self, connection: Any) -> None:
        """Count a connection."""
        self.connections += 1
        self._open.append(connection)

    def answer(self, exchange: Exchange) -> None:
        """Answer one request."""
        parts = urlsplit(exchange.path)
        asked = Asked(parts.path, parts.query, {name.lower(): value for name, value in exchange.headers.items()})
        self.asked.append(asked)
        script = self._scripts.get(parts.path)
        if script is not None:
            script(exchange)
        else:
            self.default(exchange, asked)

    def default(self, exchange: Exchange, asked: Asked) -> None:  # noqa: ARG002
        """What is answered where nothing is scripted."""
        exchange.send(b"{}", 404)


class FhirServer(Server):
    """Reads and searches over some resources (``patient``, ``subject`` and token parameters), in pages of ``page`` entries."""

    def __init__(self, resources: Iterable[Mapping[str, Any]] = (), page: int = 1000, path: str = "/fhir", **options: Any) -> None:
        super().__init__(**options)
        self.resources = list(resources)
        self.page = page
        self.path = path

    @property
    def base(self) -> str:
        """The base address."""
        return f"{self.origin}{self.path}"

    def default(self, exchange: Exchange, asked: Asked) -> None:
        kind, _, own = asked.path.removeprefix(self.path).strip("/").partition("/")
        parameters = dict(parse_qsl(asked.query, keep_blank_values=True))
        if "_getpages" in parameters:
            kind = parameters.pop("_getpages")
        found = [one for one in self.resources if one["resourceType"] == kind]
        if own:
            found = [one for one in found if one["id"] == own]
            exchange.send(*((json.dumps(found[0]).encode(),) if found else (json.dumps(outcome("not-found")).encode(), 404)))
            return
        filters = {name: value.split(",") for name, value in parameters.items() if not name.startswith("_")}
        matches = [one for one in found if all(_matches(one, name, values) for name, values in filters.items())]
        exchange.send(json.dumps(self._bundle(kind, matches, parameters)).encode())

    def _bundle(self, kind: str, matches: Sequence[Mapping[str, Any]], parameters: Mapping[str, str]) -> dict[str, Any]:
        start = int(parameters.get("_offset", 0))
        links = [{"relation": "self", "url": f"{self.base}/{kind}?{urlencode(parameters)}"}]
        if start + self.page < len(matches):
            following = {"_getpages": kind} | dict(parameters) | {"_offset": str(start + self.page)}
            links.append({"relation": "next", "url": f"{self.base}?{urlencode(following)}"})
        entries = [
            {"fullUrl": f"{self.base}/{kind}/{one['id']}", "resource": one, "search": {"mode": "match"}}
            for one in matches[start : start + self.page]
        ]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(matches), "link": links}
        return bundle | ({"entry": entries} if entries else {})


def _matches(resource: Mapping[str, Any], name: str, values: Sequence[str]) -> bool:
    if name in ("patient", "subject"):
        return resource.get("subject", {}).get("reference") in [f"Patient/{value.removeprefix('Patient/')}" for value in values]
    element = resource.get(name)
    concepts = element if isinstance(element, list) else [element]
    codings = [coding for concept in concepts if isinstance(concept, Mapping) for coding in concept.get("coding", ())]
    return any(f"{coding.get('system')}|{coding.get('code')}" in values or coding.get("code") in values for coding in codings)


def outcome(code: str, severity: str = "error") -> dict[str, Any]:
    """An OperationOutcome with one issue."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def json_of(value: Any, code: int = 200) -> Script:
    """A JSON value."""
    return lambda exchange: exchange.send(json.dumps(value).encode(), code)


def status(code: int, body: bytes = b"", kind: str = FHIR_JSON, **headers: str) -> Script:
    """A status, with a body and headers (underscores for hyphens)."""
    return lambda exchange: exchange.send(body, code, kind, {name.replace("_", "-"): value for name, value in headers.items()})


def raw(text: bytes) -> Script:
    """Bytes as they are, and the end of the connection."""
    return lambda exchange: exchange.raw(text)


def hang(until: threading.Event | None = None) -> Script:
    """Say nothing until the event, or until the server is closed."""
    return lambda exchange: wait(exchange, until)


def wait(exchange: Exchange, until: threading.Event | None = None) -> None:
    """Wait for the event, or for the end of the server; the connection is of no use afterwards."""
    ends = (until or exchange.server.owner.closing, exchange.server.owner.closing)
    for _ in range(HANG * 50):
        if any(end.is_set() for end in ends):
            break
        ends[0].wait(0.02)
    exchange.close_connection = True


def trickle(beginning: bytes, drop: bytes = b" ", every: float = 0.02) -> Script:
    """Begin an answer, then send a drop of it now and then without ever coming to an end."""

    def script(exchange: Exchange) -> None:
        exchange.raw(beginning)
        with suppress(OSError):
            while not exchange.server.owner.closing.wait(every):
                exchange.raw(drop)

    return script
