"""The interpreter of the fact declarations: runs every reader and expression in order of dependence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cds_service.facts.chart import Chart
from cds_service.facts.context import Context, Finding, Reading
from cds_service.facts.declarations import Spec
from cds_service.facts.layout import Layout, lay_out
from cds_service.facts.readers import READERS
from cds_service.facts.sheet import Check, ReadFacts, Sheet
from cds_service.facts.sorting import read_disorders
from cds_service.facts.staging.tables import StagingTables
from cds_service.fhir.record import Entry, Issue, PatientRecord
from cds_service.fhir.terminology import Terminology
from cds_service.fhirpath import Expression
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Conflict, Facts

_MALFORMED = (TypeError, AttributeError, KeyError, ValueError, ArithmeticError, IndexError)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsEngine:
    """The compiled declarations of one content folder. Immutable; safe to share between threads and forked workers."""

    model: FactModel
    steps: tuple[tuple[Spec, Expression | None], ...]
    terminology: Terminology
    tables: StagingTables
    parameters: Mapping[str, Any]
    disorders: Mapping[str, Any]
    checks: tuple[Check, ...] = ()

    layout: Layout = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out what follows from the declarations alone."""
        object.__setattr__(self, "layout", lay_out(self.model, self.steps))

    def build(self, record: PatientRecord, as_of: date) -> Facts:
        """All facts of a record, as known on ``as_of``. Pure; never raises for what a record holds."""
        return self.begin(record, as_of).whole()

    def begin(self, record: PatientRecord, as_of: date) -> Build:
        """The same, to be read as far as somebody asks."""
        return Build(self, record, as_of)


class Build:
    """The facts of one record, read as far as somebody asked."""

    def __init__(self, engine: FactsEngine, record: PatientRecord, as_of: date) -> None:
        self._engine = engine
        self._issues = list(record.issues)
        self._sheet = Sheet(layout=engine.layout, parameters=engine.parameters)
        self._done: set[int] = set()
        context = Context(
            chart=Chart(record, engine.terminology),
            parameters=engine.parameters,
            as_of=as_of,
            tree=self._sheet.tree,
            shared={"tables": engine.tables},
        )
        context, disorders = _disorders(context, engine.disorders, self._issues)
        self._context = replace(context, shared={**context.shared, **disorders.shared})

    def facts(self, paths: Iterable[str]) -> Facts:
        """Some facts, by path, and what they rest on, as :meth:`whole` has them; all others are not looked for and so not known.

        Issues and conflicts are those of what was read.
        """
        self._run(self._engine.layout.needed(paths))
        return ReadFacts(self._sheet.copy(), self._conflicts(), self._reported())

    def whole(self) -> Facts:
        """All facts."""
        self._run(range(len(self._engine.steps)))
        checked = self._sheet.conflicts(self._engine.checks)
        return ReadFacts(self._sheet, (*self._conflicts(), *checked), (*self._reported(), *_misnamed(self._context, self._sheet)))

    def _run(self, steps: Iterable[int]) -> None:
        sheet, todo = self._sheet, set(steps) - self._done
        for number in sorted(todo):
            spec, expression = self._engine.steps[number]
            if expression is None:
                sheet.take(number, _read(self._context, spec))
            else:
                sheet.derive(number, spec, expression)
        self._done |= todo

    def _conflicts(self) -> Iterator[Conflict]:
        for _, reading in sorted(self._sheet.readings.items()):
            yield from reading.conflicts

    def _reported(self) -> Iterator[Issue]:
        yield from self._issues
        for _, reading in sorted(self._sheet.readings.items()):
            yield from reading.issues


def _misnamed(context: Context, sheet: Sheet) -> Iterator[Issue]:
    """The resources that facts rest on whose codes are displayed as something else: the code was read."""
    proof, chart = sheet.references(), context.chart
    for kind in chart.record.entries:
        for seen in chart.of(kind):
            if seen.reference in proof and chart.misnamed(seen):
                yield Issue("display", seen.reference, "a code is displayed as something else: the code was read")


def _disorders(context: Context, options: Mapping[str, Any], issues: list[Issue]) -> tuple[Context, Reading]:
    """Sort the Conditions; one that cannot be read at all is set aside and reported, so that it costs itself and not the answer."""
    try:
        reading = read_disorders(context, options)
    except _MALFORMED:
        readable = [(entry, _readable(context, options, entry)) for entry in context.record.of("Condition")]
        why = "a Condition of an unexpected shape could not be read"
        issues.extend(Issue("structure", entry.reference, why) for entry, sound in readable if not sound)
        context = _with_conditions(context, tuple(entry for entry, sound in readable if sound))
        reading = read_disorders(context, options)
    issues.extend(reading.issues)
    return context, reading


def _readable(context: Context, options: Mapping[str, Any], entry: Entry) -> bool:
    try:
        read_disorders(_with_conditions(context, (entry,)), options)
    except _MALFORMED:
        return False
    return True


def _with_conditions(context: Context, entries: tuple[Entry, ...]) -> Context:
    record = replace(context.record, entries={**context.record.entries, "Condition": entries})
    return replace(context, chart=Chart(record, context.terminology))


def _read(context: Context, spec: Spec) -> Reading:
    assert spec.reader is not None
    try:
        return READERS[spec.reader](context, spec)
    except _MALFORMED:
        # One resource of an unexpected shape costs the facts of this reader, never the answer.
        why = "a resource of an unexpected shape could not be read"
        return Reading(findings=tuple(Finding(path=path, why=why) for path in spec.gives), issues=(Issue("structure", spec.path, why),))
