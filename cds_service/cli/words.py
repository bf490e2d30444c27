"""Cards and traces as text for a terminal."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any

from cds_service.model.assessment import ActionTrace, CriterionTrace
from cds_service.model.json import plain

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_MARKS: Mapping[bool | None, str] = {True: "yes    ", False: "no     ", None: "unknown"}


def cards_text(cards: list[dict[str, Any]]) -> str:
    """All cards, one below the other; says so when there are none."""
    return "\n\n".join("\n".join(_card(card)) for card in cards) if cards else "No cards: nothing in the content applies to this record."


def _card(card: Mapping[str, Any]) -> Iterator[str]:
    yield f"[{card['indicator'].upper()}] {card['summary']}"
    if card.get("detail"):
        yield indent(from_markdown(card["detail"]), "  ")
    for suggestion in card.get("suggestions", []):
        yield f"  Option: {suggestion['label']}"
        yield from (f"    {action['type']}: {action['description']}" for action in suggestion.get("actions", []))
    yield from (f"  Link: {link['label']} {link['url']}" for link in card.get("links", []))
    yield f"  Source: {card['source']['label']}"


def from_markdown(text: str) -> str:
    """Markdown without its escapes and bold marks, readable in a terminal."""
    return html.unescape(_ESCAPED.sub(r"\1", _BOLD.sub(r"\1", text)))


def trace_text(trace: ActionTrace) -> str:
    """One recommendation: whether it fired, and each criterion with its value and the facts that it read."""
    order = f" for {trace.order}" if trace.order else ""
    head = f"{trace.code}{order} ({trace.plan}): {'fired' if trace.fired else 'did not fire'}"
    return "\n".join([head, *(line for criterion in trace.criteria for line in _criterion(criterion))])


def _criterion(criterion: CriterionTrace) -> Iterator[str]:
    yield f"  {_MARKS[criterion.value]} {criterion.description}"
    yield f"          {criterion.expression}"
    yield from (f"          {path} = {_shown(value)}" for path, value in criterion.reads)


def trace_json(trace: ActionTrace) -> dict[str, Any]:
    """The same as JSON; ``value`` is true, false or null for unknown."""
    return {
        "code": trace.code,
        "plan": trace.plan,
        "order": trace.order,
        "fired": trace.fired,
        "criteria": [
            {
                "description": criterion.description,
                "expression": criterion.expression,
                "value": criterion.value,
                "reads": {path: plain(value) for path, value in criterion.reads},
            }
            for criterion in trace.criteria
        ],
    }


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "not known"
    found = plain(value)
    return ("yes" if found else "no") if isinstance(found, bool) else str(found)
