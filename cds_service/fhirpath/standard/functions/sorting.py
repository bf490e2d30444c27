"""``sort()``: by the items themselves, or by keys, each of them downwards with a minus before it."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from cds_service.fhirpath.nodes import Unary
from cds_service.fhirpath.standard.compare import ordered
from cds_service.fhirpath.standard.functions.registry import Function, Site
from cds_service.fhirpath.standard.items import read
from cds_service.fhirpath.standard.part import Env, Part
from cds_service.fhirpath.standard.static import require

_ORDERED = ("Integer", "Decimal", "Quantity", "Date", "DateTime", "Time", "String")


def _sort(site: Site) -> Part:
    source, position = site.source.many, site.node.position
    keys, signs = [], []
    for written in site.arguments:
        descending = isinstance(written, Unary) and written.operator == "-"
        node = written.operand if isinstance(written, Unary) else written
        part = site.compiler.part(node, site.compiler.inside(site.source.static, site.scope))
        require(part.static, _ORDERED, written, "A key of sort()")
        keys.append(part.one)
        signs.append(-1 if descending else 1)
    if not keys:
        require(site.source.static, _ORDERED, site.node, "sort()")
        keys, signs = [lambda _env, item: read(item)], [1]

    def compared(one: tuple[Any, list[Any]], other: tuple[Any, list[Any]]) -> int:
        for left, right, sign in zip(one[1], other[1], signs, strict=True):
            found = _order(left, right, position, sign)
            if found:
                return found
        return 0

    def sorted_items(env: Env, focus: Any) -> list[Any]:
        rows = [(item, [key(env, item) for key in keys]) for item in source(env, focus)]
        return [item for item, _ in sorted(rows, key=cmp_to_key(compared))]

    return site.many(site.source.static, sorted_items)


def _order(left: Any, right: Any, position: int, sign: int) -> int:
    """What is empty comes first, upwards and downwards; what cannot be told apart keeps its place."""
    if left is None or right is None:
        return (left is not None) - (right is not None)
    return (ordered(left, right, position) or 0) * sign


FUNCTIONS = {"sort": Function(_sort, 0, 9)}
