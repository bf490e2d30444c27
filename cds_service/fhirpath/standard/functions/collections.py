"""Combining, aggregates and choice (FHIRPath 2.0, 5.3.7, 5.4, 5.5.2 and 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.arithmetic import over, plus
from cds_service.fhirpath.standard.compare import ordered
from cds_service.fhirpath.standard.distinct import distinct, key, keys
from cds_service.fhirpath.standard.functions.registry import Function, Site
from cds_service.fhirpath.standard.items import read
from cds_service.fhirpath.standard.operators import union
from cds_service.fhirpath.standard.part import Env, Part, criterion, several
from cds_service.fhirpath.standard.static import ANY, Static, joined, require, system

_MOST = 100_000
_SUMMED = ("Integer", "Decimal", "Quantity")
_ORDERED = (*_SUMMED, "Date", "DateTime", "Time", "String")


def _union(site: Site) -> Part:
    return union(site.node, site.source, site.argument(0))


def _combined(choose: Callable[[list[Any], list[Any]], list[Any]], *, wider: bool = False) -> Function:
    def build(site: Site) -> Part:
        source, other = site.source.many, site.argument(0)
        static = joined(site.source.static, other.static) if wider else site.source.static
        return site.many(static, lambda env, focus: choose(source(env, focus), other.many(env, focus)))

    return Function(build, 1, 1)


def _both(items: list[Any], others: list[Any]) -> list[Any]:
    if len(items) + len(others) > _MOST:
        raise FhirPathError("combine() gives too many items", 0, "Combine fewer.")
    return [*items, *others]


def _intersection(items: list[Any], others: list[Any]) -> list[Any]:
    wanted = keys(others)
    return distinct([item for item in items if key(item) in wanted])


def _rest(items: list[Any], others: list[Any]) -> list[Any]:
    unwanted = keys(others)
    return [item for item in items if key(item) not in unwanted]


def _iif(site: Site) -> Part:
    """Only the branch that is chosen is evaluated. The input, if there is one, is ``$this`` of all arguments."""
    source, position = site.source.many, site.node.position
    implied = getattr(site.node.source, "implied", False)
    parts = [site.compiler.part(each, site.scope) if implied else site.each(index) for index, each in enumerate(site.arguments)]
    require(parts[0].static, ("Boolean",), site.arguments[0], "The condition of iif()")
    condition, branches = criterion(parts[0]), [part.many for part in parts[1:]]
    branches.append(lambda _env, _focus: [])
    static = joined(*(part.static for part in parts[1:]), many=any(part.static.many for part in parts[1:]))

    def chosen(env: Env, focus: Any) -> list[Any]:
        if not implied:
            items = source(env, focus)
            if len(items) > 1:
                raise several(position)
            focus = items[0] if items else None
        return branches[0 if condition(env, focus) is True else 1](env, focus)

    return site.many(static, chosen)


def _aggregate(site: Site) -> Part:
    start = site.argument(1) if len(site.arguments) > 1 else None
    body = site.each(0, totals=ANY)
    source, first, many = site.source.many, start.many if start else None, body.many

    def aggregated(env: Env, focus: Any) -> list[Any]:
        before = env.total, env.index
        total = first(env, focus) if first else []
        try:
            for index, item in enumerate(source(env, focus)):
                env.total, env.index = total, index
                total = many(env, item)
        finally:
            env.total, env.index = before
        return total

    return site.many(body.static, aggregated)


def _folded(fold: Callable[[list[Any], int], Any], kinds: tuple[str, ...]) -> Function:
    def build(site: Site) -> Part:
        require(site.source.static, kinds, site.node, site.name)
        source, position = site.source.many, site.node.position

        def evaluated(env: Env, focus: Any) -> Any:
            values = [value for value in map(read, source(env, focus)) if value is not None]
            return fold(values, position) if values else None

        return site.one(_own(site.source.static), evaluated)

    return Function(build)


def _own(static: Static) -> Static:
    kinds = static.kinds
    return system(*kinds) if kinds and "" not in kinds else Static(None)


def _sum(values: list[Any], position: int) -> Any:
    total = values[0]
    for value in values[1:]:
        total = None if total is None else plus(total, value, position)
    return total


def _mean(values: list[Any], position: int) -> Any:
    total = _sum(values, position)
    return None if total is None else over(total, len(values), position)


def _extreme(sign: int) -> Callable[[list[Any], int], Any]:
    def found(values: list[Any], position: int) -> Any:
        best = values[0]
        for value in values[1:]:
            compared = ordered(value, best, position)
            if compared is None:
                return None
            best = value if compared * sign > 0 else best
        return best

    return found


FUNCTIONS = {
    "union": Function(_union, 1, 1),
    "combine": _combined(_both, wider=True),
    "intersect": _combined(_intersection),
    "exclude": _combined(_rest),
    "iif": Function(_iif, 2, 3),
    "aggregate": Function(_aggregate, 1, 2),
    "sum": _folded(_sum, _SUMMED),
    "avg": _folded(_mean, _SUMMED),
    "min": _folded(_extreme(-1), _ORDERED),
    "max": _folded(_extreme(1), _ORDERED),
}
