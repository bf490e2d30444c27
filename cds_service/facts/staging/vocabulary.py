"""By which maps and value sets of the content staging is read: their names are the content's, and so are all codes in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cds_service.fhir.codings import Concept

AXES = ("t", "n", "m", "group")


class Terminology(Protocol):
    """What staging needs from the terminology content."""

    def concepts(self, codeable: object, /) -> tuple[Concept, ...]:
        """The codings of a CodeableConcept, empty for none."""
        ...

    def member(self, value_set: str, concept: Concept, /) -> bool:
        """Whether a concept is in a value set."""
        ...

    def translate(self, concept_map: str, concept: Concept, target: str, /) -> tuple[str, ...]:
        """The target codes of a concept, empty for none."""
        ...

    def translate_text(self, concept_map: str, text: str, target: str, /) -> tuple[str, ...]:
        """The target codes of a listed spelling, empty for none."""
        ...


@dataclass(frozen=True, slots=True)
class Names:
    """One map of the content, and the code systems that are asked for in it."""

    map: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The content's terminology as staging asks it.

    ``kinds``: codes, and spellings of codes without coding -> ``t-c``, ``group-p``, ``n`` (no prefix named), ``panel``,
    ``descriptor``. ``values``: coded values and listed spellings -> category text (``cT3``, ``M1a``), stage group (``IVA``), or
    ``absent`` (nothing was recorded). ``descriptors``: values that say of a whole set that it is after treatment (y), of a recurrence
    (r), from an autopsy (a). ``written``: value set of the code systems whose codes are category texts themselves. ``editions``:
    methods and stage types -> edition. The last three are ``None`` where the content has no such thing.
    """

    terminology: Terminology
    kinds: Names
    values: Names
    absent: str | None = None
    descriptors: Names | None = None
    editions: Names | None = None
    written: str | None = None

    def concepts(self, codeable: object) -> tuple[Concept, ...]:
        """The codings of a CodeableConcept, empty for none."""
        return self.terminology.concepts(codeable)

    def found(self, names: Names | None, concept: Concept) -> tuple[str, ...]:
        """What a map gives for a code, by its targets in order."""
        return tuple(self._found(names, concept))

    def found_in_text(self, names: Names | None, text: str) -> tuple[str, ...]:
        """What a map gives for a listed spelling, by its targets in order."""
        if names is None:
            return ()
        return tuple(code for target in names.targets for code in self.terminology.translate_text(names.map, text, target))

    def is_category_text(self, concept: Concept) -> bool:
        """Whether the code itself is a category as it is written."""
        return self.written is not None and self.terminology.member(self.written, concept)

    def _found(self, names: Names | None, concept: Concept) -> Iterator[str]:
        if names is not None:
            for target in names.targets:
                yield from self.terminology.translate(names.map, concept, target)


def vocabulary(terminology: Terminology, options: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary that a declaration names: ``kinds`` and ``values``, and if wanted ``descriptors``, ``editions`` and ``written``.

    The first four are ``{map, target}``, where ``target`` may be a list; ``values`` may name what is ``absent``.
    """
    return Vocabulary(
        terminology=terminology,
        kinds=_names(options["kinds"]),
        values=_names(options["values"]),
        absent=options["values"].get("absent"),
        descriptors=_names(options["descriptors"]) if "descriptors" in options else None,
        editions=_names(options["editions"]) if "editions" in options else None,
        written=options.get("written"),
    )


def _names(block: Mapping[str, Any]) -> Names:
    targets = block["target"]
    return Names(str(block["map"]), tuple(targets) if isinstance(targets, list) else (str(targets),))
