"""One registered CDS Client, and how the client of a call is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cds_service.cds_clients.profile import GENERIC, Profile

ALGORITHMS = ("ES384", "RS384", "ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512", "EdDSA")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class CdsClient:
    """One entry of the clients file.

    ``issuer`` is the ``iss`` of its tokens; its keys come from ``jku`` or from ``jwks_file`` (exchanged out of band).
    ``tenants``: the values of the token's ``tenant`` that are this client; empty means any, and none. ``audience``: what its
    tokens may carry as ``aud`` besides the address that is called. ``fhir_servers``: the base addresses that may be read for it.
    ``profile``: what its cards may hold, with the links that the entry allows.
    """

    name: str
    profile: Profile = GENERIC
    issuer: str | None = None
    jku: str | None = None
    jwks_file: Path | None = None
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    audience: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    fhir_servers: tuple[str, ...] = ()

    def reads(self, fhir_server: str) -> bool:
        """Whether a FHIR server is one of this client's: same scheme, host, port and path, whatever the spelling."""
        return self.registered(fhir_server) is not None

    def registered(self, fhir_server: str) -> str | None:
        """A FHIR server of this client as the site wrote it, whatever the spelling of ``fhir_server``; ``None`` if it is none."""
        asked = base(fhir_server)
        return next((own for own in self.fhir_servers if asked is not None and base(own) == asked), None)


ANYONE = CdsClient(name="anyone")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call. ``issuer`` and ``tenant`` are of the verified token, ``None`` where there is none."""

    client: CdsClient
    issuer: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class CdsClients:
    """The registered clients of a site."""

    clients: tuple[CdsClient, ...] = ()

    @property
    def authenticated(self) -> bool:
        """Whether callers must authenticate: as soon as one issuer is registered."""
        return any(client.issuer is not None for client in self.clients)

    def of_token(self, issuer: str, tenant: str | None) -> CdsClient | None:
        """The client of a token: the entry that names its tenant, else the one of its issuer that names none."""
        own = [client for client in self.clients if client.issuer == issuer]
        named = (client for client in own if tenant is not None and tenant in client.tenants)
        return next(named, None) or next((client for client in own if not client.tenants), None)

    def of_fhir_server(self, fhir_server: str | None) -> CdsClient:
        """The client of a call without a token: the one whose FHIR server it names; else the only one; else anyone."""
        if fhir_server is not None:
            for client in self.clients:
                if client.reads(fhir_server):
                    return client
        return self.clients[0] if len(self.clients) == 1 else ANYONE


def base(url: str) -> tuple[str, str, int | None, str] | None:
    """A base address in one spelling (scheme, host, port, path); ``None`` for what is no plain http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not _is_plain(parts):
        return None
    return parts.scheme, str(parts.hostname).rstrip("."), port or _PORTS[parts.scheme], parts.path.rstrip("/")


def _is_plain(parts: SplitResult) -> bool:
    odd: Sequence[object] = (parts.username, parts.password, parts.query, parts.fragment)
    return parts.scheme in _PORTS and bool(parts.hostname) and not any(odd) and "\\" not in parts.netloc
