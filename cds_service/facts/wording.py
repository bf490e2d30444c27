"""What free text says by listed spellings, read phrase by phrase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cds_service.fhir.codings import TEXT_SYSTEM, Concept
from cds_service.fhir.terminology import Terminology

LONGEST = 3
"""Words of a spelling that is looked for inside a text."""


_NOTHING: frozenset[str] = frozenset()


class Phrase(NamedTuple):
    """A listed spelling inside a text: the number of its first word, how many words it has, and itself."""

    start: int
    size: int
    text: str


class Words(NamedTuple):
    """A text, normalised, with the spellings in it that the content lists, the longest first."""

    text: str
    phrases: tuple[Phrase, ...]


def read_words(normal: str, spellings: frozenset[str], beginnings: frozenset[str]) -> Words:
    """A normalised text as :class:`Words`; ``beginnings`` are the first words of the spellings."""
    words = normal.split()
    if beginnings.isdisjoint(words):
        return Words(normal, ())
    starts = [start for start, word in enumerate(words) if word in beginnings]
    places = [(start, size) for size in range(LONGEST, 0, -1) for start in starts if start + size <= len(words)]
    runs = [(start, size, " ".join(words[start : start + size])) for start, size in places]
    return Words(normal, tuple([Phrase(*run) for run in runs if run[2] in spellings]))


def said(terminology: Terminology, rule: Mapping[str, Any], words: Words) -> tuple[frozenset[str], str]:
    """What a text says by the spellings of a map (``map``, ``target``), and the text without them.

    A longer spelling wins over a shorter one inside it. A word of option ``negations`` right before a spelling takes it back.
    """
    if not words.phrases:
        return _NOTHING, words.text
    taken: set[int] = set()
    found: set[str] = set()
    each = words.text.split()
    for phrase in words.phrases:
        names = terminology.translate(rule["map"], Concept(TEXT_SYSTEM, phrase.text), rule["target"])
        places = range(phrase.start, phrase.start + phrase.size)
        if not names or not taken.isdisjoint(places):
            continue
        taken.update(places)
        if phrase.start == 0 or each[phrase.start - 1] not in rule.get("negations", ()):
            found.update(names)
    rest = " ".join(word for place, word in enumerate(each) if place not in taken) if taken else words.text
    return frozenset(found), rest
