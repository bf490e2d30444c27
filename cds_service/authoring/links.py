"""Whether what the content points to is there: links of its documents, canonicals, and addresses by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from cds_service.authoring.material import Material
from cds_service.plans.compiled import BASE
from cds_service.plans.problems import Place, Problems

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_ADDRESSES = ("url", "system")


def check_links(material: Material, problems: Problems) -> None:
    """Report links of Markdown files that lead nowhere, and resources whose canonical or addresses have no usable form."""
    for path in sorted(material.folder.rglob("*.md")):
        place = problems.at(material.name(path))
        for target in _LINK.findall(_FENCED.sub("", material.read(path, problems))):
            _check_target(target, path, material, place)
    for file, resource in _resources(material):
        place = problems.at(file)
        _check_canonical(resource, place)
        for element, address in _addresses(resource):
            parts = _split(address)
            if parts is None or parts.scheme not in ("http", "https", "urn"):
                place.child(element).add(f"'{address}' is no address", "write it as https://… (http://… only where a standard does)")


def _check_target(target: str, path: Path, material: Material, place: Place) -> None:
    parts = _split(target)
    at = place.child(f"link {target}")
    if parts is None or parts.scheme or parts.netloc:
        if parts is None or parts.scheme not in ("http", "https"):
            at.add("is no address", "write it as https://…")
        return
    found = ((path.parent / unquote(parts.path)) if parts.path else path).resolve()
    if not found.exists():
        at.add("leads nowhere", "correct the path; it is relative to the file that it stands in")
    elif not found.is_relative_to(material.folder.resolve()):
        at.add("leads out of the content", "name what is meant in words: the content is shipped without what surrounds it")
    elif parts.fragment and parts.fragment not in _anchors(found, material, place.problems):
        at.add("names a heading that is not there", "correct what follows #")


def _split(address: str) -> SplitResult | None:
    """The parts of an address, ``None`` where it has none (``http://[``)."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _anchors(path: Path, material: Material, problems: Problems) -> frozenset[str]:
    if path.suffix != ".md":
        return frozenset()
    headings = _HEADING.findall(_FENCED.sub("", material.read(path, problems)))
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def _resources(material: Material) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for documents in material.files.documents.values():
        for document in documents:
            yield document.file, document.resource
    for items in material.terminology.values():
        yield from items


def _check_canonical(resource: Mapping[str, Any], place: Place) -> None:
    """The last two segments of a canonical are type and id: cards, canonicals and people name it by them."""
    url, ending = resource.get("url"), f"/{resource.get('resourceType')}/{resource.get('id')}"
    if resource.get("resourceType") != "NamingSystem" and not str(url).endswith(ending):
        place.child("url").add(f"does not end in {ending}", f"write an address such as {BASE}{ending}")


def _addresses(node: object, element: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            where = f"{element}.{key}" if element else str(key)
            if key in _ADDRESSES and isinstance(value, str):
                yield where, value
            else:
                yield from _addresses(value, where)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _addresses(value, f"{element}[{number}]")
