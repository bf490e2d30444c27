"""``cds-service conformance``: what a running service keeps of CDS Hooks 2.0."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import click
import orjson
from jwt import PyJWTError

from cds_service.cli.options import FILE
from cds_service.conformance import FhirServer, Signer, Target, as_json, as_markdown, as_text, examine
from cds_service.errors import UnreadableFile


@click.command()
@click.argument("url")
@click.option(
    "--request", "files", type=FILE, multiple=True, metavar="FILE", help="A hook request that should give cards; may be repeated."
)
@click.option("--fhir-server", metavar="URL", help="An address of this machine where the checker serves FHIR, as the service may read it.")
@click.option("--key", type=FILE, metavar="PEM", help="A private key to sign calls with, of a client that the service knows.")
@click.option("--issuer", metavar="URL", help="The iss of the tokens; with --key.")
@click.option("--kid", metavar="ID", help="The kid of the tokens; with --key.")
@click.option("--algorithm", default="ES384", show_default=True, metavar="ALG", help="How the tokens are signed.")
@click.option("--jku", metavar="URL", help="The jku of the tokens; without it keys were exchanged out of band.")
@click.option("--tenant", metavar="NAME", help="The tenant of the tokens.")
@click.option("--audience", metavar="AUD", help="The aud of the tokens, where it is not the address that is called.")
@click.option(
    "--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1, 120), metavar="SECONDS", help="How long to wait for an answer."
)
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
def conformance(url: str, files: tuple[Path, ...], fhir_server: str | None, timeout: float, form: str | None, **identity: Any) -> None:
    """Check a running CDS Service, ours or anyone's, against CDS Hooks 2.0.

    URL is the base address of the service, or its discovery address. Each of the 120 numbered requirements is met, not
    met, not applicable or not testable from outside, with what was seen. Only synthetic patients are sent, and feedback on a card
    that nobody was shown; a service may keep both in its own statistics, so prefer a test system. Exit code 1 if
    anything that a service SHALL or SHOULD do is not met.

    \b
    Examples:
      cds-service conformance http://127.0.0.1:8080
      cds-service conformance http://127.0.0.1:8080 --request docs/samples/patient-view.json --markdown
      cds-service conformance https://cds.example.org/base --key ehr.pem --issuer https://ehr.example.org --kid 1
    """
    target = Target.at(url, _signer(**identity), timeout)
    samples = [_request(path) for path in files]
    with contextlib.ExitStack() as stack:
        server = None if fhir_server is None else stack.enter_context(FhirServer(fhir_server.rstrip("/")))
        report = examine(target, samples, server)
    match form:
        case "json":
            click.echo(orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2).decode())
        case "markdown":
            click.echo(as_markdown(report))
        case _:
            click.echo(as_text(report))
    if not report.keeps_what_it_must:
        raise click.exceptions.Exit(1)


def _signer(*, key: Path | None, issuer: str | None, kid: str | None, **others: Any) -> Signer | None:
    if key is None:
        return None
    if issuer is None or kid is None:
        raise click.UsageError("--key needs --issuer and --kid")
    signer = Signer(key=key.read_text(), issuer=issuer, kid=kid, **others)
    try:
        signer.token("https://cds.example.org")
    except (PyJWTError, ValueError, RuntimeError, TypeError):  # RuntimeError: an algorithm that PyJWT does not know
        raise click.UsageError(f"--key cannot sign with {signer.algorithm}; an RSA key needs --algorithm RS384") from None
    return signer


def _request(path: Path) -> dict[str, Any]:
    try:
        body = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("hook"), str):
        raise UnreadableFile(
            f"{path.name} is not a CDS Hooks request", remedy="Give a JSON file with hook, hookInstance, context and prefetch."
        )
    return body
