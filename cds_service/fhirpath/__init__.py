"""FHIRPath, the part that content may use: parsed, statically checked, compiled to closures. See ``docs/fhirpath.md``."""

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.expression import Expression, compile_expression
from cds_service.fhirpath.temporal import Temporal
from cds_service.fhirpath.types import Type
from cds_service.fhirpath.values import Quantity

__all__ = ["Expression", "FhirPathError", "Quantity", "Temporal", "Type", "compile_expression"]
