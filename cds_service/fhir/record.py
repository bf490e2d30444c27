"""What one invocation knows about one patient: resources as received, and what is known to be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Resource = Mapping[str, Any]

NOT_READ = "not-read"
"""The code of an :class:`Issue` about a prefetch key (its ``where``) that was read from the FHIR server in vain; the text says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource with the reference that evidence and cards name it by.

    ``reference`` is ``Type/id``, else the entry's ``urn:uuid:…``, else ``Type#n`` (its position among its type).
    """

    resource: Resource
    reference: str


@dataclass(frozen=True, slots=True)
class Issue:
    """Something odd in what was received. ``where`` is a reference or request path, ``text`` holds no patient value."""

    code: str
    where: str
    text: str


class EntriesByType(Mapping[str, tuple[Entry, ...]]):
    """The entries of each resource type, made when somebody asks for the type: many are never asked for."""

    __slots__ = ("_made", "resources")

    def __init__(self, resources: Mapping[str, Mapping[str, Resource]]) -> None:
        """``resources`` are the resources of each type by their references."""
        self.resources = resources
        self._made: dict[str, tuple[Entry, ...]] = {}

    def __getitem__(self, kind: str) -> tuple[Entry, ...]:
        if kind not in self._made:
            found = self.resources[kind]
            self._made[kind] = tuple(map(Entry, found.values(), found))
        return self._made[kind]

    def where(self, kind: str, element: str, fits: Callable[[Any], bool]) -> tuple[Entry, ...]:
        """Those of a type whose element fits; of the others, which may be a thousand, none is made."""
        found = self.resources.get(kind, {})
        return tuple([Entry(resource, reference) for reference, resource in found.items() if fits(resource.get(element))])

    def __iter__(self) -> Iterator[str]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """The patient's resources by type, each only once, all of this patient.

    ``answered`` holds the prefetch keys that were answered completely (data, empty or null); ``truncated`` those of which
    only a part came; ``unavailable`` those absent or in error. ``whole`` marks a file that counts as the complete record:
    every key is then answered. ``targets`` finds the target of a reference as written (``Medication/m1``, ``urn:uuid:…``).
    ``draft_orders`` are the orders that the hook is about: drafts, or (order-dispatch) signed ones.
    ``doubtful_types`` are resource types of which some came in the shape of another FHIR version, ``foreign_types`` those of which
    some were another patient's and were left out.
    """

    patient_id: str | None = None
    patient: Resource | None = None
    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    targets: Mapping[str, Resource] = field(default_factory=dict)
    draft_orders: tuple[Entry, ...] = ()
    answered: frozenset[str] = frozenset()
    truncated: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    whole: bool = False
    doubtful_types: frozenset[str] = frozenset()
    foreign_types: frozenset[str] = frozenset()
    issues: tuple[Issue, ...] = ()

    def of(self, *types: str) -> tuple[Entry, ...]:
        """All entries of the given resource types, in the order of the record."""
        if len(types) == 1:
            return self.entries.get(types[0], ())
        return tuple(entry for name in types for entry in self.entries.get(name, ()))

    def where(self, kind: str, element: str, fits: Callable[[Any], bool]) -> tuple[Entry, ...]:
        """As :meth:`of`, those whose element fits."""
        if isinstance(self.entries, EntriesByType):
            return self.entries.where(kind, element, fits)
        return tuple([entry for entry in self.of(kind) if fits(entry.resource.get(element))])

    def has_answered(self, key: str) -> bool:
        """Whether a prefetch key was answered completely, so that what it lacks is not documented."""
        return self.whole or key in self.answered
