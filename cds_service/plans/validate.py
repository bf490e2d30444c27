"""Validation of the content's resources against the FHIR R4 models: names, cardinalities, types.

``fhir.resources`` is imported here only, and only for a resource that is not known to fit: it is slow, and takes memory that a
server has no other use for. A resource is known to fit if its file is, byte for byte, the one that ``cds-service lock`` validated;
every other is validated at every start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from cds_service.plans.content import KINDS, ContentFiles, read_json
from cds_service.plans.problems import Place, Problems

LOCK, VALIDATED = "lock.json", "validated"
TERMINOLOGY_KINDS = ("NamingSystem", "CodeSystem", "ValueSet", "ConceptMap")


def known_to_fit(content_dir: Path) -> Mapping[str, str]:
    """The SHA-256 of every file that the lock says was validated, by file; nothing where there is no lock, or none that can be read."""
    try:
        found = json.loads((content_dir / LOCK).read_text(encoding="utf-8"))[VALIDATED]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def validate_resources(content_dir: Path, files: ContentFiles, problems: Problems, known: Mapping[str, str]) -> None:
    """Report every deviation from the FHIR models, without echoing what was written; ``known`` is of :func:`known_to_fit`."""
    for kind in KINDS:
        for document in files.of(kind):
            if not _is_known(content_dir, document.file, known):
                validate_resource(dict(document.resource), kind, problems.at(document.file))


def validate_terminology(content_dir: Path, problems: Problems, known: Mapping[str, str]) -> bool:
    """As :func:`validate_resources`, for the terminology, where a misspelt element would silently empty a value set.

    Returns whether it can be indexed.
    """
    before = len(problems.found)
    for path in sorted((content_dir / "terminology").glob("*-*.json")):
        file = path.relative_to(content_dir).as_posix()
        if _is_known(content_dir, file, known):
            continue
        resource = dict(read_json(path, problems.at(file)))
        if (kind := resource.get("resourceType")) in TERMINOLOGY_KINDS:
            validate_resource(resource, str(kind), problems.at(file))
    return len(problems.found) == before


def _is_known(content_dir: Path, file: str, known: Mapping[str, str]) -> bool:
    try:
        return file in known and known[file] == digest(content_dir / file)
    except OSError:  # whoever reads it says so
        return False


def validate_resource(resource: dict[str, object], kind: str, place: Place) -> None:
    """Report what one resource breaks."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        for item in error.errors(include_input=False, include_url=False, include_context=False):
            where = ".".join(str(part) for part in item["loc"]) or "(resource)"
            place.child(where).add(f"breaks the FHIR R4 model: {item['msg']}", "correct the element; see the R4 definition of the resource")
