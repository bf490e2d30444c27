"""Whole answers in every profile: the profile's rules hold, and nothing of what is said is lost."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.assess import assess, assess_facts
from cds_service.cards import topic_code, topic_problems
from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.run import prepare
from cds_service.cds_clients import GENERIC, load_profile
from cds_service.hooks.parse import parse_hook_request
from cds_service.plans.activities import KINDS
from cds_service.prefetch.complete import complete_prefetch
from cds_service.respond import rendered
from cds_service.settings import shipped_content
from tests.builders import AS_OF, service_of
from tests.golden.test_golden import CALLS, TOLD

OURS = "org.cds-service.card"
DOI = "https://doi.org/"
PROFILES = {
    "epic": load_profile("epic"),
    "oracle": replace(load_profile("oracle"), allowed_links=(DOI,)),
    "oracle, no links": load_profile("oracle"),
    **{
        f"own {number}": replace(
            GENERIC,
            suggestions=offers,
            one_action=one,
            creates=creates,
            alphanumeric_topics=plain,
            override_reasons=plain,
            allowed_links=links,
        )
        for number, (offers, one, creates, plain, links) in enumerate(
            itertools.product((True, False), (True, False), (None, ("ServiceRequest",)), (True, False), (None, (DOI,)))
        )
    },
}


@pytest.fixture(scope="module")
def assessments(knowledge):
    """What is found for every golden request and case."""
    book = load_phrases(shipped_content())
    cases = {case.name: case for case in load_cases(shipped_content(), knowledge, book)}
    found = {name: assess_facts(*_told(cases[name], knowledge, book), knowledge, book.as_of) for name in TOLD}
    for name, body in CALLS.items():
        service = service_of(body["hook"])
        call = parse_hook_request(body, service)
        record = complete_prefetch(call, knowledge.requirements(service, body["hook"]), {})
        found[name] = assess(record, call.hook, knowledge, AS_OF)
    return found


def _told(case, knowledge, book):
    prepared = prepare(case, knowledge, book.as_of)
    return prepared.facts, prepared.invocation.hook


@pytest.fixture(params=[*CALLS, *TOLD])
def found(request, assessments):
    return assessments[request.param]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_every_rule_of_a_profile_holds_and_no_word_is_lost(knowledge, found, profile):
    plain, fitted = (rendered(found, knowledge, one).body["cards"] for one in (GENERIC, profile))

    assert [said(card) for card in fitted] == [said(card) for card in plain]
    for card, full in zip(fitted, plain, strict=True):
        check_topic(card, full, profile)
        check_links(card, full, profile)
        check_suggestions(card, full, profile)
        assert ("overrideReasons" in card) is (profile.override_reasons and "overrideReasons" in full)
        assert card["extension"] == {**full["extension"], **profile.card_extension}


def said(card):
    """Everything that a clinician reads, and what identifies the card."""
    return [card["uuid"], card["summary"], card["detail"], card["indicator"], card["source"]["label"], card["extension"][OURS]]


def check_topic(card, full, profile):
    code = card["source"]["topic"]["code"]
    assert code == topic_code(full["source"]["topic"]["code"], profile)
    assert not profile.alphanumeric_topics or re.fullmatch(r"[A-Za-z0-9]{1,100}", code)


def check_links(card, full, profile):
    links = card.get("links", [])
    assert all(link["type"] == "absolute" and "appContext" not in link for link in links)
    if profile.allowed_links is None:
        assert links == ([] if profile.listed_links_only else full.get("links", []))
    else:
        assert all(link["url"].startswith(profile.allowed_links) for link in links)
        assert all(link in links for link in full.get("links", []) if link["url"].startswith(profile.allowed_links))


def check_suggestions(card, full, profile):
    offered = card.get("suggestions", [])
    assert ("selectionBehavior" in card) is bool(offered)
    assert profile.suggestions or not offered
    before = {item["uuid"]: item for item in full.get("suggestions", [])}
    for item in offered:
        actions, whole = item["actions"], before[item["uuid"]]["actions"]
        assert all(action["description"] for action in actions)
        assert all(action["type"] == "delete" or action["resource"]["resourceType"] in (profile.creates or KINDS) for action in actions)
        if not profile.one_action or len(whole) == 1:
            assert item == before[item["uuid"]]
        else:
            check_asks_for_all(actions, whole)


def check_asks_for_all(actions, whole):
    """One request, whose words name every part of what it stands for."""
    (action,) = actions
    resource = ServiceRequest.model_validate(action["resource"])
    assert resource.code.text == action["description"]
    parts = [part["resource"]["medicationCodeableConcept"]["text"] for part in whole]
    short = {"fluorouracil": "5-FU"}  # as the cards write it
    assert all(short.get(part, part) in action["description"] for part in parts), (parts, action["description"])


def test_no_two_codes_are_one_for_any_profile(knowledge):
    assert all(topic_problems(knowledge.codes, profile) == [] for profile in PROFILES.values())


def test_every_suggestion_of_several_drafts_can_be_asked_for_as_one(knowledge):
    """Where an EHR takes one action per suggestion, a regimen would else not be offered at all."""
    several = [
        item for service in knowledge.services.values() for action in service.actions for item in action.suggestions if len(item.drafts) > 1
    ]
    assert several
    assert [item.id for item in several if item.as_one is None] == []


def test_what_some_clients_show_alone_names_what_is_withdrawn(knowledge):
    """Epic shows an action's description and not the suggestion's label."""
    withdrawn = {
        item.withdraw
        for service in knowledge.services.values()
        for action in service.actions
        for item in action.suggestions
        if item.withdraw
    }
    assert withdrawn
    assert not {text for text in withdrawn if "this" in text.split()}
