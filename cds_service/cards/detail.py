"""The Markdown of a card: what, why, what is not known, sources. Short, in this order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby

from cds_service.cards import sources
from cds_service.cards.arrange import Layout, Row
from cds_service.cards.values import ShownFact, fact_line, listed, unknown_titles
from cds_service.fhir.record import NOT_READ
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Citation, Section
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Facts, value_in
from cds_service.plans.compiled import Service
from cds_service.plans.environment import draft_orders
from cds_service.plans.load import shown
from cds_service.plans.markdown import entities, escape, reference

MAX_WORDS = 300
MAX_BEFORE_WHY = 120
MAX_UNKNOWN = 8
MAX_ISSUES = 2
#: How many facts are shown and how many references each has, from generous to the least that still explains a card.
_GENEROSITY = (*((facts, 2) for facts in range(8, 2, -1)), (3, 1))
_WORD = re.compile(r"\S*\w\S*")


def detail(layout: Layout, facts_shown: Sequence[ShownFact], facts: Facts, knowledge: Knowledge, service: Service) -> str:
    """The whole detail of a card; as many facts are shown as its length allows, all of them are in its extension."""
    what = _what(layout, service)
    orders, assumptions = _orders(layout, facts, knowledge.context.model), _assumptions(layout, knowledge)
    rest = [
        _block("What is not known", _not_known(layout, facts, knowledge)),
        _block("Sources", sources.lines(citations(layout), knowledge.sources)),
        sources.closing(reviewed=_is_reviewed(layout, service)),
    ]
    room = MAX_WORDS - words("\n".join([*what, "Why you see this", *orders, *assumptions, *rest]))
    why = _block("Why you see this", [*orders, *_fitting(facts_shown, room), *assumptions])
    return "\n\n".join(part for part in (*what, why, *rest) if part)


def words(text: str) -> int:
    """Words as a reader counts them: marks of Markdown are none."""
    return len(_WORD.findall(text))


def citations(layout: Layout) -> list[Citation]:
    """All citations of a card, each once."""
    return list(dict.fromkeys(citation for row in layout.rows for citation in row.recommendation.citations))


def _is_reviewed(layout: Layout, service: Service) -> bool:
    actions = [service.action(row.code) for row in layout.rows]
    return all(action is not None and action.reviewed for action in actions)


def _what(layout: Layout, service: Service) -> list[str]:
    """What the rows say, shortened if that is too long together.

    The last row gives up its sections, one by one from the last, then all but its heading; then the one before. The first row keeps
    its words; its sections go only if nothing else is left to shorten.
    """
    headings = [_heading(row, service) for row in layout.rows]
    leading = None if layout.summary is None else headings[0]
    versions = [_versions(row, heading) for row, heading in zip(layout.rows, [leading, *headings[1:]], strict=True)]
    shown = [next(version) for version in versions]
    for number in range(len(shown) - 1, -1, -1):
        only_heading = [] if number == 0 else [[f"**{headings[number]}.**"]]
        for shorter in chain(versions[number], only_heading):
            if words("\n".join(chain.from_iterable(shown))) <= MAX_BEFORE_WHY:
                break
            shown[number] = shorter
    return [*chain.from_iterable(shown)]


def _versions(row: Row, heading: str | None) -> Iterator[list[str]]:
    """What a row says: whole, then with fewer and fewer of its sections, saying how many are left out; at last with none."""
    item = row.recommendation
    first = item.detail if heading is None else f"**{heading}.** {item.detail}"
    for kept in range(len(item.sections), -1, -1):
        left = len(item.sections) - kept
        yield [first, *_sections(item.sections[:kept]), *([f"and {left} more"] if left and kept else [])]


def _heading(row: Row, service: Service) -> str:
    """The row's summary; escaped where a varied title may hold text of the record."""
    action, summary = service.action(row.code), row.recommendation.summary
    is_ours = action is not None and (summary == action.title or action.dynamic["action.title"].trusted)
    return (entities(summary) if is_ours else escape(summary, 1000)).rstrip(".")


