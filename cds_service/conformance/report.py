"""The report, for people (text, Markdown) and for machines (JSON)."""

from __future__ import annotations

from typing import Any

from cds_service.conformance.run import LEVELS, Report
from cds_service.conformance.verdict import Status

_STATUSES = tuple(Status)


def as_json(report: Report) -> dict[str, Any]:
    """``{"base", "services", "cards", "summary": {level: {status: count}}, "requirements": [{id, level, text, status, why}]}``."""
    return {
        "base": report.base,
        "services": report.services,
        "cards": report.cards,
        "summary": {level: {str(status): report.count(level, status) for status in _STATUSES} for level in LEVELS},
        "requirements": [
            {"id": row.requirement.id, "level": row.requirement.level, "text": row.requirement.text}
            | {"status": str(row.verdict.status), "why": row.verdict.why}
            for row in report.rows
        ],
    }


def as_text(report: Report) -> str:
    """One line a requirement, then the summary."""
    lines = [f"{report.base}: {report.services} services, {report.cards} cards seen", ""]
    for row in report.rows:
        name = f"{row.requirement.id:>4} {row.requirement.level:<10} {row.verdict.status:<24}"
        lines.append(f"{name} {row.requirement.text}: {row.verdict.why}")
    return "\n".join([*lines, "", *_summary(report)])


def _summary(report: Report) -> list[str]:
    head = f"{'':<11}" + "".join(f"{status:>26}" for status in _STATUSES)
    return [head, *(f"{level:<11}" + "".join(f"{report.count(level, status):>26}" for status in _STATUSES) for level in LEVELS)]


def as_markdown(report: Report) -> str:
    """The summary and the requirements as tables."""
    lines = [f"# CDS Hooks 2.0 conformance of {report.base}", "", f"{report.services} services, {report.cards} cards seen.", ""]
    lines += _table(["", *_STATUSES], [[level, *(str(report.count(level, status)) for status in _STATUSES)] for level in LEVELS])
    lines.append("")
    rows = [
        [str(row.requirement.id), row.requirement.level, row.requirement.text, str(row.verdict.status), row.verdict.why]
        for row in report.rows
    ]
    return "\n".join([*lines, *_table(["No.", "Level", "Requirement", "Status", "Seen"], rows), ""])


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *escaped]]
