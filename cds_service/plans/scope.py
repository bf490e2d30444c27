"""Which orders a call is about, and whether a service may have anything to say while little is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.model.assessment import Hook
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Facts
from cds_service.plans.compiled import ORDER_HOOKS, CompiledAction
from cds_service.plans.context import PlanContext
from cds_service.plans.environment import draft_orders, variable_values
from cds_service.plans.evaluation import Evaluation, Memory
from cds_service.plans.service import Row, Service

Order = Mapping[str, Any]


def orders_in_scope(facts: Facts, hook: Hook, model: FactModel) -> list[tuple[int, Order | None]]:
    """The orders to look at, each with its position in their list; one ``None`` at hooks without orders.

    At order-select only the selected drafts count, matched by the last ``Type/id`` or by the bare id; where none is found, all do.
    """
    if hook.name not in ORDER_HOOKS:
        return [(-1, None)]
    orders = list(enumerate(draft_orders(facts, model)))
    selected = {"/".join(selection.split("/")[-2:]) for selection in hook.selections}
    chosen = [item for item in orders if _is_selected(str(item[1].get("reference")), selected)] if hook.name == "order-select" else []
    return list(chosen or orders)


def _is_selected(reference: str, selected: set[str]) -> bool:
    return reference in selected or reference.rpartition("/")[2] in selected


def may_concern(service: Service, facts: Facts, hook: Hook, context: PlanContext) -> bool:
    """Whether a record could make any recommendation fire: false only where the orders at hand already rule all of them out.

    A criterion that is false while every fact is unknown stays false whatever the record holds. Of ``facts`` only the orders count.
    """
    calls = [variable_values(Facts(), hook, context.parameters, order) for _, order in orders_in_scope(facts, hook, context.model)]
    return any(not _ruled_out(action, variables) for variables in calls for action in service.actions)


def may_yet_concern(service: Service, facts: Facts, hook: Hook, context: PlanContext) -> bool:
    """Whether more of the record could make a recommendation fire: false only where each is ruled out by something that did come.

    Ruled out by what came is a criterion that is false now and was not while nothing was known (the patient is dead), or that the
    orders at hand make false. A criterion that takes "unknown" for "no" rules nothing out.
    """
    for _, order in orders_in_scope(facts, hook, context.model):
        known = variable_values(facts, hook, context.parameters, order)
        nothing = variable_values(Facts(), hook, context.parameters, order)
        if any(not (_ruled_out(action, nothing) or _became_false(action, nothing, known)) for action in service.actions):
            return True
    return False


def out_of_scope(service: Service, facts: Facts, hook: Hook, context: PlanContext) -> bool:
    """Whether no recommendation can fire, as far as the facts of ``Service.scope`` and the draft orders (``FactModel.orders``) tell.

    These must be what they are in the whole, so that a criterion of them alone stays what it is, unknown too. Any other fact may be
    unknown as yet: a criterion that is false without it stays false (see :func:`may_concern`).
    """
    memory = Memory()
    variables = (variable_values(facts, hook, context.parameters, order) for _, order in orders_in_scope(facts, hook, context.model))
    return not any(_may_fire(row, asked) for asked in (Evaluation(each, memory) for each in variables) for row in service.rows)


def _may_fire(row: Row, asked: Evaluation) -> bool:
    try:
        return all(asked.truth(one) is True for one in row.decided) and all(asked.truth(one) is not False for one in row.open)
    except Exception:  # noqa: BLE001 what cannot be told here is told, as a failure, where plans are applied
        return True


def _became_false(action: CompiledAction, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    conditions = (criterion.expression for criterion in action.criteria)
    return any(one.boolean(after) is False and one.boolean(before) is not False for one in conditions)


def _ruled_out(action: CompiledAction, variables: Mapping[str, Any]) -> bool:
    return any(criterion.expression.boolean(variables) is False for criterion in action.reasons)
