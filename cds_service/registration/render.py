"""The sheet for people: plain text at most 100 columns wide but for what is copied as it is, and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from cds_service.registration.sections import Section, Sheet, sections, title

WIDTH = 100


def as_text(sheet: Sheet) -> str:
    """The sheet for a terminal."""
    head = title(sheet)
    return "\n".join([head, "=" * len(head), *(line for section in sections(sheet) for line in _text(section))])


def _text(section: Section) -> Iterator[str]:
    yield from ("", section.title, "-" * len(section.title))
    for words in section.words:
        yield _wrapped(words, "", "")
    column = max((len(name) for name, _ in section.rows), default=0) + 2
    for name, value in section.rows:
        yield _wrapped(value, f"  {name:<{column}}", " " * (column + 2))
    for item in section.items:
        yield _wrapped(item, "- ", "  ")
    if section.lines:
        yield from ("", *section.lines)


def _wrapped(text: str, first: str, then: str) -> str:
    return fill(text, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False)


def as_markdown(sheet: Sheet) -> str:
    """The sheet for a wiki page or a ticket."""
    return "\n".join([f"# {title(sheet)}", *(line for section in sections(sheet) for line in _markdown(section))])


def _markdown(section: Section) -> Iterator[str]:
    yield from ("", f"## {section.title}")
    if section.words:
        yield from ("", *section.words)
    if section.rows:
        yield from ("", "| | |", "|---|---|")
        yield from (f"| {_cell(name)} | {_cell(value)} |" for name, value in section.rows)
    if section.items:
        yield from ("", *(f"- {item}" for item in section.items))
    if section.lines:
        yield from ("", "```", *section.lines, "```")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