def _sections(sections: Sequence[Section]) -> list[str]:
    """One section is a paragraph; several are a list, which the eye finds its way in. A table or list of a section stands by itself."""
    found: list[str] = []
    is_list = sum(not section.is_block for section in sections) > 1
    for is_block, group in groupby(sections, lambda section: section.is_block):
        if is_block:
            found += [f"**{section.heading}:**\n\n{section.text}" for section in group]
        else:
            lines = [f"**{section.heading}:** {section.text}" for section in group]
            found += ["\n".join(f"- {line}" for line in lines)] if is_list else lines
    return found


def _block(heading: str, items: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *items]) if items else ""


def _orders(layout: Layout, facts: Facts, model: FactModel) -> list[str]:
    if not layout.orders:
        return []
    texts = {item.get("reference"): item.get("text") for item in draft_orders(facts, model)}
    named = [_order(name, texts.get(name)) for name in layout.orders]
    return [f"- Draft order{'s' if len(named) > 1 else ''}: {'; '.join(named)}"]


def _order(name: str, text: object) -> str:
    return f"{escape(text, 80)} ({reference(name)})" if isinstance(text, str) and text else reference(name)


def _fitting(facts_shown: Sequence[ShownFact], room: int) -> list[str]:
    found: list[str] = []
    worth = {references: listed(facts_shown, references) for _, references in _GENEROSITY}
    for limit, references in _GENEROSITY:
        lines = (f"- {fact_line(fact, references)}" for fact in worth[references])
        found = _capped(lines, limit, "- and {} more")
        if words("\n".join(found)) <= room:
            break
    return found


def _assumptions(layout: Layout, knowledge: Knowledge) -> list[str]:
    """The parameters that decided and that no source states: assumptions of the content, and what the site set in their place."""
    names = dict.fromkeys(name for row in layout.rows for name in row.recommendation.parameters)
    infos = [info for name in names if (info := knowledge.parameter_info.get(name)) is not None]
    found = []
    for words, is_site_setting in (("Assumption", False), ("Site setting", True)):
        texts = [f"{info.title} = {shown(info)}" for info in infos if info.is_site_setting is is_site_setting]
        found += [f"- {words}{'s' if len(texts) > 1 else ''}: {'; '.join(texts)}"] if texts else []
    return found


def _not_known(layout: Layout, facts: Facts, knowledge: Knowledge) -> list[str]:
    titles = unknown_titles((path for row in layout.rows for path in row.recommendation.unknown), facts, knowledge.context)
    lines = [f"- {_sentence(', '.join(_capped(titles, MAX_UNKNOWN, 'and {} more')))}"] if titles else []
    lines += _not_received(facts, knowledge)
    texts = _not_usable(facts)
    if texts:
        lines.append(f"- Not usable: {'; '.join(_capped(texts, MAX_ISSUES, 'and {} more'))}")
    return lines


def _not_received(facts: Facts, knowledge: Knowledge) -> list[str]:
    """The parts of the record that did not come, each once: those that were read in vain under the reason for it."""
    why = {issue.where: issue.text for issue in facts.issues if issue.code == NOT_READ}
    received = value_in(facts.tree, knowledge.context.model.record) if knowledge.context.model.record else None
    parts: dict[str, list[str]] = {}
    for name, words in (("unavailable", "Not received"), ("truncated", "Received only in part")):
        keys = received.get(name) if isinstance(received, Mapping) else None
        for key in keys if isinstance(keys, (list, tuple)) else ():
            parts.setdefault(why.get(key, words) if name == "unavailable" else words, []).append(escape(str(key), 60))
    return [f"- {words}: {', '.join(keys)}" for words, keys in parts.items()]


def _not_usable(facts: Facts) -> list[str]:
    """Each issue of the record once, with the first of the resources that have it."""
    first: dict[str, str] = {}
    for issue in facts.issues:
        if issue.code not in ("informational", NOT_READ):
            first.setdefault(issue.text, issue.where)
    return [f"{escape(text)} ({reference(where)})" for text, where in first.items()]


def _capped(texts: Iterable[str], limit: int, more: str) -> list[str]:
    every = list(texts)
    return every if len(every) <= limit else [*every[:limit], more.format(len(every) - limit)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
