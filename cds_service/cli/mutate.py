"""``cds-service mutate``: whether a case notices when a criterion or a threshold changes."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cli.exits import FAILED
from cds_service.cli.options import content_argument, content_folder
from cds_service.errors import ContentError, ContentProblem
from cds_service.mutation.mutants import mutants
from cds_service.mutation.run import Verdict, ask, check_mutants, could_notice, load_explained
from cds_service.served import load_content


@click.command()
@content_argument
@click.option("--recommendation", "code", metavar="CODE", help="Only what belongs to one recommendation; thresholds are then left out.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="one for each core",
    metavar="N",
    help="Processes.",
)
@click.option("-v", "--verbose", is_flag=True, help="Name the case that noticed each change.")
@click.pass_context
def mutate(context: click.Context, directory: Path | None, code: str | None, *, jobs: int, verbose: bool) -> None:
    """Change the content in one place at a time, and see whether a case notices.

    Every criterion of a recommendation, section or suggestion is dropped and negated, every number moved one step up and down,
    every list parameter loses a member. What no case notices is listed, unless "survivors" in the case file, or in mutation.yaml
    of the content, says why none can. Exit code 1 if anything is left unexplained.

    \b
    Examples:
      cds-service mutate
      cds-service mutate --recommendation my-recommendation -v
    """
    folder = content_folder(directory)
    knowledge = load_content(folder)
    problems: list[ContentProblem] = []
    explained = load_explained(folder, problems)
    if problems:
        raise ContentError(problems)
    book = load_phrases(folder)
    cases = load_cases(folder, knowledge, book)
    chosen = [mutant for mutant in mutants(knowledge) if code in (None, mutant.code)]
    if not chosen:
        raise click.UsageError("there is nothing to change" if code is None else f"there is no recommendation '{code}'")
    asked = ask(cases if code is None else could_notice(code, cases, knowledge), knowledge, book.as_of)
    failed = [one.case.name for one in asked if not one.outcome.passed]
    if failed:
        click.echo(f"error: these cases fail on the unchanged content; see cds-service cases: {', '.join(failed)}", err=True)
        context.exit(FAILED)

    def tell(verdict: Verdict) -> None:
        if verdict.is_unexplained:
            click.echo(f"SURVIVED  {verdict.mutant.name}: {verdict.mutant.words}")
        elif verbose:
            click.echo(f"caught    {verdict.mutant.name}: by {verdict.caught_by or verdict.because}")

    verdicts = check_mutants(chosen, asked, knowledge, book.as_of, explained=explained, jobs=jobs, progress=tell)
    caught = sum(verdict.caught_by is not None for verdict in verdicts)
    unexplained = sum(verdict.is_unexplained for verdict in verdicts)
    names = {verdict.mutant.name for verdict in verdicts if verdict.caught_by is None}
    stale = sorted(set(explained) - names) if code is None else []
    for name in stale:
        click.echo(f"STALE     {name}: it is explained as a survivor, but a case notices it, or it is no longer there")
    survived = f"survivors: {len(verdicts) - caught - unexplained} explained, {unexplained} unexplained"
    click.echo(f"{len(verdicts)} changes, {caught}/{len(verdicts)} caught; {survived}")
    if unexplained or stale:
        context.exit(FAILED)
