"""The types that static checks work with: what a path may hold, known before any record is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PRIMITIVES = frozenset({"boolean", "integer", "decimal", "string", "code", "date", "quantity"})


@dataclass(frozen=True, slots=True)
class Type:
    """One node of a logical model.

    ``name`` is one of :data:`PRIMITIVES`, ``"object"`` or ``"any"``; ``many`` says that the path is a list;
    ``children`` are the members of an object; ``codes`` the closed list of values of a ``code`` (empty: open);
    ``known`` says that the value is never "unknown": an empty list there means none (a request's own orders,
    parameters), so the functions that turn emptiness into a boolean are safe over it.
    """

    name: str
    many: bool = False
    children: Mapping[str, Type] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    known: bool = False
    code_system: str | None = None
