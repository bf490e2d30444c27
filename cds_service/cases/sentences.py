"""From a sentence to FHIR resources, by the phrases of the content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from cds_service.cases.days import Timing, timing_of
from cds_service.cases.patterns import Bindings, bindings_of, sentences_of_words, unknown_words
from cds_service.cases.phrases import RECORD, Modifier, Phrase, Phrasebook
from cds_service.cases.templates import extended, fill, merged, pruned

Resource = dict[str, Any]

_COMMA = re.compile(r',\s*(?=(?:[^"]*"[^"]*")*[^"]*\Z)')
_DEPTH = 5  # phrases that mean other phrases; deeper is a circle


class SentenceError(Exception):
    """A sentence that cannot be understood: ``str(error)`` says why, ``remedy`` what to write instead."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class _Change:
    """A modifier as said: its words, and what they may mean, by resource type."""

    text: str
    choices: tuple[tuple[Modifier, Bindings], ...]

    def apply(self, resource: Resource, scope: Mapping[str, Any]) -> Resource | None:
        """The resource changed, or ``None`` if this cannot be said of it. Raises :class:`SentenceError`."""
        for modifier, bindings in self.choices:
            if modifier.of and resource["resourceType"] not in modifier.of:
                continue
            known = {**scope, **bindings, "this": resource}
            changed = merged(resource, fill(modifier.sets, known))
            try:
                return extended(changed, pruned(fill(modifier.adds, known)) or {})
            except TypeError as error:
                raise SentenceError(f"'{self.text}' adds to {error}, which is no list", "write it as FHIR does, after '- '") from None
        return None


def read_sentence(book: Phrasebook, sentence: str, use: str = RECORD) -> tuple[Resource, ...]:
    """The resources that a sentence gives (``use``: in the record, or as drafts). Raises :class:`SentenceError`.

    They are shared by all who say the same, and not to be changed in place.
    """
    key = use, sentence
    if key not in book.understood:
        book.understood[key] = _understood(book, sentence, use)
    return book.understood[key]


def _understood(book: Phrasebook, sentence: str, use: str) -> tuple[Resource, ...]:
    resources, applied, changes = _read(book, sentence, use, Timing(), (), _DEPTH)
    for change in changes:
        if change.text not in applied:
            types = ", ".join(sorted({resource["resourceType"] for resource in resources}))
            raise SentenceError(f"'{change.text}' cannot be said of this ({types})", "leave it out, or choose another modifier")
    return resources


def parts_of(sentence: str) -> tuple[str, tuple[str, ...]]:
    """What a sentence says, and what it adds after commas."""
    first, *more = (part.strip() for part in _COMMA.split(" ".join(sentence.split())))
    return first, tuple(more)


def _read(
    book: Phrasebook, sentence: str, use: str, outer: Timing, changes: tuple[_Change, ...], depth: int
) -> tuple[tuple[Resource, ...], frozenset[str], tuple[_Change, ...]]:
    first, more = parts_of(sentence)
    timing = outer
    own: list[_Change] = []
    for part in more:
        said = timing_of(part, book.as_of)
        if said is None:
            own.append(_change(book, part))
        else:
            timing = timing.over(said)
    phrase, bound = _phrase(book, first, use)
    timing = timing.over(phrase.timing)
    every = (*own, *changes)
    if not phrase.means:
        return (*_made(book, phrase, bound, use, timing, every), tuple(own))
    if not depth:
        raise SentenceError(f"'{first}' means phrases that mean it again", "break the circle")
    inner = [text for bindings in bound for template in phrase.means if (text := fill(template, bindings)) is not None]
    results = [_read(book, text, use, timing, every, depth - 1) for text in inner]
    resources = tuple(resource for found, _, _ in results for resource in found)
    return resources, frozenset().union(*(applied for _, applied, _ in results)), tuple(own)


