"""Reading elements that may be missing, single instead of repeated, or of the wrong type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.fhir.record import Resource


def objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The JSON objects in an element that should be a list of them; a single object counts as a list of one."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item


def references(value: Any) -> Iterator[str]:
    """The reference strings of a Reference or a list of them."""
    for item in objects(value):
        written = item.get("reference")
        if isinstance(written, str):
            yield written


def local_reference(written: str) -> str:
    """``Type/id`` of a relative, absolute or versioned reference; anything else (``urn:uuid:…``, ``#id``) as it is."""
    bare = written.split("/_history/", 1)[0]
    return bare if bare.startswith(("urn:", "#")) else "/".join(bare.rsplit("/", 2)[-2:])


def resolve(written: str, resource: Resource, targets: Mapping[str, Resource]) -> Resource | None:
    """The target of a reference: contained (``#id``), or among the resources received."""
    if written.startswith("#"):
        return next((item for item in objects(resource.get("contained")) if item.get("id") == written[1:]), None)
    return targets.get(written) or targets.get(local_reference(written))


def extensions(resource: Resource, url: str) -> Iterator[Mapping[str, Any]]:
    """The extensions of an element with the given URL."""
    for item in objects(resource.get("extension")):
        if item.get("url") == url:
            yield item
