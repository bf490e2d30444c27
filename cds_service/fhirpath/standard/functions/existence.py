"""Existence (FHIRPath 2.0, 5.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.compare import has
from cds_service.fhirpath.standard.distinct import distinct, keys
from cds_service.fhirpath.standard.functions.registry import Function, Site, over_items
from cds_service.fhirpath.standard.items import read
from cds_service.fhirpath.standard.part import Env, Part, criterion, truth
from cds_service.fhirpath.standard.static import require, system

_BOOLEAN = system("Boolean")


def _exists(site: Site) -> Part:
    source = site.source.many
    if not site.arguments:
        return site.one(_BOOLEAN, lambda env, focus: bool(source(env, focus)))
    condition = criterion(site.condition(0))

    def evaluated(env: Env, focus: Any) -> bool:
        before = env.index
        for index, item in enumerate(source(env, focus)):
            env.index = index
            if condition(env, item) is True:
                env.index = before
                return True
        env.index = before
        return False

    return site.one(_BOOLEAN, evaluated)


def _empty(site: Site) -> Part:
    source = site.source.many
    return site.one(_BOOLEAN, lambda env, focus: not source(env, focus))


def _not(site: Site) -> Part:
    value = truth(site.source)

    def evaluated(env: Env, focus: Any) -> bool | None:
        found = value(env, focus)
        return None if found is None else not found

    return site.one(_BOOLEAN, evaluated)


def _all(site: Site) -> Part:
    """False if the condition is not true of one of them, even where it cannot be told, as the standard says."""
    source, condition = site.source.many, criterion(site.condition(0))

    def evaluated(env: Env, focus: Any) -> bool:
        return all(verdict is True for _, verdict in over_items(source(env, focus), env, condition))

    return site.one(_BOOLEAN, evaluated)


def _booleans(decide: Callable[[list[Any]], bool]) -> Function:
    """``allTrue`` and its like: over booleans alone."""

    def build(site: Site) -> Part:
        require(site.source.static, ("Boolean",), site.node, site.name)
        source, position, name = site.source.many, site.node.position, site.name

        def evaluated(env: Env, focus: Any) -> bool:
            values = [value for value in map(read, source(env, focus)) if value is not None]
            if not all(value.__class__ is bool for value in values):
                raise FhirPathError(f"{name} is asked of what is no boolean", position, "Compare first, as in select(x = 1).")
            return decide(values)

        return site.one(_BOOLEAN, evaluated)

    return Function(build)


def _subset(*, turned: bool) -> Function:
    def build(site: Site) -> Part:
        source, other = site.source.many, site.argument(0).many

        def evaluated(env: Env, focus: Any) -> bool | None:
            inner, outer = source(env, focus), other(env, focus)
            if turned:
                inner, outer = outer, inner
            verdicts = [has(outer, item) for item in inner]
            return False if False in verdicts else None if None in verdicts else True

        return site.one(_BOOLEAN, evaluated)

    return Function(build, 1, 1)


def _count(site: Site) -> Part:
    source = site.source.many
    return site.one(system("Integer"), lambda env, focus: len(source(env, focus)))


def _distinct(site: Site) -> Part:
    source = site.source.many
    return site.many(site.source.static, lambda env, focus: distinct(source(env, focus)))


def _is_distinct(site: Site) -> Part:
    source = site.source.many

    def evaluated(env: Env, focus: Any) -> bool:
        items = source(env, focus)
        return len(keys(items)) == len(items)

    return site.one(_BOOLEAN, evaluated)


FUNCTIONS = {
    "exists": Function(_exists, 0, 1),
    "empty": Function(_empty),
    "not": Function(_not),
    "all": Function(_all, 1, 1),
    "allTrue": _booleans(lambda values: False not in values),
    "anyTrue": _booleans(lambda values: True in values),
    "allFalse": _booleans(lambda values: True not in values),
    "anyFalse": _booleans(lambda values: False in values),
    "subsetOf": _subset(turned=False),
    "supersetOf": _subset(turned=True),
    "count": Function(_count),
    "distinct": Function(_distinct),
    "isDistinct": Function(_is_distinct),
}
