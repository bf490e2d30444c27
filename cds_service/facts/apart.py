"""One Condition that is coded more than once, taken apart where its codes name different things.

Some systems map one entry of a problem list to several codes of one classification (spread to two organs): each counts. Codes of
different systems should say the same; where they do not, none of them is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from cds_service.fhir.record import Resource

Name = Callable[[Resource], Hashable | None]


def apart(resource: Resource, name: Name) -> tuple[tuple[Resource, ...], bool]:
    """The resource once for each thing that its codings name, and whether the codings agree (one system names all of them).

    ``name`` says what a resource is by its code (``None``: nothing in particular, so that a better code decides). Codings that name
    nothing in particular are left out beside one that does; the words stay.
    """
    code = resource.get("code")
    listed = code.get("coding") if isinstance(code, Mapping) else None
    codings = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    if len(codings) < 2:
        return (resource,), True
    named = [(coding, what) for coding in codings if (what := name({**resource, "code": {"coding": [coding]}})) is not None]
    things = tuple(dict.fromkeys(what for _, what in named))
    if not things:
        return (resource,), True
    by_system: dict[str, set[Hashable]] = {}
    for coding, what in named:
        by_system.setdefault(str(coding.get("system")), set()).add(what)
    agreed = any(found == set(things) for found in by_system.values())
    return tuple(_with(resource, [coding for coding, what in named if what == thing]) for thing in things), agreed


def _with(resource: Resource, codings: list[Mapping[str, Any]]) -> Resource:
    return {**resource, "code": {**resource["code"], "coding": codings}}
