"""Validation of the content's resources against the FHIR R4 models: names, cardinalities, types.

``fhir.resources`` is imported here only, and only when asked for: it is slow to import and never on the request path.
"""

from __future__ import annotations

from pathlib import Path

from cds_service.plans.content import KINDS, ContentFiles, read_json
from cds_service.plans.problems import Place, Problems

TERMINOLOGY_KINDS = ("NamingSystem", "CodeSystem", "ValueSet", "ConceptMap")


def validate_resources(files: ContentFiles, problems: Problems) -> None:
    """Report every deviation from the FHIR models, without echoing what was written."""
    for kind in KINDS:
        for document in files.of(kind):
            validate_resource(dict(document.resource), kind, problems.at(document.file))


def validate_terminology(content_dir: Path, problems: Problems) -> bool:
    """As :func:`validate_resources`, for the terminology, where a misspelt element would silently empty a value set.

    Returns whether it can be indexed.
    """
    before = len(problems.found)
    for path in sorted((content_dir / "terminology").glob("*-*.json")):
        place = problems.at(path.relative_to(content_dir).as_posix())
        resource = dict(read_json(path, place))
        if (kind := resource.get("resourceType")) in TERMINOLOGY_KINDS:
            validate_resource(resource, str(kind), place)
    return len(problems.found) == before


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
