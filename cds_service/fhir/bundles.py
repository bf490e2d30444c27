"""Bundles of any type, taken apart without trusting their shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.record import Resource

_DEPTH = 4  # a batch-response holds search Bundles, a document may hold a collection; nothing real goes deeper


@dataclass(frozen=True, slots=True)
class Item:
    """One place where a resource is due. ``resource`` is ``None`` where something else stands; ``where`` is its path."""

    resource: Resource | None
    where: str
    full_url: str | None = None
    mode: str | None = None


def items(value: object, where: str) -> Iterator[Item]:
    """Every resource in a Bundle of any type (Bundles inside included), in a list of resources, or the one resource itself."""
    yield from _items(value, where, None, _DEPTH)


def _items(value: object, where: str, entry: Mapping[str, Any] | None, depth: int) -> Iterator[Item]:
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _items(item, f"{where}[{position}]", None, depth - 1) if depth else ()
    elif isinstance(value, dict) and value.get("resourceType") == "Bundle" and depth:
        yield from _entries(value, where, depth - 1)
    elif isinstance(value, dict) and isinstance(value.get("resourceType"), str) and value["resourceType"]:
        yield Item(value, where, _text(entry, "fullUrl"), _mode(entry))
    else:
        yield Item(None, where)


def _entries(bundle: Mapping[str, Any], where: str, depth: int) -> Iterator[Item]:
    entries = bundle.get("entry")
    if entries is None:
        return
    for position, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        place = f"{where}.entry[{position}]"
        if not isinstance(entry, dict):
            yield Item(None, place)
        elif "resource" in entry:
            yield from _items(entry["resource"], f"{place}.resource", entry, depth)
        elif not ("request" in entry or "response" in entry):  # a deletion or a batch answer rightly carries no resource
            yield Item(None, place)


def link(bundle: object, relation: str) -> str | None:
    """The URL of ``Bundle.link`` with the given relation, ``None`` if there is none."""
    links = bundle.get("link") if isinstance(bundle, dict) else None
    for candidate in links if isinstance(links, list) else []:
        if isinstance(candidate, dict) and candidate.get("relation") == relation:
            return _text(candidate, "url")
    return None


def is_partial(bundle: object) -> bool:
    """Whether a Bundle says that more exists than it holds: a ``next`` link, or a ``total`` above its matches."""
    if not isinstance(bundle, dict):
        return False
    if any(link(bundle, relation) for relation in ("next", "more")):
        return True
    total, entries = bundle.get("total"), bundle.get("entry")
    if not isinstance(total, int) or isinstance(total, bool):
        return False
    return total > sum(_is_match(entry) for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else total > 0


def _is_match(entry: Mapping[str, Any]) -> bool:
    return _mode(entry) not in ("include", "outcome")


def _mode(entry: Mapping[str, Any] | None) -> str | None:
    search = entry.get("search") if entry is not None else None
    return _text(search, "mode") if isinstance(search, dict) else None


def _text(value: Mapping[str, Any] | None, name: str) -> str | None:
    found = value.get(name) if value is not None else None
    return found if isinstance(found, str) and found else None
