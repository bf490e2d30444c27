"""Parameters: the content's thresholds, windows and lists, from every ``parameters.json``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cds_service.fhirpath import Type
from cds_service.plans.bounds import CODES, LIMITS, read_limits
from cds_service.plans.compiled import Parameter
from cds_service.plans.content import Document
from cds_service.plans.problems import Place, Problems
from cds_service.plans.rules import check_keys

_NAME = re.compile(r"[a-z][A-Za-z0-9]*\Z")
_SOURCE = re.compile(r"assumption\Z|[A-Z]+\d*-?\d+\Z")
_TYPES: Mapping[str, tuple[type, ...]] = {"integer": (int,), "decimal": (int, float), "string": (str,), "code": (str,), "boolean": (bool,)}
_KEYS = frozenset({"name", "type", "value", "unit", "title", "source", CODES, *LIMITS})
ASSUMPTION = "assumption"


def parse_parameters(documents: list[Document], problems: Problems) -> Mapping[str, Parameter]:
    """The valid parameters of some files; the rest is reported."""
    found: dict[str, Parameter] = {}
    for document in documents:
        items = document.resource.get("parameters")
        if not isinstance(items, list):
            problems.at(document.file, "parameters").add("is not a list", 'write {"parameters": [...]}')
            continue
        for number, item in enumerate(items):
            parameter = _parameter(item, document.file, problems.at(document.file, f"parameters[{number}]"))
            if parameter is None:
                continue
            first = found.setdefault(parameter.name, parameter)
            if first is not parameter:
                place = problems.at(document.file, f"parameters[{number}].name")
                place.add(f"'{parameter.name}' is already a parameter in {first.file}", "keep one of them, or rename one")
    return found


def _parameter(item: object, file: str, place: Place) -> Parameter | None:
    if not isinstance(item, Mapping):
        place.add("is not an object", "write an object with name, type, value, title and source")
        return None
    name, kind, title, source, unit = (item.get(key) for key in ("name", "type", "title", "source", "unit"))
    check_keys(item, _KEYS, place, "a parameter")
    if not isinstance(name, str) or not _NAME.match(name):
        place.child("name").add("is missing or no identifier", "write a name such as maxDays")
        return None
    if kind not in _TYPES:
        place.child("type").add("is none of the types of a parameter", f"use one of: {', '.join(_TYPES)}")
        return None
    if not isinstance(title, str) or not title:
        place.child("title").add("is missing", "say in a few words what the parameter is; cards print it")
    if not isinstance(source, str) or not _SOURCE.match(source):
        place.child("source").add("is neither a statement id nor the word assumption", "name the statement, or write assumption")
    if unit is not None and not isinstance(unit, str):
        place.child("unit").add("is not text", "write the unit as text, or leave it out")
    codes = item.get("codes")
    if codes is not None and (kind != "code" or not isinstance(codes, str)):
        place.child("codes").add("is no code system of a parameter of type code", "name a code system of the content, or leave it out")
    return Parameter(
        name=name,
        type=str(kind),
        value=read_value(item.get("value"), str(kind), place.child("value")),
        title=str(title),
        source=str(source),
        unit=unit,
        file=file,
        limits=read_limits(item, str(kind), place),
        codes=codes if isinstance(codes, str) else None,
    )


def read_value(value: object, kind: str, place: Place) -> Any:
    """A value, or a tuple of the values of a list, of a parameter's type; ``None`` after reporting that it is of another."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(_is_of(item, kind) for item in items):
        place.add(f"is not of type {kind}", f"write a {kind}, or a list of them that is not empty")
        return None
    read = tuple(Decimal(repr(item)) if kind == "decimal" else item for item in items)
    return read if isinstance(value, list) else read[0]


def _is_of(item: object, kind: str) -> bool:
    """Whether a value is of a type; in Python ``true`` is a number too, in content it is not."""
    is_type = isinstance(item, _TYPES[kind]) and isinstance(item, bool) == (kind == "boolean")
    return is_type and not (isinstance(item, float) and not math.isfinite(item))


def parameter_types(parameters: Mapping[str, Parameter]) -> Type:
    """The type of ``%parameters``: always known."""
    return Type("object", children={name: _type(parameter) for name, parameter in parameters.items()}, known=True)


def _type(parameter: Parameter) -> Type:
    values = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
    codes = frozenset(str(value) for value in values) if parameter.type == "code" else frozenset()
    return Type(parameter.type, many=isinstance(parameter.value, tuple), codes=codes, known=True, unit=parameter.unit)
