"""Which facts decide first whether a service has anything to say, and what they say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cds_service.model.facts import Facts
from cds_service.plans.apply import apply_service
from cds_service.plans.scope import out_of_scope
from tests.unit.plans.world import KNOWN, condition, context, facts, hook, loaded, order, row

HOOKS = ("patient-view", "order-sign")
ADULT = "%facts.patient.age >= 18"
ROWS = (
    row("a", "%facts.ripe", hooks=HOOKS),
    row("b", "%order.kind = 'water'", "%facts.colour = 'red'", hooks=("order-sign",)),
    row("c", "'a' in %fired", hooks=HOOKS),
    row("d", condition("iif(%facts.pests, false, true)", unknown_is_no=True), hooks=HOOKS),
    row("e", "%needed.exists()"),
)


@pytest.fixture
def plants(tmp_path):
    def of(at, *rows, conditions=(ADULT,)):
        plans = loaded(tmp_path, *rows, hooks=HOOKS, conditions=conditions)
        return plans.services[("plants", at)], context(plans)

    return of


@pytest.mark.parametrize(
    ("conditions", "scope", "comment"),
    [
        ((), set(), "nothing composes it under a condition"),
        ((ADULT,), {"patient.age"}, "what a condition reads"),
        (("%facts.ripe", "%patient.age < %parameters.maxSize"), {"ripe", "patient.age"}, "of all conditions, and of facts alone"),
        (("%hook.userType = 'Practitioner'",), set(), "the call is no fact"),
    ],
)
def test_the_scope_is_what_the_conditions_of_the_service_read(plants, conditions, scope, comment):
    service, _ = plants("patient-view", row("a", "%facts.colour = 'red'"), conditions=conditions)

    assert service.scope == scope, comment


@pytest.mark.parametrize(
    ("at", "rows", "known", "out", "comment"),
    [
        ("patient-view", ROWS, {"patient": {"age": 18}}, False, "in scope"),
        ("patient-view", ROWS, {"patient": {"age": 17}}, True, "false for all"),
        ("patient-view", ROWS, {}, True, "unknown never fires"),
        ("patient-view", ROWS[4:], {"patient": {"age": 18}}, False, "what asks is something to say"),
        ("patient-view", (row("x", "%facts.patient.age > 65"),), {"patient": {"age": 18}}, True, "an own criterion of the same facts"),
        ("patient-view", (row("x", "%facts.ripe"),), {"patient": {"age": 18}}, False, "another fact may still come"),
        ("patient-view", (row("x", "%facts.ripe"),), {"patient": {"age": 18}, "ripe": False}, True, "and what has come rules out"),
        ("patient-view", (row("x", "%facts.size > 1"),), {"patient": {"age": "old"}}, False, "a failure is told where plans are applied"),
        ("order-sign", ROWS, {"patient": {"age": 18}}, True, "no order, nothing to look at"),
        ("order-sign", ROWS[1:2], {"patient": {"age": 18}, "orders": [order("1", "cut")]}, True, "the order is of another kind"),
        ("order-sign", ROWS[1:2], {"patient": {"age": 18}, "orders": [order("1", "cut"), order("2")]}, False, "one of them is not"),
        ("order-sign", ROWS[1:2], {"patient": {"age": 17}, "orders": [order("1")]}, True, "the order alone does not make it"),
    ],
)
def test_out_of_scope(plants, at, rows, known, out, comment):
    service, given_context = plants(at, *rows)

    assert out_of_scope(service, facts(**known), hook(at), given_context) is out, comment


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("content"), *ROWS, hooks=HOOKS, conditions=(ADULT,))


@pytest.mark.parametrize("at", HOOKS)
@settings(deadline=None)  # a busy machine says nothing of the plans
@given(known=KNOWN)
def test_the_facts_of_the_scope_alone_rule_out_only_what_does_not_fire(plans, at, known):
    service, whole = plans.services[("plants", at)], facts(**known)
    first = Facts(tree={name: value for name, value in whole.tree.items() if name in ("patient", "orders")})

    if out_of_scope(service, first, hook(at), context(plans)):
        found = apply_service(service, whole, hook(at), context(plans))
        assert (found.recommendations, found.failures) == ((), ())
