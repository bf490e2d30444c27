"""The traceability table as text for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cds_service.trace.table import Row, Traceability


def as_text(table: Traceability) -> str:
    """One paragraph for each statement, then what is missing, then the counts."""
    lines = [line for row in table.rows for line in (*_paragraph(row), "")]
    missing = [f"MISSING  {row.statement.id}: {row.lacks}" for row in table.gaps]
    strays = [f"STRAY    {stray}" for stray in table.strays]
    return "\n".join([*lines, *missing, *strays, summary(table)])


def summary(table: Traceability) -> str:
    """``statements 66/66, tensions 23/23``."""
    return ", ".join(f"{kind} {covered}/{total}" for kind, (covered, total) in table.counts().items())


def _paragraph(row: Row) -> Iterator[str]:
    statement = row.statement
    reference = f" [{statement.reference}]" if statement.reference else ""
    yield f"{statement.id}{reference}  {statement.says}"
    if statement.every_card:
        yield f"    every card: {statement.every_card}"
    for item in row.citing:
        yield f"    {item.plan} / {item.code}"
        for criterion in item.criteria:
            yield f"        if {criterion[:1].lower()}{criterion[1:]}"
        yield f"        cases: {', '.join(case.partition('/')[2] for case in item.cases) or '-'}"


def as_markdown(table: Traceability) -> str:
    """A table of statements, then the criteria of each recommendation once."""
    head = ["# Traceability", "", f"Covered: {summary(table)}. Written by `cds-service trace`.", ""]
    groups = dict.fromkeys(row.statement.group for row in table.rows)
    body = [line for group in groups for line in _group(table, group)]
    criteria = {item.code: item.criteria for row in table.rows for item in row.citing}
    lists = [line for code, words in sorted(criteria.items()) for line in (f"### {code}", "", *(f"- {word}" for word in words), "")]
    return "\n".join([*head, *body, "## Criteria", "", *lists])


def _group(table: Traceability, group: str) -> Iterator[str]:
    yield from (f"## {group.replace('-', ' ').capitalize()}", "", "| Statement | Says | Recommendation: cases |", "|---|---|---|")
    for row in table.rows:
        if row.statement.group == group:
            parts = [f"`{item.code}`: {', '.join(case.partition('/')[2] for case in item.cases) or '-'}" for item in row.citing]
            if row.statement.every_card:
                parts.append(f"every card: `{row.statement.every_card}`")
            says = row.statement.says.replace("|", "\\|").replace("\n", " ")  # what would end the cell
            yield f"| {row.statement.id} | {says} | {'<br>'.join(parts) or row.lacks} |"
    yield ""


def as_json(table: Traceability) -> dict[str, Any]:
    """The same as data: ``{"summary": …, "statements": [{id, says, recommendations: [{code, criteria, cases}]}], "strays": […]}``."""
    return {
        "summary": {kind: {"covered": covered, "total": total} for kind, (covered, total) in table.counts().items()},
        "statements": [_entry(row) for row in table.rows],
        "strays": list(table.strays),
    }


def _entry(row: Row) -> dict[str, Any]:
    statement = row.statement
    entry = {
        "id": statement.id,
        "source": statement.group,
        "says": statement.says,
        "reference": statement.reference,
        "between": list(statement.between),
        "everyCard": statement.every_card,
        "lacks": row.lacks,
        "recommendations": [
            {"code": item.code, "plan": item.plan, "criteria": list(item.criteria), "cases": list(item.cases)} for item in row.citing
        ],
    }
    return {name: value for name, value in entry.items() if value not in (None, [])}
