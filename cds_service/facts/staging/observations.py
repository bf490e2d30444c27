"""Which Observations state categories, what their codes say, and what they inherit from the panel that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cds_service.facts.resources import IGNORED, state, when
from cds_service.facts.staging.vocabulary import AXES, Vocabulary
from cds_service.fhir.codings import texts
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Entry, Resource
from cds_service.fhir.references import literal, text_of
from cds_service.fhirpath.temporal import Temporal

PANEL = "panel"
DESCRIPTOR = "descriptor"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code says: an axis, a panel or a descriptor; ``prefix`` ``None`` if it names none; ``text``: by its spelling only."""

    axis: str
    prefix: str | None = None
    text: bool = False


def kind_of(code: object, terms: Vocabulary) -> Kind | None:
    """The kind of an Observation or component by its code, else by a listed spelling of a code without coding."""
    concepts = terms.concepts(code)
    coded = [found for concept in concepts for found in terms.found(terms.kinds, concept)]
    if coded or concepts:
        return _kind(coded)
    return _kind([found for text in texts(code) for found in terms.found_in_text(terms.kinds, text)], text=True)


def _kind(found: Sequence[str], *, text: bool = False) -> Kind | None:
    """What several codes of one code agree on: one that names a prefix makes one that names none precise."""
    axes = {one.partition("-")[0] for one in found}
    prefixes = {one.partition("-")[2] for one in found} - {""}
    if len(axes) != 1:
        return None
    return Kind(axes.pop(), prefixes.pop() if len(prefixes) == 1 else None, text)


def edition_of(method: object, terms: Vocabulary) -> str | None:
    """The edition of the classification that a method or a stage type names."""
    coded = [code for item in terms.concepts(method) for code in terms.found(terms.editions, item)]
    found = coded or [code for text in texts(method) for code in terms.found_in_text(terms.editions, text)]
    return found[0] if len(set(found)) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """One Observation that states categories, with what it inherits. ``parents`` are the panels that list it as a member."""

    entry: Entry
    kind: Kind | None
    date: Temporal | None
    edition: str | None
    parents: tuple[str, ...] = ()
    descriptors: frozenset[str] = field(default=frozenset())

    @property
    def reference(self) -> str:
        """The reference that evidence names it by."""
        return self.entry.reference

    @property
    def resource(self) -> Resource:
        """The Observation itself."""
        return self.entry.resource


class Index:
    """References, as written, to the entries that were given."""

    def __init__(self, entries: Sequence[Entry], targets: Mapping[str, Resource]) -> None:
        self._by_reference = {entry.reference: entry.reference for entry in entries}
        self._by_identity = {id(entry.resource): entry.reference for entry in entries}
        self._targets = targets

    def find(self, reference: object, holder: str = "") -> str | None:
        """The entry reference that a Reference means; contained targets belong to ``holder``; unknown ones come back normalised."""
        written, named = text_of(reference), literal(reference)
        if written is None:
            return None
        if written.startswith("#"):
            return f"{holder}{written}"
        usual = "/".join(named) if named is not None else written
        target = self._targets.get(written) or self._targets.get(usual)
        found = None if target is None else self._by_identity.get(id(target))
        return found or self._by_reference.get(usual, usual)


def with_contained(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries and the Observations contained in them, which are named ``holder#id``."""
    return tuple(item for entry in entries for item in (entry, *_contained(entry)))


def _contained(entry: Entry) -> Iterator[Entry]:
    for resource in objects(entry.resource.get("contained")):
        if resource.get("resourceType") == "Observation" and isinstance(resource.get("id"), str):
            yield Entry(resource, f"{entry.reference}#{resource['id']}")


def staging_observations(entries: Sequence[Entry], index: Index, terms: Vocabulary) -> dict[str, Staging]:
    """The Observations that state categories, by reference; cancelled and erroneous ones are left out."""
    found: dict[str, Staging] = {}
    for entry in entries:
        if entry.resource.get("resourceType") != "Observation" or state(entry.resource) == IGNORED:
            continue
        kind = kind_of(entry.resource.get("code"), terms)
        if kind is not None or any(kind_of(part.get("code"), terms) for part in objects(entry.resource.get("component"))):
            found[entry.reference] = Staging(
                entry=entry, kind=kind, date=when(entry.resource), edition=edition_of(entry.resource.get("method"), terms)
            )
    return _described(_inherited(found, index), index, terms)


def _inherited(found: dict[str, Staging], index: Index) -> dict[str, Staging]:
    parents: dict[str, list[str]] = {}
    for item in found.values():
        for member in objects(item.resource.get("hasMember")):
            child = index.find(member, item.reference)
            if child in found and child != item.reference:
                parents.setdefault(child, []).append(item.reference)
    return {name: _from_parents(item, [found[parent] for parent in parents.get(name, ())]) for name, item in found.items()}


def _from_parents(item: Staging, parents: list[Staging]) -> Staging:
    """A member belongs to the day of its panel, if the panel states the same kind of staging; it takes the edition that it lacks."""
    if not parents:
        return item
    same = [parent for parent in parents if _same_prefix(parent.kind, item.kind)]
    dates = list(dict.fromkeys(parent.date for parent in (same or ([] if item.date else parents)) if parent.date is not None))
    editions = {parent.edition for parent in parents if parent.edition is not None}
    return replace(
        item,
        date=dates[0] if len(dates) == 1 else item.date,
        edition=item.edition or (next(iter(editions)) if len(editions) == 1 else None),
        parents=tuple(dict.fromkeys(parent.reference for parent in parents)),
    )


def _same_prefix(parent: Kind | None, child: Kind | None) -> bool:
    return parent is None or child is None or parent.prefix is None or child.prefix is None or parent.prefix == child.prefix


def _described(found: dict[str, Staging], index: Index, terms: Vocabulary) -> dict[str, Staging]:
    """Give every Observation the descriptors of its panel, or of the same day where the descriptor is in no panel."""
    descriptors = [
        (item, letter)
        for item in found.values()
        if item.kind is not None and item.kind.axis == DESCRIPTOR and (letter := _letter(item.resource, terms)) is not None
    ]
    if not descriptors:
        return found
    return {name: replace(item, descriptors=frozenset(_letters(item, descriptors, index))) for name, item in found.items()}


def _letter(resource: Resource, terms: Vocabulary) -> str | None:
    concepts = terms.concepts(resource.get("valueCodeableConcept"))
    return next((letter for concept in concepts for letter in terms.found(terms.descriptors, concept)), None)


def _letters(item: Staging, descriptors: list[tuple[Staging, str]], index: Index) -> Iterator[str]:
    for descriptor, letter in descriptors:
        if descriptor.parents:
            if item.reference in descriptor.parents or set(item.parents) & set(descriptor.parents):
                yield letter
        elif day_of(descriptor.date) == day_of(item.date) is not None and _foci(descriptor, index) == _foci(item, index):
            yield letter


def _foci(item: Staging, index: Index) -> set[str | None]:
    return {index.find(focus) for focus in objects(item.resource.get("focus"))}


def day_of(date: Temporal | None) -> str | None:
    """The date as written, without time: what groups categories of one staging."""
    return None if date is None else date.text[:10]


def components(item: Staging, terms: Vocabulary) -> Iterator[tuple[Kind, Mapping[str, Any]]]:
    """The components that state an axis; one without prefix takes that of the Observation."""
    for part in objects(item.resource.get("component")):
        kind = kind_of(part.get("code"), terms)
        if kind is not None and kind.axis in AXES:
            outer = item.kind.prefix if item.kind is not None else None
            yield Kind(kind.axis, kind.prefix or outer, kind.text), part
