"""Facts about one patient: values, where each came from, what stays unknown, and what disagrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


class Proofs:
    """The evidence of each path together with that of everything below it."""

    __slots__ = ("_by_path",)

    def __init__(self) -> None:
        self._by_path: dict[str, dict[Evidence, None]] = {}

    def add(self, path: str, items: Iterable[Evidence]) -> None:
        """Note the evidence of one path (``leaves[1].shade``), which is also that of ``leaves[1]`` and of ``leaves``."""
        proof = dict.fromkeys(items)
        for end in (*(place for place, sign in enumerate(path) if sign in ".["), len(path)):
            self._by_path.setdefault(path[:end], {}).update(proof)

    def of(self, path: str) -> tuple[Evidence, ...]:
        """The evidence of a path and of everything below it, each once, in the order noted."""
        return tuple(self._by_path.get(path, ()))


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
    _proofs: Proofs = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the evidence once; cards ask for it path by path."""
        proofs = Proofs()
        for path, items in self.evidence.items():
            proofs.add(path, items)
        object.__setattr__(self, "_proofs", proofs)

    def value(self, path: str) -> Any:
        """The value at a path without index, ``None`` if unknown."""
        return value_in(self.tree, path)

    def evidence_of(self, path: str) -> tuple[Evidence, ...]:
        """The evidence of a path and of everything below it (``leaves`` includes ``leaves[1].shade``)."""
        return self._proofs.of(path)


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
