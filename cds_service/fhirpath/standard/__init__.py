"""FHIRPath, the whole language: type tables, static checks, closures. See ``docs/fhirpath.md``."""

from cds_service.fhirpath.standard.expression import FhirPath, compile_fhirpath
from cds_service.fhirpath.standard.model import NO_MODEL, Model
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.quantity import Quantity

__all__ = ["NO_MODEL", "FhirPath", "Model", "Moment", "Quantity", "compile_fhirpath"]
