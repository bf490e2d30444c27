"""The lines of "Why you see this": which facts are worth one, and as many as a card has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from cds_service.cards.values import ShownFact
from cds_service.cards.words import Piece, piece, total
from cds_service.fhirpath import Temporal
from cds_service.model.facts import Evidence
from cds_service.plans.markdown import day, reference

#: How many facts are shown and how many references each has: from generous to the least that still explains a card
MAX_FACTS, MIN_FACTS = 8, 3
MAX_REFERENCES, MIN_REFERENCES = 2, 1


@dataclass(frozen=True, slots=True)
class FactLines:
    """Writes the facts of one request; the line of a fact that several cards show is written once."""

    _written: dict[ShownFact, Piece] = field(default_factory=dict)

    def fitting(self, facts: Sequence[ShownFact], room: int) -> Sequence[Piece]:
        """As many facts as ``room`` words allow, and how many are left out."""
        worth = listed(facts, MAX_REFERENCES)
        lines = [self._line(fact) for fact in worth[:MAX_FACTS]]
        for limit in range(MAX_FACTS, MIN_FACTS - 1, -1):
            found = _capped(lines, limit, len(worth))
            if total(found) <= room:
                return found
        worth = listed(facts, MIN_REFERENCES)
        lines = [_line(fact, MIN_REFERENCES) for fact in worth[:MIN_FACTS]]
        return _capped(lines, MIN_FACTS, len(worth))

    def _line(self, fact: ShownFact) -> Piece:
        if fact not in self._written:
            self._written[fact] = _line(fact, MAX_REFERENCES)
        return self._written[fact]


def listed(facts: Sequence[ShownFact], references: int) -> list[ShownFact]:
    """The facts that are worth a line of their own; conclusions come last.

    Left out are a date that stands in the evidence of another fact, a value that an earlier fact gives in the same words from the
    same resources, and a conclusion from more than ``references`` resources if each of these stands behind a more particular fact.
    """
    dated, behind = _dated(facts), _behind(facts, references)
    worth: list[ShownFact] = []
    conclusions: list[ShownFact] = []
    earlier: dict[str, list[tuple[Evidence, ...]]] = {}
    for fact in facts:
        same_words = earlier.setdefault(fact.text, [])
        is_conclusion = _is_conclusion(fact, references)
        if isinstance(fact.value, Temporal):
            is_told = bool(fact.evidence) and dated.issuperset((item.reference, day(fact.value.text)) for item in fact.evidence)
        elif is_conclusion:
            is_told = behind.issuperset(item.reference for item in fact.evidence)
        else:
            is_told = bool(fact.evidence) and not isinstance(fact.value, bool) and fact.evidence in same_words
        if not is_told:
            (conclusions if is_conclusion else worth).append(fact)
        same_words.append(fact.evidence)
    return worth + conclusions


def _dated(facts: Sequence[ShownFact]) -> set[tuple[str, str]]:
    """Resource and day of what stands behind other facts than dates; nobody asks where there are no dates."""
    others = [fact for fact in facts if not isinstance(fact.value, Temporal)]
    if len(others) == len(facts):
        return set()
    return {(item.reference, day(item.date)) for fact in others for item in fact.evidence if item.date}


def _behind(facts: Sequence[ShownFact], references: int) -> set[str]:
    """What stands behind other facts than conclusions; nobody asks where there are no conclusions."""
    others = [fact for fact in facts if not _is_conclusion(fact, references)]
    return {item.reference for fact in others for item in fact.evidence} if len(others) < len(facts) else set()


def _is_conclusion(fact: ShownFact, references: int) -> bool:
    """A yes that needs more resources than a line names."""
    return fact.value is True and len(fact.evidence) > references


def _line(fact: ShownFact, references: int) -> Piece:
    """Title, value, and what it rests on: the first few resources, each date once and not again where the value holds it."""
    parts = []
    for date, items in groupby(fact.evidence[:references], lambda item: item.date and day(item.date)):
        named = ", ".join(reference(item.reference) for item in items)
        parts.append(f"{date} {named}" if date and date not in fact.text else named)
    if len(fact.evidence) > references:
        parts.append(f"and {len(fact.evidence) - references} more")
    evidence = f" ({'; '.join(parts)})" if parts else ""
    return piece(f"- {fact.title}: {fact.text}{evidence}")


def _capped(lines: Sequence[Piece], limit: int, count: int) -> Sequence[Piece]:
    """The first lines of ``count``, and how many more there are."""
    return lines[:limit] if count <= limit else [*lines[:limit], piece(f"- and {count - limit} more")]
