"""Facts for a reader: which paths stand behind a card, their values in words, and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from cds_service.fhirpath import Quantity, Temporal
from cds_service.model.declaration import Declaration, FactModel
from cds_service.model.facts import Evidence, Facts
from cds_service.plans.compiled import PlanContext
from cds_service.plans.markdown import day, entities, escape, reference
from cds_service.plans.paths import value_at
from cds_service.plans.placeholders import words

_NONE = "none documented in the record received"
_WORD = re.compile(r"\w+")
_WORDLESS = frozenset({"boolean", "object", "any"})
_Said = tuple[str, tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One fact as a reader sees it: path, title, Markdown value and evidence."""

    path: str
    title: str
    text: str
    value: Any
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class FactsReader:
    """Looks up what readers are shown; a path that several cards need is read once."""

    facts: Facts
    context: PlanContext
    _read: dict[str, tuple[ShownFact, ...]] = field(default_factory=dict)

    def shown(self, paths: Iterable[str]) -> list[ShownFact]:
        """The known, public facts behind some paths, each once; a list of objects gives one entry for each."""
        return [fact for path in public_paths(paths, self.context.model) for fact in self._at(path)]

    def _at(self, path: str) -> tuple[ShownFact, ...]:
        if path not in self._read:
            self._read[path] = _shown(self.context.model.declarations[path], self.facts, self.context)
        return self._read[path]


def _shown(declaration: Declaration, facts: Facts, context: PlanContext) -> tuple[ShownFact, ...]:
    value = value_at(facts.tree, declaration.path)
    if value is None:
        return ()
    if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        return tuple(_items(declaration, value, facts, context))
    evidence = tidied(facts.evidence_of(declaration.path))
    text = _bound(declaration, facts) + _text(declaration, value, evidence, context)
    return (ShownFact(declaration.path, title(declaration), text, value, evidence),)


def _bound(declaration: Declaration, facts: Facts) -> str:
    """The comparator of a number that was reported as a bound: without it the card would claim an exact value."""
    found = value_at(facts.tree, declaration.bound) if declaration.bound is not None else None
    return escape(found) if isinstance(found, str) else ""


def title(declaration: Declaration) -> str:
    """The fact's title as a line begins."""
    return declaration.title[:1].upper() + declaration.title[1:]


def public_paths(paths: Iterable[str], model: FactModel) -> tuple[str, ...]:
    """The paths that explain some others to a reader; members of a list are explained by the list."""
    return tuple(dict.fromkeys(_list_path(shown, model) for path in paths for shown in model.shown(path)))


def missing_facts(paths: Iterable[str], facts: Facts, context: PlanContext) -> list[ShownFact]:
    """The unknown facts among some paths, each with why it is unknown."""
    why = {unknown.path: unknown.why for unknown in facts.unknown}
    declarations = (context.model.declarations[path] for path in paths if path in context.model.declarations)
    missing = [item for item in declarations if value_at(facts.tree, item.path) is None]
    return [ShownFact(item.path, title(item), why.get(item.path, "not known"), None, ()) for item in missing]


def unknown_titles(paths: Iterable[str], facts: Facts, context: PlanContext) -> list[str]:
    """The titles of the unknown public facts behind some paths, each once."""
    missing = (path for path in public_paths(paths, context.model) if value_at(facts.tree, path) is None)
    return list(dict.fromkeys(context.model.declarations[path].title for path in missing))


