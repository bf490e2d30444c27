"""``cds-service trace``: from each statement of the sources to recommendations, criteria and cases."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cli.exits import FAILED
from cds_service.cli.options import content_argument, content_folder
from cds_service.errors import ContentError, ContentProblem
from cds_service.knowledge import Knowledge
from cds_service.plans.compiled import CompiledAction
from cds_service.served import load_content
from cds_service.trace.render import as_json, as_markdown, as_text
from cds_service.trace.statements import load_statements
from cds_service.trace.table import ShownBy, Traceability, trace_statements

_NEW = click.Path(dir_okay=False, path_type=Path)


@click.command()
@content_argument
@click.option("--markdown", type=_NEW, metavar="FILE", help="Also write it as Markdown.")
@click.option("--json", "json_file", type=_NEW, metavar="FILE", help="Also write it as JSON.")
@click.pass_context
def trace(context: click.Context, directory: Path | None, markdown: Path | None, json_file: Path | None) -> None:
    """Print what became of every statement of the source documents.

    For each statement and tension: the recommendations that cite it, their criteria, and the cases that show it. What is a
    property of every card names its test instead. Exit code 1 if a statement has no recommendation or no case.

    \b
    Examples:
      cds-service trace
      cds-service trace --markdown traceability.md --json traceability.json
    """
    folder = content_folder(directory)
    table = traceability(folder, load_content(folder))
    click.echo(as_text(table))
    if markdown is not None:
        markdown.write_text(as_markdown(table), encoding="utf-8")
    if json_file is not None:
        json_file.write_bytes(orjson.dumps(as_json(table), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if table.gaps or table.strays:
        context.exit(FAILED)


def traceability(folder: Path, knowledge: Knowledge) -> Traceability:
    """The table of a content folder. Raises :class:`ContentError` where the register or a case cannot be read."""
    problems: list[ContentProblem] = []
    statements = load_statements(folder, problems)
    if problems:
        raise ContentError(problems)
    cases = load_cases(folder, knowledge, load_phrases(folder))
    shown = [ShownBy(name=case.name, recommendation=case.recommendation, statements=case.statements) for case in cases]
    return trace_statements(statements, list(_recommendations(knowledge).values()), shown)


def _recommendations(knowledge: Knowledge) -> dict[str, CompiledAction]:
    """Each recommendation once, in the order of composition."""
    found: dict[str, CompiledAction] = {}
    for service in knowledge.services.values():
        for action in service.actions:
            found.setdefault(action.code, action)
    return found
