"""The types that static checks work with: what a path may hold, known before any record is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

PRIMITIVES = frozenset({"boolean", "integer", "decimal", "string", "code", "date", "quantity"})
_NAMES = PRIMITIVES | {"object", "any", "empty"}


@dataclass(frozen=True, slots=True)
class Type:
    """One node of a logical model.

    ``name`` is one of :data:`PRIMITIVES`, ``"object"`` or ``"any"`` (``"empty"`` is the type of the literal ``{}``
    alone); ``many`` says that the path is a list;
    ``children`` are the members of an object; ``codes`` the closed list of values of a ``code`` (empty: open), and for
    the result of an expression of type ``string`` the texts it can be, where that is certain;
    ``known`` says that the value is never "unknown": an empty list there means none (a request's own orders,
    parameters), so the functions that turn emptiness into a boolean are safe over it and over its members.
    ``unit`` is what a number counts: two units are never compared. ``limits`` are the least and the greatest value that a
    number can have (``None``: no limit).

    Raises :class:`ValueError` for any other name.
    """

    name: str
    many: bool = False
    children: Mapping[str, Type] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    known: bool = False
    code_system: str | None = None
    unit: str | None = None
    limits: tuple[Decimal | None, Decimal | None] = (None, None)

    def __post_init__(self) -> None:
        """Refuse a misspelt name at once; as ``any`` it would switch the checks off in silence."""
        if self.name not in _NAMES:
            msg = f"{self.name!r} is not the name of a type; names are {', '.join(sorted(_NAMES))}"
            raise ValueError(msg)
