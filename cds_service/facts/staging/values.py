"""The value of an Observation, a component or a Condition's stage summary, as categories."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cds_service.facts.staging.categories import Category, CategoryText, parse_category_text
from cds_service.facts.staging.vocabulary import Vocabulary, spelling
from cds_service.fhir.codings import Concept

ABSENT = "absent"
READ = "read"
UNREADABLE = "unreadable"
DIFFERENT = "different"


class Value(NamedTuple):
    """``state``: read, absent (nothing recorded), unreadable, or different (codings that disagree).

    ``coded`` also for a text that is one category in its usual spelling; ``code`` is ``system|code`` as matched.
    """

    state: str
    categories: tuple[Category, ...] = ()
    coded: bool = True
    code: str | None = None


def read_value(holder: Mapping[str, Any], terms: Vocabulary) -> Value:
    """The ``value[x]`` of an Observation or component; without one, it is absent, whatever the reason."""
    for name in ("valueCodeableConcept", "valueCoding"):
        value = holder.get(name)
        if isinstance(value, Mapping):
            return read_concept(value if name == "valueCodeableConcept" else {"coding": [value]}, terms)
    text = holder.get("valueString")
    if isinstance(text, str):
        return _read_text(text, terms)
    return Value(UNREADABLE if any(name.startswith("value") for name in holder) else ABSENT)


def read_concept(value: Mapping[str, Any], terms: Vocabulary) -> Value:
    """A CodeableConcept: its codings where any is known, else its text."""
    coded = terms.meanings(value)
    read = [(one.concept, _meaning(one.concept, terms, is_text=terms.written in one.sets)) for one in coded]
    found = [(concept, meaning) for concept, meaning in read if meaning is not None]
    readings = [(concept, meaning) for concept, meaning in found if meaning.categories]
    if readings:
        return _agreeing(readings)
    if found:
        return Value(ABSENT)
    text = value.get("text")
    if isinstance(text, str):
        return _read_text(text, terms)
    return Value(UNREADABLE if coded else ABSENT)


def _meaning(concept: Concept, terms: Vocabulary, *, is_text: bool) -> CategoryText | None:
    """What a code, or a listed spelling, stands for: no category where it says that nothing is recorded; ``None`` if it is not known.

    ``is_text``: the code is a category as it is written. A stage group stands for itself, so that the content may name groups in any words.
    """
    groups = terms.found(terms.groups, concept)
    if groups:
        return CategoryText((Category("group", "", groups[0]),), plain=True)
    codes = terms.found(terms.values, concept)
    if codes == (terms.absent,):
        return CategoryText((), plain=True)
    text = codes[0] if codes else concept.code if is_text else None
    return None if text is None else _of_code(text, terms.suffixes)


@lru_cache(maxsize=1024)
def _of_code(text: str, suffixes: frozenset[str]) -> CategoryText | None:
    """The category text that a code is, or stands for; never free text."""
    return parse_category_text(text, suffixes)


def _agreeing(readings: list[tuple[Concept, CategoryText]]) -> Value:
    """One value from several codings: the same values, of which the most explicit prefix stays."""
    said = {frozenset((item.axis, item.value) for item in parsed.categories) for _, parsed in readings}
    if len(said) > 1:
        return Value(DIFFERENT)
    concept, parsed = max(readings, key=lambda reading: max(len(item.prefix) for item in reading[1].categories))
    return Value(READ, _recorded(parsed), code=str(concept)) if _recorded(parsed) else Value(ABSENT)


def _read_text(text: str, terms: Vocabulary) -> Value:
    if not text.strip():
        return Value(ABSENT)
    spelled = spelling(text)
    parsed = _meaning(spelled, terms, is_text=terms.is_category_text(spelled)) or parse_category_text(text, terms.suffixes)
    if parsed is None:
        return Value(UNREADABLE, coded=False)
    categories = _recorded(parsed)
    return Value(READ, categories, coded=parsed.plain) if categories else Value(ABSENT)


def _recorded(parsed: CategoryText) -> tuple[Category, ...]:
    """Without MX: it says that nothing is known of spread, so it is no category."""
    return tuple(item for item in parsed.categories if item.value != "MX")
