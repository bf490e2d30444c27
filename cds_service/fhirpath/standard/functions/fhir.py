"""What FHIR adds (http://hl7.org/fhir/R4/fhirpath.html): extensions, values, profiles; and what others must provide.

``resolve()``, ``memberOf()`` and profiles beyond the base types need a server or a terminology: the caller passes functions for them
(``hooks``), and without one an expression that asks is refused.
"""

from __future__ import annotations

from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.functions.registry import Function, Site
from cds_service.fhirpath.standard.items import read, type_of, variable
from cds_service.fhirpath.standard.part import Env, Part, several
from cds_service.fhirpath.standard.static import ANY, Static, system
from cds_service.fhirpath.standard.steps import step


def _extension(site: Site) -> Part:
    source, url = site.source.many, site.value(0, "String")
    types = site.source.static.types
    members = [each.members.get("extension") for each in types or ()]
    kinds = frozenset().union(*(member.types for member in members if member))

    def chosen(env: Env, focus: Any) -> list[Any]:
        wanted = url(env, focus)
        if wanted is None:
            return []
        return [each for each in step(source(env, focus), "extension") if _url(each) == wanted]

    return site.many(Static(kinds or None, many=True), chosen)


def _url(item: Any) -> Any:
    value = item[0] if item.__class__ is tuple else item
    return value.get("url") if value.__class__ is dict else None


def _has_value(site: Site) -> Part:
    source = site.source.many

    def tested(env: Env, focus: Any) -> bool:
        items = source(env, focus)
        return len(items) == 1 and _is_valued(items[0])

    return site.one(system("Boolean"), tested)


def _is_valued(item: Any) -> bool:
    of = type_of(item)
    if of is None or item.__class__ is not tuple:
        return of is not None
    return of.primitive and item[0] is not None


def _get_value(site: Site) -> Part:
    source = site.source.many
    kinds = site.source.static.kinds

    def value(env: Env, focus: Any) -> Any:
        items = source(env, focus)
        return read(items[0]) if len(items) == 1 and _is_valued(items[0]) else None

    return site.one(system(*kinds) if kinds and "" not in kinds else Static(None), value)


def _conforms_to(site: Site) -> Part:
    """The base definitions of types are known from the table; anything else needs the hook ``conforms_to``."""
    source, profile, model = site.source.many, site.value(0, "String"), site.compiler.model
    hook, position = site.compiler.hooks.get("conforms_to"), site.node.position

    def tested(env: Env, focus: Any) -> bool | None:
        items, url = source(env, focus), profile(env, focus)
        if not items or url is None:
            return None
        if len(items) > 1:
            raise several(position)
        wanted = model.type(url.removeprefix(model.canonical)) if model.canonical and url.startswith(model.canonical) else None
        of = type_of(items[0])
        if wanted is not None and of is not None:
            return of.is_a(wanted)
        if hook is None:
            raise FhirPathError("conformsTo() is asked of a profile that is not known", position, "Name the definition of a type.")
        found: bool | None = hook(_json(items[0]), url)
        return found

    return site.one(system("Boolean"), tested)


def _member_of(site: Site) -> Part:
    source, hook, value_set = site.source.many, site.compiler.hooks["member_of"], site.value(0, "String")

    def tested(env: Env, focus: Any) -> bool | None:
        items, url = source(env, focus), value_set(env, focus)
        if not items or url is None:
            return None
        if len(items) > 1:
            raise several(site.node.position)
        found: bool | None = hook(_json(items[0]), url)
        return found

    return site.one(system("Boolean"), tested)


def _resolve(site: Site) -> Part:
    source, hook, model = site.source.many, site.compiler.hooks["resolve"], site.compiler.model

    def resolved(env: Env, focus: Any) -> list[Any]:
        return [item for each in source(env, focus) for item in variable(hook(_json(each)), model)]

    return site.many(ANY, resolved)


def _json(item: Any) -> Any:
    return item[0] if item.__class__ is tuple else item


FUNCTIONS = {
    "extension": Function(_extension, 1, 1),
    "hasValue": Function(_has_value),
    "getValue": Function(_get_value),
    "conformsTo": Function(_conforms_to, 1, 1),
    "memberOf": Function(_member_of, 1, 1, hook="member_of"),
    "resolve": Function(_resolve, hook="resolve"),
}
