"""Arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from cds_service.settings import load_settings

Command = Callable[..., Any]
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class Day(click.ParamType[date]):
    """A calendar day, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day or fail in plain words."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a day; write it as 2026-11-21", param, ctx)


def file_argument(command: Command) -> Command:
    """The record to read."""
    return click.argument("file", type=FILE)(command)


def patient_option(command: Command) -> Command:
    """Which patient, where a file holds several."""
    return click.option("--patient", metavar="ID", help="The Patient to look at, when FILE holds several.")(command)


def as_of_option(command: Command) -> Command:
    """The day of the assessment."""
    return click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge from (YYYY-MM-DD); today in CDS_TIMEZONE.")(command)


def content_argument(command: Command) -> Command:
    """The content folder to work on; see :func:`content_folder`."""
    return click.argument("directory", metavar="[DIR]", required=False, type=FOLDER)(command)


def content_folder(directory: Path | None) -> Path:
    """The folder that was given; else the content that would be served. Raises :class:`SettingsError`."""
    return directory or load_settings().content_dir
