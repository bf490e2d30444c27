"""Sentence patterns: ``{plant} in the {place}[ since {day}]`` -> a regular expression, and what its slots were filled with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import product
from typing import Any

from cds_service.cases.days import DAY, iso_day

NUMBER, WORDS, WHEN = "number", "words", "day"
BUILT_IN = frozenset({NUMBER, WORDS, WHEN})
_BUILT_IN = {NUMBER: r"-?[0-9]+(?:\.[0-9]+)?", WORDS: r'"[^"]*"', WHEN: DAY}
_TOKEN = re.compile(r"\{(?P<name>[a-z][a-z0-9_-]*)(?::(?P<kind>[a-z][a-z0-9-]*))?\}|(?P<open>\[)|(?P<close>\])|(?P<text>[^\[\]{}]+|[{}])")
_JOIN = " + "


@dataclass(frozen=True, slots=True)
class Row:
    """A word of a table, as written there, and its columns; a plain value is the column ``code``."""

    word: str
    columns: Mapping[str, Any]


Table = Mapping[str, tuple[Row, ...]]
"""Word in lower case -> its row, or the several rows that it stands for."""
Bindings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to say a phrase. ``slots``: name -> kind; ``strict`` accepts only known words, ``loose`` any, to tell which is unknown."""

    text: str
    slots: Mapping[str, str]
    strict: re.Pattern[str]
    loose: re.Pattern[str]
    literal: int


def slots_of(text: str) -> list[tuple[str, str]]:
    """The slots of a pattern as (name, kind)."""
    return [(token["name"], token["kind"] or token["name"]) for token in _TOKEN.finditer(text) if token["name"]]


def faults_of(text: str) -> str | None:
    """What is wrong with the form of a pattern, if anything."""
    depth, names = 0, [_group(name) for name, _ in slots_of(text)]
    for token in _TOKEN.finditer(text):
        depth += bool(token["open"]) - bool(token["close"])
        if token["text"] in ("{", "}") or depth not in (0, 1):
            return "has a bracket or brace that does not belong"
    if depth:
        return "opens a bracket that it does not close"
    if len(set(names)) < len(names):
        return "uses a slot twice"
    return "holds a comma, which ends a phrase" if "," in text else None


def _group(slot: str) -> str:
    """The name of a slot as regular expressions can write it."""
    return slot.replace("-", "_")


def compile_pattern(text: str, tables: Mapping[str, Table]) -> Pattern:
    """Compile a pattern without faults, whose kinds are tables or built in."""
    parts = {kind: _slot(kind, tables) for _, kind in slots_of(text)}
    return Pattern(
        text=text,
        slots=dict(slots_of(text)),
        strict=re.compile(_regex(text, parts), re.IGNORECASE),
        loose=re.compile(_regex(text, dict.fromkeys(parts, ".+?")), re.IGNORECASE),
        literal=sum(len(token["text"].strip()) for token in _TOKEN.finditer(text) if token["text"]),
    )


def _regex(text: str, slots: Mapping[str, str]) -> str:
    parts = []
    for token in _TOKEN.finditer(text):
        if token["name"]:
            parts.append(f"(?P<{_group(token['name'])}>{slots[token['kind'] or token['name']]})")
        elif token["text"]:
            parts.append(re.escape(token["text"]))
        else:
            parts.append("(?:" if token["open"] else ")?")
    return "".join(parts)


def _slot(kind: str, tables: Mapping[str, Table]) -> str:
    if kind in BUILT_IN:
        return _BUILT_IN[kind]
    word = "|".join(re.escape(word) for word in sorted(tables[kind], key=len, reverse=True))
    return rf"(?:{word})(?:{re.escape(_JOIN)}(?:{word}))*"


def bindings_of(pattern: Pattern, found: re.Match[str], tables: Mapping[str, Table], today: date) -> tuple[Bindings, ...]:
    """What the slots hold; several, if words were joined by " + " or stand for several rows."""
    choices: list[Sequence[Any]] = []
    for name, kind in pattern.slots.items():
        text = found[_group(name)]
        choices.append((None,) if text is None else tuple(_values(text, kind, tables, today)))
    return tuple(dict(zip(pattern.slots, choice, strict=True)) for choice in product(*choices))


def _values(text: str, kind: str, tables: Mapping[str, Table], today: date) -> Iterable[Any]:
    if kind == NUMBER:
        yield float(text) if "." in text else int(text)
    elif kind == WORDS:
        yield text.strip('"')
    elif kind == WHEN:
        yield iso_day(text, today)
    else:
        for word in text.lower().split(_JOIN):
            yield from tables[kind][word]


def unknown_words(pattern: Pattern, sentence: str, tables: Mapping[str, Table]) -> str | None:
    """If a sentence fits a pattern but for words that no table has: which, and the nearest that it has."""
    found = pattern.loose.fullmatch(sentence)
    if found is None or not pattern.literal:
        return None
    for name, kind in pattern.slots.items():
        text = found[_group(name)]
        if text is None or re.fullmatch(_slot(kind, tables), text, re.IGNORECASE):
            continue
        if kind in BUILT_IN:
            return f"'{text}' is no {kind}"
        missing = next(word for word in text.lower().split(_JOIN) if word not in tables[kind])
        nearest = get_close_matches(missing, tables[kind], 3, 0.5) or sorted(tables[kind])[:8]
        return f"'{missing}' is not in the table '{kind}', which has for example: {', '.join(nearest)}"
    return None


def sentences_of_words(pattern: Pattern, tables: Mapping[str, Table]) -> Iterable[str]:
    """Where a pattern is one slot and nothing else, the words of its table, which are whole sentences; else the pattern itself."""
    kinds = tuple(pattern.slots.values())
    if pattern.literal or len(kinds) != 1 or kinds[0] in BUILT_IN:
        return (pattern.text,)
    return tuple(tables[kinds[0]])


def example_of(pattern: Pattern, tables: Mapping[str, Table]) -> str:
    """A sentence that fits a pattern, with every optional part: to try a phrase, and to show it."""
    built_in = {NUMBER: "3", WORDS: '"words"', WHEN: "12 days ago"}
    parts = []
    for token in _TOKEN.finditer(pattern.text):
        if token["name"]:
            kind = token["kind"] or token["name"]
            parts.append(built_in[kind] if kind in BUILT_IN else next(iter(tables[kind].values()))[0].word)
        elif token["text"]:
            parts.append(token["text"])
    return "".join(parts)
