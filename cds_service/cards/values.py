"""Facts for a reader: which stand behind a card, their values in words and as JSON, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from cds_service.cards.fact_words import FactWords, Said
from cds_service.cards.prepared import Prepared
from cds_service.fhirpath import Quantity, Temporal
from cds_service.model.facts import Evidence, Facts
from cds_service.plans.markdown import day, escape, reference
from cds_service.plans.paths import value_at

MAX_EVIDENCE = 20
_NUMBERS = frozenset({bool, int, float})  # of which no value is nothing
_PLAIN = _NUMBERS | {str, type(None)}


class Proof(NamedTuple):
    """One resource that a fact rests on, as cards name it: its day, its reference as Markdown, and its ``entry`` in the extension."""

    evidence: Evidence
    reference: str
    day: str
    marked: str
    entry: Mapping[str, str]


@dataclass(slots=True, eq=False)
class ShownFact:
    """One fact as a reader sees it: its value, in words too, and what it rests on; ``entry`` is the same in the extension."""

    said: Said
    value: Any
    proofs: tuple[Proof, ...]
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FactsReader:
    """Looks up what readers are shown of the facts of one request; what several cards need is read once."""

    facts: Facts
    prepared: Prepared
    _read: dict[str, Sequence[ShownFact]] = field(default_factory=dict)
    _proofs: dict[int, Proof] = field(default_factory=dict)

    def shown(self, paths: Iterable[str]) -> list[ShownFact]:
        """The known, public facts behind some paths, each once; a list of objects gives one entry for each."""
        found: list[ShownFact] = []
        for words in self.prepared.facts_behind[tuple(paths)]:
            facts = self._read.get(words.path)
            if facts is None:
                facts = self._read[words.path] = self._shown(words)
            found += facts
        return found

    def missing(self, paths: Sequence[str]) -> list[ShownFact]:
        """The unknown facts among some paths, each with why it is unknown."""
        if not paths:
            return []
        words, why = self.prepared.fact, {unknown.path: unknown.why for unknown in self.facts.unknown}
        missing = [path for path in paths if path in self.prepared.model.declarations and value_at(self.facts.tree, path) is None]
        return [_fact(path, words[path].line(why.get(path, "not known")), None, ()) for path in missing]

    def unknown_titles(self, paths: Iterable[str]) -> list[str]:
        """The titles of the unknown public facts behind some paths, each once."""
        behind = self.prepared.facts_behind[tuple(paths)]
        return list(dict.fromkeys([words.declaration.title for words in behind if words.value(self.facts.tree) is None]))

    def _shown(self, words: FactWords) -> Sequence[ShownFact]:
        path, value = words.path, words.value(self.facts.tree)
        if value is None:
            return ()
        if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
            return list(self._objects(words, value))
        proofs = self._proven(self.facts.evidence_of(path))
        said, bound = words.of(value, has_evidence=bool(proofs)), words.declaration.bound
        return (_fact(path, said if bound is None else words.line(self._bound(bound) + said.text), value, proofs),)

    def _bound(self, path: str) -> str:
        """The comparator of a number that was reported as a bound: without it the card would claim an exact value."""
        found = value_at(self.facts.tree, path)
        return escape(found) if isinstance(found, str) else ""

    def _objects(self, words: FactWords, values: Sequence[Mapping[str, Any]]) -> Iterator[ShownFact]:
        evidence = self.facts.evidence_of_elements(words.path)
        for number, value in enumerate(values):
            text = words.of_object(value)
            if text is not None:
                proofs = self._proven(evidence.get(number, ()))
                yield _fact(f"{words.path}[{number}]", words.line(text), words.public_part(value), proofs)

    def _proven(self, evidence: Sequence[Evidence]) -> tuple[Proof, ...]:
        """What proves a fact. The same resource stands behind many facts as the same object, which the facts keep."""
        known = self._proofs
        return tidied([known.get(id(item)) or known.setdefault(id(item), _proof(item)) for item in evidence]) if evidence else ()


def tidied(proofs: Sequence[Proof]) -> tuple[Proof, ...]:
    """Each resource once, the newest first, whatever the order in which the record gave them."""
    if len(proofs) < 2:
        return tuple(proofs)
    by_reference: dict[str, Proof] = {}
    for proof in sorted(proofs, key=_order):
        by_reference.setdefault(proof.reference, proof)
    return tuple(sorted(by_reference.values(), key=lambda proof: proof.evidence.date or "", reverse=True))


def _order(proof: Proof) -> tuple[str, str, str, str]:
    item = proof.evidence
    return item.reference, item.date or "", item.code or "", item.confidence


def _proof(item: Evidence) -> Proof:
    members = {"reference": item.reference, "code": item.code or "", "date": item.date or "", "confidence": item.confidence}
    entry = members if item.code and item.date else {name: text for name, text in members.items() if text}
    return Proof(item, item.reference, day(item.date) if item.date else "", reference(item.reference), entry)


def _fact(path: str, said: Said, value: Any, proofs: tuple[Proof, ...]) -> ShownFact:
    entry: dict[str, Any] = {"path": path}
    plain = value if value.__class__ in _PLAIN else as_json(value)
    if plain or plain.__class__ in _NUMBERS:
        entry["value"] = plain
    if proofs:
        entry["evidence"] = [proof.entry for proof in proofs[:MAX_EVIDENCE]]
    return ShownFact(said, value, proofs, entry)


def as_json(value: Any) -> Any:
    """A fact's value as JSON: decimals as numbers, dates as text, empty members left out."""
    if value.__class__ in _PLAIN:
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Temporal):
        return value.text
    if isinstance(value, Quantity):
        return {"value": as_json(value.value), "unit": value.unit}
    if isinstance(value, Mapping):
        return {name: inner for name, item in value.items() if (inner := as_json(item)) or inner.__class__ in _NUMBERS}
    if isinstance(value, (list, tuple)):
        return [inner for item in value if (inner := as_json(item)) or inner.__class__ in _NUMBERS]
    return value
