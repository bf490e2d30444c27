"""Type tables: what a value is, and what may be asked of it. The library knows no FHIR; a table says what a resource is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Tables = Mapping[str, Sequence[Any]]
"""Each type as ``(base, kind, {element: "type|type*"})``; ``value[x]`` is a choice, ``*`` says that the element repeats."""
_ABSTRACT = ("Resource", "DomainResource", "Element", "BackboneElement")


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """An element of a type.

    ``choices`` are the JSON keys that it may have (several for ``value[x]``), each with its type and, for a primitive type, the key of
    what is said about the value (else empty).
    """

    name: str
    many: bool
    choices: tuple[tuple[str, TypeInfo, str], ...]

    @property
    def types(self) -> frozenset[TypeInfo]:
        """The types that it may have."""
        return frozenset(of for _, of, _ in self.choices)


class TypeInfo:
    """A type of ``System`` or of a model. ``system`` names the System type that its values convert to, or is empty."""

    def __init__(self, namespace: str, name: str, base: TypeInfo | None, system: str, kind: str) -> None:
        self.namespace, self.name, self.base, self.system, self.kind = namespace, name, base, system, kind
        self.elements: Mapping[str, str] = {}
        self.resolve: Callable[[str], TypeInfo | None] = lambda _name: None

    def __repr__(self) -> str:
        return f"{self.namespace}.{self.name}"

    @property
    def primitive(self) -> bool:
        """Whether its JSON is a value, with what is said about the value in a member with an underscore."""
        return self.kind == "primitive-type"

    @property
    def abstract(self) -> bool:
        """Whether values are of another type that only they themselves name."""
        return self.name in _ABSTRACT

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """Every element of the type and of its bases, by name."""
        found = dict(self.base.members) if self.base else {}
        for written, types in self.elements.items():
            name = written.removesuffix("[x]")
            names = types.removesuffix("*").split("|")
            of = [(each, found_type) for each in names if (found_type := self.resolve(each)) is not None]
            keys = [f"{name}{each[0].upper()}{each[1:]}" if name != written else name for each, _ in of]
            choices = tuple((key, kind, f"_{key}" if kind.primitive else "") for key, (_, kind) in zip(keys, of, strict=True))
            found[name] = Member(name, types.endswith("*"), choices)
        return found

    def is_a(self, other: TypeInfo) -> bool:
        """Whether this is ``other`` or rests on it."""
        return any(each is other for each in self.line())

    def line(self) -> Iterator[TypeInfo]:
        """The type, its base, and so on."""
        found: TypeInfo | None = self
        while found is not None:
            yield found
            found = found.base


def _system(name: str) -> TypeInfo:
    return TypeInfo("System", name, None, name, "system")


SYSTEM = {name: _system(name) for name in ("Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity")}
CLASS_INFO = TypeInfo("System", "ClassInfo", None, "", "system")


class Model:
    """A set of types under one namespace, made from a table when a type is first asked for."""

    def __init__(self, namespace: str, tables: Tables, systems: Mapping[str, str], canonical: str = "") -> None:
        self.namespace, self.canonical = namespace, canonical
        self._tables, self._systems = tables, systems
        self._types: dict[str, TypeInfo] = {}

    def type(self, name: str) -> TypeInfo | None:
        """The type of that name, or ``None``."""
        found = self._types.get(name)
        if found is None and name in self._tables:
            base_name, kind, elements = self._tables[name]
            base = self.type(base_name) if base_name else None
            system = self._systems.get(name) or (base.system if base else "")
            found = TypeInfo(self.namespace, name, base, system, kind)
            found.elements, found.resolve = elements, self.type
            self._types[name] = found
        return found

    def resource(self, value: Any) -> TypeInfo | None:
        """The type that a resource says it is of."""
        name = value.get("resourceType") if value.__class__ is dict else None
        if name is None:
            return None
        found = self._types.get(name) or self.type(name) if name.__class__ is str else None
        return found if found is not None and found.kind == "resource" else None

    def named(self, name: str, namespace: str = "") -> tuple[TypeInfo, ...]:
        """The types that a name in an expression may mean: one of the model, one of System, or one of each."""
        found = self.type(name) if namespace in ("", self.namespace) and "." not in name else None
        system = SYSTEM.get(name) if namespace in ("", "System") else None
        return tuple(each for each in (found, system) if each is not None)

    def names(self) -> list[str]:
        """The names of all types but the parts of others."""
        return [name for name in self._tables if "." not in name]


NO_MODEL = Model("", {}, {})
"""Values as JSON has them: objects have any members, text is text."""
