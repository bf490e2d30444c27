"""What fires is found by asking as little as possible; a trace asks everything. They must agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cds_service.plans.apply import apply_service
from tests.unit.plans.world import KNOWN, condition, context, create, facts, hook, loaded, row, section

HOOKS = ("patient-view", "order-sign")
ROWS = (
    row("whole", "%fired.exists()", hooks=HOOKS),
    row("a", "%facts.ripe", "%facts.colour = 'red'", hooks=HOOKS, action=[section("s", "{{ %facts.note }}", "%facts.pests")]),
    row("b", "%order.kind = 'water'", "%facts.ripe", hooks=("order-sign",), action=[create("draft", "%facts.tested = 'yes'")]),
    row("c", "('a' in %fired).not()", "%facts.colour = 'red'", hooks=HOOKS),
    row("d", condition("iif(%facts.pests, false, true)", unknown_is_no=True), "'b' in %fired", hooks=HOOKS),
    row("e", "%facts.pests or %facts.tested = 'yes'", hooks=HOOKS),
    row("asks", "%needed.exists()", description="{{ %needed }}", hooks=HOOKS),
)


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("content"), *ROWS, hooks=HOOKS, conditions=("%facts.patient.age >= 18",))


@pytest.mark.parametrize("at", HOOKS)
@settings(deadline=None)  # a busy machine says nothing of the plans
@given(known=KNOWN)
def test_a_row_fires_where_each_of_its_criteria_is_true_when_asked_alone(plans, at, known):
    found = apply_service(plans.services[("plants", at)], facts(**known), hook(at), context(plans))

    fired = [(item.code, item.order) for item in found.traces if all(criterion.value is True for criterion in item.criteria)]
    assert [(item.code, item.order) for item in found.recommendations] == fired
    assert [item for item in found.traces if item.fired] == [item.trace for item in found.recommendations]
    assert found.failures == ()
