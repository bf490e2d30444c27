"""What every card of the shipped content keeps to, whatever the situation (rules R3 to R7, and the shape of a card)."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.builders import days_before, patient
from tests.builders.answer import CARD, ask
from tests.builders.codes import CISPLATIN_FU
from tests.builders.situations import ANORECTAL, SITUATIONS

SEVERITY = ["info", "warning", "critical"]
ABBREVIATIONS = re.compile(r"\b(PALN|PALND|IND|CRT|MDT|APR|LAR|TME|RECIST|CAPOX|RT|PS|mets)\b")
WHY = "**Why you see this**"


@pytest.fixture(scope="module")
def cards(knowledge):
    """Every card of every situation: (name, hook, card)."""
    return [
        (f"{hook}: {name}", hook, card) for name, record, hook, drafts in SITUATIONS for card in ask(knowledge, record, hook, drafts).cards
    ]


def words(text: str) -> int:
    """Words as a reader counts them: marks of Markdown are none."""
    return len([word for word in re.split(r"\s+", text) if re.search(r"\w", word)])


def test_the_situations_bring_many_cards(cards):
    assert len(cards) > 50


def test_never_more_than_six_cards(knowledge):
    for name, record, hook, drafts in SITUATIONS:
        assert len(ask(knowledge, record, hook, drafts).cards) <= 6, name


def test_the_summary_fits(cards):
    for name, _, card in cards:
        assert 0 < len(card["summary"]) <= 139, name
        assert "{{" not in card["summary"] + card["detail"], name


def test_the_detail_is_short(cards):
    long = {
        (name, card["source"]["topic"]["code"]): (words(card["detail"].partition(WHY)[0]), words(card["detail"]))
        for name, _, card in cards
        if words(card["detail"].partition(WHY)[0]) > 120 or words(card["detail"]) > 300
    }

    assert long == {}


def test_the_indicator_is_the_most_severe_one(cards):
    for name, _, card in cards:
        indicators = card["extension"][CARD]["indicators"]
        assert set(indicators) == set(card["extension"][CARD]["codes"]), name
        assert card["indicator"] == max(indicators.values(), key=SEVERITY.index), name


def test_critical_only_at_signing(cards):
    assert {hook for _, hook, card in cards if card["indicator"] == "critical"} == {"order-sign"}


def test_every_card_explains_itself(cards):
    for name, _, card in cards:
        detail = card["detail"]
        assert WHY in detail, name
        assert "**Sources**" in detail, name
        assert "Not yet reviewed by a clinician" in detail, name


def test_every_card_says_that_it_supports_and_does_not_replace_judgement(cards):
    """S1-35: for education, review pending, check the primary literature, no replacement for judgement."""
    for name, _, card in cards:
        detail = card["detail"]
        assert "For education; check the primary literature." in detail, name
        assert "Supports and does not replace clinical judgement." in detail, name
        if "[S1-" in detail:
            assert "23 Dec 2025; review: pending human review" in detail, name
        if "[S2-" in detail:
            assert "Source 2 (date: not stated; review: not stated)" in detail, name


# Where each source prints a title for a number: source 1 for 1 and 2, source 2 for none (S2-31, T17)
TITLED = {("1", "1"), ("1", "2")}


def test_references_without_a_title_are_named_as_such(cards):
    """S2-31 and T17: a number that the source prints without a title never looks like a reference that could be looked up."""
    seen = set()
    for name, _, card in cards:
        for line in card["detail"].partition("**Sources**")[2].splitlines():
            source = re.match(r"- Source (\d) ", line)
            for clause in line.split(";") if source else ():
                numbers = [one for text in re.findall(r"references? (\d(?:(?:, | and )\d)*)", clause) for one in re.findall(r"\d", text)]
                if not numbers:
                    continue
                seen.add(source[1])
                untitled = {(source[1], one) not in TITLED for one in numbers}
                assert untitled == {"not listed in source" in clause}, (name, clause)
    assert seen == {"1", "2"}


def test_the_label_names_the_sources_that_are_cited(cards):
    for name, _, card in cards:
        for source in ("1", "2"):
            if f"[S{source}-" in card["detail"]:
                assert f"Source {source}:" in card["source"]["label"], (name, card["source"]["topic"]["code"])


def test_statements_in_the_text_are_those_of_the_extension(cards):
    for name, _, card in cards:
        cited = set(re.findall(r"\b(?:S[12]-\d\d|T\d\d)\b", card["detail"].partition("**Sources**")[2]))
        statements = set(card["extension"][CARD]["statements"])
        assert cited <= statements, name
        assert {item for item in statements - cited if item.startswith("S")} == set(), name


def test_no_unexplained_abbreviation(cards):
    found = {
        (card["source"]["topic"]["code"], word) for _, _, card in cards for word in ABBREVIATIONS.findall(card["summary"] + card["detail"])
    }

    assert found == set()


def test_suggestions_are_drafts_that_parse(cards):
    for name, _, card in cards:
        for suggestion in card.get("suggestions", []):
            assert card["selectionBehavior"] == "any", name
            assert "isRecommended" not in suggestion, name
            for action in suggestion["actions"]:
                assert action["description"], name
                if action["type"] == "create":
                    resource = action["resource"]
                    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
                    assert "dosageInstruction" not in resource, name
                else:
                    assert action["type"] == "delete", name
                    assert re.fullmatch(r"(ServiceRequest|MedicationRequest)/draft-\d", action["resourceId"]), name


def test_override_reasons_say_what_they_are(cards):
    for name, _, card in cards:
        assert card["overrideReasons"], name
        for reason in card["overrideReasons"]:
            assert reason["system"] == "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes", name
            assert reason["display"], name


def test_ids_are_stable_and_unique(knowledge):
    for name, record, hook, drafts in SITUATIONS[:12]:
        first, second = (ask(knowledge, record, hook, drafts).cards for _ in range(2))
        ids = [card["uuid"] for card in first]
        assert ids == [card["uuid"] for card in second], name
        assert len(set(ids)) == len(ids), name
        assert all(UUID(id_).version == 5 for id_ in ids), name


def test_no_card_names_the_patient(cards):
    for name, _, card in cards:
        text = card["summary"] + card["detail"]
        assert "1961" not in text, name
        assert "Synthetic" not in text, name


def test_a_figure_of_outlook_is_never_in_a_summary(cards):
    for name, _, card in cards:
        assert "%" not in card["summary"], name
        assert "month" not in card["summary"], name


GROIN_AND_BONE = patient().rectum().metastasis("bone").metastasis("inguinal-node")
FREE_SITE = GROIN_AND_BONE.local_recurrence(present=False, on=days_before(20))
SPECIALTIES, TRIAL, FIGURES, NEWER = (
    "medical, radiation, surgical oncology; source 2: radiology",
    "No trial enrolment found: source 1 prioritises it",
    "(1999, 32 patients)",
    "55 % of 31",
)


@pytest.mark.parametrize(
    ("record", "said", "why"),
    [
        (FREE_SITE, (SPECIALTIES, TRIAL, FIGURES, NEWER), "next to nothing is recorded"),
        (FREE_SITE.ecog(3), (SPECIALTIES, TRIAL, FIGURES, NEWER), "a poor performance status"),
        (FREE_SITE.metastasis("para-aortic-node"), (SPECIALTIES, TRIAL, FIGURES, NEWER), "all that the two sources were written for"),
        (GROIN_AND_BONE, (SPECIALTIES, FIGURES, NEWER), "whether source 1 applies is open"),
        (ANORECTAL.without("kras"), (SPECIALTIES, TRIAL, FIGURES, NEWER), "an overlap cancer"),
    ],
)
def test_the_fullest_systemic_card_still_says_what_its_rows_must_say(knowledge, record, said, why):
    """A row that gives way to others keeps its title, and the title then says what the row is there for."""
    [card] = [card for card in ask(knowledge, record).cards if card["source"]["topic"]["code"].endswith("first-line")]

    assert [text for text in said if text not in card["detail"]] == [], why


PLACED = patient().rectum().metastasis("liver", on=days_before(50))
FAILED = ANORECTAL.regimen(CISPLATIN_FU, start=days_before(20)).response("PD", days_before(3))
SYSTEMIC = "- Systemic treatment: "
CONTRADICTION = "- Contradiction between stage and findings: "


@pytest.mark.parametrize(
    ("record", "code", "lead", "line", "why"),
    [
        (FAILED, "after-first-line-failure", SYSTEMIC, "cisplatin, fluorouracil, 20", "each drug once"),
        (PLACED.tnm("c", "3", "1", "0", on=days_before(9)), "stage-inconsistency", "- TNM categories: ", "M0, edition 8, ", "an edition"),
        (
            PLACED.tnm("c", None, None, "0", on=days_before(9)),
            "stage-inconsistency",
            CONTRADICTION,
            "the stage was recorded on or after",
            "words",
        ),
    ],
)
def test_a_fact_is_told_in_words_that_a_reader_understands(knowledge, record, code, lead, line, why):
    detail = ask(knowledge, record).card(code)["detail"]

    assert [text for text in detail.splitlines() if text.startswith(lead) and line in text], (why, detail)
