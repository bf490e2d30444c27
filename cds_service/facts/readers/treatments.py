"""Treatments given: systemic regimens recognised from single drugs, and procedures done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cds_service.facts.chart import Seen
from cds_service.facts.context import Candidate, Context, Finding, Reading, newest, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.readers.coded import answers
from cds_service.facts.readers.medications import agents
from cds_service.facts.resources import UNCLEAR, ended, started
from cds_service.fhir.codings import TEXT_SYSTEM
from cds_service.fhir.record import Issue, Resource
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence


class _Event(NamedTuple):
    """One resource that says that agents (none named: some treatment) were given from ``start`` on."""

    agents: frozenset[str]
    start: Temporal
    end: Temporal | None
    evidence: tuple[Evidence, ...]


def read_treatments(context: Context, spec: Spec) -> Reading:
    """Regimens, oldest first: ``{agents, regimen, start, end, outcome}``, and what follows from their order.

    Agents that start within the window belong together; later agents start a new regimen unless the old ones all go on.
    The same agents after a pause are a new regimen if an answer in the pause says that the disease went on (``outcomes.ends``).
    May give ``lines`` (regimens that start on or after the date in option ``from``), ``firstStart`` and ``lastStart`` of those.
    Options: ``medications`` (resource type -> states that count as given), ``agents`` (see :func:`~.medications.agents`), ``window``
    (parameter, days), ``keys`` (closed world); and, if wanted, ``supportive`` (agents that make no regimen of their own), ``unnamed``
    (list of {resource, codes, states}: treatment without named agents), ``from`` (path), ``regimens`` (list of {name, agents, with}),
    ``outcomes`` (answers: {codes, map, target, decisive, ends}), ``gives`` (member -> path).
    """
    keys = spec.options["keys"]
    dated, undated = _events(context, spec)
    supportive = frozenset(spec.options.get("supportive", ()))
    outcomes = spec.options.get("outcomes")
    told = tuple(answers(context, outcomes)) if outcomes else ()
    regimens = [one for one in _regimens(dated, _borders(context, spec, told)) if not one.agents or one.agents - supportive]
    undated = [pair for pair in undated if not pair[0] or pair[0] - supportive]
    complete = context.answered(keys)
    if not regimens and not undated and not complete:
        why = "the treatments were not completely received"
        return Reading(findings=tuple(Finding(path=path, why=why) for path in (spec.path, *spec.options.get("gives", {}).values())))
    nexts = (*(one.start for one in regimens[1:]), None)
    elements = [_element(spec, one, told, until) for one, until in zip(regimens, nexts, strict=False)]
    elements += [{"agents": tuple(sorted(agents))} for agents, _ in undated]
    proofs = (*(one.evidence for one in regimens), *(proof for _, proof in undated))
    finding = Finding(path=spec.path, value=tuple(elements), items=tuple(proofs), weak=any(weak(proof) for proof in proofs))
    unclear = tuple(_unclear(context, spec))
    given = frozenset[str]().union(*(one.agents for one in regimens), *(names for names, _ in undated))
    doubtful = any(names - supportive - given for _, names in unclear)
    lines = _lines(context, spec, regimens, complete=complete and not undated and not doubtful)
    why = "a medication whose status does not say whether it was given"
    return Reading(findings=(finding, *lines), issues=tuple(Issue("incomplete", seen.reference, why) for seen, _ in unclear))


def _unclear(context: Context, spec: Spec) -> Iterator[tuple[Seen, frozenset[str]]]:
    """Medications of ours whose status leaves open whether they were given: neither a treatment nor the lack of one."""
    for kind in spec.options["medications"]:
        for seen in context.chart.of(kind):
            names = agents(context, spec.options["agents"], seen) if seen.state == UNCLEAR else ()
            if names:
                yield seen, frozenset(name for name, _ in names)


def _lines(context: Context, spec: Spec, regimens: Sequence[_Event], *, complete: bool) -> Iterator[Finding]:
    gives: Mapping[str, str] = spec.options.get("gives", {})
    first = _from(context, spec)
    order = [one.start.compare(first) if isinstance(first, Temporal) else None for one in regimens]
    counted = [one for one, place in zip(regimens, order, strict=True) if place is not None and place >= 0]
    proof = tuple(item for one in counted for item in one.evidence)
    sure = complete and None not in order
    why = "a treatment or the first evidence of advanced disease is not dated or not certain, or not all was received"
    if "lines" in gives:
        yield Finding(path=gives["lines"], value=len(counted) if sure else None, evidence=proof, weak=weak(proof), why=why)
    for name, place in (("firstStart", 0), ("lastStart", -1)):
        if name in gives:
            yield Finding(path=gives[name], value=counted[place].start if counted else None, evidence=proof)


def _from(context: Context, spec: Spec) -> object:
    """The date from which on treatments are counted, where there is one."""
    return context.value(spec.options["from"]) if "from" in spec.options else None


def _events(context: Context, spec: Spec) -> tuple[list[_Event], list[tuple[frozenset[str], tuple[Evidence, ...]]]]:
    dated: list[_Event] = []
    undated: list[tuple[frozenset[str], tuple[Evidence, ...]]] = []
    drafted = {entry.reference for entry in context.record.draft_orders}
    for kind, states in spec.options["medications"].items():
        for seen in context.chart.of(kind):
            if seen.state not in states or (seen.reference in drafted and not _began(context, seen.resource)):
                continue
            named = agents(context, spec.options["agents"], seen)
            if not named:
                continue
            proof = (seen.evidence(named[0][1], text=all(concept.system == TEXT_SYSTEM for _, concept in named)),)
            _put(frozenset(agent for agent, _ in named), started(seen.resource), ended(seen.resource), proof, dated, undated)
    for rule in spec.options.get("unnamed", ()):
        elements = (context.chart.coded(rule["resource"], rule["codes"], element=name) for name in ("type", "code"))
        found = {seen: concept for coded in elements for seen, concept in coded}
        for seen, concept in sorted(found.items(), key=lambda item: item[0].position):
            if seen.state in rule["states"]:
                _put(frozenset(), started(seen.resource), ended(seen.resource), (seen.evidence(concept),), dated, undated)
    return sorted(dated, key=lambda one: (one.start.first_day, one.evidence[0].reference)), undated


def _began(context: Context, resource: Resource) -> bool:
    """Whether an order that is being written anew stands in the record as begun before today; else it is no treatment yet."""
    start = started(resource)
    return start is not None and start.last_day < Temporal.of_day(context.as_of).first_day


def _put(
    names: frozenset[str],
    start: Temporal | None,
    end: Temporal | None,
    proof: tuple[Evidence, ...],
    dated: list[_Event],
    undated: list[tuple[frozenset[str], tuple[Evidence, ...]]],
) -> None:
    if start is None:
        undated.append((names, proof))
    else:
        dated.append(_Event(agents=names, start=start, end=end, evidence=proof))


@dataclass(frozen=True, slots=True)
class _Borders:
    """What separates regimens: a pause longer than ``window`` days, the first evidence of advanced disease, and what ended a regimen."""

    window: int
    first: object
    ends: tuple[Temporal, ...]


def _borders(context: Context, spec: Spec, told: Sequence[Candidate]) -> _Borders:
    ending = spec.options.get("outcomes", {}).get("ends", ())
    ends = tuple(one.moment for one in told if one.value in ending and one.moment is not None)
    return _Borders(int(context.parameters[spec.options["window"]]), _from(context, spec), ends)


def _goes_on(current: _Event, merged: _Event, borders: _Borders) -> bool:
    """Whether the same agents again, fewer of them, or all of them and more continue a regimen.

    What is given from the first evidence of advanced disease on never continues what began before it.
    """
    first = borders.first
    if isinstance(first, Temporal) and current.start.compare(first) == -1 and merged.start.compare(first) != -1:
        return False
    last = current.end or current.start
    paused = (merged.start.first_day - last.last_day).days > borders.window
    if paused and any(end.compare(last) in (0, 1) and end.compare(merged.start) in (-1, 0) for end in borders.ends):
        return False
    if not merged.agents:
        return current.end is not None and not paused
    return merged.agents <= current.agents or (bool(current.agents) and current.agents <= merged.agents)


def _regimens(events: Sequence[_Event], borders: _Borders) -> list[_Event]:
    """Merge events (sorted by start) into regimens."""
    regimens: list[_Event] = []
    for group in _groups(events, borders.window):
        merged = group[0]._replace(
            agents=frozenset().union(*(one.agents for one in group)),
            end=_last([one.end or one.start for one in group]),
            evidence=tuple(dict.fromkeys(item for one in group for item in one.evidence)),
        )
        current = regimens[-1] if regimens else None
        if current is not None and _goes_on(current, merged, borders):
            regimens[-1] = current._replace(
                agents=current.agents | merged.agents,
                end=_last([current.end, merged.end]),
                evidence=(*current.evidence, *merged.evidence),
            )
        else:
            regimens.append(merged)
    return regimens


def _groups(events: Sequence[_Event], window: int) -> Iterator[list[_Event]]:
    group: list[_Event] = []
    for event in events:
        if group and (event.start.first_day - group[0].start.first_day).days > window:
            yield group
            group = []
        group.append(event)
    if group:
        yield group


def _last(moments: Sequence[Temporal | None]) -> Temporal | None:
    known = [moment for moment in moments if moment is not None]
    return max(known, key=lambda moment: (moment.last_day, moment.text)) if known else None


def _element(spec: Spec, one: _Event, told: Sequence[Candidate], until: Temporal | None) -> dict[str, Any]:
    element: dict[str, Any] = {"agents": tuple(sorted(one.agents)), "start": one.start}
    if one.end is not None:
        element["end"] = one.end
    name = regimen_name(spec.options.get("regimens", ()), one.agents)
    if name is not None:
        element["regimen"] = name
    outcome = _outcome(spec, one, told, until)
    if outcome is not None:
        element["outcome"] = outcome
    return element


def regimen_name(regimens: Sequence[Mapping[str, Any]], names: frozenset[str]) -> str | None:
    """The regimen whose agents are all there, with nothing beside them but what it may be combined with."""
    for regimen in regimens:
        core = frozenset(regimen["agents"])
        if core <= names and names - core <= frozenset(regimen.get("with", ())):
            return str(regimen["name"])
    return None


def _outcome(spec: Spec, one: _Event, told: Sequence[Candidate], until: Temporal | None) -> str | None:
    """The newest deciding answer between this regimen's start and the next one's."""
    decisive = [
        answer
        for answer in told
        if answer.value in spec.options.get("outcomes", {}).get("decisive", ())
        and answer.moment is not None
        and answer.moment.compare(one.start) in (0, 1)
        and (until is None or answer.moment.compare(until) == -1)
    ]
    top = newest(decisive)
    return top[0].value if top and len({answer.value for answer in top}) == 1 else None


def read_procedures(context: Context, spec: Spec) -> Reading:
    """Procedures done, oldest first: ``{procedure, date}``. Options: ``map``, ``target``, ``states``, ``keys`` (closed world)."""
    found: list[tuple[dict[str, Any], Evidence]] = []
    for seen in context.chart.of("Procedure"):
        if seen.state not in spec.options["states"]:
            continue
        for name, concept in context.chart.translations(spec.options["map"], seen.resource.get("code"), spec.options["target"]):
            element = {"procedure": name} if seen.moment is None else {"procedure": name, "date": seen.moment}
            found.append((element, seen.evidence(concept, text=concept.system == TEXT_SYSTEM)))
    found.sort(key=lambda pair: (pair[1].date or "9999", pair[1].reference, pair[0]["procedure"]))
    if not found and not context.answered(spec.options["keys"]):
        return Reading(findings=(Finding(path=spec.path, why="the Procedures were not completely received"),))
    return Reading(
        findings=(
            Finding(
                path=spec.path,
                value=tuple(element for element, _ in found),
                items=tuple((proof,) for _, proof in found),
                weak=any(weak((proof,)) for _, proof in found),
            ),
        )
    )
