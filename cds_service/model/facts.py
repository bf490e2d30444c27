"""Facts about one patient: values, where each came from, what stays unknown, and what disagrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cds_service.fhir.record import Issue


@dataclass(frozen=True, slots=True)
class Evidence:
    """One resource that a fact rests on.

    ``code`` is ``system|code`` as matched, ``date`` as written in the resource, ``confidence`` ``coded`` or ``text``.
    ``explicit`` is what a critical card needs: coded, and final, amended, corrected or confirmed.
    """

    reference: str
    code: str | None = None
    date: str | None = None
    confidence: str = "coded"
    explicit: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """A declared path without a value, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Values of one path that disagree; the path then has no value unless its declaration says otherwise."""

    path: str
    values: tuple[str, ...]
    references: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All facts of one record.

    ``tree`` is nested as the logical model; unknown paths are absent, an empty list is a known "none".
    Leaves are ``bool``, ``int``, ``Decimal``, ``str`` and ``Temporal``. ``evidence`` has one entry per path with index
    (``leaves[0].shade``); ``weak`` holds the paths that rest on text or on unconfirmed or preliminary resources.
    """

    tree: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    unknown: tuple[Unknown, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    issues: tuple[Issue, ...] = ()
    weak: frozenset[str] = frozenset()

    @cached_property
    def _proofs(self) -> Mapping[str, Mapping[Evidence, None]]:
        """The evidence of each path together with that of everything below it; cards ask for it path by path."""
        found: dict[str, dict[Evidence, None]] = {}
        for path, items in self.evidence.items():
            for end in (*(place for place, sign in enumerate(path) if sign in ".["), len(path)):
                found.setdefault(path[:end], {}).update(dict.fromkeys(items))
        return found

    def value(self, path: str) -> Any:
        """The value at a path without index, ``None`` if unknown."""
        return value_in(self.tree, path)

    def evidence_of(self, path: str) -> tuple[Evidence, ...]:
        """The evidence of a path and of everything below it (``leaves`` includes ``leaves[1].shade``)."""
        return tuple(self._proofs.get(path, ()))

    def evidence_of_elements(self, path: str) -> Mapping[int, tuple[Evidence, ...]]:
        """The evidence of each element of a list, by its number; elements without any are left out."""
        numbers = dict.fromkeys(int(name[len(path) + 1 :].partition("]")[0]) for name in self.evidence if name.startswith(f"{path}["))
        return {number: self.evidence_of(f"{path}[{number}]") for number in numbers}


def value_in(tree: Mapping[str, Any], path: str) -> Any:
    """The value at a path without index in a tree of facts, ``None`` if unknown."""
    node: Any = tree
    for name in path.split("."):
        node = node.get(name) if isinstance(node, dict) else None
    return node


def without(tree: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """A copy of a tree of facts in which some paths are unknown."""
    found = dict(tree)
    for path in paths:
        head, _, rest = path.partition(".")
        node = found.get(head)
        if not rest:
            found.pop(head, None)
        elif isinstance(node, Mapping):
            found[head] = without(node, (rest,))
    return found
