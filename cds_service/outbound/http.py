"""HTTP GET to registered servers: connections are kept, and whatever a server does, a call ends in time and stays small.

Timeouts of ``requests`` are for one read, so that a server which sends a byte now and then could hold a call for ever. Here the time
that a call has left when its answer begins is the limit for all of the answer, headers included. Never followed: redirects.
Never used: proxies and passwords of the environment, cookies. No error holds an address, a header or a part of an answer.
"""

from __future__ import annotations

import io
import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Timeout

from cds_service.outbound.addresses import may_connect
from cds_service.outbound.process import PerProcess

MIB = 1024 * 1024
_PIECE = 256 * 1024
_ERROR_BODY = 64 * 1024  # so much of an error's body is read, only to keep the connection
_ERRORS = (requests.RequestException, exceptions.HTTPError, OSError, ValueError)
_HEADERS = {"User-Agent": "cds-service", "Accept-Encoding": "gzip"}

logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # its other lines hold addresses, and those name the patient


class Why(StrEnum):
    """Why there is no answer."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    ADDRESS = "address"
    BROKEN = "broken"
    TOO_LARGE = "too-large"


class Unanswered(Exception):
    """There is no answer. Holds only ``why``: what the libraries say names addresses."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class _WrongAddress(exceptions.HTTPError):
    """The name leads to no address that may be connected to."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. ``body`` is unpacked; it is empty where an error or a redirect came with a long one."""

    status: int
    media_type: str
    body: bytes


class Http:
    """Kept connections to registered servers, one set for each process; may be used by many threads.

    ``max_bytes``: the largest answer, as sent and once unpacked. ``connections``: how many are kept to each server.
    ``ca_file``: certificates (PEM) to trust in place of the public ones.
    """

    def __init__(self, max_bytes: int = 32 * MIB, connections: int = 10, ca_file: Path | None = None) -> None:
        self.max_bytes = max_bytes
        self._session = PerProcess(lambda: _session(connections, ca_file))

    def get(self, url: str, headers: Mapping[str, str], until: float, max_bytes: int | None = None) -> Reply:
        """GET ``url``, over before ``until`` (a moment of :func:`time.monotonic`). Raises :class:`Unanswered`.

        Looking up a name cannot be interrupted: whoever must not wait for that either asks in a thread of its own.
        """
        try:
            response = self._ask(url, headers, until)
        except Unanswered as error:
            if error.why is not Why.BROKEN:
                raise
            # A kept connection may have been closed by the other side just now. GET changes nothing, so once more is safe.
            response = self._ask(url, headers, until)
        try:
            with response:
                return _reply(response, self.max_bytes if max_bytes is None else max_bytes)
        except _ERRORS as error:
            raise Unanswered(_why(error)) from None

    def close(self) -> None:
        """Close what this process has open."""
        session = self._session.take()
        if session is not None:
            session.close()

    def _ask(self, url: str, headers: Mapping[str, str], until: float) -> requests.Response:
        """The answer up to its body."""
        left = until - monotonic()
        if left <= 0:
            raise Unanswered(Why.TIMEOUT)
        timeout: Any = Timeout(total=left)  # taken as it is; the stubs do not know
        try:
            return self._session.get().get(url, headers=dict(headers), timeout=timeout, stream=True)
        except _ERRORS as error:
            raise Unanswered(_why(error)) from None


def _reply(response: requests.Response, limit: int) -> Reply:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if response.status_code == 200:
        return Reply(200, media_type, _body(response, limit))
    try:
        return Reply(response.status_code, media_type, _body(response, _ERROR_BODY))
    except Unanswered:
        return Reply(response.status_code, media_type, b"")


def _body(response: requests.Response, limit: int) -> bytes:
    """The body, unpacked piece by piece, never holding much more than the limit."""
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise Unanswered(Why.BROKEN)
    body = bytearray()
    while piece := response.raw.read(min(_PIECE, limit + 1 - len(body)), decode_content=True):
        body += piece
        if len(body) > limit:
            raise Unanswered(Why.TOO_LARGE)
    return bytes(body)


def _why(error: Exception) -> Why:
    """What the libraries report in many ways, as one of ours."""
    if isinstance(error, _WrongAddress):
        return Why.ADDRESS
    if isinstance(error, requests.Timeout | exceptions.TimeoutError | TimeoutError):
        return Why.TIMEOUT
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectionError) and not isinstance(cause, exceptions.ProtocolError):
        return Why.UNREACHABLE
    return Why.BROKEN


def _session(connections: int, ca_file: Path | None) -> requests.Session:
    session = _Session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update(_HEADERS)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # one patient's session is not for the next
    if ca_file is not None:
        session.verify = str(ca_file)
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_maxsize=connections, max_retries=0))
    return session


class _Session(requests.Session):
    """A session to which a redirect is an answer like any other."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: else ``requests`` would read all of a redirect's body, though it is not to follow it."""


class _TimedReader(io.RawIOBase):
    """Reads from a socket until a moment, and not a byte later."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._socket = sock
        self._until = monotonic() + (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    """A response for whose headers and body together the timeout counts that its connection has when it begins."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _Guarded(HTTPConnection):
    """A connection to an address that may be connected to, made and answered in time."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        until = monotonic() + float(self.timeout or 0)
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise exceptions.NewConnectionError(self, "the name is not known") from None
        permitted = [place for place in found if may_connect(self.host, str(place[4][0]))]
        if not permitted:
            raise _WrongAddress
        for others, (family, kind, protocol, _, address) in zip(range(len(permitted), 0, -1), permitted, strict=True):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(max((until - monotonic()) / others, 0.001))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(address)
                sock.settimeout(max(until - monotonic(), 0.001))  # what is left for TLS
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        if isinstance(failure, TimeoutError):
            raise exceptions.ConnectTimeoutError(self, "not connected in time") from None
        raise exceptions.NewConnectionError(self, "not connected") from None


class _GuardedTls(_Guarded, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class _Adapter(HTTPAdapter):
    """An adapter of guarded connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
