"""Reading from the FHIR server that a hook call names (CDS Hooks 2.0, "FHIR resource access"), for what it did not prefetch.

Only servers that the clients file lists for the caller are read, at the address that stands there. The access token of the call goes
into the Authorization header of requests below that address, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import orjson

from cds_service.cds_clients import CdsClient
from cds_service.cds_clients.model import base
from cds_service.fhir.bundles import items, link
from cds_service.hooks.invocation import Invocation
from cds_service.outbound.http import Http, Reply, Unanswered, Why
from cds_service.outbound.process import PerProcess
from cds_service.prefetch.fetch import Failure, Fetched

MAX_PAGES = 100  # of one search
GRACE = 0.02  # seconds, after the end of the time, in which parts of an answer are handed over

_ASKED = re.compile(r"(?P<type>[A-Z][A-Za-z]+)(?:/(?P<id>[^/?]+)\Z|\?)")
_UP = re.compile(r"\\|(?:^|/)\.{1,2}(?:/|$)")  # what may lead out of a path, for some server at least
_TOKEN = re.compile(r"[!-~]+\Z", re.ASCII)
_PATH, _QUERY = "/!$&'()*+,;=:@~-._%", "/!$&'()*+,;=:@~-._%?"
_STATUS = {
    401: Failure.UNAUTHORIZED, 403: Failure.FORBIDDEN, 404: Failure.NOT_FOUND, 410: Failure.NOT_FOUND, 429: Failure.THROTTLED,
}  # fmt: skip
_WHY = {Why.TIMEOUT: Failure.TIMEOUT, Why.TOO_LARGE: Failure.TOO_LARGE, Why.BROKEN: Failure.NOT_FHIR}


class FhirReader:
    """Reads for all calls of a process, in ``threads`` threads.

    There are as many as all calls together can use at once, so that no call waits for another's. Where a thread hangs all the same
    (a name that is not looked up in time), what finds no thread until its own end counts as not answered in time.
    """

    def __init__(self, http: Http, threads: int) -> None:
        self.http = http
        self._threads = PerProcess(lambda: ThreadPoolExecutor(threads, thread_name_prefix="fhir"))

    def reading(self, client: CdsClient, invocation: Invocation, until: float) -> Reading | None:
        """What reads for one call until a moment of :func:`time.monotonic`; ``None`` if the call names no FHIR server."""
        if invocation.fhir_server is None:
            return None
        server = client.registered(invocation.fhir_server)
        return Reading(self.http, self._threads, server.rstrip("/") if server else None, invocation.access_token, until)

    def close(self) -> None:
        """End threads and connections of this process."""
        threads = self._threads.take()
        if threads is not None:
            threads.shutdown(wait=True, cancel_futures=True)
        self.http.close()


@dataclass(slots=True)
class Reading:
    """The :class:`~cds_service.prefetch.fetch.Fetch` of one call. ``noted`` holds what the log may tell of it."""

    _http: Http = field(repr=False)
    _threads: PerProcess[ThreadPoolExecutor] = field(repr=False)
    _server: str | None = field(repr=False)
    _token: str | None = field(repr=False)
    _until: float = field(repr=False)
    noted: dict[str, Any] = field(default_factory=dict)

    def __call__(self, wanted: Mapping[str, str]) -> Mapping[str, Fetched]:
        """Read everything at once."""
        started = monotonic()
        refused = self._refused()
        fetched = {key: Fetched(failure=refused) for key in wanted} if refused else self._read_all(wanted)
        self._note(0 if refused else len(wanted), (monotonic() - started) * 1000, fetched)
        return fetched

    def _note(self, queries: int, milliseconds: float, fetched: Mapping[str, Fetched]) -> None:
        failed = {answer.failure.value for answer in fetched.values() if answer.failure is not None}
        self.noted["fetched"] = self.noted.get("fetched", 0) + queries
        self.noted["fetch_ms"] = round(self.noted.get("fetch_ms", 0) + milliseconds, 2)
        self.noted["fetch_failed"] = sorted(failed.union(self.noted.get("fetch_failed", ())))

    def _refused(self) -> Failure | None:
        """Why nothing may be asked at all."""
        if self._server is None:
            return Failure.NOT_REGISTERED
        if self._token is not None and not _TOKEN.match(self._token):
            return Failure.BAD_TOKEN
        return None

    def _read_all(self, wanted: Mapping[str, str]) -> dict[str, Fetched]:
        threads = self._threads.get()
        asked: dict[str, Future[Fetched]] = {key: threads.submit(self._read, written) for key, written in wanted.items()}
        wait(asked.values(), timeout=max(self._until + GRACE - monotonic(), 0))
        late = {key for key, future in asked.items() if future.cancel() or not future.done()}
        return {key: Fetched(failure=Failure.TIMEOUT) if key in late else future.result() for key, future in asked.items()}

    def _read(self, written: str) -> Fetched:
        """A resource, or every page of a search, as far as there is time."""
        pages: list[Mapping[str, Any]] = []
        seen: set[str] = set()
        left = self._http.max_bytes
        following: str | None = written
        while following is not None:
            url = within(str(self._server), following)
            if url is None or url in seen or len(pages) == MAX_PAGES:
                return Fetched(tuple(pages), Failure.LINK)
            seen.add(url)
            try:
                reply = self._http.get(url, self._headers(), self._until, left)
            except Unanswered as error:
                return Fetched(tuple(pages), _WHY.get(error.why, Failure.UNREACHABLE))
            page = _page(reply, written)
            if isinstance(page, Failure):
                return Fetched(tuple(pages), page)
            pages.append(page)
            left -= len(reply.body)
            following = link(page, "next")
        return Fetched(tuple(pages))

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/fhir+json"}
        return headers if self._token is None else headers | {"Authorization": f"Bearer {self._token}"}


def within(server: str, written: str) -> str | None:
    """The address of a query or link, written relative to a base address or in full; ``None`` unless it is at or below the base.

    Scheme, host and port of the result are those of the base as the site wrote them, whatever the link has.
    """
    root = urlsplit(server)
    try:
        parts = urlsplit(urljoin(f"{server}/", written))
        origin = base(parts._replace(path="", query="", fragment="").geturl())
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    if origin != base(root._replace(path="").geturl()) or not (path == root.path or path.startswith(f"{root.path}/")):
        return None
    if _UP.search(unquote(unquote(path))):
        return None
    query = f"?{quote(parts.query, safe=_QUERY)}" if parts.query else ""
    return f"{server}{quote(path[len(root.path) :], safe=_PATH)}{query}"


def _page(reply: Reply, query: str) -> Mapping[str, Any] | Failure:
    """The resource that was asked for, or why the answer is not that."""
    if reply.status != 200:
        return _STATUS.get(reply.status, Failure.SERVER_ERROR if reply.status >= 500 else Failure.REFUSED)
    try:
        found = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return Failure.NOT_FHIR
    if not isinstance(found, dict):
        return Failure.NOT_FHIR
    if found.get("resourceType") == "OperationOutcome":
        return Failure.OUTCOME
    return found if _is_answer(found, query) else Failure.NOT_FHIR


def _is_answer(found: Mapping[str, Any], query: str) -> bool:
    """Whether a resource is what was asked for: the very one of a read, a Bundle with matches of its type for a search, any for a link."""
    asked = _ASKED.match(query)
    if asked is not None and asked["id"] is not None:
        return found.get("resourceType") == asked["type"] and found.get("id", asked["id"]) == asked["id"]
    if found.get("resourceType") != "Bundle":
        return False
    matches = {item.kind for item in items(found, "") if item.kind is not None and item.mode != "include"}
    return asked is None or matches <= {asked["type"], "OperationOutcome"}
