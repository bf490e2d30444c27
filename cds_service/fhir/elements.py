"""Reading elements that may be missing, single instead of repeated, or of the wrong type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.fhir.record import Resource


def objects(value: Any) -> list[dict[str, Any]]:
    """The JSON objects in an element that should be a list of them; a single object counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def extensions(resource: Resource, url: str) -> Iterator[Mapping[str, Any]]:
    """The extensions of an element with the given URL."""
    for item in objects(resource.get("extension")):
        if item.get("url") == url:
            yield item