def _made(
    book: Phrasebook, phrase: Phrase, bound: Iterable[Bindings], use: str, timing: Timing, changes: Sequence[_Change]
) -> tuple[tuple[Resource, ...], frozenset[str]]:
    made: list[Resource] = []
    applied: set[str] = set()
    for bindings in bound:
        scope = {**_times(book, timing), "patient": book.patient["id"], **bindings}
        for template in phrase.gives:
            default = book.defaults.get(use, {}).get(template["resourceType"], {})
            resource = pruned(fill(merged(default, template), scope))
            for change in changes:
                changed = change.apply(resource, scope)
                if changed is not None:
                    resource = changed
                    applied.add(change.text)
            made.append(_resource(pruned(resource), phrase))
    return tuple(made), frozenset(applied)


def _resource(value: Any, phrase: Phrase) -> Resource:
    """What a template became, if it is still a resource with an id that can be referred to. Raises :class:`SentenceError`."""
    if isinstance(value, dict) and isinstance(value.get("resourceType"), str) and isinstance(value.get("id", ""), str):
        return value
    raise SentenceError(f"'{phrase.say[0].text}' gives no FHIR resource", "keep its resourceType, and make its id a text")


def _times(book: Phrasebook, timing: Timing) -> dict[str, str | None]:
    """``instant`` where only a date is known, ``start`` and ``end`` where there is an end."""
    alone, started = (None, timing.date) if timing.end else (timing.date, None)
    return {"date": timing.date, "instant": alone, "start": started, "end": timing.end, "today": book.as_of.isoformat()}


def _phrase(book: Phrasebook, text: str, use: str) -> tuple[Phrase, tuple[Bindings, ...]]:
    """The one phrase that a text is, and what its slots hold. Raises :class:`SentenceError`."""
    found = [
        (phrase, pattern, match)
        for phrase in book.phrases[use]
        for pattern in phrase.say
        if (match := pattern.strict.fullmatch(text)) is not None
    ]
    if not found:
        raise _unknown(book, text, book.phrases[use], "phrase")
    if len({id(phrase) for phrase, _, _ in found}) > 1:
        said = " and ".join(f"'{pattern.text}'" for _, pattern, _ in found)
        raise SentenceError(f"'{text}' can be read in several ways: {said}", "make the phrases differ")
    phrase, pattern, match = found[0]
    return phrase, bindings_of(pattern, match, book.tables, book.as_of)


def _change(book: Phrasebook, text: str) -> _Change:
    choices = []
    for modifier in book.modifiers:
        for pattern in modifier.say:
            match = pattern.strict.fullmatch(text)
            if match is not None:
                (bindings, *more) = bindings_of(pattern, match, book.tables, book.as_of)
                if more:
                    raise SentenceError(f"'{text}' says several things at once", "write one word, without +")
                choices.append((modifier, bindings))
                break
    if not choices:
        raise _unknown(book, text, book.modifiers, "modifier or date")
    return _Change(text, tuple(choices))


def _unknown(book: Phrasebook, text: str, known: Sequence[Phrase] | Sequence[Modifier], kind: str) -> SentenceError:
    """What to write instead: the word that is missing in a table, else the nearest of all patterns."""
    patterns = [pattern for item in known for pattern in item.say]
    for pattern in sorted(patterns, key=lambda pattern: -pattern.literal):
        missing = unknown_words(pattern, text, book.tables)
        if missing is not None and pattern.literal >= len(text) // 3:
            return SentenceError(f"'{text}' is not understood: {missing}", f"correct the word in '{pattern.text}', or add it to the table")
    if not patterns:
        return SentenceError(f"no {kind} is declared", "declare one in phrases/*.yaml")
    sayable = [words for pattern in patterns for words in sentences_of_words(pattern, book.tables)]
    nearest = max(sayable, key=lambda words: SequenceMatcher(None, text.lower(), words.lower()).ratio())
    return SentenceError(f"'{text}' is no known {kind}", f"the nearest is '{nearest}'; `cds-service cases --phrases` lists all")
