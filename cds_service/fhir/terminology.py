"""The content's terminology, asked by code: value sets, concept maps, our code systems, and system aliases.

What the content says of a code is worked out once and remembered for the codes asked about most (:meth:`Terminology.meaning`): it
follows from the content and the code alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, NamedTuple, Self, TypeVar

from cds_service.fhir.codings import CODE_FORMS, TEXT_SYSTEM, Concept, codings, normalise_text, texts
from cds_service.fhir.names import Names

_Written = TypeVar("_Written", bound=Hashable)

_REMEMBERED = 4096
"""How many codes, and how many rows of several codes."""
_TOGETHER = 8
"""Codes in a row that is remembered: real CodeableConcepts have fewer."""
_LONGEST = 200
"""Characters of a code and of the address of its system that are remembered: real ones are shorter."""


@dataclass(frozen=True, slots=True)
class Systems:
    """Aliases to preferred URIs, and how codes of a system are spelled."""

    preferred: Mapping[str, str]
    forms: Mapping[str, str]

    def concept(self, system: str, code: str) -> Concept:
        """A code in the content's spelling."""
        uri = self._resolve(system.strip())
        return Concept(uri, CODE_FORMS[self.forms.get(uri, "plain")](code))

    def _resolve(self, system: str) -> str:
        named = system.split("|", 1)[0]  # some feeds write a canonical with its version
        found = self.preferred.get(named) or self.preferred.get(bare(named))
        if found is None and "/" in named:  # editions and versions hang below the system's own URI
            parts = named.split("/")
            heads = ("/".join(parts[:n]) for n in range(len(parts) - 1, 2, -1))
            found = next((self.preferred[head] for head in heads if head in self.preferred), None)
        return found or system


class Meaning(NamedTuple):
    """What the content says of one code: ``sets`` hold it, ``maps`` list it. ``is_listed``: by name, not only by a pattern."""

    concept: Concept
    sets: frozenset[str]
    maps: frozenset[str]
    is_listed: bool


class Meanings(tuple[Meaning, ...]):  # noqa: SLOT001 a tuple can have no named slots
    """What the content says of the codes of one CodeableConcept.

    ``first``: value set -> the first of the codes that it holds. ``translated``: (map, target) -> what
    :meth:`Terminology.translated` found, for the maps that list one of the codes.
    """

    concepts: tuple[Concept, ...]
    first: Mapping[str, Concept]
    maps: frozenset[str]
    is_listed: bool
    translated: dict[tuple[str, str], tuple[tuple[str, Concept], ...]]

    def __new__(cls, meanings: Iterable[Meaning]) -> Self:
        """Work out what is asked of all codes together."""
        made = super().__new__(cls, meanings)
        made.concepts = tuple([meaning.concept for meaning in made])
        made.first = {name: meaning.concept for meaning in reversed(made) for name in meaning.sets}
        made.maps = frozenset[str]().union(*[meaning.maps for meaning in made])
        made.is_listed = any(meaning.is_listed for meaning in made)
        made.translated = {}
        return made


_NONE = Meanings(())


