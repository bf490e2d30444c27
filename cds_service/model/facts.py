"""Facts about one patient: values, where each came from, what stays unknown, and what disagrees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def value(self, path: str) -> Any:
        """The value at a path without index, ``None`` if unknown."""
        return value_in(self.tree, path)

    def evidence_of(self, path: str) -> tuple[Evidence, ...]:
        """The evidence of a path and of everything below it (``leaves`` includes ``leaves[1].shade``)."""
        return tuple(dict.fromkeys(self._below(path)))

    def _below(self, path: str) -> Iterator[Evidence]:
        yield from self.evidence.get(path, ())
        for name, items in self.evidence.items():
            if name.startswith(path) and name[len(path) : len(path) + 1] in (".", "["):
                yield from items


def value_in(tree: Mapping[str, Any], path: str) -> Any:
    """The value at a path without index in a tree of facts, ``None`` if unknown."""
    node: Any = tree
    for name in path.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
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
