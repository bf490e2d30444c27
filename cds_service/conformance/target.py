"""The service under test: how it is called, and what came of each call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import requests

_MOST = 16 * 1024 * 1024
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back.

    ``status`` is 0 and ``error`` says why where nothing came; ``body`` is the parsed JSON, else ``None``.
    """

    name: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: Any
    is_json: bool
    ms: float
    sent: Any = None
    error: str | None = None

    @property
    def ok(self) -> bool:
        """A JSON answer of 200."""
        return self.status == 200 and self.is_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A CDS Client's identity, to sign a token for each call. ``key`` is a private key in PEM and never printed."""

    issuer: str
    key: str = field(repr=False)
    kid: str
    algorithm: str = "ES384"
    jku: str | None = None
    tenant: str | None = None
    audience: str | None = None

    def token(self, url: str) -> str:
        """A fresh token for one call."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": self.audience or url, "iat": now, "exp": now + 120, "jti": str(uuid4()),
        }  # fmt: skip
        headers = {"kid": self.kid, "typ": "JWT"} | ({"jku": self.jku} if self.jku else {})
        return jwt.encode(claims | ({"tenant": self.tenant} if self.tenant else {}), self.key, self.algorithm, headers)


Tokens = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Target:
    """A base address, how to authenticate to it, and how long to wait (seconds)."""

    base: str
    signer: Signer | None = None
    timeout: float = 10.0

    @classmethod
    def at(cls, url: str, signer: Signer | None = None, timeout: float = 10.0) -> Target:
        """``url`` may be the base or the discovery address."""
        return cls(url.rstrip("/").removesuffix("/cds-services"), signer, timeout)

    @property
    def discovery_url(self) -> str:
        """Where discovery must be."""
        return f"{self.base}/cds-services"

    @property
    def is_loopback(self) -> bool:
        """Whether the service is on this machine, where TLS and tokens are a proxy's business."""
        return urlsplit(self.base).hostname in _LOOPBACK

    @property
    def is_https(self) -> bool:
        """Whether the address is https."""
        return urlsplit(self.base).scheme == "https"

    def service_url(self, service_id: str) -> str:
        """Where a service must be."""
        return f"{self.discovery_url}/{service_id}"

    def send(
        self,
        name: str,
        url: str,
        *,
        method: str = "POST",
        body: object = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        signed: bool = True,
    ) -> Exchange:
        """One call. ``token`` is sent in place of one that the signer makes; ``signed=False`` sends none."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        elif signed and self.signer is not None:
            sent["Authorization"] = f"Bearer {self.signer.token(url)}"
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        started = time.perf_counter()
        try:
            answer = requests.request(method, url, data=data, headers=sent, timeout=self.timeout, allow_redirects=False)
        except requests.RequestException as error:
            return Exchange(name, url, 0, {}, None, False, _ms(started), body, type(error).__name__)
        took = _ms(started)
        parsed, is_json = _parsed(answer)
        return Exchange(name, url, answer.status_code, dict(answer.headers), parsed, is_json, took, body)


def _parsed(answer: requests.Response) -> tuple[Any, bool]:
    """The JSON of an answer, and whether it is declared and written as JSON."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        return (
            (json.loads(answer.content), kind == "application/json" or kind.endswith("+json"))
            if len(answer.content) <= _MOST
            else (None, False)
        )
    except ValueError:
        return None, False


def _ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000
