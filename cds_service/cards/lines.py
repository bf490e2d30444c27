"""The lines of "Why you see this": which facts are worth one, and as many as a card has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cds_service.cards.values import Proof, ShownFact
from cds_service.cards.words import Piece, total, words
from cds_service.fhirpath import Temporal
from cds_service.plans.markdown import day

#: How many facts are shown and how many references each has: from generous to the least that still explains a card
MAX_FACTS, MIN_FACTS = 8, 3
MAX_REFERENCES, MIN_REFERENCES = 2, 1
_WORDS_OF_MORE = words("- and 1 more")


@dataclass(frozen=True, slots=True)
class FactLines:
    """Writes the facts of one request; the line of a fact that several cards show is written once."""

    _written: dict[ShownFact, Piece] = field(default_factory=dict)

    def fitting(self, facts: Sequence[ShownFact], room: int) -> list[str]:
        """As many facts as ``room`` words allow, and how many are left out."""
        worth = listed(facts, MAX_REFERENCES)
        lines = [self._line(fact) for fact in worth[:MAX_FACTS]]
        for limit in range(MAX_FACTS, MIN_FACTS - 1, -1):
            if total(lines[:limit]) + (_WORDS_OF_MORE if len(worth) > limit else 0) <= room:
                return _capped(lines, limit, len(worth))
        worth = listed(facts, MIN_REFERENCES)
        return _capped([_line(fact, MIN_REFERENCES) for fact in worth[:MIN_FACTS]], MIN_FACTS, len(worth))

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
    earlier: dict[str, list[tuple[Proof, ...]]] = {}
    for fact in facts:
        value, proofs = fact.value, fact.proofs
        if not proofs:
            worth.append(fact)
            continue
        same_words = earlier.setdefault(fact.said.text, [])
        if value is True and len(proofs) > references:
            if not behind.issuperset([proof.reference for proof in proofs]):
                conclusions.append(fact)
        elif isinstance(value, Temporal):
            told = day(value.text)
            if not dated.issuperset([(proof.reference, told) for proof in proofs]):
                worth.append(fact)
        elif isinstance(value, bool) or proofs not in same_words:
            worth.append(fact)
        same_words.append(proofs)
    return worth + conclusions


def _dated(facts: Sequence[ShownFact]) -> set[tuple[str, str]]:
    """Resource and day of what stands behind other facts than dates; nobody asks where there are no dates."""
    others = [fact for fact in facts if not isinstance(fact.value, Temporal)]
    return {(proof.reference, proof.day) for fact in others for proof in fact.proofs} if len(others) < len(facts) else set()


def _behind(facts: Sequence[ShownFact], references: int) -> set[str]:
    """What stands behind other facts than conclusions, a yes that needs more resources than a line names; nobody asks without one."""
    others = [fact for fact in facts if fact.value is not True or len(fact.proofs) <= references]
    return {proof.reference for fact in others for proof in fact.proofs} if len(others) < len(facts) else set()


def _line(fact: ShownFact, references: int) -> Piece:
    """Title, value, and what it rests on: the first few resources, each date once and not again where the value holds it."""
    text, line = fact.said
    if not fact.proofs:
        return line
    parts: list[str] = []
    last = ""
    for proof in fact.proofs[:references]:
        if parts and proof.day == last:
            parts[-1] += f", {proof.marked}"
        else:
            parts.append(f"{proof.day} {proof.marked}" if proof.day and proof.day not in text else proof.marked)
        last = proof.day
    if len(fact.proofs) > references:
        parts.append(f"and {len(fact.proofs) - references} more")
    rests_on = f" ({'; '.join(parts)})"
    return Piece(line.text + rests_on, line.words + words(rests_on))


def _capped(lines: Sequence[Piece], limit: int, count: int) -> list[str]:
    """The first lines of ``count``, and how many more there are."""
    shown = [line.text for line in lines[:limit]]
    return shown if count <= limit else [*shown, f"- and {count - limit} more"]
