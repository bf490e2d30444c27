"""The logical model of the facts, built from the content's fact declarations (``plan_definitions/facts``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_service.fhirpath.types import Type

OWN_WORDS = "own-words"
"""The code system of texts that the content composed of its own words, codes and dates: no free text of the record is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Askable:
    """A fact that may be asked for when it is missing.

    ``name`` is the path that stands for it in ``%needed`` (its own, or the one it is asked as); ``missing`` are the
    values that count as missing besides "unknown"; ``unless`` is a FHIRPath over facts that says it is on its way;
    ``only_conflicting`` asks only where the record holds values that disagree.
    """

    name: str
    missing: tuple[object, ...] = ()
    unless: str | None = None
    only_conflicting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One path of the logical model.

    ``title`` is what cards call it; ``internal`` paths are helpers that the facts JSON and cards leave out;
    ``closed_world`` lists the prefetch keys that must be answered before "none documented" may be said;
    ``contrary`` names the kinds of resource whose removal may make the fact say more; ``depends`` are the paths that
    its derivation reads; ``unverified`` says why no verified code feeds it yet; ``said`` marks a member of a list's elements
    whose title cards print: alone for a flag that is true, else before the value; ``bound`` is the path of the comparator of a
    number, which cards print before it.
    """

    path: str
    type: Type
    title: str
    unit: str | None = None
    internal: bool = False
    closed_world: tuple[str, ...] = ()
    contrary: tuple[str, ...] = ()
    askable: Askable | None = None
    depends: tuple[str, ...] = ()
    unverified: str | None = None
    said: bool = False
    bound: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactModel:
    """Every declared path, in order of evaluation, and ``root``: the type of ``%facts`` for static checks.

    Members of list elements are declared too, without index (``leaves.shade``). Two paths mean something to the service itself,
    whatever the content calls them: ``orders``, the list of draft orders (``%order`` is one of them), and ``record``, which says what
    was received. ``None`` where the content reads no such thing.
    """

    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    root: Type = field(default_factory=lambda: Type("object"))
    orders: str | None = None
    record: str | None = None

    def type_of(self, path: str | None) -> Type | None:
        """The type at a path, ``None`` if nothing is declared there."""
        found: Type | None = self.root if path is not None else None
        for name in (path or "").split("."):
            found = None if found is None else found.children.get(name)
        return found

    def shown(self, path: str) -> tuple[str, ...]:
        """The paths that explain ``path`` to a reader: itself, or for an internal helper the facts it was derived from."""
        return tuple(dict.fromkeys(self._shown(path, frozenset())))

    def _shown(self, path: str, seen: frozenset[str]) -> tuple[str, ...]:
        declaration = self.declarations.get(path)
        if declaration is None or path in seen:
            return ()
        if not declaration.internal:
            return (path,)
        return tuple(name for read in declaration.depends for name in self._shown(read, seen | {path}))
