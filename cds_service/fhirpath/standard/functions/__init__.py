"""Every function that an expression may call, by name. What is not here is refused when the expression is compiled."""

from __future__ import annotations

from cds_service.fhirpath.standard.functions import (
    boundaries,
    collections,
    conversions,
    existence,
    fhir,
    filters,
    maths,
    patterns,
    sorting,
    texts,
    types,
    utilities,
)
from cds_service.fhirpath.standard.functions.registry import Function, Site

FUNCTIONS: dict[str, Function] = {
    name: function
    for group in (boundaries, collections, conversions, existence, fhir, filters, maths, patterns, sorting, texts, types, utilities)
    for name, function in group.FUNCTIONS.items()
}

__all__ = ["FUNCTIONS", "Function", "Site"]
