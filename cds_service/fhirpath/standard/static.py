"""What is known of a collection before any record is seen: the types of its items, and whether there may be several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NoReturn

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.nodes import Node
from cds_service.fhirpath.standard.model import SYSTEM, TypeInfo

ANYTHING = "any"


@dataclass(frozen=True, slots=True)
class Static:
    """``types`` is ``None`` if the items may be of any type, and empty for ``{}``; ``ordered`` says that their order has a meaning."""

    types: frozenset[TypeInfo] | None
    many: bool = False
    ordered: bool = True

    @property
    def kinds(self) -> frozenset[str] | None:
        """The System types that the items convert to, ``""`` for objects; ``None`` if they may be anything."""
        return None if self.types is None else frozenset(each.system for each in self.types)

    def certainly(self, name: str) -> bool:
        """Whether all items convert to this System type, and nothing else."""
        return self.kinds == frozenset({name})

    def several(self, *, many: bool = True) -> Static:
        """The same types with another number of items."""
        return replace(self, many=many)

    @property
    def only(self) -> TypeInfo | None:
        """The one type that all items have."""
        if self.types is None or len(self.types) != 1:
            return None
        (found,) = self.types
        return found


ANY = Static(None, many=True)
EMPTY = Static(frozenset())


def system(*names: str, many: bool = False) -> Static:
    """Values of System types."""
    return Static(frozenset(SYSTEM[name] for name in names), many)


def joined(*parts: Static, many: bool = True) -> Static:
    """Items of any of these."""
    if any(part.types is None for part in parts):
        return Static(None, many)
    return Static(frozenset().union(*(part.types or frozenset() for part in parts)), many)


def require(static: Static, kinds: Iterable[str], node: Node, where: str) -> None:
    """Refuse what can never be of the kinds that are needed."""
    found, wanted = static.kinds, frozenset(kinds)
    if not found or found & wanted:
        return
    if found <= {"Integer", "Decimal"} and wanted & {"Decimal", "Quantity"}:
        return
    refuse(node, f"{where} needs {listed(wanted)}, and this is {described(static)}", "Convert the value, or take another member.")


def described(static: Static) -> str:
    """The types for a message."""
    return listed(str(each) for each in static.types or ())


def listed(names: Iterable[str]) -> str:
    """``A, B or C``, at most six."""
    every = sorted(names)
    shown = [*every[:6], *(["another type"] if len(every) > 6 else [])]
    return " or ".join(part for part in (", ".join(shown[:-1]), shown[-1] if shown else "nothing") if part)


def refuse(node: Node, message: str, remedy: str) -> NoReturn:
    """Raise the error that names the node's place."""
    raise FhirPathError(message, node.position, remedy)