def tidied(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Each resource once, the newest first, whatever the order in which the record gave them."""
    by_reference: dict[str, Evidence] = {}
    for item in sorted(evidence, key=lambda item: (item.reference, item.date or "", item.code or "", item.confidence)):
        by_reference.setdefault(item.reference, item)
    return tuple(sorted(by_reference.values(), key=lambda item: item.date or "", reverse=True))


def listed(facts: Sequence[ShownFact], references: int) -> list[ShownFact]:
    """The facts that are worth a line of their own; conclusions come last.

    Left out are a date that stands in the evidence of another fact, a value that an earlier fact gives in the same words from the
    same resources, and a conclusion from more than ``references`` resources if each of these stands behind a more particular fact.
    """
    dated = {_dated(item) for fact in facts if not isinstance(fact.value, Temporal) for item in fact.evidence}
    behind = {item.reference for fact in facts if not _is_conclusion(fact, references) for item in fact.evidence}
    worth: list[ShownFact] = []
    earlier: set[_Said] = set()
    for fact in facts:
        said = (fact.text, fact.evidence)
        if isinstance(fact.value, Temporal):
            is_told = bool(fact.evidence) and all((item.reference, day(fact.value.text)) in dated for item in fact.evidence)
        elif _is_conclusion(fact, references):
            is_told = all(item.reference in behind for item in fact.evidence)
        else:
            is_told = bool(fact.evidence) and not isinstance(fact.value, bool) and said in earlier
        if not is_told:
            worth.append(fact)
        earlier.add(said)
    return sorted(worth, key=lambda fact: _is_conclusion(fact, references))


def _dated(item: Evidence) -> tuple[str, str | None]:
    return item.reference, day(item.date) if item.date else None


def _is_conclusion(fact: ShownFact, references: int) -> bool:
    """A yes that needs more resources than a line names."""
    return fact.value is True and len(fact.evidence) > references


def fact_line(fact: ShownFact, references: int) -> str:
    """Title, value, and what it rests on: the first few resources, each date once and not again where the value holds it."""
    first = fact.evidence[:references]
    parts = []
    for date, items in groupby(first, lambda item: item.date and day(item.date)):
        named = ", ".join(reference(item.reference) for item in items)
        parts.append(f"{date} {named}" if date and date not in fact.text else named)
    if len(fact.evidence) > references:
        parts.append(f"and {len(fact.evidence) - references} more")
    evidence = f" ({'; '.join(parts)})" if parts else ""
    return f"{fact.title}: {fact.text}{evidence}"


def as_json(value: Any) -> Any:
    """A fact's value as JSON: decimals as numbers, dates as text, empty members left out."""
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


def _list_path(path: str, model: FactModel) -> str:
    names = path.split(".")
    for number in range(1, len(names)):
        parent = ".".join(names[:number])
        declaration = model.declarations.get(parent)
        if declaration is not None and declaration.type.many:
            return parent
    return path


def _items(declaration: Declaration, values: Sequence[Any], facts: Facts, context: PlanContext) -> Iterable[ShownFact]:
    members = [
        item for path, item in context.model.declarations.items() if path.rpartition(".")[0] == declaration.path and _is_worded(item)
    ]
    for number, value in enumerate(values):
        parts = [
            _member(item, found, context)
            for item in members
            if (found := value_at(value, item.path.rpartition(".")[2])) not in (None, [], ()) and not (item.said and found is False)
        ]
        if parts:
            path = f"{declaration.path}[{number}]"
            evidence = tidied(item for name in value for item in facts.evidence.get(f"{path}.{name}", ()))
            yield ShownFact(path, title(declaration), ", ".join(_unrepeated(parts)), _public(declaration, value, context), evidence)


def _member(declaration: Declaration, value: Any, context: PlanContext) -> str:
    """A member in words: by its title alone where it is a flag that is to be said, after its title where it is a value that is."""
    text = _words(declaration, value, context)
    return text if not declaration.said else declaration.title if value is True else f"{declaration.title} {text}"


def _unrepeated(parts: Iterable[str]) -> Iterator[str]:
    """The parts without those that say nothing but words of earlier ones, such as a name made of what was just listed."""
    said: set[str] = set()
    for part in parts:
        named = set(_WORD.findall(part))
        if not named or named - said:
            yield part
        said |= named


def _public(declaration: Declaration, value: Mapping[str, Any], context: PlanContext) -> Mapping[str, Any]:
    """A list's element without its internal helpers and what the content has no name for."""
    members = {name: context.model.declarations.get(f"{declaration.path}.{name}") for name in value}
    return {name: value[name] for name, member in members.items() if member is not None and not member.internal}


def _is_worded(declaration: Declaration) -> bool:
    """Members that say something on their own: no flags but those that are to be said, no codes without words."""
    kind = declaration.type
    is_value = not declaration.internal and kind.name not in _WORDLESS and (kind.name != "code" or kind.code_system is not None)
    return declaration.said or is_value


def _text(declaration: Declaration, value: Any, evidence: Sequence[Evidence], context: PlanContext) -> str:
    """The value in words; what was looked for and not found is said to be so."""
    is_nothing = value in (False, 0) or (isinstance(value, (list, tuple)) and not value)
    if declaration.closed_world and not evidence:
        if is_nothing:
            return _NONE
        if value is True:
            return "yes, as far as the record received shows"
    if isinstance(value, (list, tuple)) and not value:
        return "none"
    return _words(declaration, value, context)


def _words(declaration: Declaration, value: Any, context: PlanContext) -> str:
    kind = declaration.type
    systems = ((kind.code_system, kind.codes),) if kind.code_system is not None else ()
    values = value if isinstance(value, (list, tuple)) else [value]
    is_free = kind.name in ("string", "any") or (kind.name == "code" and not kind.codes)
    texts = [words(item, systems, context) for item in values]
    joined = ", ".join(dict.fromkeys(escape(text) if is_free else entities(text) for text in texts))
    return f"{joined} {declaration.unit}" if declaration.unit else joined
