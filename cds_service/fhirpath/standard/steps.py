"""From items to their members: the steps of a path, in the fastest way that the types allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from cds_service.fhirpath.nodes import Member as Step
from cds_service.fhirpath.standard.items import _READERS, wrong
from cds_service.fhirpath.standard.model import Member, TypeInfo
from cds_service.fhirpath.standard.part import Env, Many, Part, from_many
from cds_service.fhirpath.standard.static import ANY, Static

_OTHERWISE = object()
_SINGLE = frozenset({str, int, bool, Decimal, dict})


def step(items: list[Any], name: str) -> list[Any]:
    """The members of that name of every item that has one."""
    found: list[Any] = []
    for item in items:
        if item.__class__ is dict:
            plain(item.get(name), found)
        elif item.__class__ is tuple:
            member = item[1].members.get(name)
            if member is not None:
                children(item, member, found)
    return found


def plain(value: Any, found: list[Any]) -> None:
    """Add what an object without a type holds."""
    if value is None:
        return
    if value.__class__ in (list, tuple):
        for each in value:
            plain(each, found)
    else:
        found.append(value)


def children(item: Any, member: Member, found: list[Any]) -> None:
    """Add the elements that ``item`` has under a member of its type."""
    value, kind, about = item
    owner = about if kind.primitive else value
    if owner is None:
        return
    if owner.__class__ is not dict:
        raise wrong(0, "an object, as its type says")
    for key, of, note in member.choices:
        inner, said = owner.get(key), owner.get(note) if note else None
        if inner is None and said is None:
            continue
        if inner.__class__ is list or said.__class__ is list:
            for each, about_it in _paired(inner, said):
                if each is not None or about_it is not None:
                    found.append(element(each, of, about_it))
        else:
            found.append(element(inner, of, said))


def _paired(values: Any, notes: Any) -> Iterator[tuple[Any, Any]]:
    """The values of a list with what is said about each, in two lists as FHIR JSON has them."""
    for each in (values, notes):
        if each is not None and each.__class__ is not list:
            raise wrong(0, "a list, as its type says")
    return zip_longest(values or (), notes or ())


def element(value: Any, of: TypeInfo, about: Any = None) -> Any:
    """A value with its type; a resource says itself of which type it is."""
    if of.abstract and value.__class__ is dict:
        of = of.resolve(str(value.get("resourceType"))) or of
    return (value, of, about)


def typed_step(node: Step, source: Part, static: Static) -> Part:
    """A step from items whose types are known; a chain of plain objects from the focus is walked at one go."""
    owner = source.static.only
    member = owner.members[node.name] if owner is not None and not owner.abstract and not owner.primitive else None
    if member is None or any(of.abstract for of in member.types):
        return dynamic_step(node, source, static)
    before = _walk(source) if source.keys is not None else _values(source.many)
    if len(member.choices) != 1:
        return _choice(node, before, static, member)
    key, of, _ = member.choices[0]
    many = _last(before, member)
    keys = None if of.primitive or source.keys is None else (*source.keys, key)
    if static.many or source.keys is None or source.root or not of.primitive:
        return from_many(node, static, many, keys=keys, root=source.root)
    return Part(node, static, many, _value(source.keys, key, of))


def _choice(node: Step, before: Many, static: Static, member: Member) -> Part:
    """One of several keys; what follows may leave only some of them."""

    def walked(env: Env, focus: Any) -> list[Any]:
        found: list[Any] = []
        for value in before(env, focus):
            children((value, _PLAIN, None), member, found)
        return found

    def narrow(types: frozenset[TypeInfo]) -> Part:
        left = Member(member.name, member.many, tuple(choice for choice in member.choices if choice[1] in types))
        if len(left.choices) == 1:
            return from_many(node, replace(static, types=types), _last(before, left))
        return _choice(node, before, replace(static, types=types), left)

    return from_many(node, static, walked, narrow=narrow)


def dynamic_step(node: Step, source: Part, static: Static = ANY) -> Part:
    """A step from items that tell themselves what they are; a chain through objects without types is walked at one go."""
    before, name = source.many, node.name
    if source.keys is None or source.static.types is not None:
        return from_many(node, static, lambda env, focus: step(before(env, focus), name))
    keys, root = (*source.keys, name), source.root

    def reached(env: Env, focus: Any) -> Any:
        """The value as it is in the JSON, or ``_OTHERWISE`` if there is more on the way than objects."""
        value = focus
        if root:
            items = env.variables[root]
            value = items[0] if len(items) == 1 else None
        for key in keys:
            if value.__class__ is not dict:
                return _OTHERWISE
            value = value.get(key)
        return value

    def many(env: Env, focus: Any) -> list[Any]:
        value = reached(env, focus)
        if value.__class__ in _SINGLE:
            return [value]
        if value is _OTHERWISE:
            return step(before(env, focus), name)
        found: list[Any] = []
        plain(value, found)
        return found

    slow = from_many(node, static, many, keys=keys, root=root)

    def one(env: Env, focus: Any) -> Any:
        value = reached(env, focus)
        return value if value is None or value.__class__ in _SINGLE else slow.one(env, focus)

    return replace(slow, one=one)


def _values(before: Many) -> Many:
    """The JSON of elements."""
    return lambda env, focus: [item[0] for item in before(env, focus)]


def _walk(source: Part) -> Many:
    """The JSON objects at the end of a chain from the focus or a variable, an element."""
    keys, root = source.keys or (), source.root
    if not keys and not root:
        return lambda _env, focus: [] if focus is None else [focus[0]]

    def walked(env: Env, focus: Any) -> list[Any]:
        items = env.variables[root] if root else [] if focus is None else [focus]
        values = [item[0] for item in items]
        for key in keys:
            found: list[Any] = []
            for value in values:
                if value.__class__ is not dict:
                    raise wrong(0, "an object, as its type says")
                inner = value.get(key)
                if inner.__class__ is list:
                    found += inner
                elif inner is not None:
                    found.append(inner)
            values = found
        return values

    return walked


def _last(before: Many, member: Member) -> Many:
    """The last step of a chain: objects become elements."""
    ((key, of, note),) = member.choices

    def walked(env: Env, focus: Any) -> list[Any]:
        found: list[Any] = []
        for value in before(env, focus):
            if value.__class__ is not dict:
                raise wrong(0, "an object, as its type says")
            if note and note in value:
                children((value, _PLAIN, None), member, found)
                continue
            inner = value.get(key)
            if inner.__class__ is list:
                found += [(each, of, None) for each in inner if each is not None]
            elif inner is not None:
                found.append((inner, of, None))
        return found

    return walked


_PLAIN = TypeInfo("", "", None, "", "")


def _value(keys: tuple[str, ...], key: str, of: TypeInfo) -> Callable[[Env, Any], Any]:
    """The System value at the end of a chain that has no lists in it."""
    names, reader, text = (*keys, key), _READERS[of.system], of.system == "String"

    def walked(_env: Env, focus: Any) -> Any:
        value = None if focus is None else focus[0]
        for name in names:
            if value is None:
                return None
            if value.__class__ is not dict:
                raise wrong(0, "an object, as its type says")
            value = value.get(name)
        return value if value is None or (text and value.__class__ is str) else reader(value, None)

    def near(env: Env, focus: Any) -> Any:
        owner = None if focus is None else focus[0]
        value = owner.get(key) if owner.__class__ is dict else _OTHERWISE
        return value if text and value.__class__ is str else walked(env, focus)

    return walked if keys else near
