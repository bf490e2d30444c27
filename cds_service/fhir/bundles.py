"""Bundles of any type, taken apart without trusting their shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cds_service.fhir.record import Resource

_DEPTH = 4  # a batch-response holds search Bundles, a document may hold a collection; nothing real goes deeper
_FURTHER = ("next", "more")


class Item(NamedTuple):
    """One place where a resource is due; ``kind`` is its type. Both are ``None`` where something else stands.

    ``within`` is the path of the place, or with ``position`` that of the Bundle; ``entry`` is the Bundle's entry.
    """

    resource: Resource | None
    kind: str | None
    within: str
    position: int | None = None
    entry: Mapping[str, Any] | None = None

    @property
    def where(self) -> str:
        """The path of the place: written out only for those that something is said of."""
        return self.within if self.position is None else f"{self.within}.entry[{self.position}].resource"

    @property
    def full_url(self) -> str | None:
        """The URL that the Bundle names the resource by."""
        return _text(self.entry, "fullUrl")

    @property
    def mode(self) -> str | None:
        """Why the resource is in a search's answer: ``match``, ``include`` or ``outcome``."""
        return _mode(self.entry)


class Entries(NamedTuple):
    """The entries of a Bundle that all hold a resource, and none of them a Bundle: so are nearly all, which then are not taken apart.

    ``kinds`` are the types of the resources, ``within`` is the path of the Bundle. What stands there one by one: :meth:`items`.
    """

    entries: list[Mapping[str, Any]]
    kinds: frozenset[str]
    within: str

    def items(self) -> Iterator[Item]:
        """What :func:`items` finds."""
        return map(self.item, range(len(self.entries)))

    def item(self, position: int) -> Item:
        """One of them."""
        entry = self.entries[position]
        return Item(entry["resource"], entry["resource"]["resourceType"], self.within, position, entry)


_NONE = Entries([], frozenset(), "")
Place = Item | Entries


def each(places: Iterable[Place]) -> Iterator[Item]:
    """Places one by one."""
    for place in places:
        if isinstance(place, Entries):
            yield from place.items()
        else:
            yield place


def entries_of(value: object, where: str) -> Entries | None:
    """The entries of a Bundle with nothing but resources; ``None`` for anything else, which :func:`items` takes apart."""
    entries = value.get("entry") if isinstance(value, dict) and value.get("resourceType") == "Bundle" else None
    if not isinstance(entries, list):
        return None
    if not entries:
        return _NONE
    try:
        kinds = frozenset([entry["resource"]["resourceType"] for entry in entries])
    except (KeyError, TypeError):  # something else stands there, or nothing
        return None
    for kind in kinds:
        if not isinstance(kind, str) or kind in ("Bundle", ""):
            return None
    return Entries(entries, kinds, where)


def items(value: object, where: str) -> Iterator[Item]:
    """Every resource in a Bundle of any type (Bundles inside included), in a list of resources, or the one resource itself."""
    return _items(value, where, None, _DEPTH)


def _items(value: object, where: str, entry: Mapping[str, Any] | None, depth: int) -> Iterator[Item]:
    if isinstance(value, list):
        return _listed(value, where, depth - 1) if depth else iter(())
    kind = value.get("resourceType") if isinstance(value, dict) else None
    if not (isinstance(value, dict) and isinstance(kind, str) and kind):
        return iter((Item(None, None, where),))
    if kind == "Bundle" and depth:
        return _entries(value, where, depth - 1)
    return iter((Item(value, kind, where, None, entry),))


def _listed(values: list[Any], where: str, depth: int) -> Iterator[Item]:
    for position, value in enumerate(values):
        yield from _items(value, f"{where}[{position}]", None, depth)


def _entries(bundle: Mapping[str, Any], where: str, depth: int) -> Iterator[Item]:
    entries = bundle.get("entry")
    if entries is None:
        return
    for position, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if isinstance(kind, str) and kind and kind != "Bundle":
            yield Item(resource, kind, where, position, entry)
        elif isinstance(entry, dict) and "resource" in entry:
            yield from _items(resource, f"{where}.entry[{position}].resource", entry, depth)
        elif not (isinstance(entry, dict) and ("request" in entry or "response" in entry)):
            yield Item(None, None, f"{where}.entry[{position}]")  # a deletion or a batch answer rightly carries no resource


def link(bundle: object, relation: str) -> str | None:
    """The URL of ``Bundle.link`` with the given relation, ``None`` if there is none."""
    for candidate in _links(bundle):
        if isinstance(candidate, dict) and candidate.get("relation") == relation:
            return _text(candidate, "url")
    return None


def _links(bundle: object) -> Sequence[Any]:
    links = bundle.get("link") if isinstance(bundle, dict) else None
    return links if isinstance(links, list) else ()


def is_partial(bundle: object) -> bool:
    """Whether a Bundle says that more exists than it holds: a further page, or a ``total`` above its matches."""
    if not isinstance(bundle, dict):
        return False
    for candidate in _links(bundle):
        if isinstance(candidate, dict) and candidate.get("relation") in _FURTHER and _text(candidate, "url"):
            return True
    total, entries = bundle.get("total"), bundle.get("entry")
    if not isinstance(total, int) or isinstance(total, bool) or total <= 0:
        return False
    return total > (_matches(entries) if isinstance(entries, list) else 0)


def _matches(entries: list[Any]) -> int:
    """How many entries a search found, without what it merely adds."""
    try:
        modes = [entry["search"]["mode"] for entry in entries]
    except (KeyError, TypeError):  # some do not say
        modes = [_mode(entry) for entry in entries if isinstance(entry, dict)]
    return len(modes) - modes.count("include") - modes.count("outcome")


def _mode(entry: Mapping[str, Any] | None) -> str | None:
    search = entry.get("search") if entry is not None else None
    return _text(search, "mode") if isinstance(search, dict) else None


def _text(value: Mapping[str, Any] | None, name: str) -> str | None:
    found = value.get(name) if value is not None else None
    return found if isinstance(found, str) and found else None
