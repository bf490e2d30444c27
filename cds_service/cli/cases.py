"""``cds-service cases``: the cases beside the content, asked and compared."""

from __future__ import annotations

from pathlib import Path

import click

from cds_service.cases.burden import burden as burden_of
from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.report import burden_lines, card_lines, chosen, count_lines, failure_lines, phrase_lines
from cds_service.cases.run import run_cases
from cds_service.cli.exits import FAILED
from cds_service.cli.options import content_argument, content_folder
from cds_service.served import load_content


@click.command()
@content_argument
@click.option("--topic", metavar="FOLDER", help="Only the cases of this topic folder.")
@click.option("--recommendation", metavar="CODE", help="Only the cases of this recommendation.")
@click.option("-v", "--verbose", is_flag=True, help="Name every case, also those that pass.")
@click.option("--show", is_flag=True, help="Print the cards of every case as a reader gets them.")
@click.option("--burden", is_flag=True, help="Instead, count the cards that each whole patient brings at each hook.")
@click.option("--phrases", is_flag=True, help="Instead, list everything that can be said in a case.")
@click.pass_context
def cases(
    context: click.Context,
    directory: Path | None,
    topic: str | None,
    recommendation: str | None,
    *,
    verbose: bool,
    show: bool,
    burden: bool,
    phrases: bool,
) -> None:
    """Run the cases beside the content, and say which do not come out as they should.

    DIR is the content folder; without it, the content that would be served. Its phrases/*.yaml say what sentences mean,
    its <topic>/cases/*.yaml hold the cases. A failed case is printed with the criteria that decided. Exit code 1 if one fails.

    \b
    Examples:
      cds-service cases
      cds-service cases --topic my-topic -v
      cds-service cases --recommendation my-recommendation --show
      cds-service cases --phrases
    """
    folder = content_folder(directory)
    book = load_phrases(folder)
    if phrases:
        click.echo("\n".join(phrase_lines(book)))
        return
    knowledge = load_content(folder)
    if burden:
        calls = list(burden_of(book, knowledge))
        click.echo("\n".join(burden_lines(calls)))
        if any(not outcome.passed for _, _, outcome in calls):
            context.exit(FAILED)
        return
    selected = chosen(load_cases(folder, knowledge, book), topic, recommendation)
    if not selected:
        raise click.UsageError("there is no such case")
    outcomes = run_cases(selected, knowledge, book.as_of)
    for outcome in outcomes:
        if show:
            click.echo("\n".join(card_lines(outcome)) + "\n")
        if verbose and outcome.passed:
            click.echo(f"passed {outcome.case.name} ({outcome.case.kind})")
        elif not outcome.passed:
            click.echo("\n".join(failure_lines(outcome)) + "\n")
    click.echo("\n".join(count_lines(outcomes)))
    if any(not outcome.passed for outcome in outcomes):
        context.exit(FAILED)
