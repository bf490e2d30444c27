"""The public keys of the registered CDS Clients: read from their ``jku`` (an https address) or ``jwks_file``, and kept.

Only the registered address is ever asked, whatever a token says. A key set is asked for again when it is five minutes old, and when a
token names a key that it does not hold (a client has changed its keys), but not more often than every half minute, so that tokens with
made-up ids cause no traffic. Meanwhile, and while the other side cannot be reached, the old keys serve for up to a day.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import stat_result
from pathlib import Path
from time import monotonic

from cds_service.cds_clients import CdsClient
from cds_service.outbound.http import Http, Unanswered
from cds_service.tokens import KeysUnavailable, NotAKeySet, SigningKey, read_jwks
from cds_service.tokens.keys import MAX_BYTES, find_key

FRESH = 300.0
"""Seconds after which a key set is asked for again."""
KEPT = 24 * 3600.0
"""Seconds for which the last key set serves while no new one can be had."""
COOL_DOWN = 30.0
"""Seconds between two requests that an unknown key causes, or that fail while old keys serve."""
RETRY = 5.0
"""Seconds until the next request where there are no keys at all."""
PATIENCE = 5.0
"""Seconds that a request may take; calls wait less, and the next one finds what came."""

_HEADERS = {"Accept": "application/jwk-set+json, application/json"}
_log = logging.getLogger(__name__)


class ClientKeys:
    """The keys of all registered clients, as :class:`~cds_service.tokens.Keys`.

    ``wait``: seconds that a call waits for keys to come. Raises :class:`NotAKeySet` for a file that cannot be used.
    """

    def __init__(self, clients: Iterable[CdsClient], http: Http, wait: float) -> None:
        self._sources: dict[str, KeysAtAddress | KeysInFile] = {}
        for client in clients:
            if client.jku is not None:
                self._sources[client.name] = KeysAtAddress(client.name, client.jku, http, wait)
            elif client.jwks_file is not None:
                self._sources[client.name] = KeysInFile(client.name, client.jwks_file, client.algorithms)

    def find(self, client: CdsClient, kid: str, algorithm: str) -> SigningKey | None:
        """The key of this id that may check this algorithm. Raises :class:`KeysUnavailable`."""
        return self._sources[client.name].find(kid, algorithm)


class KeysInFile:
    """Keys that were exchanged out of band. The file is read now (raises :class:`NotAKeySet`), and again whenever it has changed."""

    def __init__(self, client: str, path: Path, algorithms: Iterable[str]) -> None:
        self._client = client
        self._path = path
        self._algorithms = tuple(algorithms)
        self._state = self._now()
        self._keys = self._read()

    def find(self, kid: str, algorithm: str) -> SigningKey | None:
        """The key of this id that may check this algorithm."""
        state = self._now()
        if state != self._state:
            try:
                self._keys = self._read()
            except NotAKeySet as error:
                _log.warning("%s; the keys that it held before serve on", error)
            self._state = state
        return find_key(self._keys, kid, algorithm)

    def _now(self) -> tuple[int, int, int] | None:
        """What tells whether the file is another one, or was written again."""
        try:
            found: stat_result = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> tuple[SigningKey, ...]:
        """The keys of the file, at least one of them of use. Raises :class:`NotAKeySet`."""
        try:
            with self._path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            keys = read_jwks(content)
        except OSError:
            raise NotAKeySet(f"the jwks_file of {self._client} cannot be read") from None
        except NotAKeySet as error:
            raise NotAKeySet(f"the jwks_file of {self._client} {error}") from None
        if not any(key.algorithms.intersection(self._algorithms) for key in keys):
            raise NotAKeySet(f"the jwks_file of {self._client} holds no public key with a kid for {', '.join(self._algorithms)}")
        return keys


@dataclass(frozen=True, slots=True)
class _Held:
    """A key set, and when it came."""

    keys: tuple[SigningKey, ...]
    since: float


class KeysAtAddress:
    """Keys at an address. They are fetched in a thread, one at a time, so that a slow server costs a call no more than its patience."""

    def __init__(self, client: str, jku: str, http: Http, wait: float, clock: Callable[[], float] = monotonic) -> None:
        self._client = client
        self._jku = jku
        self._http = http
        self._wait = wait
        self._clock = clock
        self._lock = threading.Lock()
        self._held = _Held((), float("-inf"))
        self._coming: threading.Event | None = None
        self._not_before = float("-inf")

    def find(self, kid: str, algorithm: str) -> SigningKey | None:
        """The key of this id that may check this algorithm. Raises :class:`KeysUnavailable`."""
        now, held = self._clock(), self._held
        key = find_key(held.keys, kid, algorithm)
        if key is not None and now < held.since + FRESH:
            return key
        coming = self._ask(held, now, is_unknown=key is None)
        if key is not None and now < held.since + KEPT:
            return key
        if coming is not None:
            coming.wait(self._wait)
        held = self._held
        if now >= held.since + KEPT:
            raise KeysUnavailable
        return find_key(held.keys, kid, algorithm)

    def _ask(self, held: _Held, now: float, *, is_unknown: bool) -> threading.Event | None:
        """Have the key set fetched; what tells that this is over, or ``None`` if it is too early or has just been done."""
        with self._lock:
            if self._coming is None:
                if self._held is not held or now < self._not_before:
                    return None
                over = threading.Event()
                threading.Thread(target=self._fetch, args=(over, is_unknown), name="jwks", daemon=True).start()
                self._coming = over
            return self._coming

    def _fetch(self, over: threading.Event, is_unknown: bool) -> None:  # noqa: FBT001 an argument of a thread
        try:
            keys = self._fetched()
        except Exception as error:  # noqa: BLE001 whatever it is, the next fetch must be possible
            now = self._clock()
            self._not_before = now + (COOL_DOWN if now < self._held.since + KEPT else RETRY)
            _log.warning("the keys of %s could not be fetched: %s", self._client, _why(error))
        else:
            now = self._clock()
            self._not_before = now + (COOL_DOWN if is_unknown and now < self._held.since + FRESH else 0)
            self._held = _Held(keys, now)
        with self._lock:
            self._coming = None
        over.set()

    def _fetched(self) -> tuple[SigningKey, ...]:
        reply = self._http.get(self._jku, _HEADERS, monotonic() + PATIENCE, MAX_BYTES)
        if reply.status != 200:
            raise NotAKeySet(f"came with the status {reply.status}")
        return read_jwks(reply.body)


def _why(error: Exception) -> str:
    """In our own words; what libraries say may hold more than a log should."""
    return (
        f"what answered {error}" if isinstance(error, NotAKeySet) else str(error) if isinstance(error, Unanswered) else type(error).__name__
    )
