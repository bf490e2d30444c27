"""``cds-service lock``: what is released is written down, so that a change without a new version is found."""

from __future__ import annotations

from pathlib import Path

import click

from cds_service.authoring import lock as locking
from cds_service.cli.exits import FAILED
from cds_service.cli.options import content_argument, content_folder
from cds_service.errors import ContentError
from cds_service.plans.problems import Problems
from cds_service.plans.validate import LOCK
from cds_service.served import load_content

_FIRST = "`cds-service lock` writes it at the first release; until then no version has to rise."


@click.command()
@content_argument
@click.option("--raise", "is_raise", is_flag=True, help="Raise the last number of every version that needs it; lock nothing.")
@click.pass_context
def lock(context: click.Context, directory: Path | None, *, is_raise: bool) -> None:
    """Write lock.json: version and hash of everything that is released. For a release, not for every change.

    It also says which files fit the FHIR models, so that the start need not validate them again while they stay as they are.

    DIR is the content folder; without it, the content that would be served. What changed since the last lock must have a
    higher version; "cds-service check" says so with the first change, and one raise lasts until the next lock.
    --raise does it where only the last number is to rise.

    \b
    Examples:
      cds-service lock --raise
      cds-service lock
    """
    folder = content_folder(directory)
    load_content(folder, anew=True)
    if is_raise:
        if not (folder / LOCK).is_file():
            click.echo(f"error: there is no {folder / LOCK}, so nothing tells what changed. {_FIRST}", err=True)
            context.exit(FAILED)
        lines = locking.raise_versions(folder)
        click.echo("\n".join(lines) or "nothing changed without a higher version")
        return
    problems = Problems()
    locking.compare(folder, problems)
    if problems.found:
        raise ContentError(problems.found)
    lines = locking.write_lock(folder)
    click.echo("\n".join([*lines, f"wrote {folder / LOCK}: {len(locking.units(folder))} units"]))
