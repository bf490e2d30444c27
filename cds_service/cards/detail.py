"""The Markdown of a card: what, why, what is not known, sources. Short, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cds_service.cards import sources
from cds_service.cards.arrange import Layout, Row
from cds_service.cards.values import ShownFact, evidence_text, unknown_titles
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Citation, Section
from cds_service.model.facts import Facts
from cds_service.plans.environment import value_at
from cds_service.plans.load import shown
from cds_service.plans.markdown import escape, reference

MAX_FACTS = 8
MAX_UNKNOWN = 8
MAX_ISSUES = 2
_BLOCK = ("-", "|", "1.", "#", ">")


def detail(layout: Layout, facts_shown: Sequence[ShownFact], facts: Facts, knowledge: Knowledge, *, reviewed: bool) -> str:
    """The whole detail of a card."""
    parts = [
        *_what(layout),
        _block("Why you see this", [*_orders(layout, facts), *_facts(facts_shown), *_assumptions(layout, knowledge)]),
        _block("What is not known", _not_known(layout, facts, knowledge)),
        _block("Sources", sources.lines(citations(layout), knowledge.sources)),
        sources.closing(reviewed=reviewed),
    ]
    return "\n\n".join(part for part in parts if part)


def citations(layout: Layout) -> list[Citation]:
    """All citations of a card, each once."""
    return list(dict.fromkeys(citation for row in layout.rows for citation in row.recommendation.citations))


def _what(layout: Layout) -> list[str]:
    topic, *others = layout.rows
    return [*_row(topic, with_heading=layout.summary is not None), *(part for row in others for part in _row(row, with_heading=True))]


def _row(row: Row, *, with_heading: bool) -> list[str]:
    item = row.recommendation
    first = f"**{escape(item.summary, 1000)}.** {item.detail}" if with_heading else item.detail
    return [first, *(_section(section) for section in item.sections)]


def _section(section: Section) -> str:
    """A section in one line where it is one paragraph; a list or table starts on its own line."""
    separator = "\n\n" if section.text.startswith(_BLOCK) else " "
    return f"**{section.heading}:**{separator}{section.text}"


def _block(heading: str, items: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *items]) if items else ""


def _orders(layout: Layout, facts: Facts) -> list[str]:
    if not layout.orders:
        return []
    named = [_order(name, facts) for name in layout.orders]
    return [f"- Draft order{'s' if len(named) > 1 else ''}: {'; '.join(named)}"]


def _order(name: str, facts: Facts) -> str:
    order: Mapping[str, Any] = next((item for item in facts.tree.get("orders", ()) if item.get("reference") == name), {})
    text = order.get("text")
    return f"{escape(text, 80)} ({reference(name)})" if isinstance(text, str) and text else reference(name)


def _facts(facts_shown: Sequence[ShownFact]) -> list[str]:
    found = [f"- {fact.title}: {fact.text}{evidence_text(fact.evidence)}" for fact in facts_shown]
    return _capped(found, MAX_FACTS, "- and {} more facts")


def _assumptions(layout: Layout, knowledge: Knowledge) -> list[str]:
    names = dict.fromkeys(name for row in layout.rows for name in row.recommendation.parameters)
    texts = [f"{info.title} = {shown(info)}" for name in names if (info := knowledge.parameter_info.get(name)) is not None]
    return [f"- Assumption: {text}" for text in texts]


def _not_known(layout: Layout, facts: Facts, knowledge: Knowledge) -> list[str]:
    titles = unknown_titles((path for row in layout.rows for path in row.recommendation.unknown), facts, knowledge.context)
    lines = [f"- {', '.join(_capped(titles, MAX_UNKNOWN, 'and {} more'))}"] if titles else []
    for path, words in (("record.unavailable", "Not received"), ("record.truncated", "Received only in part")):
        keys = value_at(facts.tree, path)
        if isinstance(keys, (list, tuple)) and keys:
            lines.append(f"- {words}: {', '.join(escape(str(key), 60) for key in keys)}")
    texts = list(dict.fromkeys(escape(issue.text) for issue in facts.issues))
    if texts:
        lines.append(f"- Not usable: {'; '.join(_capped(texts, MAX_ISSUES, 'and {} more'))}")
    return lines


def _capped(texts: Iterable[str], limit: int, more: str) -> list[str]:
    every = list(texts)
    return every if len(every) <= limit else [*every[:limit], more.format(len(every) - limit)]
