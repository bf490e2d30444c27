"""``cds-service registration``: the sheet that an integration engineer types into an EHR."""

from __future__ import annotations

import click
import orjson

from cds_service.cds_clients import CdsClient, load_clients, profile_names
from cds_service.registration import as_markdown, as_text, registration_sheet
from cds_service.served import content_of
from cds_service.settings import Settings, load_settings


@click.command()
@click.argument("profile", type=click.Choice(profile_names()))
@click.option("--client", metavar="NAME", help="An entry of CDS_CLIENTS_FILE, in place of one to begin with.")
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
def registration(profile: str, client: str | None, form: str | None) -> None:
    """Print what to register at an EHR: services, prefetch, scopes, keys, links, codes.

    Everything comes from the content and the settings that would be served, so set CDS_PUBLIC_URL first.

    \b
    Examples:
      cds-service registration epic
      cds-service registration oracle --client general-hospital
      cds-service registration generic --markdown
    """
    settings = load_settings()
    known = None if client is None else _client(settings, client, profile)
    sheet = registration_sheet(profile, settings, content_of(settings), known)
    match form:
        case "json":
            click.echo(orjson.dumps(sheet, option=orjson.OPT_INDENT_2).decode())
        case "markdown":
            click.echo(as_markdown(sheet))
        case _:
            click.echo(as_text(sheet))


def _client(settings: Settings, name: str, profile: str) -> CdsClient:
    """The entry of the clients file with a name and a profile."""
    clients = {client.name: client for client in load_clients(settings.clients_file).clients}
    found = clients.get(name)
    if found is None:
        known = ", ".join(clients) or "none; set CDS_CLIENTS_FILE"
        raise click.UsageError(f"no client has this name; there are: {known}")
    if found.profile.name != profile:
        raise click.UsageError(f"this client has the profile {found.profile.name}, not {profile}")
    return found
