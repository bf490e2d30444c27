"""Types: ``is``, ``as``, ``ofType()`` and ``type()`` (FHIRPath 2.0, 6.3 and 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.fhirpath.nodes import Member, Node, This
from cds_service.fhirpath.standard.functions.registry import Function, Site
from cds_service.fhirpath.standard.items import type_of
from cds_service.fhirpath.standard.model import CLASS_INFO, TypeInfo
from cds_service.fhirpath.standard.part import Env, Part, several
from cds_service.fhirpath.standard.static import Static, described, listed, refuse, system

_INFO = TypeInfo("System", "SimpleTypeInfo", None, "", "system")
CLASS_INFO.elements = _INFO.elements = {"namespace": "String", "name": "String"}
_TEXT = {"String": next(iter(system("String").types or ()))}
CLASS_INFO.resolve = _INFO.resolve = _TEXT.get


def _wanted(site: Site) -> tuple[TypeInfo, ...]:
    """The types that the argument names."""
    written: Any = site.arguments[0]
    names = list(written) if isinstance(written, tuple) else _names(written)
    namespace = names[0] if len(names) == 2 else ""
    found: tuple[TypeInfo, ...] = site.compiler.model.named(names[-1], namespace) if 1 <= len(names) <= 2 else ()
    if not found:
        model = site.compiler.model
        close = [
            name for name in (*model.names(), "String", "Boolean", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity") if name
        ]
        near = [name for name in close if names and name.lower().startswith(names[-1][:3].lower())]
        refuse(
            site.node,
            f"`{'.'.join(names) or '?'}` is not a type",
            f"Name a type of the model or of System, as {listed(near or ['String'])}.",
        )
    return found


def _names(node: Node) -> list[str]:
    """``FHIR.Patient`` as a path gives it."""
    names: list[str] = []
    while isinstance(node, Member):
        names.insert(0, node.name)
        node = node.source
    return names if isinstance(node, This) and node.implied else []


def _is(site: Site) -> Part:
    wanted = _wanted(site)
    source, position = site.source.many, site.node.position

    def tested(env: Env, focus: Any) -> bool | None:
        items = source(env, focus)
        if not items:
            return None
        if len(items) > 1:
            raise several(position)
        found = type_of(items[0])
        return found is not None and any(found.is_a(each) for each in wanted)

    return site.one(system("Boolean"), tested)


def _filter(wanted: tuple[TypeInfo, ...]) -> Callable[[TypeInfo | None], bool]:
    """Of primitive types exactly the one that is named (a code is no string here, as R4 has it), of others also what rests on it."""
    return lambda found: found is not None and any(found is each or (not each.primitive and found.is_a(each)) for each in wanted)


def _narrowed(site: Site, wanted: tuple[TypeInfo, ...], *, many: bool) -> Static:
    types = site.source.static.types
    fits = _filter(wanted)
    if types is None:
        return Static(None if any(each.abstract for each in wanted) else frozenset(wanted), many, site.source.static.ordered)
    possible = frozenset(each for each in types if fits(each))
    if types and not possible and not any(each.is_a(one) or one.is_a(each) for each in types for one in wanted):
        return Static(frozenset(), many)
    return Static(possible or frozenset(wanted), many, site.source.static.ordered)


def _as(site: Site) -> Part:
    wanted = _wanted(site)
    static = _narrowed(site, wanted, many=False)
    if getattr(site.node, "operator", "") == "as" and site.source.static.types and not static.types:
        refuse(site.node, f"{described(site.source.static)} is never {listed(map(str, wanted))}", "Name one of its types.")
    source, position, fits = site.source.many, site.node.position, _filter(wanted)

    def cast(env: Env, focus: Any) -> list[Any]:
        items = source(env, focus)
        if len(items) > 1:
            raise several(position)
        return [item for item in items if fits(type_of(item))]

    return site.many(static, cast)


def _of_type(site: Site) -> Part:
    wanted = _wanted(site)
    source, fits = site.source.many, _filter(wanted)
    static = _narrowed(site, wanted, many=site.source.static.many)
    return site.many(static, lambda env, focus: [item for item in source(env, focus) if fits(type_of(item))])


def _type(site: Site) -> Part:
    source = site.source.many

    def types(env: Env, focus: Any) -> list[Any]:
        return [
            ({"namespace": of.namespace, "name": of.name}, CLASS_INFO, None) for of in map(type_of, source(env, focus)) if of is not None
        ]

    return site.many(Static(frozenset({CLASS_INFO}), site.source.static.many), types)


FUNCTIONS = {
    "is": Function(_is, 1, 1),
    "as": Function(_as, 1, 1),
    "ofType": Function(_of_type, 1, 1),
    "type": Function(_type),
}
