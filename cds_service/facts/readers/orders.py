"""Orders, drafted or active, described in the content's own terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Context, Finding, Reading
from cds_service.facts.declarations import Spec
from cds_service.facts.readers.described import Order, describe, distinct
from cds_service.facts.resources import is_draft
from cds_service.fhir.record import Issue


def read_orders(context: Context, spec: Spec) -> Reading:
    """One element per order, described in the content's terms.

    Members: ``reference``, ``id`` (of an order that an answer can name), ``standing`` (a draft that is more than that: active in the
    record, or not in draft itself), ``kind``, ``agents``, ``procedure``/``procedures``, ``modality``/``modalities``, ``field``/``fields``,
    ``intent``, ``text``, ``date``. An order that something shall not be done has no members that say what.
    Option ``of`` says which: ``drafts`` (the hook's draft orders) or ``active`` (active orders of the record; closed over ``keys``).
    ``agents`` (see :func:`~.medications.agents`), ``procedure``, ``modality`` ({map, target}), ``radiotherapy`` (value set) with ``field``
    (see :func:`~.radiotherapy.fields`) and ``intent`` ({map, target, negations, extensions}) say by what an order is described, each if
    wanted; ``also`` maps any further attribute (its name -> {map, target}). ``kinds`` names the kind for what was found (``else`` for
    nothing of it); ``supportive`` agents alone make none, but beside one of the agents ``supports`` they do. ``combined`` ({as, fields,
    agents}) is a flag for fields that are treated together with one of the agents.
    """
    drafts = spec.options["of"] == "drafts"
    orders = context.chart.drafts if drafts else tuple(_active(context))
    asked = [Order(context, spec.options, seen) for seen in orders]
    described = [describe(order) for order in asked]
    if drafts:
        known = {seen.reference for seen in _requests(context) if seen.state in ("active", "completed")}
        for one, seen in zip(described, orders, strict=True):
            one.element["standing"] = seen.reference in known or not is_draft(seen.resource)
    else:
        described.sort(key=lambda one: (str(one.element.get("date", "9999")), one.element["reference"]))
    elements = _with_combined(spec.options, _with_supportive(spec.options, [one.element for one in described]))
    complete = drafts or context.answered(spec.options["keys"])
    if not elements and not complete:
        return Reading(findings=(Finding(path=spec.path, why="the orders were not completely received"),))
    finding = Finding(
        path=spec.path,
        value=tuple(elements),
        items=tuple((one.evidence,) for one in described),
        weak_members=tuple(one.weak for one in described),
    )
    return Reading(findings=(finding,), issues=tuple(_contradictions(asked)))


def _contradictions(orders: Iterable[Order]) -> Iterator[Issue]:
    """The orders whose own codes name different procedures, of which the facts can hold only one."""
    for order in orders:
        if len(order.procedures) > 1 and len(distinct(order.procedures)) > 1:
            yield Issue("coding", order.seen.reference, "its codes name different procedures: the first is read")


def _requests(context: Context) -> tuple[Seen, ...]:
    return context.chart.of("MedicationRequest", "ServiceRequest", "Task")


def _active(context: Context) -> Iterator[Seen]:
    drafted = {entry.reference for entry in context.record.draft_orders}
    for seen in _requests(context):
        # a draft that is also active in the record is one order, not two
        if seen.state == "active" and seen.reference not in drafted:
            yield seen


def _with_supportive(options: Mapping[str, Any], elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make an order of supportive agents part of the regimen of which another order has the agent that they support."""
    kinds, supports = options["kinds"], frozenset(options.get("supports", ()))
    if not any(supports.intersection(element["agents"]) for element in elements):
        return elements
    return [
        element | {"kind": kinds["agents"]} if element["agents"] and element["kind"] == kinds["else"] else element for element in elements
    ]


def _with_combined(options: Mapping[str, Any], elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark radiotherapy to the given fields that is ordered together with one of the given agents."""
    rule = options.get("combined")
    if rule is None:
        return elements
    together = {agent for element in elements for agent in element["agents"]} & set(rule["agents"])
    return [element | {rule["as"]: bool(together and set(element["fields"]) & set(rule["fields"]))} for element in elements]


def read_combination(context: Context, spec: Spec) -> Reading:
    """Which declared combinations of agents the orders form together, whatever resource each agent stands in.

    Options: ``lists`` (order lists), ``dated`` (the list whose orders count only within the look-back ``within``), ``agents``
    (path of the union), ``combinations`` (path -> alternatives, each a list of agents), ``keys`` (closed world of the active orders).
    """
    dated, within, found, perhaps = spec.options.get("dated"), spec.options.get("within"), set[str](), set[str]()
    for path in spec.options["lists"]:
        for element in context.value(path) or ():
            if path != dated or within is None or context.within(element.get("date"), within):
                found.update(element["agents"])
            elif context.may_lie_within(element.get("date"), within):
                perhaps.update(element["agents"])
    complete = context.answered(spec.options["keys"]) and perhaps <= found
    findings = [Finding(path=spec.options["agents"], value=tuple(sorted(found)))]
    for path, alternatives in spec.options["combinations"].items():
        formed = any(set(agents) <= found for agents in alternatives)
        findings.append(
            Finding(
                path=path,
                value=True if formed else (False if complete else None),
                why="active orders without a date, or not completely received",
            )
        )
    return Reading(findings=tuple(findings))
