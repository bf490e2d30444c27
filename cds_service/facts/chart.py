"""One record as readers ask it: every resource looked at once, and found by the value sets that hold its code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from cds_service.facts import resources
from cds_service.facts.wording import Words, read_words
from cds_service.fhir.codings import Concept, normalise_text, texts
from cds_service.fhir.record import Entry, PatientRecord, Resource
from cds_service.fhir.terminology import Meaning, Terminology
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence

Coded = tuple["Seen", Concept]
"""A resource, and the first of its codes that a value set holds."""


class Seen:
    """One resource of a record. What readers ask of it is read from its JSON when one first asks, and once.

    ``position`` is its place among those of its type.
    """

    def __init__(self, entry: Entry, terminology: Terminology, position: int = 0) -> None:
        self.entry = entry
        self.resource: Resource = entry.resource
        self.reference = entry.reference
        self.position = position
        self._terminology = terminology

    @cached_property
    def state(self) -> str:
        """What its status means (:func:`~.resources.state`)."""
        return resources.state(self.resource)

    @cached_property
    def is_explicit(self) -> bool:
        """Whether its status is strong enough for a critical card."""
        return resources.is_explicit(self.resource, self.state)

    @cached_property
    def moment(self) -> Temporal | None:
        """The date that orders it among its like."""
        return resources.when(self.resource)

    @cached_property
    def issued(self) -> Temporal | None:
        """When a result was issued: the second key of "latest"."""
        return Temporal.parse(self.resource.get("issued"))

    @cached_property
    def meanings(self) -> tuple[Meaning, ...]:
        """What the content says of its codes."""
        return self._terminology.meanings(self.resource.get("code"))

    @cached_property
    def is_named(self) -> bool:
        """Whether the content knows any of its codes, or a text beside them as a listed spelling."""
        if any(meaning.is_listed or meaning.sets for meaning in self.meanings):
            return True
        return any(normalise_text(text) in self._terminology.spellings for text in texts(self.resource.get("code")))

    def beside(self, entry: Entry) -> Seen:
        """Another resource of the same record."""
        return Seen(entry, self._terminology)

    def concepts(self, element: str) -> tuple[Concept, ...]:
        """The codes of one of its elements."""
        return self._terminology.concepts(self.resource.get(element))

    def evidence(self, code: object = None, *, text: bool = False, explicit: bool = True) -> Evidence:
        """The evidence that it gives; ``text`` marks a match by free text of its own code."""
        return Evidence(
            self.reference,
            None if code is None else str(code),
            None if self.moment is None else self.moment.text,
            "text" if text else "coded",
            explicit and not text and self.is_explicit,
        )


class Chart:
    """A record with the terminology by which it is read."""

    def __init__(self, record: PatientRecord, terminology: Terminology) -> None:
        self.record = record
        self.terminology = terminology
        self._seen: dict[str, tuple[Seen, ...]] = {}
        self._normal: dict[str, str] = {}
        self._words: dict[str, Words] = {}
        self._by_set: dict[tuple[str, str], dict[str, list[Coded]]] = {}

    @cached_property
    def drafts(self) -> tuple[Seen, ...]:
        """The draft orders of the hook."""
        return tuple(Seen(entry, self.terminology, position) for position, entry in enumerate(self.record.draft_orders))

    def words(self, text: str) -> Words:
        """A text of the record, read once."""
        found = self._words.get(text)
        if found is None:
            found = self._words[text] = read_words(self.normal(text), self.terminology.spellings)
        return found

    def normal(self, text: str) -> str:
        """A text of the record in the form in which the content lists spellings."""
        found = self._normal.get(text)
        if found is None:
            found = self._normal[text] = normalise_text(text)
        return found

    def translations(self, concept_map: str, codeable: object, target: str) -> tuple[tuple[str, Concept], ...]:
        """As :meth:`Terminology.translations`."""
        return self.terminology.translations(concept_map, codeable, target, self.normal)

    def of(self, *kinds: str) -> tuple[Seen, ...]:
        """All resources of some types, in the order of the record; of the Observations only those whose code the content may name."""
        if len(kinds) > 1:
            return tuple(seen for kind in kinds for seen in self.of(kind))
        (kind,) = kinds
        found = self._seen.get(kind)
        if found is None:
            entries: Iterable[Entry] = self.record.of(kind)
            if kind == "Observation":  # the bulk of a chart: what the content never names is looked at no further
                may_matter = self.terminology.may_matter
                entries = [entry for entry in entries if may_matter(entry.resource.get("code"))]
            found = self._seen[kind] = tuple([Seen(entry, self.terminology, place) for place, entry in enumerate(entries)])
        return found

    def coded(self, kind: str, *value_sets: str, element: str = "code") -> Sequence[Coded]:
        """The resources of a type whose code some value sets hold, in the order of the record.

        Each with the first of its codes in the first of the value sets that holds any.
        """
        index = self._by_set.get((kind, element))
        if index is None:
            index = self._by_set[kind, element] = self._indexed(kind, element)
        if len(value_sets) == 1:
            return index.get(value_sets[0], ())
        found: dict[Seen, Concept] = {}
        for name in value_sets:
            for seen, concept in index.get(name, ()):
                found.setdefault(seen, concept)
        return sorted(found.items(), key=lambda item: item[0].position)

    def _indexed(self, kind: str, element: str) -> dict[str, list[Coded]]:
        """Value set -> what it holds of the resources of a type, by one of their elements."""
        index: dict[str, list[Coded]] = {}
        for seen in self.of(kind):
            known: set[str] = set()
            for meaning in seen.meanings if element == "code" else self.terminology.meanings(seen.resource.get(element)):
                for name in meaning.sets - known if known else meaning.sets:
                    index.setdefault(name, []).append((seen, meaning.concept))
                known |= meaning.sets
        return index
