"""Which Observations state categories, what their codes say, and what they inherit from the panel that lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from cds_service.facts.chart import Seen
from cds_service.facts.resources import IGNORED
from cds_service.facts.staging.vocabulary import AXES, Vocabulary
from cds_service.fhir.codings import texts
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Entry, Resource
from cds_service.fhir.references import literal, text_of
from cds_service.fhir.terminology import Meanings
from cds_service.fhirpath.temporal import Temporal

PANEL = "panel"
DESCRIPTOR = "descriptor"


class Kind(NamedTuple):
    """What a code says: an axis, a panel or a descriptor; ``prefix`` ``None`` if it names none; ``text``: by its spelling only."""

    axis: str
    prefix: str | None = None
    text: bool = False


def kind_of(code: object, meanings: Meanings, terms: Vocabulary) -> Kind | None:
    """The kind of an Observation or component by its code, else by a listed spelling of a code without coding.

    ``meanings`` are those of the code.
    """
    if meanings:
        coded = terms.terminology.translated(terms.kinds.map, meanings, terms.kinds.target)
        return _kind([found for found, _ in coded]) if coded else None
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
    if method is None:
        return None
    coded = [code for item in terms.concepts(method) for code in terms.found(terms.editions, item)]
    found = coded or [code for text in texts(method) for code in terms.found_in_text(terms.editions, text)]
    return found[0] if len(set(found)) == 1 else None


class Staging(NamedTuple):
    """One Observation that states categories, with what it inherits. ``parents`` are the panels that list it as a member."""

    seen: Seen
    kind: Kind | None
    date: Temporal | None
    edition: str | None
    parents: tuple[str, ...] = ()
    descriptors: frozenset[str] = frozenset()

    @property
    def reference(self) -> str:
        """The reference that evidence names it by."""
        return self.seen.reference

    @property
    def resource(self) -> Resource:
        """The Observation itself."""
        return self.seen.resource


class Index:
    """References, as written, to the entries that were given."""

    def __init__(self, entries: Sequence[Seen], targets: Mapping[str, Resource]) -> None:
        self._entries = entries
        self._targets = targets

    @cached_property
    def _by_identity(self) -> Mapping[int, str]:
        return {id(seen.resource): seen.reference for seen in self._entries}

    def find(self, reference: object, holder: str = "") -> str | None:
        """The entry reference that a Reference means; contained targets belong to ``holder``; unknown ones come back normalised."""
        written, named = text_of(reference), literal(reference)
        if written is None:
            return None
        if written.startswith("#"):
            return f"{holder}{written}"
        usual = "/".join(named) if named is not None else written
        target = self._targets.get(written) or self._targets.get(usual)
        return usual if target is None else self._by_identity.get(id(target), usual)


def with_contained(entries: Iterable[Seen]) -> tuple[Seen, ...]:
    """The entries and the Observations contained in them, which are named ``holder#id``."""
    return tuple([item for seen in entries for item in ((seen, *_contained(seen)) if "contained" in seen.resource else (seen,))])


def _contained(holder: Seen) -> Iterator[Seen]:
    for resource in objects(holder.resource.get("contained")):
        if resource.get("resourceType") == "Observation" and isinstance(resource.get("id"), str):
            yield holder.beside(Entry(resource, f"{holder.reference}#{resource['id']}"))


def staging_observations(entries: Sequence[Seen], index: Index, terms: Vocabulary) -> dict[str, Staging]:
    """The Observations that state categories, by reference; cancelled and erroneous ones are left out."""
    found: dict[str, Staging] = {}
    for seen in entries:
        resource = seen.resource
        if resource.get("resourceType") != "Observation":
            continue
        kind = kind_of(resource.get("code"), seen.meanings, terms)
        if (kind is not None or ("component" in resource and any(_parts(resource, terms)))) and seen.state != IGNORED:
            edition = edition_of(resource.get("method"), terms)
            found[seen.reference] = Staging(seen=seen, kind=kind, date=seen.moment, edition=edition)
    return _described(_inherited(found, index), index, terms)


def _inherited(found: dict[str, Staging], index: Index) -> dict[str, Staging]:
    parents: dict[str, list[str]] = {}
    for item in found.values():
        for member in objects(item.resource["hasMember"]) if "hasMember" in item.resource else ():
            child = index.find(member, item.reference)
            if child in found and child != item.reference:
                parents.setdefault(child, []).append(item.reference)
    if not parents:
        return found
    return {name: _from_parents(item, [found[parent] for parent in parents.get(name, ())]) for name, item in found.items()}


def _from_parents(item: Staging, parents: list[Staging]) -> Staging:
    """A member belongs to the day of its panel, if the panel states the same kind of staging; it takes the edition that it lacks."""
    if not parents:
        return item
    same = [parent for parent in parents if _same_prefix(parent.kind, item.kind)]
    dates = list(dict.fromkeys(parent.date for parent in (same or ([] if item.date else parents)) if parent.date is not None))
    editions = {parent.edition for parent in parents if parent.edition is not None}
    return item._replace(
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
    return {name: item._replace(descriptors=frozenset(_letters(item, descriptors, index))) for name, item in found.items()}


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
    for kind, part in _parts(item.resource, terms):
        if kind.axis in AXES:
            outer = item.kind.prefix if item.kind is not None else None
            yield Kind(kind.axis, kind.prefix or outer, kind.text), part


def _parts(resource: Resource, terms: Vocabulary) -> Iterator[tuple[Kind, Mapping[str, Any]]]:
    """The components whose code is of a kind."""
    for part in objects(resource["component"]) if "component" in resource else ():
        code = part.get("code")
        kind = kind_of(code, terms.meanings(code), terms)
        if kind is not None:
            yield kind, part
