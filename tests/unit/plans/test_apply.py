"""How plans are applied: three values, orders, %fired and %needed, words, suggestions, indicators, failures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cds_service.fhirpath import Temporal
from cds_service.plans.apply import apply_service
from tests.unit.plans.world import (
    activity,
    as_one,
    compiled,
    condition,
    context,
    create,
    dynamic,
    facts,
    hook,
    loaded,
    only_with,
    order,
    plan,
    regimen,
    row,
    section,
    service,
    withdraw,
)

ORDER_HOOKS = ("order-select", "order-sign")


def applied(plans, known, at=None, **more):
    at = at or hook()
    return apply_service(plans.services[("plants", at.name)], known, at, context(plans, **more))


def codes(result):
    return [item.code for item in result.recommendations]


@pytest.mark.parametrize(
    ("known", "fires", "comment"),
    [
        ({"ripe": True}, True, "true on evidence"),
        ({"ripe": False}, False, "false on evidence"),
        ({}, False, "unknown never fires"),
    ],
)
def test_a_criterion_has_three_values(tmp_path, known, fires, comment):
    result = applied(loaded(tmp_path, row("a", "%facts.ripe")), facts(**known))

    assert (codes(result) == ["a"]) is fires, comment
    assert result.traces[0].criteria[0].value is known.get("ripe")


def test_all_criteria_must_hold_and_each_is_traced_with_what_it_read(tmp_path):
    result = applied(loaded(tmp_path, row("a", "%facts.ripe", "%facts.size < %parameters.maxSize")), facts(ripe=True, size=Decimal(9)))

    assert codes(result) == []
    assert [item.value for item in result.traces[0].criteria] == [True, False]
    assert result.traces[0].criteria[1].reads == (("facts.size", Decimal(9)), ("parameters.maxSize", 5))


def test_conditions_of_the_service_apply_to_everything_below(tmp_path):
    plans = loaded(tmp_path, row("a", "%facts.ripe"), conditions=("%facts.patient.age >= 18",))

    assert codes(applied(plans, facts(ripe=True, patient={"age": 18}))) == ["a"]
    assert codes(applied(plans, facts(ripe=True, patient={"age": 17}))) == []
    assert codes(applied(plans, facts(ripe=True))) == []


def test_unknown_is_no_only_where_the_content_says_so(tmp_path):
    plans = loaded(tmp_path, row("a", condition("iif(%facts.pests, false, true)", unknown_is_no=True)))

    assert codes(applied(plans, facts())) == ["a"]
    assert applied(plans, facts()).recommendations[0].unknown == ("pests",)
    assert codes(applied(plans, facts(pests=True))) == []


def test_recommendations_stand_in_the_order_of_composition_whatever_the_order_of_evaluation(tmp_path):
    plans = loaded(tmp_path, row("last", "%fired.exists()"), row("second", "'first' in %fired"), row("first", "%facts.ripe"))

    assert codes(applied(plans, facts(ripe=True))) == ["last", "second", "first"]
    assert codes(applied(plans, facts(ripe=False))) == []


def test_not_fired_is_known_to_be_no(tmp_path):
    plans = loaded(tmp_path, row("other", "('first' in %fired).not()"), row("first", "%facts.ripe"))

    assert codes(applied(plans, facts(ripe=True))) == ["first"]
    assert codes(applied(plans, facts())) == ["other"]


class TestOrders:
    def test_every_order_is_looked_at_once(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%order.kind = 'water'", hooks=ORDER_HOOKS), hooks=ORDER_HOOKS)
        known = facts(orders=[order("1"), order("2", "cut"), order("3")])

        result = applied(plans, known, hook("order-sign"))

        assert [item.order for item in result.recommendations] == ["ServiceRequest/1", "ServiceRequest/3"]
        assert [(item.order, item.fired) for item in result.traces] == [
            ("ServiceRequest/1", True),
            ("ServiceRequest/2", False),
            ("ServiceRequest/3", True),
        ]

    @pytest.mark.parametrize(
        ("selections", "looked_at", "comment"),
        [
            (("ServiceRequest/2",), ["2"], "only the selected one"),
            (("https://ehr.example/fhir/ServiceRequest/2",), ["2"], "an absolute reference ends in Type/id"),
            (("ServiceRequest/9",), ["1", "2"], "none found: all"),
            ((), ["1", "2"], "nothing selected: all"),
        ],
    )
    def test_order_select_looks_at_what_is_selected(self, tmp_path, selections, looked_at, comment):
        plans = loaded(tmp_path, row("a", "%facts.ripe", hooks=ORDER_HOOKS), hooks=ORDER_HOOKS)
        known = facts(ripe=True, orders=[order("1"), order("2")])

        found = [
            item.order.partition("/")[2] for item in applied(plans, known, hook("order-select", selections=selections)).recommendations
        ]

        assert found == looked_at, comment

    def test_order_sign_looks_at_all(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe", hooks=ORDER_HOOKS), hooks=ORDER_HOOKS)
        known = facts(ripe=True, orders=[order("1"), order("2")])

        assert len(applied(plans, known, hook("order-sign", selections=("ServiceRequest/2",))).recommendations) == 2

    def test_without_orders_nothing_is_evaluated(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe", hooks=ORDER_HOOKS), hooks=ORDER_HOOKS)

        assert applied(plans, facts(ripe=True), hook("order-sign")).traces == ()

    def test_fired_is_per_order(self, tmp_path):
        rows = (row("b", "'a' in %fired", hooks=ORDER_HOOKS), row("a", "%order.kind = 'cut'", hooks=ORDER_HOOKS))
        known = facts(orders=[order("1"), order("2", "cut")])

        result = applied(loaded(tmp_path, *rows, hooks=ORDER_HOOKS), known, hook("order-sign"))

        assert [(item.code, item.order) for item in result.recommendations] == [("b", "ServiceRequest/2"), ("a", "ServiceRequest/2")]

    def test_a_row_of_another_hook_is_not_evaluated(self, tmp_path):
        plans = loaded(
            tmp_path, row("a", "%facts.ripe"), row("b", "%facts.ripe", hooks=("order-sign",)), hooks=("patient-view", "order-sign")
        )

        assert codes(applied(plans, facts(ripe=True))) == ["a"]


class TestWords:
    def said(self, tmp_path, known, **more):
        return applied(loaded(tmp_path, row("a", "%facts.sampled = false", **more)), known).recommendations[0]

    @pytest.mark.parametrize(
        ("text", "known", "expected"),
        [
            ("{{ %facts.colour }}", {"colour": "red"}, "deep red"),
            ("{{ %facts.colour }}", {}, "not known"),
            ("{{ %facts.size }} cm", {"size": Decimal("4.50")}, "4.5 cm"),
            ("{{ %facts.size }} cm", {"size": Decimal(100)}, "100 cm"),
            ("{{ %facts.day }}", {"day": Temporal.parse("2026-03-04T10:00:00Z")}, "2026-03-04"),
            ("{{ %facts.ripe }}", {"ripe": True}, "yes"),
            ("{{ 5 'mm' }}", {}, "5 mm"),
            ("{{ %parameters.maxSize }}", {}, "5"),
            ("{{ %facts.leaves.shade }}", {"leaves": [{"shade": "red"}, {"shade": "green"}, {"shade": "red"}]}, "deep red, fresh green"),
            ("{{ %facts.leaves.shade }}", {"leaves": []}, "none documented"),
            ("{{ %facts.note }}", {"note": "<b>*x*</b>\x00"}, r"&lt;b&gt;\*x\*&lt;\/b&gt;"),
            ("{{ iif(%facts.colour = 'red', '**warm**', 'cold') }}", {"colour": "red"}, "**warm**"),
            ("{{ iif(%facts.colour.exists(), %facts.colour, '') }}", {"colour": "red"}, "deep red"),
            ("no placeholder", {}, "no placeholder"),
        ],
    )
    def test_placeholders_are_filled_in_words_and_free_text_is_escaped(self, tmp_path, text, known, expected):
        assert self.said(tmp_path, facts(**known), description=text).detail == expected

    def test_the_title_varies_and_falls_back_to_the_default(self, tmp_path):
        varied = [dynamic("title", "'The colour is ' + %facts.colour")]

        assert self.said(tmp_path, facts(colour="red"), dynamicValue=varied).summary == "The colour is red"
        assert self.said(tmp_path, facts(), dynamicValue=varied).summary == "About a"

    def test_a_varied_title_that_is_too_long_is_not_cut_but_opens_the_detail(self, tmp_path):
        said = self.said(tmp_path, facts(note="word " * 40), dynamicValue=[dynamic("title", "'Note: ' + %facts.note")])

        assert said.summary == "About a"
        assert said.detail.startswith("Note\\: word word")
        assert said.detail.endswith("What to know about a.")

    def test_a_varied_description_with_free_text_is_escaped_as_a_whole(self, tmp_path):
        said = self.said(tmp_path, facts(note="*x*"), dynamicValue=[dynamic("description", "'Note ' + %facts.note")])

        assert said.detail == r"Note \*x\*"

    def test_the_text_equivalent_is_plain(self, tmp_path):
        assert self.said(tmp_path, facts(note="*x*"), textEquivalent="Note {{ %facts.note }}").text == "Note *x*"


class TestSections:
    def test_only_true_branches_are_shown_and_unknown_ones_are_named(self, tmp_path):
        children = [
            section("yes", "Ripe.", "%facts.ripe"),
            section("no", "Unripe.", "%facts.ripe = false"),
            section("maybe", "Red.", "%facts.colour = 'red'"),
        ]
        result = applied(loaded(tmp_path, row("a", "%facts.sampled = false", action=children)), facts(ripe=True))

        assert [(item.heading, item.text) for item in result.recommendations[0].sections] == [("Yes", "Ripe.")]
        assert result.recommendations[0].unknown == ("colour",)

    def test_what_a_branch_reads_is_part_of_the_reasons_only_when_it_is_shown(self, tmp_path):
        children = [section("yes", "{{ %facts.size }}", "%facts.ripe"), section("no", "{{ %facts.note }}", "%facts.ripe = false")]
        reads = (
            applied(loaded(tmp_path, row("a", "%facts.colour = 'red'", action=children)), facts(ripe=True, colour="red"))
            .recommendations[0]
            .reads
        )

        assert set(reads) == {"colour", "ripe", "size"}
        assert reads[0] == "colour"

    def test_assumed_parameters_that_decided_are_named_also_behind_a_fact(self, tmp_path):
        plans = loaded(
            tmp_path,
            row("a", "%facts.edible"),
            row("b", "%facts.size < %parameters.maxSize"),
            row("c", "%facts.colour in %parameters.goodColours"),
        )
        result = applied(plans, facts(edible=True, size=Decimal(1), colour="red"), fact_parameters={"colour": ("maxSize",)})

        assert {item.code: item.parameters for item in result.recommendations} == {"a": ("maxSize",), "b": ("maxSize",), "c": ("maxSize",)}
        without = applied(plans, facts(colour="red"))
        assert without.recommendations[0].parameters == ()

    @pytest.mark.parametrize(
        ("known", "named", "comment"),
        [
            ({"edible": True, "ripe": True, "size": Decimal(1)}, ("maxSize",), "the limit of a fact two steps behind"),
            ({"edible": True, "ripe": True}, (), "a limit that had nothing to decide is not named"),
            ({"edible": True}, (), "nor is one behind facts that are all unknown"),
        ],
    )
    def test_limits_of_derived_facts_are_named_if_they_decided(self, tmp_path, known, named, comment):
        plans = loaded(tmp_path, row("a", "%facts.edible"))
        behind = {"edible": ("ripe",), "ripe": ("size",)}

        result = applied(plans, facts(**known), fact_parameters={"ripe": ("maxSize",)}, fact_reads=behind)

        assert result.recommendations[0].parameters == named, comment

    @pytest.mark.parametrize(("size", "is_offered"), [(1, True), (9, False)])
    def test_why_a_suggestion_is_offered_is_among_the_reasons(self, tmp_path, size, is_offered):
        plans = loaded(tmp_path, row("a", "%facts.edible", action=[create("s", "%facts.size < %parameters.maxSize")]))

        (found,) = applied(plans, facts(edible=True, size=Decimal(size))).recommendations

        assert bool(found.suggestions) is is_offered
        assert ("size" in found.reads, found.parameters) == (is_offered, ("maxSize",) if is_offered else ())


class TestSuggestions:
    def offered(self, tmp_path, known=None, at=None, **more):
        hooks = ("patient-view", *ORDER_HOOKS)
        plans = loaded(tmp_path, row("a", "%facts.sampled = false", hooks=hooks, **more), hooks=hooks)
        return applied(plans, known or facts(), at).recommendations[0]

    def test_a_draft_is_a_proposal_for_this_patient_without_dose(self, tmp_path):
        (suggestion,) = self.offered(tmp_path, at=hook(encounter_id="e1"), action=[create("s")]).suggestions

        assert (suggestion.id, suggestion.label) == ("s", "Draft water")
        assert suggestion.actions[0].description == "Order water"
        assert suggestion.actions[0].resource == {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "proposal",
            "instantiatesCanonical": ["https://cds-service.example.org/ActivityDefinition/water|0.1.0"],
            "code": {"text": "water"},
            "subject": {"reference": "Patient/p1"},
            "encounter": {"reference": "Encounter/e1"},
        }

    def test_a_regimen_is_one_suggestion_with_one_request_for_each_part(self, tmp_path):
        (suggestion,) = self.offered(tmp_path, action=[regimen("r", "water", "feed", "look")]).suggestions

        assert [item.resource["resourceType"] for item in suggestion.actions] == ["ServiceRequest", "MedicationRequest", "Task"]
        assert suggestion.actions[1].resource["medicationCodeableConcept"] == {"text": "feed"}
        assert suggestion.actions[2].resource["for"] == {"reference": "Patient/p1"}

    def test_a_regimen_may_be_asked_for_as_one(self, tmp_path):
        whole = regimen("r", "feed", "look") | {"extension": as_one("water")}
        (suggestion,) = self.offered(tmp_path, action=[whole]).suggestions

        assert suggestion.as_one.description == "Order water"
        assert suggestion.as_one.resource["subject"] == {"reference": "Patient/p1"}
        assert len(suggestion.actions) == 2

    def test_a_draft_keeps_priority_and_body_site_of_its_definition(self, tmp_path):
        site = [{"text": "root"}]
        plans, problems = compiled(
            tmp_path,
            plan("topic", [row("a", "%facts.sampled = false", action=[create("s")])]),
            service("topic"),
            activity("water", priority="urgent", bodySite=site),
        )
        (found,) = applied(plans, facts()).recommendations

        assert problems.found == ()
        assert {"priority": "urgent", "bodySite": site}.items() <= found.suggestions[0].actions[0].resource.items()

    def test_a_suggestion_with_an_unknown_condition_is_not_offered_but_named(self, tmp_path):
        found = self.offered(tmp_path, action=[create("s", "%facts.ripe")])

        assert (found.suggestions, found.unknown) == ((), ("ripe",))

    @pytest.mark.parametrize(
        ("draft", "withdrawn", "comment"),
        [
            (order("1"), ["ServiceRequest/1"], "a draft with an id"),
            ({"reference": "draftOrders[0]", "kind": "water"}, [], "a draft without an id cannot be withdrawn"),
            (order("1") | {"standing": True}, [], "what stands already is no draft to withdraw"),
        ],
    )
    def test_withdrawing_deletes_the_draft_at_hand(self, tmp_path, draft, withdrawn, comment):
        found = self.offered(tmp_path, facts(orders=[draft]), hook("order-sign"), action=[withdraw("w")])

        assert [item.resource_id for s in found.suggestions for item in s.actions] == withdrawn, comment

    @pytest.mark.parametrize(
        ("at", "priority", "known", "offered", "comment"),
        [
            ("order-sign", "stat", {}, True, "critical at signing"),
            ("order-select", "stat", {}, False, "a warning while selecting"),
            ("order-sign", "stat", {"weak": frozenset({"ripe"})}, False, "a warning on weak facts"),
            ("order-sign", "urgent", {}, False, "never critical"),
        ],
    )
    def test_a_suggestion_may_go_only_with_an_indicator(self, tmp_path, at, priority, known, offered, comment):
        hooks = ("order-select", "order-sign")
        wanted = row("a", "%facts.ripe", hooks=hooks, priority=priority, action=[withdraw("w") | {"extension": only_with("critical")}])
        plans, problems = compiled(tmp_path, plan("topic", [wanted]), service("topic", hooks=hooks))

        (found,) = applied(plans, facts(ripe=True, orders=[order("1")], **known), hook(at)).recommendations

        assert problems.found == ()
        assert bool(found.suggestions) is offered, comment

    def test_there_is_nothing_to_withdraw_without_an_order_and_nobody_to_write_for_without_a_patient(self, tmp_path):
        assert self.offered(tmp_path, action=[withdraw("w"), create("s")], at=hook(patient_id=None)).suggestions == ()


class TestIndicator:
    @pytest.mark.parametrize(
        ("priority", "indicator"), [("routine", "info"), ("urgent", "warning"), ("asap", "warning"), ("stat", "critical")]
    )
    def test_priorities(self, tmp_path, priority, indicator):
        plans = loaded(tmp_path, row("a", "%facts.ripe", priority=priority, hooks=("order-sign",)), hooks=("order-sign",))

        assert applied(plans, facts(ripe=True, orders=[order("1")]), hook("order-sign")).recommendations[0].indicator == indicator

    @pytest.mark.parametrize(
        ("at", "weak", "indicator", "comment"),
        [
            ("order-sign", (), "critical", "signing, explicit facts"),
            ("order-select", (), "warning", "never before signing"),
            ("order-sign", ("ripe",), "warning", "a criterion rests on text"),
            ("order-sign", ("colour",), "warning", "what raised the priority rests on text"),
            ("order-sign", ("size",), "critical", "nothing that was read"),
            ("order-sign", ("leaves[3].shade",), "warning", "a member of a list that was read"),
            ("order-sign", ("orders[0].kind",), "warning", "the order's own kind rests on text"),
            ("order-sign", ("orders[1].kind",), "critical", "another order's kind"),
        ],
    )
    def test_critical_needs_the_sign_hook_and_explicit_facts(self, tmp_path, at, weak, indicator, comment):
        varied = [dynamic("priority", "iif(%facts.colour = 'red', 'stat', 'routine')")]
        action = row("a", "%facts.ripe", "%order.kind = 'water'", hooks=ORDER_HOOKS, dynamicValue=varied)
        if weak == ("leaves[3].shade",):
            action["dynamicValue"] = [dynamic("priority", "iif(%facts.leaves.shade contains 'red', 'stat', 'routine')")]
        known = facts(weak, ripe=True, colour="red", leaves=[{"shade": "red"}], orders=[order("1"), order("2", "cut")])

        result = applied(loaded(tmp_path, action, hooks=ORDER_HOOKS), known, hook(at))

        assert result.recommendations[0].indicator == indicator, comment


class TestFailure:
    def test_one_failing_plan_leaves_the_others_and_is_named_without_values(self, tmp_path):
        plans = loaded(tmp_path, row("broken", "%facts.size < %parameters.maxSize"), row("fine", "%facts.ripe"))
        result = applied(plans, facts(ripe=True, size="secret"))

        assert codes(result) == ["fine"]
        [failure] = result.failures
        assert failure.plan == "https://cds-service.example.org/PlanDefinition/topic"
        assert failure.text.isidentifier()
        assert "secret" not in failure.text

    def test_a_row_that_is_ruled_out_does_not_fail_and_tells_no_trace_of_what_cannot_be_evaluated(self, tmp_path):
        plans = loaded(tmp_path, row("out", "%facts.ripe", "%facts.size < %parameters.maxSize"), row("fine", "%facts.sampled = false"))
        result = applied(plans, facts(ripe=False, size="secret"))

        assert (codes(result), result.failures) == (["fine"], ())
        assert [item.code for item in result.traces] == ["fine"]


class TestNeeded:
    def needed(self, tmp_path, action, known, *more):
        reader = row("needed", "%needed.exists()", description="{{ %needed }}")
        result = applied(loaded(tmp_path, reader, action, *more), known)
        return next((item.detail for item in result.recommendations if item.code == "needed"), None)

    @pytest.mark.parametrize(
        ("conditions", "known", "expected", "comment"),
        [
            (("%facts.ripe",), {}, "Ripe", "kept from firing by an askable fact alone"),
            (("%facts.ripe", "%facts.colour = 'red'"), {}, "Ripe, Colour", "by two of them"),
            (("%facts.ripe", "%facts.size > 1"), {}, None, "another unknown fact keeps it too"),
            (("%facts.ripe", "%facts.pests"), {"pests": False}, None, "it would not fire anyway"),
            (("%facts.ripe",), {"ripe": False}, None, "nothing is unknown"),
            (("%facts.planted < @2026-05-20",), {"planted": Temporal.parse("2026-05")}, "Planted", "a date that is known too vaguely"),
            (("%facts.planted < @2026-05-20",), {"planted": Temporal.parse("2026-05-21")}, None, "and one that is not"),
            (("%facts.edible",), {}, "Ripe, Colour", "a derived fact stands for what it is derived from"),
            (("%facts.edible",), {"ripe": True}, "Colour", "of which only the unknown part is asked"),
            (("%facts.secret",), {}, None, "nothing askable behind it"),
            (("%facts.tested = 'yes'",), {"tested": "not-tested"}, "Soil test", "a value that counts as missing"),
            (("%facts.tested = 'yes'",), {"tested": "no"}, None, "a value that does not"),
            (("%facts.colour = 'red'",), {"sampled": True}, None, "already on its way"),
            (("%facts.weight > 1",), {}, None, "asked for only where values conflict"),
            (("%facts.weight > 1",), {"conflicts": ("weight",)}, "Size", "they do, and it is asked as another"),
        ],
    )
    def test_what_alone_keeps_a_row_from_firing(self, tmp_path, conditions, known, expected, comment):
        assert self.needed(tmp_path, row("a", *conditions), facts(**known)) == expected, comment

    @pytest.mark.parametrize(
        ("child", "known", "expected", "comment"),
        [
            (section("s", "{{ %facts.colour }}"), {}, "Colour", "a shown paragraph shows a gap"),
            (section("s", "{{ %facts.colour }}"), {"colour": "red"}, None, "it shows a value"),
            (section("s", "x", "%facts.ripe"), {}, "Ripe", "a branch cannot be decided"),
            (section("s", "{{ %facts.colour }}", "%facts.pests"), {"pests": False}, None, "a branch that is not taken needs nothing"),
            (create("s", "%facts.ripe"), {}, "Ripe", "a suggestion cannot be decided"),
            (section("s", "{{ %facts.tested }}"), {"tested": "not-tested"}, "Soil test", "a missing value is shown"),
            (section("s", "{{ %facts.size }}"), {}, None, "a gap that may not be asked for"),
        ],
    )
    def test_what_a_shown_row_lacks(self, tmp_path, child, known, expected, comment):
        action = row("a", "%facts.sampled = false", action=[child])

        assert self.needed(tmp_path, action, facts(**known)) == expected, comment

    def test_rows_that_read_what_is_needed_are_not_asked_about_each_other(self, tmp_path):
        other = row("other", "'ripe' in %needed", action=[section("s", "{{ %facts.colour }}")])

        assert self.needed(tmp_path, row("a", "%facts.ripe"), facts(), other) == "Ripe"
