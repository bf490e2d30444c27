"""What free text says by listed spellings, read phrase by phrase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.facts.context import Context
from cds_service.fhir.codings import normalise_text

_LONGEST = 3  # words of a spelling that is looked for inside a text


def phrases(words: list[str]) -> Iterator[tuple[int, int, str]]:
    """Every run of words as (start, length, phrase), the longest first."""
    for size in range(_LONGEST, 0, -1):
        for start in range(len(words) - size + 1):
            yield start, size, " ".join(words[start : start + size])


def said(context: Context, rule: Mapping[str, Any], text: str) -> tuple[frozenset[str], str]:
    """What a text says by the spellings of a map (``map``, ``target``), and the text without them, normalised.

    A longer spelling wins over a shorter one inside it. A word of option ``negations`` right before a spelling takes it back.
    """
    words: list[str] = normalise_text(text).split()
    taken: dict[int, int] = {}
    found: set[str] = set()
    for start, size, phrase in phrases(words):
        names = context.terminology.translate_text(rule["map"], phrase, rule["target"])
        if not names or any(place in taken for place in range(start, start + size)):
            continue
        taken.update(dict.fromkeys(range(start, start + size), start))
        if start == 0 or words[start - 1] not in rule.get("negations", ()):
            found.update(names)
    return frozenset(found), " ".join(word for place, word in enumerate(words) if place not in taken)
