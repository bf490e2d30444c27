"""A compiled node: what is known of it, and the closures that give its items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.nodes import Node
from cds_service.fhirpath.standard.items import read
from cds_service.fhirpath.standard.model import TypeInfo
from cds_service.fhirpath.standard.static import Static

Trace = Callable[[str, list[Any]], None]


class Env:
    """What one evaluation holds besides the focus: variables, the clock it was given, ``$index``, ``$total``; ``steps`` if it explains."""

    steps: list[Step]
    __slots__ = ("index", "now", "steps", "total", "trace", "variables")

    def __init__(self, variables: Mapping[str, list[Any]], now: datetime | None, trace: Trace | None) -> None:
        self.variables, self.now, self.trace = variables, now, trace
        self.index: int | None = None
        self.total: list[Any] = []


@dataclass(frozen=True, slots=True)
class Step:
    """One node of an expression, as it was evaluated: what it gave. A condition on items has a step for each of them."""

    node: Node
    items: list[Any]


Many = Callable[[Env, Any], list[Any]]
One = Callable[[Env, Any], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """``many`` gives the items; ``one`` the single value as a System value, ``None`` for empty, and raises for several.

    For fusing steps: ``keys`` are the names of a plain path through objects, if it is one, that starts at the focus or at the
    variable ``root``; ``narrow`` gives the same part for fewer of its types.
    """

    node: Node
    static: Static
    many: Many
    one: One
    keys: tuple[str, ...] | None = None
    root: str = ""
    narrow: Callable[[frozenset[TypeInfo]], Part] | None = None


def from_many(
    node: Node,
    static: Static,
    many: Many,
    *,
    keys: tuple[str, ...] | None = None,
    root: str = "",
    narrow: Callable[[frozenset[TypeInfo]], Part] | None = None,
) -> Part:
    """A part whose collection is at hand."""
    position = node.position

    def one(env: Env, focus: Any) -> Any:
        found = many(env, focus)
        if not found:
            return None
        if len(found) > 1:
            raise several(position)
        return read(found[0])

    return Part(node, static, many, one, keys, root, narrow)


def from_one(node: Node, static: Static, one: One) -> Part:
    """A part that is a single System value or nothing."""

    def many(env: Env, focus: Any) -> list[Any]:
        found = one(env, focus)
        return [] if found is None else [found]

    return Part(node, static, many, one)


def watched(part: Part) -> Part:
    """The same, with each result noted; nothing is fused, so that every node has its own."""
    node, before = part.node, part.many

    def many(env: Env, focus: Any) -> list[Any]:
        items = before(env, focus)
        env.steps.append(Step(node, items))
        return items

    return from_many(node, part.static, many)


def constant(node: Node, static: Static, value: Any) -> Part:
    """A part that never changes."""
    return Part(node, static, lambda _env, _focus: [value], lambda _env, _focus: value)


def truth(part: Part) -> One:
    """The truth of an operand of logic: any single value that is no boolean counts as true (FHIRPath 2.0, 4.5)."""
    one = part.one
    if part.static.certainly("Boolean"):
        return one

    def evaluated(env: Env, focus: Any) -> Any:
        found = one(env, focus)
        return None if found is None else found is not False

    return evaluated


def criterion(part: Part) -> One:
    """A condition on items: it must be a boolean."""
    one, position = part.one, part.node.position
    if part.static.certainly("Boolean"):
        return one

    def evaluated(env: Env, focus: Any) -> Any:
        found = one(env, focus)
        if found is not None and found.__class__ is not bool:
            raise FhirPathError("A condition is not a boolean", position, "Compare it with something, or ask exists().")
        return found

    return evaluated


def several(position: int) -> FhirPathError:
    """The error for a collection where one value is needed."""
    return FhirPathError("A single value is needed, and there are several", position, "Choose one, or ask all() or exists().")
