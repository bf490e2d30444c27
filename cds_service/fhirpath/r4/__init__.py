"""The types of FHIR R4 (4.0.1) as a table for :mod:`cds_service.fhirpath.standard`.

``tables.json.gz`` holds facts of HL7's StructureDefinitions, which are in the public domain (CC0): the names of types, their bases
and elements. ``python -m tests.builders.r4_tables`` writes it.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.resources import files

from cds_service.fhirpath.standard.model import Model

_SYSTEMS = {
    "boolean": "Boolean",
    "integer": "Integer",
    "decimal": "Decimal",
    "date": "Date",
    "dateTime": "DateTime",
    "instant": "DateTime",
    "time": "Time",
    "Quantity": "Quantity",
    **dict.fromkeys(("string", "uri", "base64Binary", "xhtml"), "String"),
}


@cache
def r4() -> Model:
    """The model of R4; read once, its types made as they are asked for."""
    tables = json.loads(gzip.decompress(files(__package__).joinpath("tables.json.gz").read_bytes()))
    return Model("FHIR", tables["types"], _SYSTEMS, canonical="http://hl7.org/fhir/StructureDefinition/")
