"""The Markdown of a card: what, why, what is not known, sources. Short, in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from cds_service.cards.arrange import Layout, Row
from cds_service.cards.lines import FactLines
from cds_service.cards.prepared import Fixed
from cds_service.cards.values import FactsReader, ShownFact
from cds_service.cards.words import Piece, block, piece, total, words
from cds_service.fhir.record import NOT_READ
from cds_service.model.assessment import Section
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Facts, value_in
from cds_service.plans.environment import draft_orders
from cds_service.plans.markdown import entities, escape, reference

MAX_WORDS = 300
MAX_BEFORE_WHY = 120
MAX_UNKNOWN = 8
MAX_ISSUES = 2
_WHY = "Why you see this"
_WORDS_OF_WHY = words(_WHY)
_NOTHING = piece("")


@dataclass(frozen=True, slots=True)
class Details:
    """Writes the details of the cards of one request. ``gaps`` are the lines that say what of the record did not come or was not usable."""

    reader: FactsReader
    lines: FactLines
    gaps: tuple[str, ...]

    def of(self, layout: Layout, facts_shown: Sequence[ShownFact], fixed: Fixed) -> str:
        """The whole detail of a card; as many facts are shown as its length allows, all of them are in its extension."""
        what, orders, assumptions = _what(layout), self._orders(layout), self._assumptions(layout)
        not_known = self._not_known(layout)
        room = MAX_WORDS - total((what, *orders, *assumptions, not_known, fixed.sources, fixed.closing)) - _WORDS_OF_WHY
        lines = [line.text for line in orders], self.lines.fitting(facts_shown, room), [line.text for line in assumptions]
        why = block(_WHY, [*chain.from_iterable(lines)])
        return "\n\n".join(filter(None, (what.text, why, not_known.text, fixed.sources.text, fixed.closing.text)))

    def _orders(self, layout: Layout) -> tuple[Piece, ...]:
        if not layout.orders:
            return ()
        drafts = draft_orders(self.reader.facts, self.reader.prepared.model)
        texts = {item.get("reference"): item.get("text") for item in drafts}
        named = [_order(name, texts.get(name)) for name in layout.orders]
        return (piece(f"- Draft order{'s' if len(named) > 1 else ''}: {'; '.join(named)}"),)

    def _assumptions(self, layout: Layout) -> tuple[Piece, ...]:
        names = dict.fromkeys(name for row in layout.rows for name in row.recommendation.parameters)
        return self.reader.prepared.assumptions[tuple(names)]

    def _not_known(self, layout: Layout) -> Piece:
        titles = self.reader.unknown_titles(path for row in layout.rows for path in row.recommendation.unknown)
        if not titles and not self.gaps:
            return _NOTHING
        lines = [f"- {_sentence(', '.join(_capped(titles, MAX_UNKNOWN)))}"] if titles else []
        return piece(block("What is not known", [*lines, *self.gaps]))


def details(reader: FactsReader) -> Details:
    """What writes the details of the cards of one request."""
    return Details(reader, FactLines(), (*_not_received(reader.facts, reader.prepared.model), *_not_usable(reader.facts)))


def _what(layout: Layout) -> Piece:
    """What the rows say, shortened if that is too long together.

    The last row gives up its sections, one by one from the last, then all but its heading; then the one before. The first row keeps
    its words; its sections go only if nothing else is left to shorten.
    """
    headings = [None if number == 0 and layout.summary is None else _heading(row) for number, row in enumerate(layout.rows)]
    said = [piece(_row_text(row, heading, len(row.recommendation.sections))) for row, heading in zip(layout.rows, headings, strict=True)]
    for number in range(len(said) - 1, -1, -1):
        row, heading = layout.rows[number], headings[number]
        kept = len(row.recommendation.sections)
        while total(said) > MAX_BEFORE_WHY and kept > (-1 if number else 0):
            kept -= 1
            said[number] = piece(_row_text(row, heading, kept))
    return Piece("\n\n".join([text for text, _ in said if text]), total(said))


def _row_text(row: Row, heading: str | None, kept: int) -> str:
    """What a row says with so many of its sections, and how many are left out unless all are; ``-1``: its heading alone."""
    if kept < 0:
        return f"**{heading}.**"
    item = row.recommendation
    left = len(item.sections) - kept
    first = item.detail if heading is None else f"**{heading}.** {item.detail}"
    if not item.sections:
        return first
    return "\n\n".join(filter(None, [first, *_sections(item.sections[:kept]), f"and {left} more" if left and kept else ""]))


def _heading(row: Row) -> str:
    """The row's summary; escaped where a varied title may hold text of the record."""
    action, summary = row.action, row.recommendation.summary
    is_ours = action is not None and (summary == action.title or action.dynamic["action.title"].trusted)
    return (entities(summary) if is_ours else escape(summary, 1000)).rstrip(".")


def _sections(sections: Sequence[Section]) -> list[str]:
    """One section is a paragraph; several are a list, which the eye finds its way in. A table or list of a section stands by itself."""
    is_list = len(sections) > 1 and sum([not section.is_block for section in sections]) > 1
    found: list[str] = []
    is_open = False  # whether the last paragraph is a list that goes on
    for section in sections:
        if section.is_block:
            found.append(f"**{section.heading}:**\n\n{section.text}")
        elif is_open:
            found[-1] += f"\n- **{section.heading}:** {section.text}"
        else:
            found.append(f"{'- ' if is_list else ''}**{section.heading}:** {section.text}")
        is_open = is_list and not section.is_block
    return found


def _order(name: str, text: object) -> str:
    return f"{escape(text, 80)} ({reference(name)})" if isinstance(text, str) and text else reference(name)


def _not_received(facts: Facts, model: FactModel) -> list[str]:
    """The parts of the record that did not come, each once: those that were read in vain under the reason for it."""
    why = {issue.where: issue.text for issue in facts.issues if issue.code == NOT_READ}
    received = value_in(facts.tree, model.record) if model.record else None
    parts: dict[str, list[str]] = {}
    for name, lead in (("unavailable", "Not received"), ("truncated", "Received only in part")):
        keys = received.get(name) if isinstance(received, Mapping) else None
        for key in keys if isinstance(keys, (list, tuple)) else ():
            parts.setdefault(why.get(key, lead) if name == "unavailable" else lead, []).append(escape(str(key), 60))
    return [f"- {lead}: {', '.join(keys)}" for lead, keys in parts.items()]


def _not_usable(facts: Facts) -> list[str]:
    """Each issue of the record once, with the first of the resources that have it."""
    first: dict[str, str] = {}
    for issue in facts.issues:
        if issue.code not in ("informational", NOT_READ):
            first.setdefault(issue.text, issue.where)
    texts = [f"{escape(text)} ({reference(where)})" for text, where in first.items()]
    return [f"- Not usable: {'; '.join(_capped(texts, MAX_ISSUES))}"] if texts else []


def _capped(texts: Sequence[str], limit: int) -> Sequence[str]:
    return texts if len(texts) <= limit else [*texts[:limit], f"and {len(texts) - limit} more"]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
