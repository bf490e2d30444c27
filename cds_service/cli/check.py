"""``cds-service check``: the content, looked at as the start does and as its authors must."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from cds_service.authoring import Material, examine
from cds_service.cli.options import content_argument
from cds_service.errors import ContentError
from cds_service.served import content_of, load_content
from cds_service.settings import load_settings


@click.command()
@content_argument
def check(directory: Path | None) -> None:
    """Check a folder of content, and say everything that is wrong with it.

    DIR is the folder to check; without it, the content that would be served (CDS_CONTENT_DIR, else what is shipped), with
    CDS_DISABLED_CODES and CDS_PARAMETERS_FILE.

    First what would stop the start; once nothing does, what an author must still put right: what is still to be written, what
    can never be shown, what nothing uses, links and codes that lead nowhere. Each problem names the file, the element, what is
    wrong and what to do. Notes are no error. Exit code 1 if anything is wrong.

    \b
    Examples:
      cds-service check
      cds-service check ./my-content
    """
    settings = load_settings()
    folder = directory or settings.content_dir
    plain = partial(load_content, folder, unfinished=True, hooks_version=settings.hooks_version)
    knowledge = plain(anew=True) if directory else content_of(settings, unfinished=True, anew=True)
    is_changed = not directory and (settings.disabled_codes or settings.parameters_file)
    found = examine(Material(folder, plain() if is_changed else knowledge))
    if found.problems:
        raise ContentError(found.problems)
    codes = sorted({action.code for service in knowledge.services.values() for action in service.actions})
    click.echo(f"{folder}: no problems")
    click.echo(f"content {knowledge.version}")
    click.echo(f"{len(knowledge.services)} services, {len(codes)} recommendations, {len(knowledge.facts_engine.model.declarations)} facts")
    for note in found.notes:
        click.echo(f"note: {note}")
