"""The check of a CDS Client's JWT (CDS Hooks 2.0, "Trusting CDS Clients"): pure, but for the keys that it is given.

What a token says of itself chooses which registered client is asked for a key, and nothing else: keys in its header (``jwk``,
``x5c``), addresses (``x5u``, ``jku``) and its choice of algorithm are never followed. Whatever is wrong, the caller learns only
that it is not authenticated; the :class:`Refusal` is for the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from typing import Any, Protocol

import jwt

from cds_service.cds_clients import Caller, CdsClient, CdsClients
from cds_service.cds_clients.model import ALGORITHMS
from cds_service.errors import Unauthenticated
from cds_service.tokens.keys import SigningKey

MAX_TOKEN = 8 * 1024
"""Characters of a token; servers cut header lines at about this length too."""
MAX_TEXT = 255
"""Characters of ``tenant``, which is stored as it stands."""
MAX_LIFETIME = 3600
"""Seconds from ``iat`` to ``exp``: for so long a used ``jti`` must be remembered."""
_END_OF_TIME = 2**53

_SIGNATURES = jwt.PyJWS(algorithms=ALGORITHMS, options={"enforce_minimum_key_length": True})


class Refusal(StrEnum):
    """Why a call was refused: the field ``refused`` of the request log."""

    NO_TOKEN = "no-token"  # noqa: S105 a reason
    NOT_BEARER = "not-bearer"
    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    ISSUER = "unknown-issuer"
    TENANT = "unknown-tenant"
    TYPE = "typ"
    ALGORITHM = "algorithm"
    JKU = "jku"
    KEY = "unknown-key"
    NO_KEYS = "keys-unavailable"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    EXPIRED = "expired"
    EARLY = "not-yet-valid"
    LIFETIME = "lifetime"
    AUDIENCE = "audience"
    REPLAYED = "replayed"


class KeysUnavailable(Exception):
    """The keys of a client cannot be had: neither now nor from before."""


class Keys(Protocol):
    """Where the keys of the registered clients come from."""

    def find(self, client: CdsClient, kid: str, algorithm: str) -> SigningKey | None:
        """The key of this id that may check this algorithm. Raises :class:`KeysUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is good: whose it is, its id, and the second (Unix time) from which it is good no more."""

    caller: Caller
    jti: str = field(repr=False)
    expires: int


def verify(authorization: str | None, clients: CdsClients, keys: Keys, now: float, endpoint: str, leeway: float) -> Token:
    """Check the ``Authorization`` header of a call to ``endpoint`` (the address under which clients know it).

    ``now`` in Unix seconds; ``leeway`` in seconds for clocks that differ. Raises :class:`Unauthenticated`.
    """
    compact = _bearer(authorization)
    header, claims = _unverified(compact)
    caller = _caller(claims, clients)
    algorithm, kid = _signed_by(header, caller.client)
    try:
        key = keys.find(caller.client, kid, algorithm)
    except KeysUnavailable:
        raise Unauthenticated(Refusal.NO_KEYS) from None
    if key is None:
        raise Unauthenticated(Refusal.KEY)
    _check_signature(compact, key, algorithm)
    expires = _check_times(claims, now, leeway)
    _check_audience(claims.get("aud"), endpoint, caller.client)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise Unauthenticated(Refusal.CLAIMS)
    return Token(caller, jti, expires)


def _bearer(authorization: str | None) -> str:
    """The token of the header ``Bearer <token>`` (RFC 6750; the scheme in any case)."""
    if not authorization:
        raise Unauthenticated(Refusal.NO_TOKEN)
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated(Refusal.NOT_BEARER)
    token = token.strip()
    if not token:
        raise Unauthenticated(Refusal.NO_TOKEN)
    if len(token) > MAX_TOKEN:
        raise Unauthenticated(Refusal.TOO_LARGE)
    if not token.isascii():
        raise Unauthenticated(Refusal.MALFORMED)
    return token


def _unverified(compact: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims as they stand, believed by nobody yet."""
    try:
        parts = jwt.decode_complete(compact, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise Unauthenticated(Refusal.MALFORMED) from None
    return parts["header"], parts["payload"]


def _caller(claims: Mapping[str, Any], clients: CdsClients) -> Caller:
    """The registered client that the token claims to be of."""
    issuer, tenant = claims.get("iss"), claims.get("tenant")
    if not isinstance(issuer, str) or not (tenant is None or _is_text(tenant)):
        raise Unauthenticated(Refusal.CLAIMS)
    client = clients.of_token(issuer, tenant)
    if client is None:
        known = any(own.issuer == issuer for own in clients.clients)
        raise Unauthenticated(Refusal.TENANT if known else Refusal.ISSUER)
    return Caller(client, issuer, tenant)


def _signed_by(header: Mapping[str, Any], client: CdsClient) -> tuple[str, str]:
    """The algorithm and key id that a header names, if the client may use them."""
    kind, algorithm, kid, jku = (header.get(name) for name in ("typ", "alg", "kid", "jku"))
    if "crit" in header:
        raise Unauthenticated(Refusal.MALFORMED)  # RFC 7515: extensions that must be understood, and there are none for us
    if not isinstance(kind, str) or kind.lower() != "jwt":
        raise Unauthenticated(Refusal.TYPE)
    if not isinstance(algorithm, str) or algorithm not in client.algorithms:
        raise Unauthenticated(Refusal.ALGORITHM)
    if client.jku is not None and jku is not None and jku != client.jku:
        raise Unauthenticated(Refusal.JKU)
    if not isinstance(kid, str) or not kid:
        raise Unauthenticated(Refusal.KEY)
    return algorithm, kid


def _check_signature(compact: str, key: SigningKey, algorithm: str) -> None:
    try:
        _SIGNATURES.decode(compact, key.public, algorithms=[algorithm])
    except jwt.PyJWTError:
        raise Unauthenticated(Refusal.SIGNATURE) from None


def _check_times(claims: Mapping[str, Any], now: float, leeway: float) -> int:
    """The second from which the token is good no more."""
    issued, expires, earliest = (_time(claims.get(name, default)) for name, default in (("iat", None), ("exp", None), ("nbf", 0)))
    if max(issued, earliest) > now + leeway:
        raise Unauthenticated(Refusal.EARLY)
    if expires + leeway <= now:
        raise Unauthenticated(Refusal.EXPIRED)
    if expires - issued > MAX_LIFETIME:
        raise Unauthenticated(Refusal.LIFETIME)
    return ceil(expires + leeway)


def _time(value: Any) -> float:
    """A NumericDate of RFC 7519: seconds, neither ``true`` nor a text, not endless, nor NaN, of which no comparison is true."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _END_OF_TIME:
        return value
    raise Unauthenticated(Refusal.CLAIMS)


def _check_audience(audience: Any, endpoint: str, client: CdsClient) -> None:
    """``aud`` holds the endpoint's address (a slash at its end is no difference) or what is registered for the client."""
    named = audience if isinstance(audience, list) else [audience]
    if not named or not all(isinstance(one, str) for one in named):
        raise Unauthenticated(Refusal.CLAIMS)
    if not any(one.rstrip("/") == endpoint.rstrip("/") or one in client.audience for one in named):
        raise Unauthenticated(Refusal.AUDIENCE)


def _is_text(value: Any) -> bool:
    """A text that can be stored anywhere: not empty, not long, no control characters, no half characters."""
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable()
