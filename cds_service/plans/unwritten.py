"""Texts that an author has still to write: they begin with ``TO WRITE:``, as scaffolds leave them, and must not reach a card."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from cds_service.plans.content import ContentFiles
from cds_service.plans.problems import Place, Problems

_WORDS = "TO WRITE:"
_MARK = re.compile(rf"\b{_WORDS}\s*(.*)", re.DOTALL)


def check_written(files: ContentFiles, problems: Problems) -> None:
    """Report every text of the plans' resources that is still to be written; the remedy is what it asks for."""
    for documents in files.documents.values():
        for document in documents:
            if _WORDS not in json.dumps(document.resource):  # hardly any has the words, and to name every text takes long
                continue
            for element, text in _texts(document.resource, ""):
                check_text(text, problems.at(document.file, element))


def check_text(text: str, place: Place) -> None:
    """Report one text if it is still to be written."""
    found = _MARK.search(text)
    if found is not None:
        place.add("is still to be written", found[1].partition(" | ")[0].strip(' |"}],') or "write it")


def _texts(node: object, element: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield element, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _texts(value, f"{element}.{key}" if element else str(key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            name = value.get("id", number) if isinstance(value, Mapping) else number
            yield from _texts(value, f"{element}[{name}]")
