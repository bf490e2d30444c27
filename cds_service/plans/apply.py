"""Applying a service's plans to facts: pure, per order; the trace of every criterion is told when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cds_service.model.assessment import ActionTrace, CriterionTrace, Failure, Hook, Recommendation
from cds_service.model.facts import Facts
from cds_service.plans.call import Call
from cds_service.plans.compiled import Criterion
from cds_service.plans.context import PlanContext
from cds_service.plans.environment import variable_values
from cds_service.plans.evaluation import Evaluation, Memory
from cds_service.plans.needed import needed_facts
from cds_service.plans.paths import value_at
from cds_service.plans.recommend import recommend
from cds_service.plans.scope import Order, orders_in_scope
from cds_service.plans.service import Row, Service


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying gave: recommendations by order, then in the order of composition; failures by plan; ``tell`` gives all traces."""

    recommendations: tuple[Recommendation, ...]
    failures: tuple[Failure, ...]
    tell: Callable[[], tuple[ActionTrace, ...]]

    @property
    def traces(self) -> tuple[ActionTrace, ...]:
        """Every recommendation as evaluated, in the same order as the recommendations."""
        return self.tell()


def apply_service(service: Service, facts: Facts, hook: Hook, context: PlanContext) -> Applied:
    """Evaluate every recommendation of a service, at order hooks once for each order in scope."""
    call, memory = Call(facts, hook, context), Memory()
    orders = orders_in_scope(facts, hook, context.model)
    fixed = _fixed(service, call, memory) if orders else ()
    runs = [_Run(service, call, order, number) for number, order in orders]
    for run in runs:
        run.evaluate(fixed, memory)
    codes = [action.code for action in service.actions]
    tracing = [run.tracing for run in runs]

    def tell() -> tuple[ActionTrace, ...]:
        return tuple(one.traces[code] for one in tracing for code in codes if code in one.traces)

    return Applied(
        recommendations=tuple(run.fired[code] for run in runs if run.fired for code in codes if code in run.fired),
        failures=tuple(dict.fromkeys(failure for run in runs for failure in run.failures)),
        tell=tell,
    )


def _fixed(service: Service, call: Call, memory: Memory) -> tuple[tuple[Row, bool | Failure], ...]:
    """For each row, whether the criteria that no order changes hold, or what went wrong when they were asked."""
    asked = Evaluation(variable_values(call.facts, call.hook, call.context.parameters, None), memory)
    return tuple((row, _attempt(row, asked.hold, row.fixed)) for row in service.rows)


def _attempt(row: Row, ask: Callable[..., bool], *given: Any) -> bool | Failure:
    try:
        return ask(*given)
    except Exception as error:  # noqa: BLE001 whatever one plan does, the others still answer, and a card says so
        return Failure(row.action.plan, type(error).__name__)


@dataclass
class _Run:
    """The evaluation of one service for one order."""

    service: Service
    call: Call
    order: Order | None
    number: int
    fired: dict[str, Recommendation] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    tracing: _Tracing = field(init=False)

    def __post_init__(self) -> None:
        """Traces are told later, from what is noted here."""
        self.tracing = _Tracing(self.service, self.call, self.order)

    def evaluate(self, fixed: Iterable[tuple[Row, bool | Failure]], memory: Memory) -> None:
        """Find what fires. ``memory`` is shared with the runs for other orders."""
        asked = Evaluation(self.tracing.variables(), memory)
        rows: list[tuple[Row, bool]] = []
        for row, holds in fixed:
            fires = _attempt(row, self._fires, row, asked, rows) if holds is True else holds
            if isinstance(fires, Failure):
                self.failures.append(fires)
                self.tracing.failed.add(row.action.code)
                continue
            rows.append((row, fires))
            if fires:
                asked.settle("fired", [*asked.variables["fired"], row.action.code])

    def _fires(self, row: Row, asked: Evaluation, rows: list[tuple[Row, bool]]) -> bool:
        if row.asks:
            asked.settle("needed", needed_facts(rows, asked, self.call.facts, self.call.context))
        if not asked.hold(row.varying):
            return False
        code, tracing = row.action.code, self.tracing
        self.fired[code] = recommend(row, asked, self.call, self.number, tracing.reference, lambda: tracing.traces[code])
        tracing.fired.add(code)
        return True


@dataclass
class _Tracing:
    """What the traces of a run are told from.

    Of what fired only the codes: a recommendation holds this, and held by it in turn would stay, with the record, until garbage is
    collected.
    """

    service: Service
    call: Call
    order: Order | None
    fired: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    @cached_property
    def traces(self) -> Mapping[str, ActionTrace]:
        """The trace of every recommendation that could be evaluated: all its criteria asked again, as they were."""
        variables = self.variables()
        found: dict[str, ActionTrace] = {}
        rows: list[tuple[Row, bool]] = []
        for row in self.service.rows:
            action, fired = row.action, row.action.code in self.fired
            if action.code in self.failed:
                continue
            with suppress(Exception):  # what rules a row out may hide that another of its criteria cannot be evaluated
                if row.asks:
                    variables["needed"] = needed_facts(rows, Evaluation(variables, Memory()), self.call.facts, self.call.context)
                found[action.code] = ActionTrace(action.code, action.plan, self.reference, fired, _trace(action.criteria, variables))
            rows.append((row, fired))
            if fired:
                variables["fired"].append(action.code)
        return found

    def variables(self) -> dict[str, Any]:
        """What criteria may speak of, at the start."""
        return variable_values(self.call.facts, self.call.hook, self.call.context.parameters, self.order)

    @property
    def reference(self) -> str | None:
        """The reference of the order."""
        return None if self.order is None else str(self.order.get("reference"))


def _trace(criteria: Iterable[Criterion], variables: Mapping[str, Any]) -> tuple[CriterionTrace, ...]:
    """Every criterion with its value (``None`` = unknown) and the values of the paths that it reads."""
    return tuple(
        CriterionTrace(
            criterion.description,
            criterion.expression.text,
            criterion.expression.boolean(variables),
            tuple((path, value_at(variables, path)) for path in sorted(criterion.expression.reads)),
        )
        for criterion in criteria
    )
