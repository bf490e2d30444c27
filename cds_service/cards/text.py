"""Cards and traces as plain text, for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from textwrap import fill
from typing import Any

from cds_service.fhirpath import Temporal
from cds_service.model.assessment import ActionTrace, Assessment, CriterionTrace
from cds_service.plans.markdown import unescape

WIDTH = 100
_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*")
_CODE = re.compile(r"(?<!\\)`([^`]*)`")
_VALUES = {True: "true", False: "false", None: "unknown"}


def render_text(cards: Sequence[Mapping[str, Any]]) -> str:
    """The cards one below the other: indicator and summary, detail, suggestions, sources. ``No cards.`` if there are none."""
    return "\n\n".join("\n".join(_card(card)) for card in cards) or "No cards."


def _card(card: Mapping[str, Any]) -> Iterator[str]:
    yield f"[{card['indicator'].upper()}] {card['summary']}"
    for line in card.get("detail", "").splitlines():
        yield from _wrapped(plain_line(line), "    ")
    for suggestion in card.get("suggestions", ()):
        what = ", ".join(f"{action['type']} {_subject(action)}" for action in suggestion["actions"])
        yield from _wrapped(f"( ) {suggestion['label']} [{what}]", "    ")
    for link in card.get("links", ()):
        yield from _wrapped(f"-> {link['label']}: {link['url']}", "    ")
    yield from _wrapped(f"Source: {card['source']['label']}", "    ")


def _subject(action: Mapping[str, Any]) -> str:
    return str(action["resourceId"] if action["type"] == "delete" else action["resource"]["resourceType"])


def plain_line(markdown: str) -> str:
    """One line of Markdown without emphasis, code marks and escapes."""
    return unescape(_CODE.sub(r"\1", _BOLD.sub(r"\1", markdown)))


def _wrapped(text: str, indent: str) -> list[str]:
    hanging = indent + ("  " if text.startswith("- ") else "")
    return (
        [fill(text, WIDTH, initial_indent=indent, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)]
        if text
        else [""]
    )


def render_trace(assessment: Assessment) -> str:
    """Every recommendation with every criterion, its value and the facts it read."""
    return "\n".join(line for trace in assessment.traces for line in _trace(trace)) or "Nothing was evaluated: no order is in scope."


def _trace(trace: ActionTrace) -> Iterator[str]:
    order = f" for {trace.order}" if trace.order else ""
    yield f"{trace.code}{order}: {'fired' if trace.fired else 'did not fire'}"
    yield from (line for criterion in trace.criteria for line in _criterion(criterion))


def _criterion(criterion: CriterionTrace) -> Iterator[str]:
    yield f"  {_VALUES[criterion.value]:<8}{criterion.description}"
    yield f"          {criterion.expression}"
    yield from (f"          {path} = {_value(value)}" for path, value in criterion.reads)


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return _VALUES[value]
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_limited(_value(item) for item in value))}]"
    if isinstance(value, (Decimal, Temporal, int)):
        return str(value)
    return repr(value)


def _limited(texts: Iterable[str], limit: int = 10) -> list[str]:
    every = list(texts)
    return every if len(every) <= limit else [*every[:limit], f"and {len(every) - limit} more"]
