"""What comes with a call, as items of the types that the expression was compiled for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.items import entered, kind_of, variable
from cds_service.fhirpath.standard.model import Model, TypeInfo
from cds_service.fhirpath.standard.moment import Moment


def items_of(value: Any, of: TypeInfo | None, model: Model) -> list[Any]:
    """The items of an input or a variable. Raises :class:`FhirPathError` for what is not of the type ``of``."""
    if value is None:
        return []
    found = [entered(value, model)] if value.__class__ is dict else variable(value, model)
    return found if of is None or of.abstract else [_typed(item, of) for item in found]


def _typed(item: Any, of: TypeInfo) -> Any:
    if of.kind == "resource" or item.__class__ is tuple:
        if item.__class__ is tuple and item[1].is_a(of):
            return item
        raise _mismatch(of)
    if of.namespace == "System":
        return _system(item, of)
    if not of.primitive and item.__class__ is not dict:
        raise _mismatch(of)
    return (item, of, None)


def _system(item: Any, of: TypeInfo) -> Any:
    """A System value; text is read as a date or time, where that is what it should be."""
    kind = kind_of(item)
    if kind == of.name:
        return item
    if kind == "Integer" and of.name == "Decimal":
        return Decimal(item)
    found = Moment.parse(item, of.name) if kind == "String" and of.name in ("Date", "DateTime", "Time") else None
    if found is None:
        raise _mismatch(of)
    return found


def _mismatch(of: TypeInfo) -> FhirPathError:
    return FhirPathError(f"A value that was given is not of type {of}, as the expression was compiled for", 0, "Compile it for that type.")
