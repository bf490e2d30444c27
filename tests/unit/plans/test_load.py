"""What is loaded from good content: services, requirements, composition, evaluation order, priorities."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.plans.apply import apply_service
from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.plans.order import evaluation_order
from cds_service.plans.problems import Problems
from tests.unit.plans.world import BASE, compiled, context, facts, hook, loaded, plan, row, service

PATIENT = {"id": "patient", "type": "Patient"}
SOILS = {"id": "soils", "type": "Observation", "codeFilter": [{"path": "code", "valueSet": f"{BASE}/ValueSet/soils"}]}


def test_two_triggers_are_two_services_with_one_id(tmp_path):
    plans = loaded(
        tmp_path,
        row("a", "%facts.ripe", hooks=("patient-view", "order-sign")),
        row("b", "%facts.ripe"),
        hooks=("patient-view", "order-sign"),
    )

    assert {key: [action.code for action in found.actions] for key, found in plans.services.items()} == {
        ("plants", "patient-view"): ["a", "b"],
        ("plants", "order-sign"): ["a"],
    }


def test_discovery_texts_and_limits_come_from_the_plan(tmp_path):
    limits = [
        {"url": f"{BASE}/StructureDefinition/max-cards", "valueInteger": 4},
        {"url": f"{BASE}/StructureDefinition/overflow-title", "valueString": "More"},
    ]
    plans = loaded(tmp_path, row("a", "%facts.ripe"), usage="Send the patient.", extension=limits)

    found = plans.services[("plants", "patient-view")]
    assert (found.title, found.description, found.usage_requirements) == ("Plan plants", "The plan plants.", "Send the patient.")
    assert (found.max_cards, found.overflow_title) == (4, "More")


def test_prefetch_is_merged_over_the_composed_plans_and_codes_are_expanded(tmp_path):
    plans = loaded(tmp_path, row("a", "%facts.ripe", input=[PATIENT, SOILS]), row("b", "%facts.ripe", input=[PATIENT]))

    assert plans.services[("plants", "patient-view")].requirements == (
        DataRequirement("patient", "Patient"),
        DataRequirement(
            "soils", "Observation", (CodeFilter("code", (("urn:soil", "clay"), ("urn:soil", "sand")), f"{BASE}/ValueSet/soils"),)
        ),
    )


def test_prefetch_of_rows_at_other_hooks_counts_for_the_service(tmp_path):
    plans = loaded(
        tmp_path, row("a", "%facts.ripe", input=[PATIENT]), row("b", "%facts.ripe", hooks=("order-sign",)), hooks=("order-sign",)
    )

    assert [item.key for item in plans.services[("plants", "order-sign")].requirements] == ["patient"]


def test_a_topic_may_compose_another_and_hand_its_conditions_down(tmp_path):
    outer = plan(
        "outer",
        [{"id": "x", "definitionCanonical": f"{BASE}/PlanDefinition/inner|0.1.0", "condition": row("a", "%facts.pests")["condition"]}],
    )
    plans, problems = compiled(
        tmp_path, outer, plan("inner", [row("a", "%facts.ripe")]), service("outer", conditions=("%facts.colour = 'red'",))
    )

    assert problems.found == ()
    (action,) = plans.services[("plants", "patient-view")].actions
    assert [item.expression.text for item in action.criteria] == ["%facts.colour = 'red'", "%facts.pests", "%facts.ripe"]


def test_named_rows_come_first_then_readers_of_what_is_needed_then_readers_of_all(tmp_path):
    plans = loaded(
        tmp_path,
        row("all", "%fired.exists()"),
        row("needed", "%needed.exists()"),
        row("late", "'early' in %fired"),
        row("early", "%facts.ripe"),
    )

    assert [action.code for action in plans.services[("plants", "patient-view")].evaluation] == ["early", "late", "needed", "all"]


def test_only_a_named_approval_makes_a_plan_reviewed(tmp_path):
    actions = [row("a", "%facts.ripe")]
    for more, reviewed in (
        ({}, False),
        ({"approvalDate": "2026-01-01"}, False),
        ({"approvalDate": "2026-01-01", "reviewer": [{"name": "Dr. A"}]}, True),
    ):
        plans, _ = compiled(tmp_path, plan("topic", actions, **more), service("topic"))
        assert plans.recommendations[0].reviewed is reviewed


@settings(max_examples=30, deadline=None)
@given(st.permutations(["a", "b", "c", "d", "needed", "all"]))
def test_the_answer_does_not_depend_on_the_order_in_which_rows_are_evaluated(tmp_path_factory, shuffled):
    conditions = {
        "a": "%facts.ripe",
        "b": "'a' in %fired",
        "c": "'b' in %fired",
        "d": "%facts.colour = 'red'",
        "needed": "%needed.exists()",
        "all": "%fired.exists()",
    }
    plans = loaded(tmp_path_factory.mktemp("content"), *(row(name, conditions[name]) for name in shuffled))
    found = plans.services[("plants", "patient-view")]

    result = apply_service(found, facts(ripe=True), hook(), context(plans))

    assert [item.code for item in result.recommendations] == [name for name in shuffled if name != "d"]
    assert evaluation_order(found.actions, Problems().at("x")) == found.evaluation
