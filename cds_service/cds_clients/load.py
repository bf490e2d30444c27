"""Reading the clients file (``CDS_CLIENTS_FILE``, YAML or JSON); every mistake in it stops the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cds_service.cds_clients.model import ALGORITHMS, CdsClient, CdsClients, base
from cds_service.cds_clients.profile import GENERIC, Profile, changed, load_profile, profile_names
from cds_service.documents import Unreadable, read_yaml
from cds_service.errors import ServiceError

_LISTS = ("algorithms", "audience", "tenants", "fhir_servers", "allowed_links")
_TEXTS = ("name", "issuer", "jku", "jwks_file")
_NAMES = (*(field.name for field in fields(CdsClient)), "allowed_links")


class ClientsError(ServiceError):
    """The clients file cannot be used; ``problems`` has one line for each mistake."""

    remedy = "Correct the clients file; docs/clients.md explains it."

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load_clients(path: Path | None) -> CdsClients:
    """The clients of a site; none without a file. Files are named relative to the clients file. Raises :class:`ClientsError`."""
    if path is None:
        return CdsClients()
    try:
        content = read_yaml(path)
    except Unreadable as error:
        raise ClientsError([f"{path.name}: {error.where}: {error}"]) from None
    problems: list[str] = []
    entries = content.get("clients") if isinstance(content, Mapping) and set(content) == {"clients"} else None
    if not isinstance(entries, list) or not entries:
        raise ClientsError([f"{path.name}: must hold 'clients', a list of entries, and nothing else"])
    clients = [_client(entry, f"{path.name}: clients[{number}]", path.parent, problems) for number, entry in enumerate(entries)]
    found = tuple(client for client in clients if client is not None)
    problems += _together(found, path.name)
    if problems:
        raise ClientsError(problems)
    return CdsClients(found)


def _client(entry: object, where: str, folder: Path, problems: list[str]) -> CdsClient | None:
    if not isinstance(entry, Mapping):
        problems.append(f"{where}: must be an entry with a name")
        return None
    found = [f"{where}: '{name}' is no member; there are {', '.join(_NAMES)}" for name in entry if name not in _NAMES]
    found += [f"{where}.{name}: must be a text" for name in _TEXTS if name in entry and not _is_text(entry[name])]
    found += [f"{where}.{name}: must be a list of texts" for name in _LISTS if name in entry and not _is_texts(entry[name])]
    if not entry.get("name"):
        found.append(f"{where}.name: is missing")
    profile = _profile(entry.get("profile", GENERIC.name), f"{where}.profile", found)
    problems += found
    if found:
        return None
    values: dict[str, Any] = {name: tuple(value) if name in _LISTS else value for name, value in entry.items()}
    values["profile"] = replace(profile, allowed_links=values.pop("allowed_links", None))
    if "jwks_file" in values:
        values["jwks_file"] = folder / values["jwks_file"]
    client = CdsClient(**values)
    problems += [f"{where}.{problem}" for problem in _wrong(client)]
    return client


def _profile(value: object, where: str, problems: list[str]) -> Profile:
    """The profile that an entry names; a mapping changes members of the one that it names as ``base``."""
    members = dict(value) if isinstance(value, Mapping) else {"base": value}
    name = members.pop("base", None)
    try:
        return changed(load_profile(str(name)), members)
    except KeyError:
        problems.append(f"{where}: must be one of {', '.join(profile_names())}, or a mapping with one of them as its base")
    except ValueError as error:
        problems += [f"{where}: {line}" for line in str(error).splitlines()]
    return GENERIC


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _wrong(client: CdsClient) -> list[str]:
    """What is wrong with one entry by itself."""
    problems = []
    if (client.issuer is None) != (client.jku is None and client.jwks_file is None):
        problems.append("issuer: stands together with jku or jwks_file, from which its keys come")
    if client.jku is not None and client.jwks_file is not None:
        problems.append("jku: give either jku or jwks_file, so that it is clear where the keys come from")
    if client.jku is not None and not _is_safe(client.jku):
        problems.append("jku: must be an https address without a user (http only on this machine)")
    if client.jwks_file is not None and not client.jwks_file.is_file():
        problems.append("jwks_file: is not a file that can be read")
    unknown = sorted(set(client.algorithms) - set(ALGORITHMS))
    if unknown or not client.algorithms:
        problems.append(f"algorithms: must be some of {', '.join(ALGORITHMS)}; 'none' and shared secrets are never accepted")
    problems += [
        f"fhir_servers: {position}: must be an https address without query (http only on this machine)"
        for position, url in enumerate(client.fhir_servers)
        if base(url) is None or not _is_safe(url)
    ]
    links = client.profile.allowed_links
    if links is None and client.profile.listed_links_only:
        problems.append(
            f"allowed_links: is missing; the profile {client.profile.name} shows only listed links, so list them, or [] for none"
        )
    problems += [
        f"allowed_links: {position}: must begin with http:// or https:// and a host"
        for position, url in enumerate(links or ())
        if not _is_web(url)
    ]
    return problems


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_safe(url: str) -> bool:
    parts = urlsplit(url) if _is_web(url) else urlsplit("")
    if parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def _together(clients: tuple[CdsClient, ...], file: str) -> list[str]:
    """What is wrong between the entries: a call must have one client."""
    problems = []
    names = [client.name for client in clients]
    problems += [f"{file}: the name '{name}' stands twice" for name in sorted({name for name in names if names.count(name) > 1})]
    taken: set[tuple[str, str | None]] = set()
    for client in clients:
        if client.issuer is None:
            continue
        for key in [(client.issuer, tenant) for tenant in client.tenants or (None,)]:
            if key in taken:
                problems.append(f"{file}: '{client.name}' has the issuer and tenant of another entry")
            taken.add(key)
    if taken:
        problems += [
            f"{file}: '{client.name}' has no issuer; where others authenticate, it could never call"
            for client in clients
            if client.issuer is None
        ]
    return problems
