"""One record as readers ask it: every resource looked at once, and found by the value sets that hold its code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from cds_service.facts import resources
from cds_service.facts.lazily import lazily
from cds_service.facts.wording import Words, read_words
from cds_service.fhir.codings import Concept, named_codings, normalise_text, texts
from cds_service.fhir.record import Entry, PatientRecord, Resource
from cds_service.fhir.terminology import Terminology
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence

_DISPLAYED = ("code", "valueCodeableConcept", "bodySite", "medicationCodeableConcept")
Coded = tuple["Seen", Concept]
"""A resource, and the first of its codes that a value set holds."""


class Texts:
    """The texts of one record, each read once, with the terminology by which they and the codes are read.

    Apart from the chart, so that what it holds does not hold it: it would stay, with the record, until garbage is collected.
    """

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._normal: dict[str, str] = {}
        self._words: dict[str, Words] = {}

    def words(self, text: str) -> Words:
        """A text of the record, read once."""
        found = self._words.get(text)
        if found is None:
            found = self._words[text] = read_words(self.normal(text), self.terminology.spellings, self.terminology.beginnings)
        return found

    def normal(self, text: str) -> str:
        """A text of the record in the form in which the content lists spellings."""
        found = self._normal.get(text)
        if found is None:
            found = self._normal[text] = normalise_text(text)
        return found

    def lists(self, written: Iterable[str]) -> bool:
        """Whether the content lists any of some texts as a spelling."""
        return not self.terminology.spellings.isdisjoint(map(self.normal, written))


class Seen:
    """One resource of a record. What readers ask of it is read from its JSON when one first asks, and once.

    ``position`` is its place among those of its type, ``meanings`` what the content says of its codes.
    """

    def __init__(self, entry: Entry, texts: Texts, position: int = 0) -> None:
        self.resource: Resource = entry.resource
        self.reference = entry.reference
        self.position = position
        self.meanings = texts.terminology.meanings(self.resource.get("code"))
        self._texts = texts

    @lazily
    def state(self) -> str:
        """What its status means (:func:`~.resources.state`)."""
        return resources.state(self.resource)

    @lazily
    def is_explicit(self) -> bool:
        """Whether its status is strong enough for a critical card."""
        return resources.is_explicit(self.resource, self.state)

    @lazily
    def moment(self) -> Temporal | None:
        """The date that orders it among its like."""
        return resources.when(self.resource)

    @lazily
    def issued(self) -> Temporal | None:
        """When a result was issued: the second key of "latest"."""
        return Temporal.parse(self.resource.get("issued"))

    @lazily
    def is_named(self) -> bool:
        """Whether the content knows any of its codes, or a text beside them as a listed spelling."""
        return self.meanings.is_listed or bool(self.meanings.first) or self._texts.lists(texts(self.resource.get("code")))

    def match(self, value_set: str | None) -> Concept | None:
        """The first of its codes that a value set holds; ``None`` also without a value set."""
        return None if value_set is None else self.meanings.first.get(value_set)

    def beside(self, entry: Entry) -> Seen:
        """Another resource of the same record."""
        return Seen(entry, self._texts)

    def concepts(self, element: str) -> tuple[Concept, ...]:
        """The codes of one of its elements."""
        return self._texts.terminology.concepts(self.resource.get(element))

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
    """A record with the terminology by which it is read; ``known`` is for what several readers work out."""

    def __init__(self, record: PatientRecord, terminology: Terminology) -> None:
        self.record = record
        self.terminology = terminology
        self.known: dict[Hashable, Any] = {}
        self.texts = Texts(terminology)
        self.words, self.normal, self.lists = self.texts.words, self.texts.normal, self.texts.lists
        self._seen: dict[str, tuple[Seen, ...]] = {}
        self._by_set: dict[tuple[str, str], dict[str, list[Coded]]] = {}

    @lazily
    def drafts(self) -> tuple[Seen, ...]:
        """The draft orders of the hook."""
        return tuple(Seen(entry, self.texts, position) for position, entry in enumerate(self.record.draft_orders))

    def translations(self, concept_map: str, codeable: object, target: str) -> tuple[tuple[str, Concept], ...]:
        """As :meth:`Terminology.translations`."""
        return self.terminology.translations(concept_map, codeable, target, self.normal)

    def misnamed(self, seen: Seen) -> bool:
        """Whether a code of a resource is displayed as something that a map reads otherwise than the code itself."""
        names, resource = self.terminology.names, seen.resource
        for element in _DISPLAYED:
            if element not in resource:
                continue
            meanings = seen.meanings if element == "code" else self.terminology.meanings(resource[element])
            if names.read_by.keys().isdisjoint(meanings.concepts):
                continue
            for concept, (_, _, display) in zip(meanings.concepts, named_codings(resource[element]), strict=True):
                if display and concept in names.read_by and names.misname(concept, self.normal(display)):
                    return True
        return False

    def of(self, *kinds: str) -> tuple[Seen, ...]:
        """All resources of some types, in the order of the record; of the Observations only those whose code the content may name."""
        if len(kinds) > 1:
            return tuple(seen for kind in kinds for seen in self.of(kind))
        (kind,) = kinds
        found = self._seen.get(kind)
        if found is None:
            found = self._seen[kind] = tuple(self._looked_at(kind))
        return found

    def _looked_at(self, kind: str) -> Iterator[Seen]:
        # The bulk of a chart is Observations: of one whose code no value set or map lists no more is asked
        entries = self.record.where(kind, "code", self.terminology.may_matter) if kind == "Observation" else self.record.of(kind)
        for position, entry in enumerate(entries):
            yield Seen(entry, self.texts, position)

    def coded(self, kind: str, *value_sets: str, element: str = "code") -> Sequence[Coded]:
        """The resources of a type whose code some value sets hold, in the order of the record.

        Each with the first of its codes in the first of the value sets that holds any.
        """
        if not value_sets:
            return ()
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
        index: dict[str, list[Coded]] = defaultdict(list)
        meanings_of = self.terminology.meanings
        for seen in self.of(kind):
            meanings = seen.meanings if element == "code" else meanings_of(seen.resource.get(element))
            for name, concept in meanings.first.items():
                index[name].append((seen, concept))
        return index
