"""``cds-service purge``: what need not be kept any longer is deleted."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime, time

import click

from cds_service.cli.database import existing_store
from cds_service.cli.options import Day
from cds_service.settings import load_settings


@click.command()
@click.option("--before", type=Day(), required=True, metavar="DATE", help="The first day to keep (YYYY-MM-DD, in CDS_TIMEZONE).")
@click.option("--feedback", is_flag=True, help="Feedback, too. Without this only the audit trail of hook calls.")
def purge(before: date, *, feedback: bool) -> None:
    """Delete old rows of the audit trail.

    Feedback on a card whose call has been deleted is counted as feedback on a card that is not on record. The service may run
    meanwhile.

    \b
    Examples:
      cds-service purge --before 2025-01-01
      cds-service purge --before 2025-01-01 --feedback
    """
    settings = load_settings()
    with closing(existing_store(settings)) as store:
        gone = store.purge(datetime.combine(before, time(), settings.zone), feedback=feedback)
    click.echo(", ".join(f"{number} {table}" for table, number in gone.items()) + " deleted")
