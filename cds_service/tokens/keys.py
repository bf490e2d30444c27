"""Public keys of a CDS Client: a JSON Web Key Set (RFC 7517) becomes the keys that may check a signature, and for which algorithms.

A key serves the algorithms of its type, curve and ``alg``, and no other, so that a token cannot have a key read as something
that it is not. Keys of unknown types, for encryption, without ``kid``, of weak RSA, symmetric or private are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.algorithms import AllowedPublicKeys

from cds_service.cds_clients.model import ALGORITHMS

MAX_BYTES = 256 * 1024
"""The largest key set."""
WEAKEST_RSA_BITS = 2048
_RSA = frozenset(name for name in ALGORITHMS if name.startswith(("RS", "PS")))
_SERVES: Mapping[tuple[str, str | None], frozenset[str]] = {
    ("RSA", None): _RSA,
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
}


class NotAKeySet(Exception):
    """What was read is no JSON Web Key Set; the text says why, in our own words."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, its ``kid``, and the algorithms that it may check."""

    kid: str
    algorithms: frozenset[str]
    public: AllowedPublicKeys


def read_jwks(content: bytes) -> tuple[SigningKey, ...]:
    """The usable keys of a key set, none if it holds none. Raises :class:`NotAKeySet`."""
    if len(content) > MAX_BYTES:
        raise NotAKeySet(f"is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAKeySet("is not JSON") from None
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list):
        raise NotAKeySet("has no 'keys', a list of public keys")
    found = (_key(member) for member in members if isinstance(member, dict))
    return tuple(key for key in found if key is not None)


def find_key(keys: tuple[SigningKey, ...], kid: str, algorithm: str) -> SigningKey | None:
    """The key of an id that may check signatures of an algorithm."""
    return next((key for key in keys if key.kid == kid and algorithm in key.algorithms), None)


def _key(jwk: dict[str, Any]) -> SigningKey | None:
    kid, serves = jwk.get("kid"), _algorithms(jwk)
    if not isinstance(kid, str) or not kid or not serves or not _is_for_checking(jwk):
        return None
    try:
        public = jwt.PyJWK(jwk, min(serves)).key
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
        return None
    if jwk["kty"] == "RSA" and public.key_size < WEAKEST_RSA_BITS:
        return None
    return SigningKey(kid, serves, public)


def _algorithms(jwk: dict[str, Any]) -> frozenset[str]:
    """What a key may check: what its type and curve can, or of these its ``alg``."""
    kty, curve, algorithm = jwk.get("kty"), jwk.get("crv"), jwk.get("alg")
    if not isinstance(kty, str) or not isinstance(curve, str | None):
        return frozenset()
    serves = _SERVES.get((kty, curve), frozenset())
    return serves if algorithm is None else frozenset(name for name in serves if name == algorithm)


def _is_for_checking(jwk: dict[str, Any]) -> bool:
    """Whether a key is public and meant for signatures: a private one that stands in the open is nobody's proof any more."""
    operations = jwk.get("key_ops")
    allowed = operations is None or (isinstance(operations, list) and "verify" in operations)
    return "d" not in jwk and jwk.get("use") in (None, "sig") and allowed
