"""What readers work with and what they return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from cds_service.facts.chart import Chart, Seen
from cds_service.facts.newest import newest as latest
from cds_service.facts.newest import not_outdated
from cds_service.fhir.record import Issue, PatientRecord
from cds_service.fhir.terminology import Terminology
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Conflict, Evidence, value_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The inputs of every reader. ``tree`` holds the facts read so far; ``shared`` what readers computed for each other."""

    chart: Chart
    parameters: Mapping[str, Any]
    as_of: date
    tree: Mapping[str, Any] = field(default_factory=dict)
    shared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def record(self) -> PatientRecord:
        """The record as received."""
        return self.chart.record

    @property
    def terminology(self) -> Terminology:
        """The content's terminology."""
        return self.chart.terminology

    def value(self, path: str) -> Any:
        """A fact read earlier, ``None`` if unknown."""
        return value_in(self.tree, path)

    def within(self, moment: Temporal | None, parameter: str | None) -> bool:
        """Whether a date certainly lies in the look-back named by a parameter (days before ``as_of``); always, without one."""
        if parameter is None:
            return True
        if moment is None:
            return False
        return moment.first_day >= _days_before(self.as_of, int(self.parameters[parameter]))

    def may_lie_within(self, moment: Temporal | None, parameter: str) -> bool:
        """Whether a date may lie in a look-back: it does, or it is missing or too imprecise to tell."""
        return moment is None or moment.last_day >= _days_before(self.as_of, int(self.parameters[parameter]))

    def answered(self, keys: Iterable[str]) -> bool:
        """Whether every prefetch key was answered completely and no resource of another FHIR version hides among them."""
        return all(self.record.has_answered(key) for key in keys)


@lru_cache(maxsize=64)
def _days_before(day: date, days: int) -> date:
    return Temporal.of_day(day).plus_days(-days).first_day


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Finding(NamedTuple):
    """What a reader says about one path: a value, or why there is none.

    For a list fact ``items`` holds the evidence of each element, in order, and ``weak_members`` the names of its members
    that rest on text.
    """

    path: str
    value: Any = None
    evidence: tuple[Evidence, ...] = ()
    items: tuple[tuple[Evidence, ...], ...] = ()
    weak: bool = False
    weak_members: tuple[frozenset[str], ...] = ()
    why: str = "not found in the record received"


class Reading(NamedTuple):
    """Everything that one reader found."""

    findings: tuple[Finding, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    issues: tuple[Issue, ...] = ()
    shared: Mapping[str, Any] = _NOTHING


class Candidate(NamedTuple):
    """One value that one resource gives, with the dates that order it."""

    value: Any
    seen: Seen
    evidence: Evidence
    moment: Temporal | None
    issued: Temporal | None = None


def weak(evidence: Iterable[Evidence]) -> bool:
    """Whether none of the evidence is explicit (all rest on text, or on unconfirmed or preliminary resources)."""
    items = [item.explicit for item in evidence]
    return bool(items) and not any(items)


def settle(path: str, candidates: Sequence[Candidate]) -> tuple[Finding, tuple[Conflict, ...]]:
    """The latest value: by effective date, then by issue date; different values at the top are a conflict, not a choice."""
    return agreed(path, newest(candidates))


def agreed(path: str, top: Sequence[Candidate]) -> tuple[Finding, tuple[Conflict, ...]]:
    """What the :func:`newest` candidates say together."""
    if not top:
        return Finding(path=path), ()
    if len(top) == 1:
        return Finding(path=path, value=top[0].value, evidence=(top[0].evidence,), weak=not top[0].evidence.explicit), ()
    values = {str(candidate.value) for candidate in top}
    if len(values) > 1:
        references = tuple(sorted({candidate.seen.reference for candidate in top}))
        return Finding(path=path, why="the latest values disagree"), (
            Conflict(path, tuple(sorted(values)), references, "the latest values disagree"),
        )
    proof = tuple(sorted({candidate.evidence for candidate in top}, key=lambda item: item.reference))
    return Finding(path=path, value=top[0].value, evidence=proof, weak=weak(proof)), ()


def newest(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates that nothing is certainly later than, by effective date, then by issue date; undated ones where none is dated."""
    if len(candidates) < 2:
        return tuple(candidates)
    top = not_outdated(latest(candidates, _moment), _issued)
    return top if len(top) < 2 else tuple(sorted(top, key=lambda one: one.seen.reference))


_moment = attrgetter("moment")
_issued = attrgetter("issued")
