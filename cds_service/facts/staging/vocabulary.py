"""By which maps and value sets of the content staging is read: their names are the content's, and so are all codes in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.codings import TEXT_SYSTEM, Concept, normalise_text
from cds_service.fhir.terminology import Meanings, Terminology

AXES = ("t", "n", "m", "group")


@dataclass(frozen=True, slots=True)
class Names:
    """One map of the content, and the code system that is asked for in it."""

    map: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The content's terminology as staging asks it.

    ``kinds``: codes, and spellings of codes without coding -> ``t-c``, ``group-p``, ``n`` (no prefix named), ``panel``,
    ``descriptor``. ``values``: coded values and listed spellings -> category text (``cT3``, ``M1a``), or ``absent`` (nothing was
    recorded). ``groups``: the same -> stage group, in whatever words the content has. ``descriptors``: values that say of a whole set
    that it is after treatment (y), of a recurrence (r), from an autopsy (a). ``written``: value set of the code systems whose codes are
    category texts themselves. ``editions``: methods and stage types -> edition. ``suffixes``: lower-case words that may stand in
    brackets behind a category without changing it. All but the first two are ``None``, or empty, where the content has no such thing.
    """

    terminology: Terminology
    kinds: Names
    values: Names
    absent: str | None = None
    groups: Names | None = None
    descriptors: Names | None = None
    editions: Names | None = None
    written: str | None = None
    suffixes: frozenset[str] = frozenset()

    def concepts(self, codeable: object) -> tuple[Concept, ...]:
        """The codings of a CodeableConcept, empty for none."""
        return self.terminology.concepts(codeable)

    def meanings(self, codeable: object) -> Meanings:
        """What the content says of the codings of a CodeableConcept."""
        return self.terminology.meanings(codeable)

    def found(self, names: Names | None, concept: Concept) -> tuple[str, ...]:
        """What a map gives for a code."""
        return () if names is None else self.terminology.translate(names.map, concept, names.target)

    def found_in_text(self, names: Names | None, text: str) -> tuple[str, ...]:
        """What a map gives for a listed spelling."""
        return self.found(names, spelling(text))

    def is_category_text(self, concept: Concept) -> bool:
        """Whether the code itself is a category as it is written."""
        return self.written is not None and self.terminology.member(self.written, concept)


def spelling(text: str) -> Concept:
    """A text as maps list it."""
    return Concept(TEXT_SYSTEM, normalise_text(text))


def vocabulary(terminology: Terminology, options: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary that a declaration names: ``kinds`` and ``values``, and if wanted the others.

    Those of them that are maps are ``{map, target}``; ``values`` may name what is ``absent``; ``suffixes`` is a code system.
    """
    return Vocabulary(
        terminology=terminology,
        kinds=Names(options["kinds"]["map"], options["kinds"]["target"]),
        values=Names(options["values"]["map"], options["values"]["target"]),
        absent=options["values"].get("absent"),
        groups=_names(options.get("groups")),
        descriptors=_names(options.get("descriptors")),
        editions=_names(options.get("editions")),
        written=options.get("written"),
        suffixes=terminology.codes(options["suffixes"]) if "suffixes" in options else frozenset(),
    )


def _names(block: Mapping[str, Any] | None) -> Names | None:
    return None if block is None else Names(block["map"], block["target"])
