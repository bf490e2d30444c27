"""Measured values: the latest quantity of a kind, in the unit that its declaration names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from cds_service.facts.chart import Seen
from cds_service.facts.context import Candidate, Context, Finding, Reading, agreed, newest
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders
from cds_service.facts.resources import IGNORED
from cds_service.fhir.codings import Concept
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Issue, Resource
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Conflict

_WRITTEN = re.compile(r"\s*(?P<comparator><=|>=|<|>)?\s*(?P<value>\d{1,12}(?:\.\d{1,12})?)\s*(?P<unit>[^\d\s].{0,30})?\s*\Z")
_COMPARATORS = frozenset({"<", "<=", ">", ">="})


class Measured(NamedTuple):
    """A number in the declared unit, with the comparator that it was reported with."""

    value: Decimal
    comparator: str | None

    def __str__(self) -> str:
        return f"{self.comparator or ''}{self.value.normalize():f}"


def read_quantity(context: Context, spec: Spec) -> Reading:
    """The latest value of a test: ``value``, ``comparator``, ``date``, and what a look-back says of it.

    ``recent``: whether it lies in the look-back; ``documented``: whether any result does (closed world).
    A newest result in a unit that cannot be converted leaves the value unknown: an older one would mislead.
    ``day`` is the calendar day of the newest result, also of one that says nothing.
    Options: ``codes``, ``notComparable`` (value set of methods that are shown, not compared), ``units`` (unit -> factor), ``answers``
    ({map, target} of coded answers and spellings), ``absent`` (value set of coded values that say that there is no result), ``range``,
    ``integer``, ``bodySite`` ({map, target, sites}), ``attributed`` (only what certainly belongs to the primary), ``before`` (path of a
    date: only what is certainly older counts), ``within`` (look-back parameter) and ``keys`` (closed world) for ``recent`` and
    ``documented``, ``gives`` (member -> path).
    """
    candidates: list[Candidate] = []
    issues: list[Issue] = []
    others = [name for name in (spec.options.get("notComparable"),) if name]
    for seen, concept in context.chart.coded("Observation", spec.options["codes"], *others):
        candidate = _candidate(context, spec, seen, concept, issues)
        if candidate is not None:
            candidates.append(candidate)
    candidates, doubt = _before(context, spec, candidates)
    top = newest(candidates)
    finding, conflicts = (Finding(path=spec.path, why=doubt), ()) if doubt else agreed(spec.path, top)
    gives: Mapping[str, str] = spec.options["gives"]
    findings = list(_members(context, spec, finding, top))
    if "documented" in gives:
        findings.append(_documented(context, spec, gives["documented"], candidates))
    renamed = tuple(Conflict(gives["value"], item.values, item.references, item.why) for item in conflicts)
    return Reading(findings=tuple(findings), conflicts=renamed, issues=tuple(issues))


def _before(context: Context, spec: Spec, candidates: list[Candidate]) -> tuple[list[Candidate], str | None]:
    """The results certainly before the date in option ``before``; and why the newest of them cannot be told, if so."""
    if "before" not in spec.options:
        return candidates, None
    limit = context.value(spec.options["before"])
    if not isinstance(limit, Temporal):
        return [], "the date that it is to lie before is not known"
    order = [(one, None if one.moment is None else one.moment.compare(limit)) for one in candidates]
    earlier = [one for one, place in order if place == -1]
    top = newest(earlier)
    last = top[0].moment if top else None
    rivals = [one for one, place in order if place is None and not (one.moment and last and one.moment.compare(last) == -1)]
    return earlier, "a result is not dated well enough to tell whether it came before" if rivals else None


def _members(context: Context, spec: Spec, finding: Finding, top: Sequence[Candidate]) -> Iterator[Finding]:
    gives = spec.options["gives"]
    measured = finding.value
    if not isinstance(measured, Measured):
        why = finding.why if measured is None else "the newest result is in a unit that cannot be converted, or has no unit"
        for member in ("value", "comparator", "date", "recent"):
            if member in gives:
                yield Finding(path=gives[member], why=why)
        if "day" in gives:  # of a newest result that says nothing: an older one of another scale must not speak in its place
            yield _day(gives["day"], top)
        return
    value: Any = int(measured.value) if spec.options.get("integer") else measured.value
    yield Finding(path=gives["value"], value=value, evidence=finding.evidence, weak=finding.weak)
    if "comparator" in gives:
        yield Finding(path=gives["comparator"], value=measured.comparator, evidence=finding.evidence, why="reported as an exact value")
    moment = top[0].moment
    if "date" in gives:
        yield Finding(path=gives["date"], value=moment, evidence=finding.evidence, why="the result carries no date")
    if "day" in gives:
        yield _day(gives["day"], top)
    if "recent" in gives:
        yield Finding(path=gives["recent"], value=context.within(moment, spec.options["within"]), evidence=finding.evidence)


def _day(path: str, top: Sequence[Candidate]) -> Finding:
    """The calendar day of the newest results, so that results of one day compare as such whatever the hour."""
    moment = top[0].moment if top else None
    day = Temporal.of_day(moment.first_day) if moment is not None and moment.first_day == moment.last_day else moment
    return Finding(path=path, value=day, evidence=tuple(candidate.evidence for candidate in top))


def _documented(context: Context, spec: Spec, path: str, candidates: list[Candidate]) -> Finding:
    recent = [candidate for candidate in candidates if context.within(candidate.moment, spec.options["within"])]
    if recent:
        return Finding(path=path, value=True, evidence=tuple(candidate.evidence for candidate in recent))
    unsure = any(context.may_lie_within(candidate.moment, spec.options["within"]) for candidate in candidates)
    answered = context.answered(spec.options["keys"]) and not unsure
    return Finding(
        path=path, value=False if answered else None, why="a result without a date, or Observations that were not completely received"
    )


def _candidate(context: Context, spec: Spec, seen: Seen, concept: Concept, issues: list[Issue]) -> Candidate | None:
    options = spec.options
    if seen.state == IGNORED or not _fits_site(context, spec, seen.resource):
        return None
    disorders: Disorders = context.shared["disorders"]
    if options.get("attributed") and not disorders.attributes(seen):
        return None
    measured = _measured(context, spec, seen.resource, comparable=context.terminology.member(options["codes"], concept))
    if measured is None:
        return None
    if isinstance(measured, Measured) and measured.comparator is not None and "comparator" not in options["gives"]:
        measured = "is reported as a bound, not as a number"
    if isinstance(measured, str):
        issues.append(Issue("value", seen.reference, measured))
    return Candidate(value=measured, seen=seen, evidence=seen.evidence(concept), moment=seen.moment, issued=seen.issued)


def _fits_site(context: Context, spec: Spec, resource: Resource) -> bool:
    wanted = spec.options.get("bodySite")
    if wanted is None:
        return True
    found = context.chart.translations(wanted["map"], resource.get("bodySite"), wanted["target"])
    return any(code in wanted["sites"] for code, _ in found)


def _measured(context: Context, spec: Spec, resource: Resource, *, comparable: bool) -> Measured | str | None:
    """The measured value; a text saying why it cannot be used; ``None`` if the resource holds no value."""
    if not comparable:
        return "measured by a method whose unit cannot be converted: shown, not compared"
    answered = _answered(context, spec, resource)
    if answered is not None:
        return answered if isinstance(answered, str) else _ranged(spec, answered, None)
    for quantity in objects(resource.get("valueQuantity")):
        return _from_quantity(spec, quantity)
    if isinstance(resource.get("valueInteger"), int) and not isinstance(resource.get("valueInteger"), bool):
        return _in_unit(spec, Decimal(resource["valueInteger"]), None, None)
    if isinstance(resource.get("valueString"), str):
        written = _WRITTEN.match(resource["valueString"][:60])
        if written is None:
            return "holds a text that is not a number"
        return _in_unit(spec, Decimal(written["value"]), written["unit"], written["comparator"])
    absent = spec.options.get("absent")
    if absent is not None and context.terminology.match(absent, resource.get("valueCodeableConcept")) is not None:
        return None
    has_value = any(name.startswith("value") and resource[name] is not None for name in resource)
    return "holds a value that is not a number" if has_value else None


def _answered(context: Context, spec: Spec, resource: Resource) -> Decimal | str | None:
    """The number that a coded answer, or a listed spelling of one, stands for; a text where several answers differ."""
    answers = spec.options.get("answers")
    if not answers:
        return None
    text = resource.get("valueString")
    spelled = {"text": text} if isinstance(text, str) else None
    for said in (resource.get("valueCodeableConcept"), resource.get("interpretation"), spelled):
        found = {code for code, _ in context.chart.translations(answers["map"], said, answers["target"])}
        if found:
            return Decimal(found.pop()) if len(found) == 1 else "holds codes of answers that differ"
    return None


def _from_quantity(spec: Spec, quantity: Mapping[str, Any]) -> Measured | str | None:
    number = quantity.get("value")
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float | str | Decimal):
        return "holds a value that is not a number"
    try:
        value = Decimal(str(number))
    except InvalidOperation:
        return "holds a value that is not a number"
    comparator = quantity.get("comparator")
    if comparator is not None and str(comparator) not in _COMPARATORS:
        return "holds a comparator that is not known"
    unit = quantity.get("code") if isinstance(quantity.get("code"), str) else quantity.get("unit")
    first = _in_unit(spec, value, unit, comparator)
    spare = quantity.get("unit")
    return _in_unit(spec, value, spare, comparator) if isinstance(first, str) and isinstance(spare, str) and spare != unit else first


def _in_unit(spec: Spec, value: Decimal, unit: object, comparator: object) -> Measured | str:
    factor = _factors(tuple(spec.options["units"].items())).get(unit.strip().casefold() if isinstance(unit, str) else "")
    if factor is None:
        return "has no unit, or one that cannot be converted"
    return _ranged(spec, value * factor, None if comparator is None else str(comparator))


@lru_cache(maxsize=64)
def _factors(units: tuple[tuple[str, Decimal], ...]) -> Mapping[str, Decimal]:
    """The factors by unit without case: both ways of writing micro are one."""
    return {str(name).casefold(): factor for name, factor in units}


def _ranged(spec: Spec, value: Decimal, comparator: str | None) -> Measured | str:
    low, high = spec.options["range"]
    if not value.is_finite() or not Decimal(low) <= value <= Decimal(high):
        return "holds a number outside the possible range"
    if spec.options.get("integer") and value != value.to_integral_value():
        return "holds a fraction where whole numbers are possible"
    return Measured(value, comparator)
