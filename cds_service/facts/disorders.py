"""Which Conditions are the primary that the content is about, which are another primary, and which are spread.

This is read once per record (:mod:`~cds_service.facts.sorting`) and shared by all readers that depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cds_service.facts.chart import Seen
from cds_service.facts.lazily import lazily
from cds_service.fhir.codings import Concept
from cds_service.fhir.elements import extensions
from cds_service.fhir.record import Resource
from cds_service.fhir.references import local_reference, references, resolve
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence


class Primary(NamedTuple):
    """A Condition that may be the primary: its site codes (none = site not named), state and evidence.

    ``later`` says that its code tells of what came after the first diagnosis.
    """

    seen: Seen
    sites: tuple[str, ...]
    state: str
    rank: int
    evidence: Evidence
    moment: Temporal | None
    later: bool = False


class SpreadRecord(NamedTuple):
    """A Condition that records spread to one site, and to the finer place inside it where one is named.

    ``attributed`` says whether it belongs to the primary, ``open`` whether it may although nothing says so.
    """

    seen: Seen
    site: str
    place: str | None
    state: str
    confirmed: bool
    attributed: bool
    open: bool
    body_sites: tuple[Concept, ...]
    evidence: Evidence
    moment: Temporal | None


@dataclass(frozen=True, kw_only=True)
class Named:
    """Finds the Condition that a reference means. ``complete``: every Condition of the patient came, so that none is missing."""

    conditions: tuple[Seen, ...] = ()
    targets: Mapping[str, Resource] = field(default_factory=dict)
    complete: bool = True

    @lazily
    def recorded(self) -> frozenset[str]:
        """The references of the Conditions received."""
        return frozenset(seen.reference for seen in self.conditions)

    @lazily
    def _by_identity(self) -> Mapping[int, str]:
        return {id(seen.resource): seen.reference for seen in self.conditions}

    def find(self, written: str, holder: Resource) -> str | None:
        """The reference of the Condition meant, as written if it was not received; ``None`` if something else is meant."""
        target = resolve(written, holder, self.targets)
        if target is not None:
            return self._by_identity.get(id(target), written) if target.get("resourceType") == "Condition" else None
        usual = local_reference(written)
        if usual in self.recorded:
            return usual
        return written if usual.startswith(("Condition/", "urn:")) else None


@dataclass(frozen=True, kw_only=True)
class Disorders:
    """The disorders of one record. ``primaries`` hold active ones, or past ones if none is active.

    ``duplicates`` are further records of the same primary that do not decide; what names them names the primary.
    ``links`` are the extensions by which a resource names a disorder. ``several``: Conditions of two sites are two primaries, not one
    that is coded twice.
    """

    primaries: tuple[Primary, ...] = ()
    duplicates: tuple[Primary, ...] = ()
    others: tuple[Seen, ...] = ()
    spread: tuple[SpreadRecord, ...] = ()
    links: tuple[str, ...] = ()
    named: Named = field(default_factory=Named)
    several: bool = False
    _attributed: dict[Seen, bool | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def only_primary(self) -> bool:
        """Whether no other active primary could own what names no owner."""
        return not self.others

    @lazily
    def references(self) -> frozenset[str]:
        """The references of the primary's Conditions. Asked once for every resource of the record."""
        return frozenset(primary.seen.reference for primary in (*self.primaries, *self.duplicates))

    def owners(self) -> Mapping[str, str]:
        """Which of several primaries, by site, each Condition records; empty where there is one."""
        known = (*self.primaries, *self.duplicates)
        sites = {site for primary in self.primaries for site in primary.sites}
        if not self.several or len(sites) < 2:
            return {}
        return {primary.seen.reference: primary.sites[0] for primary in known if len(primary.sites) == 1}

    def attributes(self, seen: Seen) -> bool | None:
        """Whether a resource is about the primary, by its focus or a link; ``None`` if that cannot be told."""
        if seen not in self._attributed:
            self._attributed[seen] = self.owns(seen.resource, tuple(self._names(seen.resource)))
        return self._attributed[seen]

    def _names(self, resource: Resource) -> Iterator[str]:
        """The references by which a resource says what it is about."""
        if "focus" in resource:
            yield from references(resource["focus"])
        if "extension" in resource:
            for url in self.links:
                for item in extensions(resource, url):
                    yield from references(item.get("valueReference"))

    def proof(self, seen: Seen, code: object) -> Evidence:
        """The evidence of a result: explicit only where the result is certainly about the primary."""
        return seen.evidence(code, explicit=bool(self.attributes(seen)))

    def owns(self, resource: Resource, names: Iterable[str]) -> bool | None:
        """Whether the disorders that a resource names are the primary; ``None`` if they may be, or may be another.

        One that names none, or none that can be found although every Condition came, is about the only primary if there is one.
        """
        found = frozenset(filter(None, (self.named.find(name, resource) for name in names)))
        if found and found & self.references:
            return True
        if found and found & self.named.recorded:
            return False
        return True if self.only_primary and (self.named.complete or not found) else None
