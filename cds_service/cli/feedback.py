"""``cds-service feedback``: what clinicians did with the cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, time
from typing import Any

import click
import orjson

from cds_service.cli.database import existing_store
from cds_service.cli.options import Day
from cds_service.errors import ContentError
from cds_service.plans.overrides import load_override_reasons
from cds_service.plans.problems import Problems
from cds_service.settings import Settings, load_settings
from cds_service.store.report import NO_CODE, FeedbackSummary, Tally

Displays = Mapping[tuple[str, str], str]
_NO_CODE = "no code given"
_HEAD = "recommendation"


@click.group()
def feedback() -> None:
    """What clinicians did with the cards that they were shown."""


@feedback.command()
@click.option("--since", type=Day(), metavar="DATE", help="Only cards shown since this day (YYYY-MM-DD, in CDS_TIMEZONE).")
@click.option("--service", metavar="ID", help="Only cards of this service.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--comments", is_flag=True, help="Add what clinicians wrote. It may name patients: mind where you print it.")
def report(since: date | None, service: str | None, *, as_json: bool, comments: bool) -> None:
    """Count acceptance and override reasons for each recommendation.

    A card counts once, and for each of the recommendations on it. "accept" is the share of accepted among the cards that an EHR
    reported on; most EHRs report only what a clinician clicked, so cards without feedback say nothing. Reads the database of
    CDS_DATABASE_URL, and changes nothing in it. Without the audit trail (CDS_AUDIT=0) no card is known.

    \b
    Examples:
      cds-service feedback report
      cds-service feedback report --since 2026-11-01 --json
    """
    settings = load_settings()
    start = datetime.combine(since, time(), settings.zone) if since else None
    displays = _displays(settings)
    with closing(existing_store(settings)) as store:
        summary = store.summarise(start, service)
        written = store.comments(start, service) if comments else []
    if as_json:
        body = _as_json(summary, displays)
        if comments:
            body["comments"] = [{"time": at, "service": name, "comment": text} for at, name, text in written]
        click.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo("\n".join(_lines(summary, displays)))
    if written:
        click.echo("Comments:")
    for at, name, text in written:
        click.echo(f"    {at:%Y-%m-%d} {_plain(name)}: {_plain(text, 4000)}")


def _displays(settings: Settings) -> Displays:
    problems = Problems()
    reasons = load_override_reasons(settings.content_dir, problems)
    if problems.found:
        raise ContentError(problems.found)
    return {(reason["system"], reason["code"]): reason["display"] for reason in reasons}


def _display(reason: tuple[str, str], displays: Displays) -> str:
    return _NO_CODE if reason == NO_CODE else displays.get(reason) or _plain("|".join(filter(None, reason)))


def _plain(text: str, longest: int = 100) -> str:
    """A text of others for a terminal: in one line, without what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)[:longest]


def _lines(summary: FeedbackSummary, displays: Displays) -> Iterator[str]:
    if not summary.recommendations:
        yield "No card is on record."
    else:
        yield f"{_HEAD:{_width(summary)}}  shown  accepted  overridden  no feedback  accept"
    for code, tally in summary.recommendations.items():
        yield f"{code:{_width(summary)}}  {_counts(tally)}"
        for reason, number in tally.reasons.most_common():
            yield f"    {number} x {_display(reason, displays)}"
        clients = summary.clients[code]
        for client, own in sorted(clients.items()) if len(clients) > 1 else ():
            yield f"    at {_plain(client)}: {own.shown} shown, {own.accepted} accepted, {own.overridden} overridden"
    unknown = summary.unknown
    if unknown.shown:
        yield f"Cards that are not on record: {unknown.accepted} accepted, {unknown.overridden} overridden"


def _width(summary: FeedbackSummary) -> int:
    return max(map(len, [_HEAD, *summary.recommendations]))


def _counts(tally: Tally) -> str:
    share = "-" if tally.acceptance is None else f"{tally.acceptance:.0%}"
    return f"{tally.shown:5}  {tally.accepted:8}  {tally.overridden:10}  {tally.unanswered:11}  {share:>6}"


def _as_json(summary: FeedbackSummary, displays: Displays) -> dict[str, Any]:
    clients = {code: {name: _tally(own, displays) for name, own in sorted(tallies.items())} for code, tallies in summary.clients.items()}
    return {
        "recommendations": [
            {"code": code, **_tally(tally, displays), "clients": clients[code]} for code, tally in summary.recommendations.items()
        ],
        "unknownCards": {"accepted": summary.unknown.accepted, "overridden": summary.unknown.overridden},
    }


def _tally(tally: Tally, displays: Displays) -> dict[str, Any]:
    reasons = [
        {"system": reason[0] or None, "code": reason[1] or None, "display": displays.get(reason), "count": number}
        for reason, number in tally.reasons.most_common()
    ]
    return {
        "shown": tally.shown,
        "accepted": tally.accepted,
        "overridden": tally.overridden,
        "noFeedback": tally.unanswered,
        "acceptance": tally.acceptance,
        "reasons": reasons,
    }
