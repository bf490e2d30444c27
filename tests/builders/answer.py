"""What the service answers to a synthetic patient, read through the cards alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Assessment
from tests.builders.orders import Orders
from tests.builders.record import Patient
from tests.builders.request import request
from tests.builders.run import assessment_of, respond_to

CARD = "org.cds-service.card"
Shown = tuple[tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True)
class Answer:
    """The cards of one hook call, and the assessment behind them."""

    cards: Sequence[Mapping[str, Any]]
    assessment: Assessment

    @property
    def codes(self) -> set[str]:
        """Every recommendation whose text stands on any card."""
        return {code for card in self.cards for code in codes_of(card)}

    @property
    def indicators(self) -> dict[str, str]:
        """The indicator that each recommendation has alone."""
        return {code: indicator for card in self.cards for code, indicator in card["extension"][CARD]["indicators"].items()}

    @property
    def shown(self) -> list[Shown]:
        """Each card as (codes: topic first, the others sorted), its indicator, and what its suggestions do."""
        return [
            (codes_of(card), card["indicator"], tuple(sorted(does(item) for item in card.get("suggestions", [])))) for card in self.cards
        ]

    def card(self, code: str) -> Mapping[str, Any]:
        """The one card on which a recommendation stands."""
        [found] = [card for card in self.cards if code in codes_of(card)]
        return found

    def suggestions(self, code: str) -> tuple[str, ...]:
        """What the suggestions of the card with this recommendation do."""
        return tuple(sorted(does(item) for item in self.card(code).get("suggestions", [])))

    def fact(self, path: str) -> Any:
        """The value of a fact, ``None`` if unknown."""
        return self.assessment.facts.value(path)


def codes_of(card: Mapping[str, Any]) -> tuple[str, ...]:
    """The card's topic, then the other codes that stand on it, sorted."""
    topic = card["source"]["topic"]["code"]
    codes = card["extension"][CARD]["codes"]
    assert codes[0] == topic, f"the topic must be named first: {codes}"
    return (topic, *sorted(codes[1:]))


def does(suggestion: Mapping[str, Any]) -> str:
    """A suggestion in a few words: ``withdraw ServiceRequest/draft-1``, ``order fluorouracil + leucovorin``, ``order <codes>``."""
    withdrawn = [action["resourceId"] for action in suggestion["actions"] if action["type"] == "delete"]
    created = sorted(what(action["resource"]) for action in suggestion["actions"] if action["type"] == "create")
    return " and ".join(
        part
        for part in (f"withdraw {', '.join(withdrawn)}" if withdrawn else "", f"order {' + '.join(created)}" if created else "")
        if part
    )


def what(resource: Mapping[str, Any]) -> str:
    """What a proposed draft is for: its drug or service in words, else its first code."""
    concept = resource.get("medicationCodeableConcept") or resource.get("code") or {}
    coding = (concept.get("coding") or [{}])[0]
    return str(coding.get("display") or concept.get("text") or coding.get("code") or resource["resourceType"])


def ask(
    knowledge: Knowledge,
    patient: Patient,
    hook: str = "patient-view",
    drafts: Orders | None = None,
    *,
    selections: Sequence[str] | None = None,
) -> Answer:
    """The answer to one hook call on the day that the builders are relative to."""
    return answer_to(knowledge, request(patient, hook, drafts, selections=selections))


def assessed(knowledge: Knowledge, body: Mapping[str, Any]) -> Answer:
    """What is found for a request body, whether or not an edge would answer with it."""
    found = assessment_of(knowledge, body)
    return Answer(cards=found.body["cards"], assessment=found.assessment)


def answer_to(knowledge: Knowledge, body: Mapping[str, Any]) -> Answer:
    """The answer to a request body on the day that the builders are relative to."""
    found = respond_to(knowledge, body)
    return Answer(cards=found.body["cards"], assessment=found.assessment)
