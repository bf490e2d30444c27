"""The sheet as data. Nothing is typed twice: services and queries come from the content, addresses from the settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import yaml

from cds_service.cards import topic_code
from cds_service.cds_clients import CdsClient, Profile, load_profile
from cds_service.cds_clients.profile import CHANGEABLE, profile_file
from cds_service.knowledge import Knowledge
from cds_service.plans.compiled import DataRequirement
from cds_service.plans.service import Service
from cds_service.prefetch.requirements import required_keys
from cds_service.prefetch.templates import template_of, templates
from cds_service.settings import Settings

#: How much longer than our own deadline a client should wait: the network, its own queries for prefetch, and a busy moment
PATIENCE = 5
_TOKEN = re.compile(r"{{\s*(.*?)\s*}}")

Json = dict[str, Any]


def registration_sheet(profile_name: str, settings: Settings, knowledge: Knowledge, client: CdsClient | None = None) -> Json:
    """Everything to register at an EHR, as JSON; ``client`` is the entry of the clients file, ``None`` for one to begin with.

    Raises ``KeyError`` if there is no profile of this name.
    """
    load_profile(profile_name)  # the names of profiles are checked there
    facts = profile_file(profile_name)["registration"]
    hooks = facts["hooks"] or {hook for _, hook in knowledge.services}
    services = [service for service in knowledge.services.values() if service.hook in hooks]
    links = _links(services)
    known = client or _entry(profile_name, facts["entry"], links)
    base = settings.base_url
    return {
        "profile": profile_name,
        "system": facts["system"],
        "client": None if client is None else client.name,
        "base": base,
        "isPublic": settings.public_url is not None,
        "discovery": {"url": f"{base}/cds-services", "isRead": facts["discovery"]},
        "labels": facts["labels"],
        "services": [_service(service, base, has_feedback=facts["feedback"]) for service in services],
        "otherServices": [f"{service.id} at {service.hook}" for service in knowledge.services.values() if service.hook not in hooks],
        "prefetch": {"isFilled": facts["prefetch"], "groups": _prefetch(services), "unknownTokens": _unknown(services, facts)},
        "scopes": _scopes(services),
        "authentication": {
            "audience": [*_endpoints(services, base, feedback=facts["feedback"]), *known.audience],
            "algorithms": list(known.algorithms),
            "isAuthenticated": known.issuer is not None,
            "clientsFile": clients_file(known),
        },
        "links": {"urls": links, "listed": None if known.profile.allowed_links is None else list(known.profile.allowed_links)},
        "topics": _topics(services, known.profile),
        "overrideReasons": [dict(reason) for reason in knowledge.override_reasons] if known.profile.override_reasons else [],
        "timeouts": {"oursMs": settings.deadline_ms, "clientMs": PATIENCE * settings.deadline_ms},
        "cards": {name: _plain(getattr(known.profile, name)) for name in CHANGEABLE},
        "notes": facts["notes"],
    }


def _entry(profile_name: str, members: Mapping[str, Any], links: Sequence[str]) -> CdsClient:
    """An entry of the clients file to begin with, made of the profile's examples."""
    profile = load_profile(profile_name)
    if profile.listed_links_only:
        profile = replace(profile, allowed_links=tuple(dict.fromkeys(_host(url) for url in links)))
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in members.items()}
    return CdsClient(name=f"my-{profile_name}", profile=profile, **values)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _service(service: Service, base: str, *, has_feedback: bool) -> Json:
    url = f"{base}/cds-services/{service.id}"
    entry = {
        "id": service.id,
        "hook": service.hook,
        "title": service.title,
        "description": service.description,
        "usageRequirements": service.usage_requirements,
        "url": url,
        "feedback": f"{url}/feedback" if has_feedback else None,
    }
    return {name: value for name, value in entry.items() if value}


def _endpoints(services: Iterable[Service], base: str, *, feedback: bool) -> list[str]:
    """Every address that may be called, and so be the ``aud`` of a token."""
    urls = [f"{base}/cds-services/{name}" for name in dict.fromkeys(service.id for service in services)]
    return [f"{base}/cds-services", *urls, *(f"{url}/feedback" for url in urls if feedback)]


def _prefetch(services: Sequence[Service]) -> list[Json]:
    """The prefetch lines, once for all services that have the same."""
    found: list[Json] = []
    for service in services:
        lines, required = templates(service.requirements), required_keys(service.requirements)
        same = next((group for group in found if group["templates"] == lines and group["required"] == sorted(required)), None)
        if same is None:
            found.append({"services": [service.id], "templates": lines, "required": sorted(required)})
        elif service.id not in same["services"]:
            same["services"].append(service.id)
    return found


def _unknown(services: Iterable[Service], facts: Mapping[str, Any]) -> list[str]:
    """Tokens of our templates that the client does not know."""
    used = dict.fromkeys(
        token for service in services for template in templates(service.requirements).values() for token in _TOKEN.findall(template)
    )
    return [token for token in used if token not in facts["tokens"]] if facts["prefetch"] else []


def _scopes(services: Iterable[Service]) -> Json:
    """The least that reading the data requirements takes: SMART App Launch 1 (``.read``), and 2 (``.r`` by id, ``.rs`` by search)."""
    needs = dict.fromkeys((requirement.type, _is_search(requirement)) for service in services for requirement in service.requirements)
    return {
        "v1": list(dict.fromkeys(f"patient/{kind}.read" for kind, _ in needs)),
        "v2": [f"patient/{kind}.{'rs' if is_search else 'r'}" for kind, is_search in needs],
    }


def _is_search(requirement: DataRequirement) -> bool:
    return "?" in template_of(requirement)


def _links(services: Iterable[Service]) -> list[str]:
    """Every address that a card may link to."""
    cited = (citation.url for service in services for action in service.actions for citation in action.citations)
    return sorted({url for url in cited if url is not None})


def _topics(services: Iterable[Service], profile: Profile) -> list[Json]:
    found = {action.code: action.title for service in services for action in service.actions}
    return [{"code": code, "sentAs": topic_code(code, profile), "title": title} for code, title in found.items()]


def clients_file(client: CdsClient) -> str:
    """The entry of a client as the clients file has it (YAML). Files of keys are named as they were found."""
    shipped = load_profile(client.profile.name)
    changed = {name: value for name in CHANGEABLE if (value := getattr(client.profile, name)) != getattr(shipped, name)}
    links = client.profile.allowed_links
    entry = {
        "name": client.name,
        "profile": {"base": client.profile.name, **changed} if changed else client.profile.name,
        "issuer": client.issuer,
        "jku": client.jku,
        "jwks_file": None if client.jwks_file is None else str(client.jwks_file),
        "algorithms": client.algorithms if client.issuer is not None else (),
        "audience": client.audience,
        "tenants": client.tenants,
        "fhir_servers": client.fhir_servers,
    }
    written = {name: _plain(value) for name, value in entry.items() if value} | ({} if links is None else {"allowed_links": list(links)})
    text: str = yaml.safe_dump({"clients": [written]}, sort_keys=False, width=1000)
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return {name: _plain(item) for name, item in value.items()} if isinstance(value, Mapping) else value
