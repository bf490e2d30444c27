"""Coded answers: the latest value of a kind, and the answer that decides among those after a date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.facts.context import Candidate, Context, Finding, Reading, newest, settle
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders
from cds_service.facts.resources import IGNORED
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Conflict


def read_latest_code(context: Context, spec: Spec) -> Reading:
    """The latest coded value. Options: ``codes`` (what was observed), ``map`` and ``target`` (what the answer means)."""
    finding, conflicts = settle(spec.path, list(answers(context, spec.options)))
    return Reading(findings=(finding,), conflicts=conflicts)


def answers(context: Context, options: Mapping[str, Any]) -> Iterator[Candidate]:
    """Every answer of the record to the observation codes of a question (``codes``, ``map``, ``target``), as our codes."""
    terms = context.terminology
    disorders: Disorders = context.shared["disorders"]
    for seen, concept in context.chart.coded("Observation", options["codes"]):
        resource = seen.resource
        if seen.state == IGNORED or disorders.attributes(seen) is False:
            continue
        written = resource.get("valueCodeableConcept") or resource.get("valueString")
        codeable = {"text": written} if isinstance(written, str) else written
        for value, _ in terms.translations(options["map"], codeable, options["target"]):
            # A listed spelling under a coded question counts as coded (the question is what must be certain).
            proof = disorders.proof(seen, concept)
            yield Candidate(value=value, seen=seen, evidence=proof, moment=seen.moment, issued=seen.issued)


def read_decisive(context: Context, spec: Spec) -> Reading:
    """The answer that decides: the newest of the ``decisive`` ones dated on or after ``notBefore``, else the newest other one.

    Nothing decides while a decisive answer to the contrary may be newer, or may not count, for want of a date.

    Gives ``category``, ``date``, ``deciding`` (only a decisive one), ``documented`` (a ``favourable`` one decides; closed world) and
    ``progression`` (an ``unfavourable`` one decides) and ``certain`` (it does so by an explicit result), per option ``gives``.
    Options besides: ``codes``, ``map``, ``target`` (see :func:`read_latest_code`), ``notBefore`` (path of a date), ``lines`` (path of a
    count: where it is 0, an answer of unknown place in time cannot count), ``keys`` (closed world).
    """
    options = spec.options
    gives: dict[str, str] = options["gives"]
    start = context.value(options["notBefore"])
    every = list(answers(context, options))
    counted = [one for one in every if _on_or_after(one.moment, start)]
    decisive = [one for one in counted if one.value in options["decisive"]]
    unplaced = [one for one in every if one not in counted and not _before(one.moment, start)] if decisive else []
    finding, conflicts = _settled(spec, decisive or counted, unplaced)
    deciding = finding.value if decisive else None
    findings = [
        finding,
        Finding(path=gives["deciding"], value=deciding, evidence=finding.evidence if deciding else (), weak=finding.weak),
        _date(finding, gives["date"], decisive or counted),
        _documented(spec, deciding, finding, doubt=_doubt(context, spec, every, conflicted=bool(conflicts))),
    ]
    progressed = None if deciding is None else deciding in options["unfavourable"]
    findings.append(Finding(path=gives["progression"], value=progressed, evidence=finding.evidence if deciding else (), weak=finding.weak))
    certain = progressed and not finding.weak
    findings.append(Finding(path=gives["certain"], value=certain or None, evidence=finding.evidence if certain else (), why="not explicit"))
    return Reading(findings=tuple(findings), conflicts=conflicts)


def _settled(spec: Spec, counted: Sequence[Candidate], unplaced: Sequence[Candidate]) -> tuple[Finding, tuple[Conflict, ...]]:
    """The newest answer, unless another one of unknown place in time decides otherwise and may be newer: then they disagree."""
    path = spec.options["gives"]["category"]
    finding, conflicts = settle(path, counted)
    decisive = [one for one in unplaced if one.value in spec.options["decisive"] and one.value != finding.value]
    rivals = [one for one in decisive if not _before(one.moment, newest(counted)[0].moment)] if finding.value is not None else []
    if not rivals:
        return finding, conflicts
    why = "an answer that is not dated well enough may be the later one"
    said = tuple(sorted({str(finding.value), *(str(one.value) for one in rivals)}))
    references = sorted({*(item.reference for item in finding.evidence), *(one.seen.reference for one in rivals)})
    return Finding(path=path, why=why), (Conflict(path, said, tuple(references), why),)


def _doubt(context: Context, spec: Spec, every: Sequence[Candidate], *, conflicted: bool) -> str | None:
    """Why nothing can be said although no answer decides: some disagree, or one may count whose place in time is not known."""
    if conflicted:
        return "the latest answers disagree"
    start, lines = context.value(spec.options["notBefore"]), context.value(spec.options["lines"])
    unplaced = [one for one in every if one.value in spec.options["favourable"] and not _before(one.moment, start)]
    if unplaced and lines != 0:
        return "an answer or a treatment is not dated well enough to tell which came first"
    return None if context.answered(spec.options["keys"]) else "treatments or answers were not completely received"


def _before(moment: Temporal | None, start: object) -> bool:
    return isinstance(start, Temporal) and moment is not None and moment.compare(start) == -1


def _documented(spec: Spec, deciding: object, finding: Finding, *, doubt: str | None) -> Finding:
    path = spec.options["gives"]["documented"]
    if deciding is not None:
        favourable = deciding in spec.options["favourable"]
        return Finding(path=path, value=favourable, evidence=finding.evidence, weak=finding.weak)
    return Finding(path=path, value=False if doubt is None else None, why=doubt or "none documented")


def _on_or_after(moment: Temporal | None, start: object) -> bool:
    return isinstance(start, Temporal) and moment is not None and moment.compare(start) in (0, 1)


def _date(finding: Finding, path: str, candidates: Sequence[Candidate]) -> Finding:
    top = newest(candidates) if finding.value is not None else ()
    return Finding(path=path, value=top[0].moment if top else None, evidence=finding.evidence)
