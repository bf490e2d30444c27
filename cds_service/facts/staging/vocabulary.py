"""The little that staging asks of the terminology content, and the ids of the value sets and maps that it uses."""

from __future__ import annotations

from typing import Protocol

from cds_service.fhir.codings import Concept

AXES = ("t", "n", "m", "group")

OBSERVATION_MAP = "tnm-observation"
"""ConceptMap: codes, and spellings of codes without coding -> ``t-c``, ``group-p``, ``n`` (no prefix named), ``panel``, ``descriptor``."""
OBSERVATION_TARGET = "tnm-observation"
CATEGORY_MAP = "staging-category"
"""ConceptMap: coded values and listed spellings -> category text (``cT3``, ``M1a``), stage group (``IVA``) or :data:`NOT_RECORDED`."""
CATEGORY_TARGETS = ("tnm-category", "stage-group")
NOT_RECORDED = "not-recorded"
DESCRIPTOR_TARGET = "tnm-descriptor"
"""Target of :data:`CATEGORY_MAP` for values that say that a whole set is after treatment (y), of a recurrence (r), from an autopsy (a)."""
CATEGORY_TEXT_CODES = "tnm-category-text"
"""ValueSet of the code systems whose codes are category texts themselves."""
EDITION_MAP = "staging-edition"
EDITION_TARGET = "staging-edition"


class Terminology(Protocol):
    """What staging needs from the terminology content. Map and value set ids are those of the content's files."""

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
