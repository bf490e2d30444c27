"""Filtering and projection, subsetting, the tree (FHIRPath 2.0, 5.2, 5.3 and 5.8)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.distinct import key
from cds_service.fhirpath.standard.functions.registry import Function, Site, over_items
from cds_service.fhirpath.standard.part import Env, Part, criterion, several
from cds_service.fhirpath.standard.static import Static
from cds_service.fhirpath.standard.steps import children, plain

_MOST = 1_000_000
_REMEDY = "Ask for less."


def _where(site: Site) -> Part:
    source, condition = site.source.many, criterion(site.condition(0))

    def selected(env: Env, focus: Any) -> list[Any]:
        before, found = env.index, []
        for index, item in enumerate(source(env, focus)):
            env.index = index
            if condition(env, item) is True:
                found.append(item)
        env.index = before
        return found

    return site.many(site.source.static, selected)


def _select(site: Site) -> Part:
    source, projection = site.source.many, site.each(0)
    static = projection.static.several(many=projection.static.many or site.source.static.many)

    def selected(env: Env, focus: Any) -> list[Any]:
        return [result for _, results in over_items(source(env, focus), env, projection.many) for result in results]

    return site.many(static, selected)


def _repeat(site: Site) -> Part:
    """The projection of the items, of what that gave, and so on; each item once."""
    types, body = site.source.static.types, site.each(0)
    while types is not None and body.static.types is not None and not body.static.types <= types:
        types |= body.static.types  # what a round gives is what the next one starts from
        body = site.each(0, static=Static(types))
    source, projection = site.source.many, body.many

    def repeated(env: Env, focus: Any) -> list[Any]:
        found: list[Any] = []
        seen: set[Hashable] = set()
        waiting = [result for _, results in over_items(source(env, focus), env, projection) for result in results]
        while waiting:
            new = [item for item in waiting if _is_new(item, found, seen)]
            waiting = [result for _, results in over_items(new, env, projection) for result in results]
        return found

    return site.many(Static(body.static.types, many=True), repeated)


def _is_new(item: Any, found: list[Any], seen: set[Hashable]) -> bool:
    """Whether an item is not among those found, and add it."""
    mark = key(item)
    if mark in seen:
        return False
    if len(found) >= _MOST:
        raise FhirPathError("repeat() gives too many items", 0, _REMEDY)
    seen.add(mark)
    found.append(item)
    return True


def _children(site: Site) -> Part:
    source = site.source.many
    return site.many(Static(None, many=True, ordered=False), lambda env, focus: _below(source(env, focus)))


def _descendants(site: Site) -> Part:
    source = site.source.many

    def found(env: Env, focus: Any) -> list[Any]:
        every: list[Any] = []
        level = source(env, focus)
        while level := _below(level):
            every += level
            if len(every) > _MOST:
                raise FhirPathError("descendants() gives too many items", site.node.position, _REMEDY)
        return every

    return site.many(Static(None, many=True, ordered=False), found)


def _below(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item.__class__ is tuple:
            for member in item[1].members.values():
                children(item, member, found)
        elif item.__class__ is dict:
            for value in item.values():
                plain(value, found)
    return found


def _cut(choose: Callable[[list[Any]], list[Any]], *, many: bool) -> Function:
    def build(site: Site) -> Part:
        source = site.source.many
        return site.many(site.source.static.several(many=many and site.source.static.many), lambda env, focus: choose(source(env, focus)))

    return Function(build, ordered=True)


def _counted(choose: Callable[[list[Any], int], list[Any]]) -> Function:
    """``skip`` and ``take``: empty without a number."""

    def build(site: Site) -> Part:
        source, number = site.source.many, site.argument(0, "Integer").one

        def chosen(env: Env, focus: Any) -> list[Any]:
            count = number(env, focus)
            if count is None:
                return []
            if count.__class__ is not int:
                raise FhirPathError(f"{site.name} needs an integer", site.node.position, "Count from 0.")
            return choose(source(env, focus), max(0, count))

        return site.many(site.source.static, chosen)

    return Function(build, 1, 1, ordered=True)


def _single(site: Site) -> Part:
    source, position = site.source.many, site.node.position

    def chosen(env: Env, focus: Any) -> list[Any]:
        items = source(env, focus)
        if len(items) > 1:
            raise several(position)
        return items

    return site.many(site.source.static.several(many=False), chosen)


FUNCTIONS = {
    "where": Function(_where, 1, 1),
    "select": Function(_select, 1, 1),
    "repeat": Function(_repeat, 1, 1),
    "children": Function(_children),
    "descendants": Function(_descendants),
    "single": Function(_single),
    "first": _cut(lambda items: items[:1], many=False),
    "last": _cut(lambda items: items[-1:], many=False),
    "tail": _cut(lambda items: items[1:], many=True),
    "skip": _counted(lambda items, count: items[count:]),
    "take": _counted(lambda items, count: items[:count]),
}
