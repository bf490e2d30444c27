"""Facts for a reader: which stand behind a card, their values in words and as JSON, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cds_service.cards.prepared import Prepared
from cds_service.fhirpath import Quantity, Temporal
from cds_service.model.facts import Evidence, Facts
from cds_service.plans.markdown import escape
from cds_service.plans.paths import value_at

MAX_EVIDENCE = 20
_PLAIN = frozenset({str, bool, int, type(None)})


@dataclass(slots=True, eq=False)
class ShownFact:
    """One fact as a reader sees it: path, title, Markdown value and evidence; ``entry`` is the same in the extension of a card."""

    path: str
    title: str
    text: str
    value: Any
    evidence: tuple[Evidence, ...]
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FactsReader:
    """Looks up what readers are shown of the facts of one request; what several cards need is read once."""

    facts: Facts
    prepared: Prepared
    _read: dict[str, tuple[ShownFact, ...]] = field(default_factory=dict)

    def shown(self, paths: Iterable[str]) -> list[ShownFact]:
        """The known, public facts behind some paths, each once; a list of objects gives one entry for each."""
        return [fact for path in self._public(paths) for fact in self._at(path)]

    def missing(self, paths: Iterable[str]) -> list[ShownFact]:
        """The unknown facts among some paths, each with why it is unknown."""
        missing = [path for path in paths if path in self.prepared.model.declarations and value_at(self.facts.tree, path) is None]
        why = {unknown.path: unknown.why for unknown in self.facts.unknown} if missing else {}
        return [_fact(path, self.prepared.facts[path].title, why.get(path, "not known"), None, ()) for path in missing]

    def unknown_titles(self, paths: Iterable[str]) -> list[str]:
        """The titles of the unknown public facts behind some paths, each once."""
        missing = (path for path in self._public(paths) if value_at(self.facts.tree, path) is None)
        return list(dict.fromkeys(self.prepared.model.declarations[path].title for path in missing))

    def _public(self, paths: Iterable[str]) -> Iterable[str]:
        return dict.fromkeys(public for path in paths for public in self.prepared.public_paths[path])

    def _at(self, path: str) -> tuple[ShownFact, ...]:
        if path not in self._read:
            self._read[path] = self._shown(path)
        return self._read[path]

    def _shown(self, path: str) -> tuple[ShownFact, ...]:
        value = value_at(self.facts.tree, path)
        if value is None:
            return ()
        if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
            return tuple(self._objects(path, value))
        words, evidence = self.prepared.facts[path], tidied(self.facts.evidence_of(path))
        bound = words.declaration.bound
        text = words.of(value, evidence) if bound is None else self._bound(bound) + words.of(value, evidence)
        return (_fact(path, words.title, text, value, evidence),)

    def _bound(self, path: str) -> str:
        """The comparator of a number that was reported as a bound: without it the card would claim an exact value."""
        found = value_at(self.facts.tree, path)
        return escape(found) if isinstance(found, str) else ""

    def _objects(self, path: str, values: Sequence[Mapping[str, Any]]) -> Iterator[ShownFact]:
        words = self.prepared.facts[path]
        for number, value in enumerate(values):
            text = words.of_object(value)
            if text is not None:
                one = f"{path}[{number}]"
                evidence = tidied([item for name in value for item in self.facts.evidence.get(f"{one}.{name}", ())])
                yield _fact(one, words.title, text, words.public_part(value), evidence)


def tidied(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each resource once, the newest first, whatever the order in which the record gave them."""
    if len(evidence) < 2:
        return tuple(evidence)
    by_reference: dict[str, Evidence] = {}
    for item in sorted(evidence, key=lambda item: (item.reference, item.date or "", item.code or "", item.confidence)):
        by_reference.setdefault(item.reference, item)
    return tuple(sorted(by_reference.values(), key=lambda item: item.date or "", reverse=True))


def _fact(path: str, title: str, text: str, value: Any, evidence: tuple[Evidence, ...]) -> ShownFact:
    entry: dict[str, Any] = {"path": path}
    plain = as_json(value)
    if plain or isinstance(plain, (bool, int, float)):
        entry["value"] = plain
    if evidence:
        entry["evidence"] = [_evidence(item) for item in evidence[:MAX_EVIDENCE]]
    return ShownFact(path, title, text, value, evidence, entry)


def _evidence(item: Evidence) -> Mapping[str, str]:
    members = {"reference": item.reference, "code": item.code, "date": item.date, "confidence": item.confidence}
    return {name: text for name, text in members.items() if text}


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
        return {name: inner for name, item in value.items() if (inner := as_json(item)) not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        return [inner for item in value if (inner := as_json(item)) not in (None, "", [], {})]
    return value
