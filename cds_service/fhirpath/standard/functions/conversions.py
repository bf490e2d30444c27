"""Conversions between System types (FHIRPath 2.0, 5.5): empty where a value cannot be converted."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cds_service.fhirpath.standard.arithmetic import bounded
from cds_service.fhirpath.standard.functions.registry import Function, Site
from cds_service.fhirpath.standard.items import kind_of
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.part import Env, Part
from cds_service.fhirpath.standard.quantity import Quantity
from cds_service.fhirpath.standard.static import system

_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,28}(?:\.[0-9]{1,28})?")
Converter = Callable[[Any, str], Any]


def _boolean(value: Any, kind: str) -> Any:
    if kind == "Boolean":
        return value
    if kind in ("Integer", "Decimal"):
        return {0: False, 1: True}.get(value)
    if kind != "String":
        return None
    word = value.lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _integer(value: Any, kind: str) -> Any:
    if kind in ("Integer", "Boolean"):
        return int(value)
    return bounded(int(value)) if kind == "String" and _INTEGER.fullmatch(value) else None


def _decimal(value: Any, kind: str) -> Any:
    if kind in ("Integer", "Decimal", "Boolean"):
        return Decimal(value)
    return Decimal(value) if kind == "String" and _DECIMAL.fullmatch(value) else None


def _quantity(value: Any, kind: str) -> Any:
    if kind == "Quantity":
        return value
    if kind in ("Integer", "Decimal", "Boolean"):
        return Quantity(Decimal(value), "1")
    return Quantity.parse(value) if kind == "String" else None


def text_of(value: Any, kind: str) -> Any:
    """``toString()``."""
    if kind == "Boolean":
        return "true" if value else "false"
    if kind in ("Integer", "Decimal"):
        return f"{value:f}" if kind == "Decimal" else None if bounded(value) is None else str(value)
    return str(value) if kind else None


def _date(value: Any, kind: str) -> Any:
    if kind == "Date":
        return value
    if kind == "DateTime":
        return Moment.of("Date", value.fields[:3])
    return Moment.parse(value[:10] if len(value) > 10 and Moment.parse(value, "DateTime") else value, "Date") if kind == "String" else None


def _date_time(value: Any, kind: str) -> Any:
    if kind == "DateTime":
        return value
    if kind == "Date":
        return Moment.of("DateTime", value.fields)
    return Moment.parse(value, "DateTime") if kind == "String" else None


def _time(value: Any, kind: str) -> Any:
    if kind == "Time":
        return value
    return Moment.parse(value.removeprefix("T"), "Time") if kind == "String" else None


def _convert(converter: Converter, gives: str) -> Function:
    def build(site: Site) -> Part:
        source = site.source.one

        def converted(env: Env, focus: Any) -> Any:
            value = source(env, focus)
            return None if value is None else converter(value, kind_of(value))

        return site.one(system(gives), converted)

    return Function(build)


def _tests(converter: Converter) -> Function:
    def build(site: Site) -> Part:
        source = site.source.one

        def tested(env: Env, focus: Any) -> bool | None:
            value = source(env, focus)
            return None if value is None else converter(value, kind_of(value)) is not None

        return site.one(system("Boolean"), tested)

    return Function(build)


def _in_unit(function: Function, *, asks: bool) -> Function:
    """``toQuantity(unit)``: also converted to that unit."""

    def build(site: Site) -> Part:
        if not site.arguments:
            return function.build(site)
        source, unit = site.source.one, site.value(0, "String")

        def converted(env: Env, focus: Any) -> Any:
            value, wanted = source(env, focus), unit(env, focus)
            if value is None or wanted is None:
                return None
            found = _quantity(value, kind_of(value))
            target = Quantity(Decimal(1), wanted)
            both = None if found is None else found.scaled(target)
            if asks:
                return both is not None
            return None if both is None else Quantity(both[0] / both[1], wanted)

        return site.one(system("Boolean" if asks else "Quantity"), converted)

    return Function(build, 0, 1)


_CONVERTERS: dict[str, Converter] = {
    "Boolean": _boolean,
    "Integer": _integer,
    "Decimal": _decimal,
    "String": text_of,
    "Date": _date,
    "DateTime": _date_time,
    "Time": _time,
    "Quantity": _quantity,
}
FUNCTIONS = {
    **{f"to{name}": _convert(converter, name) for name, converter in _CONVERTERS.items()},
    **{f"convertsTo{name}": _tests(converter) for name, converter in _CONVERTERS.items()},
    "toQuantity": _in_unit(_convert(_quantity, "Quantity"), asks=False),
    "convertsToQuantity": _in_unit(_tests(_quantity), asks=True),
}
