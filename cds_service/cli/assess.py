"""``cds-service facts`` and ``cds-service assess``: the engine over a file, without a server."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
import orjson

from cds_service.cards import render_text, render_trace
from cds_service.cds_clients import load_profile, profile_names
from cds_service.cli.options import FILE, as_of_option, file_argument, patient_option
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Hook
from cds_service.model.json import facts_json, trace_json
from cds_service.plans.compiled import ORDER_HOOKS
from cds_service.prefetch.files import read_file, request_hook
from cds_service.respond import answer
from cds_service.served import content_of
from cds_service.settings import Settings, load_settings


def _day(settings: Settings, as_of: date | None) -> date:
    return as_of or datetime.now(settings.zone).date()


def _print(value: object) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


@click.command()
@click.argument("file", type=FILE, required=False)
@patient_option
@as_of_option
@click.option("--names", is_flag=True, help="Instead, list every fact that the content declares: name, type or values, title.")
def facts(file: Path | None, patient: str | None, as_of: date | None, *, names: bool) -> None:
    """Print the facts that a record supports, with evidence.

    FILE is a FHIR Bundle of any type, an array of resources, NDJSON, or a CDS Hooks request. It counts as the whole
    record: what it lacks is taken as not documented.

    The answer is JSON: "facts" (nested), "evidence" (by path: resource, code, date), "unknown" (path and why),
    "conflicts" (values that disagree) and "issues" (what was odd in the file).

    \b
    Examples:
      cds-service facts record.json
      cds-service facts export.ndjson --patient 1234 --as-of 2026-11-21
      cds-service facts --names
    """
    settings = load_settings()
    knowledge = content_of(settings, unfinished=names)
    if names:
        from cds_service.authoring.names import name_lines  # brings all that authors need

        click.echo("\n".join(name_lines(knowledge.facts_engine.model)))
        return
    if file is None:
        raise click.UsageError("say which record: FILE, or --names for the facts that there are")
    found = knowledge.facts_engine.build(read_file(file, patient), _day(settings, as_of))
    _print(facts_json(found, knowledge.facts_engine.model))


@click.command()
@file_argument
@click.option(
    "--hook", metavar="HOOK", help="patient-view, order-sign or another hook of a service; the hook of the file if it is a request."
)
@click.option("--orders", type=FILE, metavar="FILE", help="Draft orders: a Bundle, an array or one resource.")
@click.option("--service", metavar="ID", help="The service to ask, where several answer the hook.")
@patient_option
@as_of_option
@click.option("--profile", type=click.Choice(profile_names()), default="generic", show_default=True, help="The kind of EHR to answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the CDS Hooks response instead of text.")
@click.option("--trace", is_flag=True, help="Add every criterion of every recommendation: its value and the facts it read.")
def assess(
    file: Path,
    hook: str | None,
    orders: Path | None,
    service: str | None,
    patient: str | None,
    as_of: date | None,
    profile: str,
    **shown: bool,
) -> None:
    """Print the cards that a hook would show for a record.

    FILE is read as by "cds-service facts". Without --as-of the record is judged as of today.

    \b
    Examples:
      cds-service assess record.json --hook patient-view
      cds-service assess record.json --hook order-sign --orders drafts.json --trace
      cds-service assess request.json --json
    """
    settings = load_settings()
    knowledge = content_of(settings)
    call = _hook(knowledge, request_hook(file), hook, service, patient)
    if orders is not None and call.name not in ORDER_HOOKS:
        raise click.UsageError(f"--orders needs --hook order-select or order-sign: {call.name} has no orders")
    found = answer(read_file(file, patient, orders), call, knowledge, _day(settings, as_of), load_profile(profile))
    if shown["as_json"]:
        traces = [trace_json(one) for one in found.assessment.traces]
        _print({"response": found.body, "trace": traces} if shown["trace"] else found.body)
        return
    click.echo(render_text(found.body["cards"]))
    if shown["trace"]:
        click.echo(f"\n{render_trace(found.assessment)}")


def _hook(knowledge: Knowledge, asked: Hook | None, name: str | None, service: str | None, patient: str | None) -> Hook:
    """The hook call to make: that of a request file, or one by a practitioner at the command line."""
    hooks = sorted({hook for _, hook in knowledge.services})
    chosen = name or (asked.name if asked else None)
    if chosen is None:
        raise click.UsageError(f"say which hook: --hook {' | '.join(hooks)}")
    ids = [service_id for service_id, hook in knowledge.services if hook == chosen and service in (None, service_id)]
    if not ids:
        known = ", ".join(f"{service_id} at {hook}" for service_id, hook in knowledge.services)
        raise click.UsageError(f"the content has no such service; it has: {known}")
    if len(ids) > 1:
        raise click.UsageError(f"several services answer this hook; choose with --service: {', '.join(ids)}")
    return Hook(
        name=chosen,
        service=ids[0],
        instance=asked.instance if asked else "command-line",
        user_id=asked.user_id if asked else "Practitioner/command-line",
        user_type=asked.user_type if asked else "Practitioner",
        encounter_id=asked.encounter_id if asked else None,
        patient_id=patient or (asked.patient_id if asked else None),
        selections=asked.selections if asked and asked.name == chosen else (),
        performer=asked.performer if asked and asked.name == chosen else None,
    )
