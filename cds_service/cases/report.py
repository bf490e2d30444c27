"""What came of cases, and what can be said in them, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cds_service.cards import render_text
from cds_service.cases.model import FIRING, NON_FIRING, OTHER, UNKNOWN, Case, Outcome
from cds_service.cases.patterns import example_of
from cds_service.cases.phrases import DRAFTS, RECORD, Modifier, Phrase, Phrasebook

_MOST = 40  # words of a table; the file has them all
_KINDS = (FIRING, NON_FIRING, UNKNOWN, OTHER)


def card_lines(outcome: Outcome) -> Iterator[str]:
    """A case and its cards, as a reader gets them."""
    yield f"{outcome.case.name} ({outcome.case.hook}): {outcome.case.why}"
    yield ""
    yield render_text(outcome.cards)


def failure_lines(outcome: Outcome) -> Iterator[str]:
    """A case that failed: where it is, why it is there, and each difference with its reasons."""
    case = outcome.case
    yield f"FAILED {case.name} ({case.file}, {case.hook})"
    yield f"  {case.why}"
    for difference in outcome.differences:
        yield f"  - {difference.text}"
        yield from (f"      {line}" for line in difference.why)


def count_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A table: how many cases each recommendation has of each kind, and how many failed."""
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        row = counts.setdefault(outcome.case.recommendation, Counter())
        row[outcome.case.kind] += 1
        row["failed"] += not outcome.passed
    width = max((len(code) for code in counts), default=0)
    yield f"{'':<{width}}  {'  '.join(_KINDS)}"
    for code, row in counts.items():
        numbers = "  ".join(f"{row[kind]:>{len(kind)}}" for kind in _KINDS)
        yield f"{code:<{width}}  {numbers}{'  ' + str(row['failed']) + ' failed' if row['failed'] else ''}"
    failed = sum(not outcome.passed for outcome in outcomes)
    yield f"{len(outcomes)} cases, {failed} failed" if failed else f"{len(outcomes)} cases, all passed"


def burden_lines(outcomes: Iterable[tuple[str, str, Outcome]]) -> Iterator[str]:
    """For each whole patient and hook call: how many cards of each indicator."""
    for patient, asked, outcome in outcomes:
        counted = Counter(outcome.indicators)
        cards = ", ".join(f"{counted[name]} {name}" for name in ("critical", "warning", "info") if counted[name])
        refused = "; ".join(difference.text for difference in outcome.differences)
        number = len(outcome.indicators)
        said = f"{number} card{'' if number == 1 else 's'}"
        yield f"{patient:<56} {asked:<60} {refused or said}{f' ({cards})' if cards else ''}"


def phrase_lines(book: Phrasebook) -> Iterator[str]:
    """Everything that can be said, by file: phrases, drafts, modifiers, patients, and the words of the tables."""
    for title, items in (
        ("Phrases of a record", book.phrases[RECORD]),
        ("Drafts", book.phrases[DRAFTS]),
        ("After a comma", book.modifiers),
    ):
        yield f"## {title}\n"
        yield from _by_file(items, book)
        yield ""
    yield "## Whole patients\n"
    yield from (f"- `{person.name}`" for person in book.people.values())
    yield "\n## Words\n"
    for name, rows in sorted(book.tables.items()):
        words = [row[0].word if len(row) == 1 else word for word, row in rows.items()]
        more = f" and {len(words) - _MOST} more" if len(words) > _MOST else ""
        yield f"- **{name}**: {', '.join(words[:_MOST])}{more}"


def _by_file(items: Sequence[Phrase] | Sequence[Modifier], book: Phrasebook) -> Iterator[str]:
    for file in dict.fromkeys(item.file for item in items):
        yield f"*{file.rpartition('/')[2]}*\n"
        yield from dict.fromkeys(_line(item, book) for item in items if item.file == file)
        yield ""


def _line(item: Phrase | Modifier, book: Phrasebook) -> str:
    said = " / ".join(f"`{pattern.text}`" for pattern in item.say)
    example = f", as *{example_of(item.say[0], book.tables)}*" if item.say[0].slots else ""
    return f"- {said}{example}{f' ({item.note})' if item.note else ''}"


def chosen(cases: Iterable[Case], topic: str | None, recommendation: str | None) -> list[Case]:
    """The cases of a topic folder and of a recommendation; ``None``: of all."""
    return [case for case in cases if topic in (None, case.file.partition("/")[0]) and recommendation in (None, case.recommendation)]
