"""Errors on the command line: one clear line, what to do, and an exit code; never a traceback."""

from __future__ import annotations

import errno
from typing import Any

import click

from cds_service.errors import ContentError, ServiceError
from cds_service.settings import SettingsError

FAILED = 1
MISUSED = 2
MOST = 100


class Commands(click.Group):
    """A group whose commands may raise our errors."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours, or of a file, ends it with 2 (settings) or 1 (anything else)."""
        try:
            return super().invoke(ctx)
        except (ContentError, SettingsError) as error:
            count = len(error.problems)
            for problem in error.problems[:MOST]:
                click.echo(f"error: {problem}", err=True)
            if count > MOST:
                click.echo(f"… and {count - MOST} more", err=True)
            click.echo(f"{count} problem{'s' if count > 1 else ''}. {error.remedy}", err=True)
            ctx.exit(MISUSED if isinstance(error, SettingsError) else FAILED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output has gone: click ends quietly
                raise
            click.echo(f"error: {error.filename or 'a file'}: {error.strerror}. Give a path that can be read or written.", err=True)
            ctx.exit(FAILED)
        except ServiceError as error:
            click.echo(f"error: {error.problem}. {error.remedy}", err=True)
            ctx.exit(FAILED)
