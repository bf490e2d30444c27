"""Small facts: about the patient, about the record itself, and texts and dates taken from lists read earlier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cds_service.facts.context import Context, Finding, Reading
from cds_service.facts.declarations import Spec
from cds_service.facts.newest import earliest
from cds_service.fhir.codings import first_code
from cds_service.fhirpath.temporal import Temporal


def read_patient(context: Context, spec: Spec) -> Reading:
    """``age`` in completed years at ``as_of`` (the lower one where the birth date leaves two open), ``deceased`` and ``gender``."""
    patient = context.record.patient or {}
    born = Temporal.parse(patient.get("birthDate"))
    deceased = patient.get("deceasedBoolean")
    dead = deceased if isinstance(deceased, bool) else (True if patient.get("deceasedDateTime") else None)
    age = None if born is None else _years(born.last_day, context.as_of)
    return Reading(
        findings=(
            Finding(path=spec.member("age"), value=age, why="the birth date was not received"),
            Finding(path=spec.member("deceased"), value=dead, why="not stated"),
            Finding(path=spec.member("gender"), value=first_code(patient.get("gender")), why="not stated"),
        )
    )


def _years(born: date, today: date) -> int | None:
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years if years >= 0 else None


def read_record(context: Context, spec: Spec) -> Reading:
    """``complete``, ``truncated`` and ``unavailable``: which parts of the record came; and of each key whether it was answered.

    Options: ``keys`` (prefetch keys), ``answered`` (path below which each key has its boolean).
    """
    record = context.record
    return Reading(
        findings=(
            Finding(path=f"{spec.path}.complete", value=not record.truncated and not record.unavailable),
            Finding(path=f"{spec.path}.truncated", value=tuple(record.truncated)),
            Finding(path=f"{spec.path}.unavailable", value=tuple(record.unavailable)),
            *(Finding(path=f"{spec.options['answered']}.{key}", value=record.has_answered(key)) for key in spec.options.get("keys", ())),
        )
    )


def read_days_between(context: Context, spec: Spec) -> Reading:
    """Whole days from one date fact to another; unknown unless both name a day. Options: ``from``, ``to``."""
    first, second = context.value(spec.options["from"]), context.value(spec.options["to"])
    if (
        isinstance(first, Temporal)
        and isinstance(second, Temporal)
        and first.first_day == first.last_day
        and second.first_day == second.last_day
    ):
        return Reading(findings=(Finding(path=spec.path, value=(second.first_day - first.first_day).days),))
    return Reading(findings=(Finding(path=spec.path, why="one of the dates is not known to the day"),))


def read_first_date(context: Context, spec: Spec) -> Reading:
    """The earliest date among the elements of a list whose member is one of the values that count; unknown if one of them is undated.

    Options: ``of`` (list path), ``member``, ``date`` (member), and what counts: ``values``, or ``parameter`` (that holds them).
    """
    wanted = spec.options.get("values") or context.parameters[spec.options["parameter"]]
    items = [item for item in context.value(spec.options["of"]) or () if item.get(spec.options["member"]) in wanted]
    dates = [item.get(spec.options["date"]) for item in items]
    known = [date for date in dates if isinstance(date, Temporal)]
    if not known or len(known) < len(dates):
        return Reading(findings=(Finding(path=spec.path, why="not dated"),))
    return Reading(findings=(Finding(path=spec.path, value=earliest(known)),))


def read_texts(context: Context, spec: Spec) -> Reading:
    """One line per element of lists, newest first, for cards: known, and empty where there is nothing to show.

    Options: ``lines``: list of ``{of, parts, brackets}``. A part is ``{member, before, after, code, word, not, unless}``: ``code`` is
    a code system whose words are shown, ``word`` stands in place of the value. It is left out where the member is missing, empty,
    false or one of the values ``not``, or where one of the members ``unless`` is there. ``brackets`` are parts in round brackets;
    ``some`` names members of which an element must have one to be worth a line; ``scalar: true`` takes a single fact, as member
    ``value``, instead of a list.
    """
    found: list[tuple[str, str]] = []
    for line in spec.options["lines"]:
        value = context.value(line["of"])
        for item in ({"value": value},) if line.get("scalar") and value is not None else () if line.get("scalar") else value or ():
            text = _line(context, line, item)
            if text:
                found.append((str(item.get("date", item.get("start", ""))), text))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return Reading(findings=(Finding(path=spec.path, value=tuple(text for _, text in found)),))


def _line(context: Context, line: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    if "some" in line and all(item.get(name) is None for name in line["some"]):
        return ""
    text = " ".join("".join(_parts(context, line["parts"], item)).split())
    brackets = [part.strip() for part in _parts(context, line.get("brackets", ()), item)]
    return f"{text} ({', '.join(brackets)})" if text and brackets else text


def _parts(context: Context, parts: Sequence[Mapping[str, Any]], item: Mapping[str, Any]) -> Iterator[str]:
    for part in parts:
        value = item.get(part["member"])
        if (not value and value != "") or ("not" in part and value in part["not"]):  # unknown, none, zero, no
            continue
        if "unless" in part and any(item.get(name) is not None for name in part["unless"]):
            continue
        yield f"{part.get('before', '')}{part.get('word') or _worded(context, part, value)}{part.get('after', '')}"


def _worded(context: Context, part: Mapping[str, Any], value: object) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join([context.terminology.display(part["code"], str(one)) if "code" in part else str(one) for one in values])
