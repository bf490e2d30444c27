"""The cards of an assessment: which there are, in which order, and every member of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.cards import render_cards, render_text, render_trace
from cds_service.fhir.record import Issue
from cds_service.fhirpath import Temporal
from cds_service.hooks.response import check_response
from cds_service.model.assessment import Failure
from cds_service.model.facts import Evidence, Facts, Unknown
from tests.builders.rendered import structure
from tests.unit.cards.world import INFO, assessment, knowledge
from tests.unit.plans.world import (
    BASE,
    compiled,
    create,
    extension,
    facts,
    hook,
    loaded,
    order,
    plan,
    regimen,
    row,
    section,
    service,
    statement,
    verification,
    withdraw,
)

SIGN = ("order-sign",)
CARD = "org.cds-service.card"
ONCE = [extension("once-per-request", True)]


def section_of(*hosts):
    return [extension("section-of", host) for host in hosts]


def cards(plans, known, at=None, **more):
    found = render_cards(assessment(plans, known, at or hook(), **more), knowledge(plans))
    check_response({"cards": found})
    return found


def codes(found):
    return [tuple(card["extension"][CARD]["codes"]) for card in found]


class TestArrangement:
    def test_at_patient_view_every_row_has_its_card_and_warnings_come_first(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe"), row("b", "%facts.ripe", priority="urgent"), row("c", "%facts.ripe"))

        assert codes(cards(plans, facts(ripe=True))) == [("b",), ("a",), ("c",)]

    def test_nothing_fired_is_no_card(self, tmp_path):
        assert cards(loaded(tmp_path, row("a", "%facts.ripe")), facts()) == []

    @pytest.mark.parametrize(
        ("hosts", "fired", "expected", "comment"),
        [
            (("a", "b"), {"ripe": True, "pests": True}, [("a", "s"), ("b",)], "the first host in order of preference"),
            (("b", "a"), {"ripe": True, "pests": True}, [("a",), ("b", "s")], "not in order of composition"),
            (("a", "b"), {"pests": True}, [("b", "s")], "the next one when the first did not fire"),
            (("a",), {"pests": True}, [("b",)], "never a card of its own"),
        ],
    )
    def test_a_section_joins_its_host(self, tmp_path, hosts, fired, expected, comment):
        rows = (row("a", "%facts.ripe"), row("b", "%facts.pests"), row("s", "%facts.sampled = false", extension=section_of(*hosts)))

        assert codes(cards(loaded(tmp_path, *rows), facts(**fired))) == expected, comment

    def test_the_indicator_is_the_most_severe_of_the_card(self, tmp_path):
        rows = (row("a", "%facts.ripe"), row("s", "%facts.ripe", priority="urgent", extension=section_of("a")))

        (card,) = cards(loaded(tmp_path, *rows), facts(ripe=True))

        assert card["indicator"] == "warning"
        assert card["extension"][CARD]["indicators"] == {"a": "info", "s": "warning"}

    def test_what_does_not_fit_shares_the_last_card(self, tmp_path):
        limits = [
            {"url": f"{BASE}/StructureDefinition/max-cards", "valueInteger": 3},
            {"url": f"{BASE}/StructureDefinition/overflow-title", "valueString": "More"},
        ]
        plans = loaded(tmp_path, *(row(name, "%facts.ripe") for name in "abcde"), extension=limits)

        found = cards(plans, facts(ripe=True))

        assert codes(found) == [("a",), ("b",), ("c", "d", "e")]
        assert (found[2]["summary"], found[2]["source"]["topic"]["code"]) == ("More", "c")
        assert all(f"**About {name}.** What to know about {name}." in found[2]["detail"] for name in "cde")

    def test_exactly_as_many_as_fit_need_no_shared_card(self, tmp_path):
        plans = loaded(tmp_path, *(row(name, "%facts.ripe") for name in "abcdef"))

        assert codes(cards(plans, facts(ripe=True))) == [(name,) for name in "abcdef"]

    def order_cards(self, tmp_path, known, *rows):
        return cards(loaded(tmp_path, *rows, hooks=SIGN), known, hook("order-sign"))

    def test_rows_of_one_order_share_a_card_with_the_most_severe_as_its_topic(self, tmp_path):
        rows = (row("a", "%facts.ripe", hooks=SIGN), row("b", "%facts.ripe", hooks=SIGN, priority="stat"))

        (card,) = self.order_cards(tmp_path, facts(ripe=True, orders=[order("1")]), *rows)

        assert codes([card]) == [("b", "a")]
        assert (card["summary"], card["indicator"]) == ("About b", "critical")
        assert card["extension"][CARD]["order"] == "ServiceRequest/1"

    def test_the_same_row_for_several_orders_is_shown_once_and_names_them(self, tmp_path):
        (card,) = self.order_cards(tmp_path, facts(ripe=True, orders=[order("1"), order("2")]), row("a", "%facts.ripe", hooks=SIGN))

        assert "- Draft orders: `ServiceRequest/1`; `ServiceRequest/2`" in card["detail"]

    def test_it_stands_on_the_most_severe_of_them(self, tmp_path):
        varied = {
            "path": "action.priority",
            "expression": {"language": "text/fhirpath", "description": "d", "expression": "iif(%order.kind = 'cut', 'stat', 'routine')"},
        }
        known = facts(ripe=True, orders=[order("1"), order("2", "cut")])

        (card,) = self.order_cards(tmp_path, known, row("a", "%facts.ripe", hooks=SIGN, dynamicValue=[varied]))

        assert (card["indicator"], card["extension"][CARD]["order"]) == ("critical", "ServiceRequest/2")

    def test_an_order_that_cannot_be_withdrawn_does_not_keep_the_others(self, tmp_path):
        known = facts(ripe=True, orders=[{"reference": "draftOrders[0]", "kind": "water"}, order("2")])

        (card,) = self.order_cards(tmp_path, known, row("a", "%facts.ripe", hooks=SIGN, action=[withdraw("w")]))

        assert [item["resourceId"] for s in card["suggestions"] for item in s["actions"]] == ["ServiceRequest/2"]

    def test_withdrawing_a_row_of_several_orders_withdraws_them_all(self, tmp_path):
        known = facts(ripe=True, orders=[order("1"), order("2")])

        (card,) = self.order_cards(tmp_path, known, row("a", "%facts.ripe", hooks=SIGN, action=[withdraw("w")]))

        assert [item["resourceId"] for s in card["suggestions"] for item in s["actions"]] == ["ServiceRequest/1", "ServiceRequest/2"]

    @pytest.mark.parametrize(
        ("kinds", "expected", "comment"),
        [
            (("water",), [("a", "once")], "the only order card takes it as a section"),
            (("cut", "cut"), [("once",)], "no order card: a card of its own"),
            (("water", "cut"), [("a", "once")], "one of the orders has a card"),
        ],
    )
    def test_rows_about_the_patient_are_shown_once(self, tmp_path, kinds, expected, comment):
        rows = (row("a", "%order.kind = 'water'", hooks=SIGN), row("once", "%facts.ripe", hooks=SIGN, extension=ONCE))
        known = facts(ripe=True, orders=[order(str(number), kind) for number, kind in enumerate(kinds)])

        assert codes(self.order_cards(tmp_path, known, *rows)) == expected, comment

    def test_with_two_order_cards_they_share_a_card_that_names_all_orders(self, tmp_path):
        rows = (
            row("a", "%order.kind = 'water'", hooks=SIGN),
            row("b", "%order.kind = 'cut'", hooks=SIGN),
            row("one", "%facts.ripe", hooks=SIGN, extension=ONCE),
            row("two", "%facts.ripe", hooks=SIGN, extension=ONCE, priority="urgent"),
        )
        found = self.order_cards(tmp_path, facts(ripe=True, orders=[order("1"), order("2", "cut")]), *rows)

        assert codes(found) == [("two", "one"), ("a",), ("b",)]
        assert "`ServiceRequest/1`; `ServiceRequest/2`" in found[0]["detail"]

    @pytest.mark.parametrize(
        ("kinds", "priority", "expected", "comment"),
        [
            (("other", "other"), "routine", [], "no card that it could join"),
            (("water", "other"), "routine", [("a", "once")], "the only card"),
            (("water", "cut"), "routine", [("b", "once"), ("a",)], "several cards: the most severe one that shares an order"),
            (("other", "other"), "urgent", [("once",)], "with another indicator it has a card of its own"),
        ],
    )
    def test_a_row_that_is_never_alone(self, tmp_path, kinds, priority, expected, comment):
        never_alone = [*ONCE, {"url": f"{BASE}/StructureDefinition/never-alone", "valueCode": "info"}]
        rows = (
            row("a", "%order.text = 'water'", hooks=SIGN),
            row("b", "%order.text = 'cut'", hooks=SIGN, priority="urgent"),
            row("once", "%facts.ripe", hooks=SIGN, extension=never_alone, priority=priority),
        )
        orders = [{"reference": f"ServiceRequest/{number}", "text": kind} for number, kind in enumerate(kinds)]

        assert codes(self.order_cards(tmp_path, facts(ripe=True, orders=orders), *rows)) == expected, comment

    def test_it_joins_the_other_rows_about_the_patient(self, tmp_path):
        never_alone = [*ONCE, {"url": f"{BASE}/StructureDefinition/never-alone", "valueCode": "info"}]
        rows = (
            row("a", "%order.kind = 'water'", hooks=SIGN, priority="urgent"),
            row("b", "%order.kind = 'cut'", hooks=SIGN),
            row("guest", "%facts.ripe", hooks=SIGN, extension=never_alone),
            row("once", "%facts.ripe", hooks=SIGN, extension=ONCE),
        )

        found = self.order_cards(tmp_path, facts(ripe=True, orders=[order("1"), order("2", "cut")]), *rows)

        assert codes(found) == [("a",), ("b",), ("once", "guest")]


class TestIdentity:
    def test_the_same_call_gives_the_same_ids_and_another_gives_others(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe", action=[create("s")]))
        first, again = (cards(plans, facts(ripe=True)) for _ in range(2))
        (other,) = cards(plans, facts(ripe=True), hook(instance="i-2"))

        assert first == again
        assert UUID(first[0]["uuid"]).version == 5
        assert other["uuid"] != first[0]["uuid"]
        assert other["suggestions"][0]["uuid"] != first[0]["suggestions"][0]["uuid"]

    def test_an_id_may_be_any_text(self, tmp_path):
        assert cards(loaded(tmp_path, row("a", "%facts.ripe")), facts(ripe=True), hook(instance='"]\u2028é'))


class TestMembers:
    def test_a_card_has_all_that_it_needs_and_nothing_empty(self, tmp_path):
        cited = statement("S1-02") | {"url": "https://doi.example/1"}
        plans = loaded(
            tmp_path, row("a", "%facts.ripe", documentation=[statement("S1-01"), cited], action=[create("s"), regimen("r", "feed", "look")])
        )
        known = facts(ripe=True, evidence={"ripe": (Evidence("Observation/1", "urn:x|1", "2026-03-04"),)})

        (card,) = cards(plans, known)

        assert card["source"] == {
            "label": "Book: On plants (23 Dec 2025)",
            "topic": {"system": f"{BASE}/CodeSystem/recommendation", "code": "a"},
        }
        assert card["selectionBehavior"] == "any"
        assert card["links"] == [{"label": "Gardener, 1999 (Book, reference 1)", "url": "https://doi.example/1", "type": "absolute"}]
        assert card["overrideReasons"] == [{"system": "urn:reasons", "code": "done", "display": "Already done"}]
        assert [len(item["actions"]) for item in card["suggestions"]] == [1, 2]
        assert all("isRecommended" not in item for item in card["suggestions"])
        assert card["extension"][CARD] == {
            "codes": ["a"],
            "indicators": {"a": "info"},
            "statements": ["S1-01", "S1-02"],
            "plan": f"{BASE}/PlanDefinition/topic",
            "version": "0.1.0",
            "facts": [
                {
                    "path": "ripe",
                    "value": True,
                    "evidence": [{"reference": "Observation/1", "code": "urn:x|1", "date": "2026-03-04", "confidence": "coded"}],
                }
            ],
        }

    def test_without_suggestions_there_is_no_selection_behaviour(self, tmp_path):
        (card,) = cards(loaded(tmp_path, row("a", "%facts.ripe")), facts(ripe=True))

        assert "suggestions" not in card
        assert "selectionBehavior" not in card

    def test_two_suggestions_that_do_the_same_are_one(self, tmp_path):
        rows = (row("a", "%facts.ripe", action=[create("s")]), row("b", "%facts.ripe", action=[create("t")], extension=section_of("a")))

        (card,) = cards(loaded(tmp_path, *rows), facts(ripe=True))

        assert len(card["suggestions"]) == 1

    def test_facts_that_are_false_or_zero_are_shown_and_helpers_are_not(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe = false", "%facts.size = 0", "%facts.sampled = false", "%facts.edible = false"))
        known = facts(ripe=False, size=Decimal(0), edible=False, colour="red", leaves=[])

        (card,) = cards(plans, known)

        values = {item["path"]: item["value"] for item in card["extension"][CARD]["facts"]}
        assert values == {"ripe": False, "size": 0, "colour": "red"}


class TestDetail:
    def detail(self, tmp_path, known, *conditions, **more):
        plans = loaded(tmp_path, row("a", *(conditions or ("%facts.sampled = false",)), **more))
        return cards(plans, known)[0]["detail"]

    def test_what_why_and_sources_in_this_order(self, tmp_path):
        known = facts(ripe=True, evidence={"ripe": (Evidence("Observation/1", None, "2026-03-04T08:00:00Z"),)})

        assert self.detail(tmp_path, known, "%facts.ripe", action=[section("branch", "Water it.")]) == (
            "What to know about a.\n\n"
            "**Branch:** Water it.\n\n"
            "**Why you see this**\n\n"
            "- Ripe: yes (2026-03-04 `Observation/1`)\n\n"
            "**Sources**\n\n"
            "- Book (date: 23 Dec 2025; review: pending human review): reference 1: Gardener, 1999 [S1-01].\n\n"
            "Not yet reviewed by a clinician. For education; check the primary literature. "
            "Supports and does not replace clinical judgement."
        )

    @pytest.mark.parametrize(
        ("known", "conditions", "line", "comment"),
        [
            ({"size": Decimal("4.50")}, ("%facts.size < 5",), "- Size: 4.5 cm", "unit, no trailing zero"),
            ({"colour": "red"}, ("%facts.colour = 'red'",), "- Colour: deep red", "the words for a code"),
            ({"pests": False}, ("%facts.pests = false",), "- Pests: none documented in the record received", "closed world, nothing found"),
            (
                {"pests": True},
                ("%facts.pests",),
                "- Pests: yes, as far as the record received shows",
                "closed world, rests on nothing found",
            ),
            ({"note": "*x*"}, ("%facts.note = '*x*'",), r"- Note: \*x\*", "text of the record"),
            ({"day": Temporal.parse("2026-03")}, ("%facts.day < @2027",), "- Day: 2026-03", "a partial date"),
            ({"edible": True, "ripe": True}, ("%facts.edible",), "- Ripe: yes", "a helper is explained by what it is derived from"),
        ],
    )
    def test_why(self, tmp_path, known, conditions, line, comment):
        assert line in self.detail(tmp_path, facts(**known), *conditions).splitlines(), comment

    def test_only_the_newest_evidence_is_named(self, tmp_path):
        known = facts(ripe=True, evidence={"ripe": tuple(Evidence(f"Observation/{day}", None, f"2026-01-0{day}") for day in range(1, 6))})

        assert "(2026-01-05 `Observation/5`; 2026-01-04 `Observation/4`; and 3 more)" in self.detail(tmp_path, known, "%facts.ripe")

    def test_several_branches_are_a_list(self, tmp_path):
        children = [section("one", "Water it."), section("two", "Wait.")]

        assert "What to know about a.\n\n- **One:** Water it.\n- **Two:** Wait.\n\n**Sources**" in self.detail(
            tmp_path, facts(), action=children
        )

    @pytest.mark.parametrize(
        ("text", "known", "line", "comment"),
        [
            ("{{ %facts.sizeBound }}{{ %facts.size }} cm", {"sizeBound": ">", "size": "5"}, "&gt;5 cm", "a bound is no quotation"),
            ("{{ %facts.sizeBound }}{{ %facts.size }} cm", {"sizeBound": "<", "size": "5"}, "&lt;5 cm", "nor HTML"),
            ("{{ %facts.size }} cm", {"size": "1.5"}, "1.5 cm", "a decimal is no number of a list"),
            ("{{ %facts.size }} cm", {"size": "-1"}, "-1 cm", "a minus is no mark of a list"),
            ("{{ %facts.note }}", {"note": "1. x"}, r"1\. x", "text of the record is none either"),
            ("{{ %facts.note }}", {"note": "- x"}, r"\- x", "with any mark"),
        ],
    )
    def test_a_value_at_the_beginning_of_a_section_stays_in_its_list(self, tmp_path, text, known, line, comment):
        values = {name: Decimal(value) if name == "size" else value for name, value in known.items()}
        children = [section("one", text), section("two", "Wait.")]

        found = self.detail(tmp_path, facts(**values), action=children)

        assert f"- **One:** {line}\n- **Two:** Wait.\n" in found, comment
        assert structure(found) == {"paragraph", "strong", "bullet_list", "list_item"}, comment

    @pytest.mark.parametrize("text", ["- Red\n- Green", "| A | B |\n|---|---|\n| 1 | 2 |"])
    def test_a_list_or_table_of_the_content_stands_by_itself(self, tmp_path, text):
        children = [section("one", "Water it."), section("two", text), section("three", "Wait.")]

        assert f"**Two:**\n\n{text}\n\n- **Three:** Wait." in self.detail(tmp_path, facts(), action=children)

    def test_a_title_with_a_bound_is_no_markup(self, tmp_path):
        rows = (row("host", "%facts.ripe"), row("a", "%facts.ripe", title="Up to <5 & more", extension=section_of("host")))

        (card,) = cards(loaded(tmp_path, *rows), facts(ripe=True))

        assert "**Up to &lt;5 &amp; more.**" in card["detail"]

    @pytest.mark.parametrize(
        ("lengths", "expected", "comment"),
        [
            ((30, 30), "a0 a1 b0 b1", "all of it fits"),
            ((60, 30), "a0 a1 b0", "the last row gives up its sections first"),
            ((30, 90), "a0 a1", "then all but its heading"),
            ((110, 30), "a0", "the first row's own sections last"),
        ],
    )
    def test_rows_that_are_too_long_together_are_shortened(self, tmp_path, lengths, expected, comment):
        rows = [
            row(
                name,
                "%facts.ripe",
                hooks=SIGN,
                description=f"{name}0" + " word" * length,
                action=[section(f"s{name}", f"{name}1" + " more" * 15)],
            )
            for name, length in zip("ab", lengths, strict=True)
        ]
        plans = loaded(tmp_path, *rows, hooks=SIGN)

        (card,) = cards(plans, facts(ripe=True, orders=[order("1")]), hook("order-sign"))

        before = card["detail"].partition("**Why you see this**")[0]
        assert [word for word in before.split() if word in {"a0", "a1", "b0", "b1"}] == expected.split(), comment
        assert "**About b.**" in before

    @pytest.mark.parametrize(
        ("length", "shown", "comment"),
        [
            (20, "one two three", "all of them fit"),
            (40, "one two more", "the last one goes, and the card says so"),
            (70, "one more", "then the one before"),
            (100, "", "where none fits, all go"),
        ],
    )
    def test_sections_that_do_not_fit_are_left_out_one_by_one(self, tmp_path, length, shown, comment):
        children = [section(name, f"{name} " + "word " * 25) for name in ("one", "two", "three")]

        detail = self.detail(tmp_path, facts(), description="What" + " to know" * (length // 2), action=children)

        before = detail.partition("**Sources**")[0].lower().replace("**", "").split()
        assert list(dict.fromkeys(word for word in before if word in {"one", "two", "three", "more"})) == shown.split(), comment

    @pytest.mark.parametrize(
        ("dates", "line", "comment"),
        [
            (
                ("2026-01-02", "2026-01-02"),
                "- Ripe: yes (2026-01-02 `Observation/0`, `Observation/1`)",
                "a date once for all of its resources",
            ),
            (("2026-01-03", "2026-01-02"), "- Ripe: yes (2026-01-03 `Observation/0`; 2026-01-02 `Observation/1`)", "two dates"),
            ((None, "2026-01-02"), "- Ripe: yes (2026-01-02 `Observation/1`; `Observation/0`)", "without a date last"),
        ],
    )
    def test_dates_of_evidence(self, tmp_path, dates, line, comment):
        known = facts(ripe=True, evidence={"ripe": tuple(Evidence(f"Observation/{n}", None, date) for n, date in enumerate(dates))})

        assert line in self.detail(tmp_path, known, "%facts.ripe").splitlines(), comment

    def test_a_date_that_is_the_value_is_not_written_again(self, tmp_path):
        known = facts(day=Temporal.parse("2026-03-04"), evidence={"day": (Evidence("Observation/1", None, "2026-03-04"),)})

        assert "- Day: 2026-03-04 (`Observation/1`)" in self.detail(tmp_path, known, "%facts.day < @2027").splitlines()

    def test_a_date_in_the_evidence_of_another_fact_has_no_line_of_its_own(self, tmp_path):
        proof = (Evidence("Observation/1", None, "2026-03-04T08:00:00Z"),)
        known = facts(day=Temporal.parse("2026-03-04"), size=Decimal(1), evidence={"day": proof, "size": proof})

        (card,) = cards(loaded(tmp_path, row("a", "%facts.day < @2027", "%facts.size = 1")), known)

        assert "- Size: 1 cm (2026-03-04 `Observation/1`)" in card["detail"]
        assert "Day:" not in card["detail"]
        assert [item["path"] for item in card["extension"][CARD]["facts"]] == ["day", "size"]

    @pytest.mark.parametrize(
        ("behind_size", "is_listed", "comment"),
        [
            (("1", "2", "3"), False, "all that it rests on stands behind a fact that says more"),
            (("1", "2"), True, "it rests on more"),
        ],
    )
    def test_a_conclusion_is_not_listed_beside_all_that_it_follows_from(self, tmp_path, behind_size, is_listed, comment):
        proof = {name: Evidence(f"Observation/{name}") for name in "123"}
        evidence = {"ripe": tuple(proof.values()), "size": tuple(proof[name] for name in behind_size)}

        found = self.detail(tmp_path, facts(ripe=True, size=Decimal(1), evidence=evidence), "%facts.ripe", "%facts.size = 1")

        assert ("- Ripe: yes" in found) == is_listed, comment
        assert "- Size: 1 cm" in found

    def test_a_long_card_shows_fewer_facts_but_keeps_them_in_its_extension(self, tmp_path):
        conditions = ("%facts.ripe", "%facts.colour = 'red'", "%facts.size = 1", "%facts.weight = 1", "%facts.pests")
        known = facts(ripe=True, colour="red", size=Decimal(1), weight=Decimal(1), pests=True)
        plans = loaded(tmp_path, row("short", *conditions), row("long", *conditions, description="word " * 260))

        short, long = cards(plans, known)

        assert "- Pests: yes" in short["detail"]
        assert "- Size: 1 cm\n- and 2 more\n" in long["detail"]
        assert len(long["extension"][CARD]["facts"]) == 5

    def test_a_bound_is_not_shown_as_an_exact_number(self, tmp_path):
        assert "- Size: &lt;1 cm" in self.detail(tmp_path, facts(size=Decimal(1), sizeBound="<"), "%facts.size = 1")

    def test_a_card_that_asks_says_what_it_misses_and_why(self, tmp_path):
        plans = loaded(tmp_path, row("asks", "%needed.exists()"), row("a", "%facts.ripe", "%facts.tested = 'yes'"))
        known = replace(facts(tested="not-tested"), unknown=(Unknown("ripe", "no record of it"),))

        (card,) = cards(plans, known)

        assert "**Why you see this**\n\n- Soil test: not-tested\n- Ripe: no record of it\n" in card["detail"]

    def test_a_list_shows_each_of_its_items_with_its_own_evidence(self, tmp_path):
        known = facts(
            leaves=[{"shade": "red", "torn": True, "size": Decimal(2)}, {"shade": "green"}],
            evidence={"leaves[0].shade": (Evidence("Condition/1"),), "leaves[1].shade": (Evidence("Condition/2"),)},
        )

        found = self.detail(tmp_path, known, action=[section("s", "{{ %facts.leaves.shade }}")]).splitlines()

        assert "- Leaf: deep red, 2 (`Condition/1`)" in found
        assert "- Leaf: fresh green (`Condition/2`)" in found

    def test_what_is_not_known_is_named_by_title(self, tmp_path):
        children = [section("s", "x", "%facts.colour = 'red'"), section("t", "x", "%facts.edible")]

        assert "**What is not known**\n\n- Colour, Ripe\n" in self.detail(tmp_path, facts(), action=children)

    def test_what_was_not_received_or_not_usable_is_named(self, tmp_path):
        known = facts(record={"unavailable": ["reports"], "truncated": ["conditions", "staging"]})
        known = Facts(tree=known.tree, issues=tuple(Issue("structure", f"Condition/{n}", f"problem {n % 3}") for n in range(6)))

        found = self.detail(tmp_path, known).splitlines()

        assert "- Not received: reports" in found
        assert "- Received only in part: conditions, staging" in found
        assert "- Not usable: problem 0 (`Condition/0`); problem 1 (`Condition/1`); and 1 more" in found

    def test_assumptions_are_printed(self, tmp_path):
        assert "- Assumption: Largest size = 5 cm" in self.detail(tmp_path, facts(size=Decimal(1)), "%facts.size < %parameters.maxSize")

    def test_what_the_site_set_is_called_a_site_setting(self, tmp_path):
        own = replace(INFO["maxSize"], value=4, site_file="site.json")

        plans = loaded(tmp_path, row("a", "%facts.size < %parameters.maxSize"))
        found = render_cards(assessment(plans, facts(size=Decimal(1)), hook()), knowledge(plans, parameter_info={"maxSize": own}))[0][
            "detail"
        ]

        assert "- Site setting: Largest size = 4 cm" in found
        assert "Assumption" not in found

    def test_tables_and_lists_start_on_their_own_line(self, tmp_path):
        assert "**S:**\n\n| a | b |" in self.detail(tmp_path, facts(), action=[section("s", "| a | b |\n|---|---|\n| 1 | 2 |")])

    def test_literature_outside_the_sources_is_marked_by_its_own_words(self, tmp_path):
        others = [
            {
                "type": "citation",
                "label": label,
                "display": "d",
                "citation": f"Outside the sources: {name}, 2020",
                "extension": [verification()],
            }
            for label, name in (("T01", "One"), ("T02", "Other"))
        ]

        found = self.detail(tmp_path, facts(), documentation=[statement("S1-01"), *others])

        assert "- Outside the sources: One, 2020 [T01]; Other, 2020 [T02]." in found

    def test_a_remark_on_several_references_is_written_once(self, tmp_path):
        cited = [statement("S1-01") | {"citation": f"Book, reference {n} (not listed)", "label": f"S1-0{n}"} for n in (1, 2)]

        found = self.detail(tmp_path, facts(), documentation=[*cited, statement("S1-03")])

        assert "reference 1: Gardener, 1999 [S1-03]; not listed: reference 1 [S1-01], reference 2 [S1-02]." in found

    def test_a_comparison_is_listed_but_not_printed_as_literature(self, tmp_path):
        compared = {"type": "justification", "label": "T03", "display": "d", "citation": "Comparison of S1-01 and S1-02"}

        (card,) = cards(loaded(tmp_path, row("a", "%facts.ripe", documentation=[statement("S1-01"), compared])), facts(ripe=True))

        assert card["extension"][CARD]["statements"] == ["S1-01", "T03"]
        assert "T03" not in card["detail"]

    def test_what_guards_the_whole_service_is_no_reason_for_one_card(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe"), conditions=("%facts.size < %parameters.maxSize",))

        (card,) = cards(plans, facts(ripe=True, size=Decimal(1)))

        assert "Size" not in card["detail"]
        assert "Assumption" not in card["detail"]

    def test_the_order_is_named_with_its_text_escaped(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.sampled = false", hooks=SIGN), hooks=SIGN)

        (card,) = cards(plans, facts(orders=[order("1", text="<b>pour</b>")]), hook("order-sign"))

        assert r"- Draft order: &lt;b&gt;pour&lt;\/b&gt; (`ServiceRequest/1`)" in card["detail"]


class TestFailures:
    FAILURE = Failure(f"{BASE}/PlanDefinition/topic", "ZeroDivisionError")

    def test_a_failure_is_a_card_without_internals(self, tmp_path):
        found = cards(loaded(tmp_path, row("a", "%facts.ripe")), facts(), failures=(self.FAILURE,))

        assert codes(found) == [("evaluation-incomplete",)]
        assert found[0]["indicator"] == "warning"
        assert "Plan topic" in found[0]["detail"]
        assert "ZeroDivisionError" not in str(found)

    def test_it_has_a_place_beside_the_others(self, tmp_path):
        plans = loaded(tmp_path, *(row(name, "%facts.ripe") for name in "abcdefg"))

        found = cards(plans, facts(ripe=True), failures=(self.FAILURE,))

        assert codes(found) == [("a",), ("b",), ("c",), ("d",), ("e", "f", "g"), ("evaluation-incomplete",)]


class TestText:
    def test_cards_as_text_are_plain(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe", hooks=SIGN, priority="urgent", action=[create("s"), withdraw("w")]), hooks=SIGN)
        text = render_text(cards(plans, facts(ripe=True, orders=[order("1", text="pour (now)")]), hook("order-sign")))

        assert text.startswith("[WARNING] About a\n    What to know about a.\n")
        assert "    - Draft order: pour (now) (ServiceRequest/1)\n" in text
        assert "    ( ) Draft water [create ServiceRequest]\n" in text
        assert "    ( ) Withdraw the draft [delete ServiceRequest/1]\n" in text
        assert text.endswith("    Source: Book: On plants (23 Dec 2025)")
        assert "**" not in text

    def test_links_are_written_out(self, tmp_path):
        cited = statement("S1-02") | {"url": "https://doi.example/1"}
        text = render_text(cards(loaded(tmp_path, row("a", "%facts.ripe", documentation=[cited])), facts(ripe=True)))

        assert "-> Gardener, 1999 (Book, reference 1): https://doi.example/1" in text
        assert "\\" not in text

    def test_no_cards_are_said_to_be_none(self):
        assert render_text([]) == "No cards."

    def test_the_trace_shows_each_criterion_with_its_value_and_what_it_read(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe", "%facts.size < %parameters.maxSize", "%facts.colour = 'red'"))
        known = facts(ripe=True, size=Decimal(9), leaves=[{"shade": "red"}])

        assert render_trace(assessment(plans, known, hook())).splitlines() == [
            "a: did not fire",
            "  true    It holds that %facts.ripe",
            "          %facts.ripe",
            "          facts.ripe = true",
            "  false   It holds that %facts.size < %parameters.maxSize",
            "          %facts.size < %parameters.maxSize",
            "          facts.size = 9",
            "          parameters.maxSize = 5",
            "  unknown It holds that %facts.colour = 'red'",
            "          %facts.colour = 'red'",
            "          facts.colour = unknown",
        ]

    def test_a_trace_writes_lists_objects_and_text_compactly(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%order.kind = 'water' and %order.tools contains 'can'", hooks=SIGN), hooks=SIGN)
        known = facts(orders=[order("1", tools=[f"tool {number}" for number in range(12)])])

        text = render_trace(assessment(plans, known, hook("order-sign")))

        assert text.startswith("a for ServiceRequest/1: did not fire")
        assert "order.kind = 'water'" in text
        assert "'tool 9', and 2 more]" in text

    def test_a_trace_without_orders_says_so(self, tmp_path):
        plans = loaded(tmp_path, row("a", "%facts.ripe", hooks=SIGN), hooks=SIGN)

        assert render_trace(assessment(plans, facts(), hook("order-sign"))) == "Nothing was evaluated: no order is in scope."


VALUES = {
    "ripe": st.booleans(),
    "pests": st.booleans(),
    "colour": st.sampled_from(["red", "green"]),
    "size": st.decimals(0, 99, places=2),
    "note": st.text(max_size=30),
    "tested": st.sampled_from(["yes", "no", "not-tested"]),
    "leaves": st.lists(st.fixed_dictionaries({}, optional={"shade": st.sampled_from(["red", "green"]), "torn": st.booleans()}), max_size=3),
}


@settings(max_examples=60, deadline=None)
@given(known=st.fixed_dictionaries({}, optional=VALUES), number=st.integers(0, 3), instance=st.text(min_size=1, max_size=20))
def test_whatever_the_facts_the_answer_keeps_the_contract(tmp_path_factory, known, number, instance):
    hooks = ("patient-view", "order-sign")
    rows = (
        row(
            "a",
            "%facts.ripe",
            hooks=hooks,
            action=[section("s", "{{ %facts.note }} {{ %facts.leaves.shade }}"), create("c", "%facts.pests = false")],
        ),
        row("b", "%facts.colour = 'red'", hooks=hooks, priority="stat", action=[withdraw("w")]),
        row("c", "%facts.size < %parameters.maxSize", hooks=hooks, extension=ONCE),
        row("d", "%facts.tested != 'yes'", hooks=hooks, extension=section_of("a", "b")),
        row("e", "%needed.exists()", hooks=hooks, description="{{ %needed }}"),
    )
    plans, _ = compiled(tmp_path_factory.mktemp("content"), plan("topic", list(rows)), service("topic", hooks=hooks))
    orders = [order(str(n), text=known.get("note", "")) for n in range(number)]

    for name in hooks:
        found = cards(plans, facts(orders=orders, **known), hook(name, instance=instance))
        assert len(found) <= 6
        assert sorted((card["indicator"] for card in found), key=["critical", "warning", "info"].index) == [
            card["indicator"] for card in found
        ]
