"""CDS Clients that sign: their keys, key sets, tokens and entries of the clients file.

Keys are made once for the whole run. ``Issuer().token(endpoint)`` is a token that a service accepts; what it is given otherwise
replaces a claim (``exp=…``), a member of the header (``header={"kid": …}``) or the key that signs (``key=…``). ``None`` leaves a
member out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from cds_service.cds_clients import CdsClient

LIFETIME = 300
_CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


@cache
def private_key(algorithm: str = "ES384", _name: str = "1", bits: int = 2048) -> Any:
    """A key of this run for an algorithm; another name is another key."""
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm]())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, bits)


def jwk_of(key: Any, kid: str | None, **members: Any) -> dict[str, Any]:
    """A key as a JSON Web Key: the private one if a private one is given."""
    kind = ECAlgorithm if hasattr(key, "curve") else RSAAlgorithm if hasattr(key, "key_size") else OKPAlgorithm
    return _given(json.loads(kind.to_jwk(key)) | {"kid": kid, "use": "sig"} | members)


@dataclass(frozen=True)
class Issuer:
    """A CDS Client as it is on its own side: who it is, where its public keys are, and the key that it signs with now."""

    name: str = "general-hospital"
    issuer: str = "https://ehr.example.org/fhir"
    jku: str | None = "https://ehr.example.org/jwks"
    algorithm: str = "ES384"
    key_name: str = "1"

    @property
    def kid(self) -> str:
        """The id of the key that it signs with."""
        return f"{self.algorithm}-{self.key_name}"

    @property
    def key(self) -> Any:
        """The private key that it signs with."""
        return private_key(self.algorithm, self.key_name)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key that it signs with."""
        return jwk_of(self.key.public_key(), self.kid, alg=self.algorithm)

    @property
    def jwks(self) -> dict[str, Any]:
        """Its key set."""
        return {"keys": [self.jwk]}

    def write_jwks(self, path: Path) -> Path:
        """Write the key set to a file."""
        path.write_text(json.dumps(self.jwks), encoding="utf-8")
        return path

    def client(self, **members: Any) -> CdsClient:
        """What a site registers, with the keys behind ``jku``."""
        return CdsClient(**{"name": self.name, "issuer": self.issuer, "jku": self.jku} | members)

    def entry(self, **members: Any) -> dict[str, Any]:
        """The same as an entry of the clients file; ``jku=None, jwks_file="keys.json"`` for keys in a file."""
        return _given({"name": self.name, "issuer": self.issuer, "jku": self.jku} | members)

    def token(
        self, endpoint: Any, *, now: float | None = None, header: Mapping[str, Any] | None = None, key: Any = None, **claims: Any
    ) -> str:
        """A signed token for an endpoint."""
        issued = int(time.time() if now is None else now)
        body = {"iss": self.issuer, "aud": endpoint, "iat": issued, "exp": issued + LIFETIME, "jti": str(uuid4())} | claims
        head = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid, "jku": self.jku} | (header or {})
        return sign(head, body, self.key if key is None else key)

    def headers(self, endpoint: Any, **options: Any) -> dict[str, str]:
        """The header of a call with a new token."""
        return {"Authorization": f"Bearer {self.token(endpoint, **options)}"}


def sign(header: Mapping[str, Any], claims: Any, key: Any) -> str:
    """A compact token; ``claims`` may be bytes that are no claims. A member that is ``None`` is left out.

    Put together here and not by ``jwt.encode``, which refuses to write what attackers do.
    """
    head = _segment(json.dumps(_given(header)).encode())
    body = _segment(claims if isinstance(claims, bytes) else json.dumps(_given(claims)).encode())
    algorithm = jwt.get_algorithm_by_name(header.get("alg") or "none")
    signed = f"{head}.{body}".encode()
    return f"{head}.{body}.{_segment(b'' if header.get('alg') in (None, 'none') else algorithm.sign(signed, algorithm.prepare_key(key)))}"


def _segment(content: bytes) -> str:
    return jwt.utils.base64url_encode(content).decode()


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
