"""``cds-service new``: files for an author to start from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from cds_service.authoring.scaffold import new_recommendation, new_topic
from cds_service.cli.options import FOLDER, content_folder


@click.group()
def new() -> None:
    """Begin a topic or a recommendation: files in the right shape, with TO WRITE where the author has to write.

    Nothing is ever overwritten. Afterwards "cds-service check" names what is still to be written, one by one, and the service
    does not start before it is. A new recommendation never fires until its criterion is written.

    \b
    Examples:
      cds-service new topic my-topic
      cds-service new recommendation my-advice --topic my-topic
    """


@new.command()
@click.argument("name", metavar="ID")
@click.option("--service", "services", metavar="ID", multiple=True, help="A service that composes the topic; without it, all do.")
@click.option("--content", type=FOLDER, metavar="DIR", help="The content folder; else CDS_CONTENT_DIR, else what is shipped.")
def topic(name: str, services: tuple[str, ...], content: Path | None) -> None:
    """Begin a topic: its plan, its README, and its place in the services.

    ID becomes the name of its folder and of its plan: lower-case letters, digits and hyphens.

    \b
    Examples:
      cds-service new topic my-topic
      cds-service new topic my-topic --service my-patient-view --content ./my-content
    """
    folder = content_folder(content)
    _tell(folder, new_topic(folder, name, services, date.today()))  # noqa: DTZ011 the author's own day


@new.command()
@click.argument("code")
@click.option("--topic", required=True, metavar="ID", help="The topic that it belongs to.")
@click.option("--hook", "hooks", metavar="HOOK", multiple=True, default=("patient-view",), show_default=True, help="May be given again.")
@click.option("--content", type=FOLDER, metavar="DIR", help="The content folder; else CDS_CONTENT_DIR, else what is shipped.")
def recommendation(code: str, topic: str, hooks: tuple[str, ...], content: Path | None) -> None:
    """Begin a recommendation: its action, its code, a row in the README, and a file for its cases.

    CODE never changes once it is released, since sites keep overrides under it.

    \b
    Examples:
      cds-service new recommendation my-advice --topic my-topic
      cds-service new recommendation my-warning --topic my-topic --hook order-select --hook order-sign
    """
    folder = content_folder(content)
    _tell(folder, new_recommendation(folder, code, topic, hooks))


def _tell(folder: Path, written: Iterable[Path]) -> None:
    for path in written:
        click.echo(f"wrote {path.relative_to(folder).as_posix()}")
    click.echo("Now: cds-service check, which names what is still to be written.")