@dataclass(frozen=True, slots=True)
class Terminology:
    """All code look-ups of one content folder; ids are the last segment of the canonical URL.

    ``known`` are the codes that any value set or map lists, ``spellings`` the texts among them, normalised,
    and ``beginnings`` the first words of those.
    """

    systems: Systems
    members: Mapping[str, frozenset[Concept]]
    patterns: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]
    excluded: Mapping[str, frozenset[Concept]]
    maps: Mapping[str, Mapping[str, Mapping[Concept, tuple[str, ...]]]]
    displays: Mapping[str, Mapping[str, str]]
    names: Names = field(default_factory=Names)
    known: frozenset[Concept] = field(init=False, repr=False, compare=False)
    spellings: frozenset[str] = field(init=False, repr=False, compare=False)
    beginnings: frozenset[str] = field(init=False, repr=False, compare=False)
    _codes: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)
    _remembered: dict[tuple[str, str], Meanings] = field(default_factory=dict, init=False, repr=False, compare=False)
    _together: dict[tuple[tuple[str, str], ...], Meanings] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index every code that a value set or map lists."""
        mapped = (index for targets in self.maps.values() for index in targets.values())
        known = frozenset[Concept]().union(*self.members.values(), *mapped)
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "_codes", {name: frozenset(words) for name, words in self.displays.items()})
        spellings = frozenset(concept.code for concept in known if concept.system == TEXT_SYSTEM)
        object.__setattr__(self, "spellings", spellings)
        object.__setattr__(self, "beginnings", frozenset(text.partition(" ")[0] for text in spellings))

    def meaning(self, system: str, code: str) -> Meaning:
        """What the content says of a code as it is written."""
        return (self._remembered.get((system, code)) or self._look_up(system, code))[0]

    def _look_up(self, system: str, code: str) -> Meanings:
        if len(system) + len(code) > _LONGEST:
            return Meanings((self._meaning(system, code),))
        written = (intern(system), code)
        return _keep(self._remembered, written, Meanings((self._meaning(*written),)))

    def _look_up_all(self, written: tuple[tuple[str, str], ...]) -> Meanings:
        if len(written) == 1:
            return self._remembered.get(written[0]) or self._look_up(*written[0])
        found = Meanings([self.meaning(system, code) for system, code in written])
        if len(written) <= _TOGETHER and all(len(system) + len(code) <= _LONGEST for system, code in written):
            _keep(self._together, tuple([(intern(system), code) for system, code in written]), found)
        return found

    def _meaning(self, system: str, code: str) -> Meaning:
        concept = self.systems.concept(system, code)
        is_listed = concept in self.known
        sets = (name for name in self.members if self.member(name, concept)) if is_listed or self._is_patterned(concept.system) else ()
        maps = (name for name, targets in self.maps.items() if any(concept in index for index in targets.values())) if is_listed else ()
        return Meaning(concept, frozenset(sets), frozenset(maps), is_listed)

    def _is_patterned(self, system: str) -> bool:
        return any(named == system for patterns in self.patterns.values() for named, _ in patterns)

    def meanings(self, codeable: Any) -> Meanings:
        """What the content says of the codes of a CodeableConcept (or list of them)."""
        if codeable is None:
            return _NONE
        try:  # codes that were met before, in their usual shape: nearly all
            listed = (codeable[0] if type(codeable) is list and len(codeable) == 1 else codeable)["coding"]
            if len(listed) == 1:
                coding = listed[0]
                return self._remembered[coding["system"], coding["code"]]
            return self._together[tuple([(coding["system"], coding["code"]) for coding in listed])]
        except (KeyError, TypeError):
            written = tuple(codings(codeable))
            return self._together.get(written) or self._look_up_all(written) if written else _NONE

    def concepts(self, codeable: object) -> tuple[Concept, ...]:
        """The codes of a CodeableConcept (or list of them) in the content's spelling."""
        return self.meanings(codeable).concepts

    def member(self, value_set: str, concept: Concept) -> bool:
        """Whether a value set holds a code."""
        if concept in self.members[value_set]:
            return True
        if concept in self.excluded[value_set]:
            return False
        return any(system == concept.system and pattern.fullmatch(concept.code) for system, pattern in self.patterns[value_set])

    def match(self, value_set: str, codeable: object) -> Concept | None:
        """The first code of a CodeableConcept that a value set holds."""
        return self.meanings(codeable).first.get(value_set)

    def translate(self, concept_map: str, concept: Concept, target: str) -> tuple[str, ...]:
        """The codes of our code system ``target`` that a map gives for a code."""
        return self.maps[concept_map].get(target, {}).get(concept, ())

    def translated(self, concept_map: str, meanings: Meanings, target: str) -> tuple[tuple[str, Concept], ...]:
        """Every (target code, matched concept) of the codes of a CodeableConcept."""
        if concept_map not in meanings.maps:
            return ()
        found = meanings.translated.get((concept_map, target))
        if found is None:
            found = tuple([(code, concept) for concept in meanings.concepts for code in self.translate(concept_map, concept, target)])
            meanings.translated[concept_map, target] = found
        return found

    def translations(
        self, concept_map: str, codeable: object, target: str, normal: Callable[[str], str] = normalise_text
    ) -> tuple[tuple[str, Concept], ...]:
        """Every (target code, matched concept) of a CodeableConcept: by code, and by text only where no code matched.

        ``normal`` is :func:`normalise_text`, for one who remembers what it gave.
        """
        if codeable is None:
            return ()
        found = self.translated(concept_map, self.meanings(codeable), target)
        if found:
            return found
        spelled = [name for text in texts(codeable) if (name := normal(text)) in self.spellings]
        if not spelled:
            return ()
        written = [Concept(TEXT_SYSTEM, name) for name in spelled]
        return tuple([(code, concept) for concept in written for code in self.translate(concept_map, concept, target)])

    def may_matter(self, codeable: Any) -> bool:
        """Whether any value set or map lists a code of a CodeableConcept; true for one that holds no code at all.

        Value sets given by pattern are not asked: use it only for elements that no pattern is about. It is asked of every Observation.
        """
        known = self._remembered
        try:
            for coding in codeable["coding"]:
                if known[coding["system"], coding["code"]].is_listed:
                    return True
            return not codeable["coding"]
        except (KeyError, TypeError):
            meanings = self.meanings(codeable)
            return meanings.is_listed or not meanings

    def display(self, code_system: str, code: str) -> str:
        """The words that cards use for one of our codes."""
        return self.displays.get(code_system, {}).get(code, code)

    def codes(self, code_system: str) -> frozenset[str]:
        """All codes of one of our code systems."""
        return self._codes.get(code_system, frozenset())

    def expand(self, value_set: str) -> tuple[Concept, ...]:
        """The listed codes of a value set (id or canonical URL), sorted; codes given by pattern cannot be listed."""
        return tuple(sorted(self.members[value_set.split("|", 1)[0].rsplit("/", 1)[-1]]))


def bare(uri: str) -> str:
    """A URI or OID without what feeds write differently: case, the prefix of an OID, a trailing slash."""
    return uri.lower().removeprefix("urn:oid:").rstrip("/")


def _keep(memory: dict[_Written, Meanings], written: _Written, found: Meanings) -> Meanings:
    """Remember what codes mean as they are written; when there is no more room, as many as few hospitals use, begin anew."""
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[written] = found
    return found
