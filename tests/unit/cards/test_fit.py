"""What a client's profile takes from a card and spells otherwise; nothing else of the card changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.cards import INCOMPLETE, render_cards, topic_problems
from cds_service.cds_clients import GENERIC, load_profile
from cds_service.hooks.response import check_response
from cds_service.model.assessment import Failure
from tests.unit.cards.world import assessment, knowledge
from tests.unit.plans.world import activity, as_one, compiled, create, facts, hook, loaded, order, plan, regimen, row, service, statement
from tests.unit.plans.world import withdraw as withdrawal

EPIC, ORACLE = load_profile("epic"), load_profile("oracle")
SIGN = ("order-sign",)
PROGRAMME = activity("programme", title="Ask the gardener about the whole programme")


def cards(plans, profile, known=None, at=None, failures=()):
    found = render_cards(assessment(plans, known or facts(ripe=True), at or hook(), failures), knowledge(plans), profile)
    check_response({"cards": found})
    return found


def offered(plans, profile, **more):
    """The one card's suggestions: label, and what each action does."""
    (card,) = cards(plans, profile, **more)
    return [
        (item["label"], [action.get("resourceId") or action["resource"]["resourceType"] for action in item["actions"]])
        for item in card.get("suggestions", ())
    ]


@pytest.fixture
def plans(tmp_path):
    """A suggestion of each kind: one action, several with one that stands for them, several without, a Task."""
    whole = regimen("whole", "water", "feed") | {"extension": as_one("programme")}
    parts = [create("one"), whole, regimen("parts", "feed", "water"), create("task", definition="look")]
    cited = [statement(f"S1-0{number}") | {"url": f"https://{host}/{number}"} for number, host in enumerate(["a.example", "b.example"] * 3)]
    found, problems = compiled(
        tmp_path,
        plan("topic", [row("ripe-fruit", "%facts.ripe", action=parts, documentation=cited)]),
        service("topic"),
        PROGRAMME,
        activity("look", "Task"),
    )
    assert problems.found == ()
    return found


@pytest.mark.parametrize(
    ("profile", "expected", "why"),
    [
        (
            GENERIC,
            [
                ("Draft water", ["ServiceRequest"]),
                ("Draft the whole programme", ["ServiceRequest", "MedicationRequest"]),
                ("Draft the whole programme", ["MedicationRequest", "ServiceRequest"]),
                ("Draft look", ["Task"]),
            ],
            "all of them, whole",
        ),
        (
            EPIC,
            [("Draft water", ["ServiceRequest"]), (PROGRAMME["title"], ["ServiceRequest"])],
            "the programme as one request; no half of the other, and nothing that cannot be created",
        ),
        (ORACLE, [], "none"),
        (replace(GENERIC, creates=("MedicationRequest",)), [], "a suggestion is done as a whole or not at all"),
    ],
    ids=["generic", "epic", "oracle", "one type"],
)
def test_suggestions_are_whole_or_not_there(plans, profile, expected, why):
    assert offered(plans, profile) == expected, why


def test_what_a_user_sees_of_an_action_is_in_the_words_of_the_content(plans):
    (card,) = cards(plans, EPIC)
    assert [action["description"] for item in card["suggestions"] for action in item["actions"]] == ["Order water", PROGRAMME["title"]]


def test_a_suggestion_keeps_its_id_in_every_profile(plans):
    first, second = ({item["label"]: item["uuid"] for item in cards(plans, profile)[0]["suggestions"]} for profile in (GENERIC, EPIC))
    assert second["Draft water"] == first["Draft water"]
    every = [item["uuid"] for item in cards(plans, GENERIC)[0]["suggestions"]]
    assert second[PROGRAMME["title"]] == every[1]


@pytest.mark.parametrize(
    ("drafts", "profile", "expected", "why"),
    [
        (1, EPIC, [("Withdraw the draft", ["ServiceRequest/o0"])], "one order"),
        (2, EPIC, [], "two orders would be two actions, and one of them half of the advice"),
        (2, GENERIC, [("Withdraw the draft", ["ServiceRequest/o0", "ServiceRequest/o1"])], "both at once"),
        (1, ORACLE, [], "no suggestions at all"),
    ],
)
def test_withdrawing(tmp_path, drafts, profile, expected, why):
    plans = loaded(tmp_path, row("a", "%order.kind = 'water'", hooks=SIGN, action=[withdrawal("w")]), hooks=SIGN)
    known = facts(orders=tuple(order(f"o{number}") for number in range(drafts)))
    assert offered(plans, profile, known=known, at=hook("order-sign")) == expected, why


