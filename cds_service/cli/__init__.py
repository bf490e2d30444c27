"""The ``cds-service`` command."""

from __future__ import annotations

import click

from cds_service import __version__
from cds_service.cli.commands import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="cds-service")
def main() -> None:
    """Clinical decision support from FHIR records: facts, recommendations, cards.

    \b
    A first look, with a record of your own:
      cds-service facts record.json                       what the record says
      cds-service assess record.json --hook patient-view  the cards it gives
      cds-service serve                                   the same over CDS Hooks
      cds-service check                                   whether the content is sound
      cds-service new topic my-topic                      a place to write content
      cds-service cases                                   whether it says what its cases expect
      cds-service trace                                   what became of every statement of its sources
      cds-service conformance URL                         what a running service keeps of the standard
      cds-service registration epic                       what to type into an EHR
      cds-service feedback report                         what clinicians did with the cards
      cds-service purge --before 2025-01-01               delete old rows of the audit trail
      cds-service mutate                                  whether the cases would notice a mistake
    """


__all__ = ["main"]
