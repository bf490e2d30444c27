"""Validation of the content's resources against the FHIR R4 models: names, cardinalities, types.

``fhir.resources`` is imported here only, and only when asked for: it is slow to import and never on the request path.
"""

from __future__ import annotations

from cds_service.plans.content import KINDS, ContentFiles
from cds_service.plans.problems import Place, Problems


def validate_resources(files: ContentFiles, problems: Problems) -> None:
    """Report every deviation from the FHIR models, without echoing what was written."""
    for kind in KINDS:
        for document in files.of(kind):
            validate_resource(dict(document.resource), kind, problems.at(document.file))


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