@pytest.mark.parametrize("behavior", ["any", "at-most-one"])
def test_a_site_chooses_how_suggestions_are_selected(plans, behavior):
    assert cards(plans, replace(GENERIC, selection_behavior=behavior))[0]["selectionBehavior"] == behavior


def test_without_suggestions_there_is_no_selection_behaviour(plans):
    assert not {"suggestions", "selectionBehavior"} & set(cards(plans, ORACLE)[0])


@pytest.mark.parametrize(
    ("profile", "code"),
    [(GENERIC, "ripe-fruit"), (EPIC, "ripefruit"), (ORACLE, "ripe-fruit")],
)
def test_the_topic_is_spelt_for_the_client_and_kept_in_our_extension(plans, profile, code):
    (card,) = cards(plans, profile)
    assert card["source"]["topic"]["code"] == code
    assert card["extension"]["org.cds-service.card"]["codes"] == ["ripe-fruit"]


def test_the_card_about_a_failure_is_fitted_too(plans):
    card = cards(plans, EPIC, failures=(Failure("urn:plan", "broken"),))[-1]
    assert card["source"]["topic"]["code"] == INCOMPLETE.replace("-", "")
    assert "com.epic.cdshooks.card.detail.content-type" in card["extension"]


@pytest.mark.parametrize(("profile", "has"), [(GENERIC, False), (EPIC, True), (ORACLE, False)])
def test_epic_is_told_that_the_detail_is_markdown(plans, profile, has):
    (card,) = cards(plans, profile)
    assert card["extension"].get("com.epic.cdshooks.card.detail.content-type") == ("text/markdown" if has else None)


@pytest.mark.parametrize(("profile", "has"), [(GENERIC, True), (EPIC, True), (ORACLE, False)])
def test_override_reasons(plans, profile, has):
    assert ("overrideReasons" in cards(plans, profile)[0]) is has


@pytest.mark.parametrize(
    ("profile", "allowed", "paths", "why"),
    [
        (GENERIC, None, ["a.example/0", "b.example/1", "a.example/2"], "any, the first three"),
        (GENERIC, ("https://b.example",), ["b.example/1", "b.example/3", "b.example/5"], "the first three of those that are listed"),
        (ORACLE, ("https://a.example/2", "https://b.example/5"), ["a.example/2", "b.example/5"], "whole addresses"),
        (ORACLE, ("https://A.example/",), ["a.example/0", "a.example/2", "a.example/4"], "a host has no case"),
        (ORACLE, ("https://a.exam", "http://a.example", "https://a.example/x"), [], "half a host, another scheme, another path"),
        (ORACLE, (), [], "an empty list"),
        (ORACLE, None, [], "no list, where only listed links are shown"),
    ],
)
def test_links(plans, profile, allowed, paths, why):
    (card,) = cards(plans, replace(profile, allowed_links=allowed))
    assert [link["url"].removeprefix("https://") for link in card.get("links", ())] == paths, why
    assert all(set(link) == {"label", "url", "type"} for link in card.get("links", ()))  # no appContext
    assert "Gardener, 1999" in card["detail"]  # what a link is about stays readable


@pytest.mark.parametrize(
    ("codes", "profile", "said", "comment"),
    [
        (["a-b", "ab"], EPIC, "'a-b' and 'ab' are one", "they differ in a hyphen alone"),
        (["a-b", "ab"], GENERIC, None, "as they are"),
        (["a-b", "a-b", "a-c"], EPIC, None, "one code twice is one"),
        (["a" * 100, "-".join("b" * 100)], EPIC, None, "as long as may be"),
        (["a" * 101], EPIC, "101 letters", "too long"),
        (["-"], EPIC, "0 letters", "nothing left"),
    ],
)
def test_codes_must_stay_apart(codes, profile, said, comment):
    problems = topic_problems(codes, profile)
    assert (said is None and problems == []) or (said is not None and said in problems[0]), comment
