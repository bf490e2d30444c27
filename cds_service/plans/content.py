"""Reading the content's FHIR resources from disk; what each resource means is decided elsewhere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.plans.problems import Place, Problems

KINDS = ("PlanDefinition", "ActivityDefinition", "Library")
PARAMETERS_FILE = "parameters.json"


@dataclass(frozen=True, slots=True)
class Document:
    """One resource and the file (relative to the content folder) that it came from."""

    file: str
    resource: Mapping[str, Any]

    @property
    def id(self) -> str:
        """``Resource.id``, or ``?`` where it is missing (which is reported when the file is read)."""
        return str(self.resource.get("id", "?"))


@dataclass(frozen=True, slots=True)
class ContentFiles:
    """The documents of one content folder by resource type, and the parameter files."""

    documents: Mapping[str, tuple[Document, ...]]
    parameters: tuple[Document, ...]

    def of(self, kind: str) -> tuple[Document, ...]:
        """All documents of a resource type, ordered by file."""
        return self.documents.get(kind, ())


def read_content(content_dir: Path, problems: Problems) -> ContentFiles:
    """Read every ``*.json`` below the folder; files that are neither plans' resources nor parameters are left to others."""
    documents: dict[str, list[Document]] = {kind: [] for kind in KINDS}
    parameters: list[Document] = []
    for path in sorted(content_dir.rglob("*.json")):
        file = path.relative_to(content_dir).as_posix()
        if file.startswith(("terminology/", "staging/")):
            continue
        parsed = read_json(path, problems.at(file))
        if path.name == PARAMETERS_FILE:
            parameters.append(Document(file, parsed))
        elif (kind := str(parsed.get("resourceType"))) in documents:
            documents[kind].append(Document(file, parsed))
    found = ContentFiles({kind: tuple(items) for kind, items in documents.items()}, tuple(parameters))
    _check_identities(found, problems)
    return found


def read_json(path: Path, place: Place) -> Mapping[str, Any]:
    """The object in a JSON file; anything else, and a key that is written twice, is a problem."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            for name, count in sorted(Counter(name for name, _ in items).items()):
                if count > 1:
                    place.add(f"the key '{name}' stands twice in one object", "keep one of them")
        return found

    try:
        parsed = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=pairs)
    except (OSError, ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        place.add(f"is not JSON{where}", "correct the JSON")
        return {}
    if not isinstance(parsed, Mapping):
        place.add("is not a JSON object", "put the content into an object")
        return {}
    return parsed


def _check_identities(files: ContentFiles, problems: Problems) -> None:
    ids: dict[tuple[str, str], str] = {}
    for kind, documents in files.documents.items():
        for document in documents:
            place = problems.at(document.file)
            for name in ("id", "url", "version"):
                if not isinstance(document.resource.get(name), str) or not document.resource[name]:
                    place.child(name).add("is missing", f"give every {kind} an id, a url and a version")
            first = ids.setdefault((kind, document.id), document.file)
            if first != document.file:
                place.child("id").add(f"'{document.id}' is already the id of {first}", "give every resource its own id")
