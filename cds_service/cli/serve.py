"""``cds-service serve``: gunicorn over the web edge, in this process."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import Application as GunicornApplication

from cds_service.knowledge import shipped_content
from cds_service.settings import Settings, SettingsError, load_settings, unknown_variables
from cds_service.web import create_app
from cds_service.web.log import tell_start
from cds_service.wiring import Application, build

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(inside: str, beside: str) -> Path:
    """A file that comes with the code: within the installed package, or at its place in the checkout."""
    installed = _PACKAGE / inside
    return installed if installed.exists() else _PACKAGE.parent / beside


@click.command()
def serve() -> None:
    """Serve the content as CDS Hooks services.

    Everything is set by environment variables; deploy/sample.env explains each. The content is checked first, and bad
    content stops the start. SIGTERM or Ctrl-C stops everything that was started.

    \b
    Examples:
      cds-service serve
      CDS_PORT=9000 CDS_TIMEZONE=Europe/Paris cds-service serve
      CDS_CONTENT_DIR=./my-content cds-service serve
    """
    settings = load_settings()
    for name in unknown_variables():
        click.echo(f"warning: {name} is not a setting of this service and is ignored", err=True)
    application = build(settings)
    _check_free(settings)
    if not application.clients.authenticated:
        click.echo(unguarded(settings), err=True)
    click.echo(welcome(application))
    tell_start(application)
    Server(application).run()


def welcome(application: Application) -> str:
    """What the start prints: where the service is, and a command that shows what it does."""
    base = application.settings.base_url
    lines = [f"CDS Hooks services: {base}/cds-services"]
    lines += [f"  {service_id} at {hook}" for service_id, hook in application.services]
    lines += [f"Content {application.knowledge.version}", f"Store: {application.store.location}"]
    issuers = sorted({client.issuer for client in application.clients.clients if client.issuer is not None})
    if issuers:
        return "\n".join([*lines, "Callers authenticate by signed tokens of:", *(f"  {issuer}" for issuer in issuers)])
    sample = shipped("samples/patient-view.json", "docs/samples/patient-view.json")
    service = next((service_id for service_id, hook in application.services if hook == "patient-view"), None)
    is_ours = application.settings.content_dir == shipped_content()
    if is_ours and sample.exists() and service is not None:
        lines += [
            "Try it with a synthetic patient:",
            f"  curl -s -X POST -H 'Content-Type: application/json' --data-binary @{sample} {base}/cds-services/{service}",
        ]
    return "\n".join(lines)


def unguarded(settings: Settings) -> str:
    """What is said where nobody needs to authenticate: who may call."""
    who = f"anyone who reaches {settings.bind}" if settings.is_open else "any program on this machine"
    return f"warning: callers do not authenticate: {who} may call. CDS_CLIENTS_FILE changes that (docs/security.md)."


def _check_free(settings: Settings) -> None:
    """Refuse a port that something listens on: the workers share theirs, so the kernel would not."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host.strip("[]"), settings.port))
        except OSError as error:
            raise SettingsError([f"CDS_PORT: cannot listen on {settings.bind}: {error.strerror}"]) from None


class Server(GunicornApplication):  # type: ignore[misc]
    """Gunicorn with our configuration file and an application that is already built."""

    def __init__(self, application: Application) -> None:
        self._application = application
        super().__init__("%(prog)s", prog="cds-service serve")

    def load_config(self) -> None:
        """Read ``gunicorn.conf.py``; neither the command line nor GUNICORN_CMD_ARGS has a say."""
        self.load_config_from_file(str(shipped("gunicorn.conf.py", "deploy/gunicorn.conf.py")))

    def load(self) -> Flask:
        """The WSGI application, loaded once before the workers are forked."""
        return create_app(self._application)

    def init(self, parser: Any, opts: Any, args: Any) -> None:
        """Nothing to take from the command line."""
