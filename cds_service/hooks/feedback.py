"""Reading feedback (CDS Hooks 2.0, "Feedback"): what clinicians did with cards, as EHRs really send it.

Feedback that cannot be understood at all is refused with the place that is at fault. Anything less is taken: it is rare, nobody
sends it twice, and what it lacks shows in the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from cds_service.errors import BodyTooLarge, MalformedRequest
from cds_service.hooks.schema import explain, first_error, path_of

LONGEST_EXTENSION = 4000
_REASONS = ("overrideReason", "overrideReasons")  # Epic writes the plural


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to override a card, as coded by the client."""

    code: str = field(repr=False)
    system: str | None = field(default=None, repr=False)
    display: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFeedback:
    """What became of one card: ``outcome`` is ``accepted`` or ``overridden``.

    ``outcome_time`` is ``None`` where the client sent none that can be read. ``accepted`` are the ids of the suggestions that were
    taken. ``comment`` is what the clinician wrote and ``extension`` what stood beside or in place of a reason (JSON). What the client
    chose may hold anything, ids included, so ``repr`` leaves it out.
    """

    card: str = field(repr=False)
    outcome: str
    outcome_time: datetime | None = None
    accepted: tuple[str, ...] = field(default=(), repr=False)
    reasons: tuple[Reason, ...] = ()
    comment: str | None = field(default=None, repr=False)
    extension: str | None = field(default=None, repr=False)


def parse_feedback(body: object) -> tuple[CardFeedback, ...]:
    """The reports of a feedback body, all of them or none.

    Raises :class:`MalformedRequest`, which names the place and never a value, and :class:`BodyTooLarge` for too many at once.
    """
    error = first_error("feedback", body)
    if error is not None:
        where = path_of(error)
        if error.validator == "maxItems" and where == "feedback":
            limit = error.validator_value
            raise BodyTooLarge(f"there are more than {limit} reports", where=where, remedy=f"Send at most {limit} reports at once.")
        raise MalformedRequest(f"{where} {explain(error)}", where=where, remedy=f"Correct {where}; see feedback in CDS Hooks 2.0.")
    reports: list[Mapping[str, Any]] = body["feedback"]  # type: ignore[index]
    return tuple(_report(report, f"feedback[{number}]") for number, report in enumerate(reports))


def _report(report: Mapping[str, Any], where: str) -> CardFeedback:
    given = list(_given(report))
    comments = [item["userComment"] for item in given if item.get("userComment")]
    extensions = [item["extension"] for item in given if item.get("extension")]
    return CardFeedback(
        card=report["card"],
        outcome=report["outcome"],
        outcome_time=_moment(report.get("outcomeTimestamp")),
        accepted=tuple(item["id"] for item in report.get("acceptedSuggestions") or ()),
        reasons=tuple(reason for item in given if (reason := _reason(item)) is not None),
        comment="\n".join(comments) or None,
        extension=_extension(extensions, where),
    )


def _given(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The override reasons of a report, one by one, under whichever name and shape they came."""
    for name in _REASONS:
        value = report.get(name) or ()
        yield from [value] if isinstance(value, Mapping) else value


def _reason(item: Mapping[str, Any]) -> Reason | None:
    """The coding of a reason: its member ``reason``, or the item itself. ``None`` where it has no code."""
    coding = item.get("reason") or item
    code = coding.get("code")
    return Reason(code, coding.get("system") or None, coding.get("display") or None) if code else None


def _extension(extensions: list[Any], where: str) -> str | None:
    if not extensions:
        return None
    place = f"{where}.overrideReason.extension"
    try:
        text = orjson.dumps(extensions[0] if len(extensions) == 1 else extensions, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:  # it writes less deep than it reads
        raise MalformedRequest(f"{place} is nested too deeply", where=place, remedy="Nest it less deeply.") from None
    if len(text) > LONGEST_EXTENSION:
        remedy = f"Send at most {LONGEST_EXTENSION} characters."
        raise MalformedRequest(f"{place} is longer than {LONGEST_EXTENSION} characters", where=place, remedy=remedy)
    return text


def _moment(value: object) -> datetime | None:
    """An RFC 3339 time as UTC; a time without zone counts as UTC, anything else as not told."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
