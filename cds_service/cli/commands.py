"""The commands by name: each is imported when it is called, for most need few of the libraries that all of them need together.

Their errors end in one clear line, what to do, and an exit code; never in a traceback.
"""

from __future__ import annotations

import errno
from importlib import import_module
from typing import Any

import click

from cds_service.cli.exits import FAILED, MISUSED
from cds_service.errors import ContentError, ServiceError
from cds_service.settings import SettingsError

MOST = 100
#: Command | module of this package that holds it under its name
_MODULES = {
    "assess": "assess",
    "cases": "cases",
    "check": "check",
    "conformance": "conformance",
    "facts": "assess",
    "feedback": "feedback",
    "lock": "lock",
    "mutate": "mutate",
    "new": "new",
    "purge": "purge",
    "registration": "registration",
    "serve": "serve",
    "trace": "trace",
}


class Commands(click.Group):
    """The group of all commands; they may raise our errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names, in order."""
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A command, imported now."""
        if cmd_name not in _MODULES:
            return None
        command: click.Command = getattr(import_module(f"cds_service.cli.{_MODULES[cmd_name]}"), cmd_name)
        return command

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
