"""Walking a path: from a variable or the focus, member by member, through objects and lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cds_service.fhirpath.errors import FhirPathError

Single = Callable[[Mapping[str, Any], Any], Any]
Many = Callable[[Mapping[str, Any], Any], list[Any]]
_LISTS = (list, tuple)
_NO_ITEMS = frozenset({list, tuple, type(None)})


def items(value: Any) -> list[Any]:
    """Any value as a FHIRPath collection: nothing in it is ``None`` or itself a list."""
    if value is None:
        return []
    if value.__class__ not in _LISTS:
        return [value]
    if _NO_ITEMS.isdisjoint(map(type, value)):
        return list(value)
    found: list[Any] = []
    for item in value:
        if item.__class__ in _LISTS:
            found.extend(items(item))
        elif item is not None:
            found.append(item)
    return found


def only(value: Single, position: int) -> Single:
    """The one value of a path or ``None``; several raise :class:`FhirPathError`."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> Any:
        found = value(variables, focus)
        return one(found, position) if found.__class__ in _LISTS else found

    return evaluated


def only_boolean(value: Single, position: int) -> Single:
    """The same for a path that is declared a boolean: anything else there would read as unknown, so it raises."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> Any:
        found = value(variables, focus)
        if found is None or found is True or found is False:
            return found
        found = one(found, position)
        if found is not None and found.__class__ is not bool:
            raise FhirPathError("The value is not a boolean, as its declaration says", position, "Correct what produces the value.")
        return found

    return evaluated


def some(value: Single) -> Single:
    """Whether there is anything."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool:
        found = value(variables, focus)
        return bool(items(found)) if found.__class__ in _LISTS else found is not None

    return evaluated


def one(value: Any, position: int) -> Any:
    """The one item of a value as a path gives it, or ``None``."""
    if value is None:
        return None
    found = items(value)
    if len(found) > 1:
        raise FhirPathError("A single value is needed, and there are several", position, "Use `in`, `contains`, exists() or where().")
    return found[0] if found else None


def from_variable(name: str, members: tuple[str, ...]) -> Single:
    """The value at ``%name.members``: as it was found, flattened where a list was passed on the way."""
    if len(members) == 1:
        (first,) = members

        def direct(variables: Mapping[str, Any], _focus: Any) -> Any:
            value = variables.get(name)
            return value.get(first) if value.__class__ is dict else _member(value, first)

        return direct

    if len(members) == 2:
        outer, inner = members

        def near(variables: Mapping[str, Any], _focus: Any) -> Any:
            value = variables.get(name)
            value = value.get(outer) if value.__class__ is dict else _member(value, outer)
            return value.get(inner) if value.__class__ is dict else _member(value, inner)

        return near

    def walked(variables: Mapping[str, Any], _focus: Any) -> Any:
        value = variables.get(name)
        for member in members:
            value = value.get(member) if value.__class__ is dict else _member(value, member)
        return value

    return walked


def from_focus(members: tuple[str, ...]) -> Single:
    """The same from the focus, which a condition of ``where`` asks of every item."""
    if len(members) == 1:
        (name,) = members
        return lambda _variables, focus: focus.get(name) if focus.__class__ is dict else _member(focus, name)
    return from_value(lambda _variables, focus: focus, members)


def from_value(start: Single, members: tuple[str, ...]) -> Single:
    """The same from the result of another closure."""

    def walked(variables: Mapping[str, Any], focus: Any) -> Any:
        value = start(variables, focus)
        for member in members:
            value = value.get(member) if value.__class__ is dict else _member(value, member)
        return value

    return walked


def _member(value: Any, name: str) -> Any:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return value.get(name)
    if value.__class__ in _LISTS:
        return items([_member(item, name) for item in value])
    return None
