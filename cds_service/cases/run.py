"""Asking the service about a case, and comparing what it says with what is expected.

Building the facts of a case and applying plans to them are two steps, so that changed plans can be asked about the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from cds_service.assess import assess_facts
from cds_service.cards.render import EXTENSION
from cds_service.cases.explain import why
from cds_service.cases.model import Case, Difference, Expected, Outcome, Prepared
from cds_service.errors import ServiceError
from cds_service.hooks.invocation import Invocation
from cds_service.hooks.parse import parse_hook_request
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import ActionTrace, Assessment, Recommendation
from cds_service.respond import receive, rendered


def run_cases(cases: Iterable[Case], knowledge: Knowledge, as_of: date) -> tuple[Outcome, ...]:
    """What comes of every case."""
    return tuple(run_case(case, knowledge, as_of) for case in cases)


def run_case(case: Case, knowledge: Knowledge, as_of: date) -> Outcome:
    """What comes of one case; a refusal of the service is a difference too."""
    try:
        return judge(prepare(case, knowledge, as_of), knowledge, as_of)
    except ServiceError as error:
        return Outcome(case, (Difference(f"the service refuses to answer: {error}"),))


def prepare(case: Case, knowledge: Knowledge, as_of: date) -> Prepared:
    """Build the facts of a case, as the service does for a hook call. Raises :class:`ServiceError`."""
    service = knowledge.service(None, case.hook)
    assert service is not None  # checked when the case was loaded
    return with_facts(case, parse_hook_request(case.request, service.id), knowledge, as_of)


def with_facts(case: Case, invocation: Invocation, knowledge: Knowledge, as_of: date) -> Prepared:
    """The same for a call that is parsed already. Raises :class:`ServiceError`."""
    site = knowledge.with_parameters(case.site)
    record = receive(invocation, site, as_of, {})
    return Prepared(case, invocation, site.facts_engine.build(record, as_of))


def judge(prepared: Prepared, knowledge: Knowledge, as_of: date) -> Outcome:
    """Apply the plans to the facts of a case, and compare."""
    site = knowledge.with_parameters(prepared.case.site)
    assessment = assess_facts(prepared.facts, prepared.invocation.hook, site, as_of)
    cards = rendered(assessment, site).body["cards"]
    return Outcome(prepared.case, tuple(_differences(prepared.case, assessment, cards, site)), tuple(cards), assessment.traces)


def _differences(case: Case, assessment: Assessment, cards: list[Mapping[str, Any]], knowledge: Knowledge) -> Iterator[Difference]:
    shown = {code: indicator for card in cards for code, indicator in card["extension"][EXTENSION]["indicators"].items()}
    for expected in case.expect:
        yield from _of_expected(expected, assessment, shown, knowledge)
    for code in case.absent:
        if code in shown:
            yield Difference(f"{code} must not be on a card, but is there ({shown[code]})", why(_traces(assessment, code), knowledge))
    for code in case.unknown:
        yield from _of_unknown(code, assessment, knowledge)
    if case.cards is not None and case.cards != len(cards):
        listed = "; ".join(f"{card['indicator']}: {', '.join(card['extension'][EXTENSION]['codes'])}" for card in cards) or "none"
        yield Difference(f"{case.cards} cards expected, {len(cards)} given ({listed})")
    for failure in assessment.failures:
        yield Difference(f"the plan {failure.plan} could not be evaluated ({failure.text})")


def _of_expected(expected: Expected, assessment: Assessment, shown: Mapping[str, str], knowledge: Knowledge) -> Iterator[Difference]:
    code = expected.code
    if code not in shown:
        fired = any(item.code == code for item in assessment.recommendations)
        reason = ("it fired, but no card has room or a place for it",) if fired else why(_traces(assessment, code), knowledge)
        yield Difference(f"{code} is expected on a card, but is on none", reason)
        return
    if expected.indicator not in (None, shown[code]):
        yield Difference(f"{code}: {expected.indicator} expected, {shown[code]} given", why(_traces(assessment, code), knowledge))
    found = [item for item in assessment.recommendations if item.code == code and item.indicator == shown[code]]
    yield from _of_parts(expected, "sections", expected.sections, {item.id for one in found for item in one.sections})
    yield from _of_parts(expected, "suggestions", expected.suggestions, {item.id for one in found for item in one.suggestions})
    if expected.title is not None and all(item.summary != expected.title for item in found):
        yield Difference(f"{code}: the title '{expected.title}' is expected, '{_summaries(found)}' given")


def _summaries(found: Iterable[Recommendation]) -> str:
    return "', '".join(dict.fromkeys(item.summary for item in found))


def _of_parts(expected: Expected, kind: str, wanted: frozenset[str] | None, given: set[str]) -> Iterator[Difference]:
    if wanted is None or wanted == given:
        return
    missing, surplus = (", ".join(sorted(part)) for part in (wanted - given, given - wanted))
    said = "; ".join(part for part in (f"missing: {missing}" if missing else "", f"not expected: {surplus}" if surplus else "") if part)
    yield Difference(f"{expected.code}: {kind}: {said}")


def _of_unknown(code: str, assessment: Assessment, knowledge: Knowledge) -> Iterator[Difference]:
    """It must not fire, and only because something is unknown: no order may make a criterion false."""
    traces = _traces(assessment, code)
    values = {criterion.value for trace in traces for criterion in trace.criteria}
    if any(trace.fired for trace in traces):
        yield Difference(f"{code} should be left open, but fires", why(traces, knowledge))
    elif False in values:
        yield Difference(f"{code} should be left open, but something rules it out", why(traces, knowledge))
    elif None not in values:
        yield Difference(f"{code} should be left open, but was not looked at, at {assessment.hook.name}")


def _traces(assessment: Assessment, code: str) -> tuple[ActionTrace, ...]:
    return tuple(trace for trace in assessment.traces if trace.code == code)
