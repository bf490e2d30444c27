"""Assessment -> the cards of the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from cds_service.cards.arrange import Layout, arrange
from cds_service.cards.detail import details
from cds_service.cards.fit import fitted, fitting
from cds_service.cards.ids import card_uuid, suggestion_uuid
from cds_service.cards.prepared import Fixed, Prepared, prepared
from cds_service.cards.values import FactsReader, ShownFact
from cds_service.cds_clients.profile import GENERIC, Profile
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Assessment, Failure, SuggestedAction, Suggestion
from cds_service.plans.compiled import BASE
from cds_service.plans.service import Service

EXTENSION = "org.cds-service.card"
INCOMPLETE = "evaluation-incomplete"
MESSAGE_SYSTEM = f"{BASE}/CodeSystem/service-message"  # of cards that the service writes, not the content
MAX_LINKS = 3

Card = dict[str, Any]


def render_cards(assessment: Assessment, knowledge: Knowledge, profile: Profile = GENERIC) -> list[Card]:
    """The cards for an assessment as a client's profile has them, the most severe first; a failure has a card of its own, the last.

    What follows from the content alone is the same object in every answer: cards are for reading.
    """
    service = knowledge.services[(assessment.service, assessment.hook.name)]
    layouts = arrange(assessment.recommendations, service, max(1, service.max_cards - bool(assessment.failures)))
    cards = _cards(layouts, assessment, service, prepared(knowledge), profile) if layouts else []
    every = [*cards, _failure_card(assessment, service)] if assessment.failures else cards
    return [fitted(card, profile) for card in every]


def _cards(layouts: Sequence[Layout], assessment: Assessment, service: Service, words: Prepared, profile: Profile) -> list[Card]:
    reader = FactsReader(assessment.facts, words)
    writer = details(reader)
    found = []
    for layout in layouts:
        codes = tuple([row.code for row in layout.rows])
        fixed = words.fixed[(service.id, service.hook, codes)]
        facts = [*reader.shown(_reads(layout)), *reader.missing(_asked(layout, service))]
        uuid = card_uuid(assessment.service, assessment.hook, codes[0], layout.order)
        suggestions = _suggestions(layout, uuid, profile)
        found.append(
            _without_empty(
                {
                    "uuid": uuid,
                    "summary": layout.summary or layout.rows[0].recommendation.summary,
                    "indicator": layout.indicator,
                    "detail": writer.of(layout, facts, fixed),
                    "source": {"label": fixed.label, "topic": fixed.topic},
                    "suggestions": suggestions,
                    "selectionBehavior": profile.selection_behavior if suggestions else None,
                    "links": [link for link in fixed.links if profile.shows_link(link["url"])][:MAX_LINKS],
                    "overrideReasons": words.override_reasons,
                    "extension": {EXTENSION: _extension(layout, codes, facts, fixed)},
                }
            )
        )
    return found


def _reads(layout: Layout) -> Sequence[str]:
    """What the rows read, in turns, so that every row's first reasons come first."""
    if len(layout.rows) == 1:
        return layout.rows[0].recommendation.reads
    turns = zip_longest(*(row.recommendation.reads for row in layout.rows))
    return [path for turn in turns for path in turn if path is not None]


def _asked(layout: Layout, service: Service) -> list[str]:
    """A row that asks for facts rests on their absence."""
    return [path for row in layout.rows if row.code in service.asking for path in row.recommendation.reads]


def _suggestions(layout: Layout, card: str, profile: Profile) -> list[Mapping[str, Any]]:
    """All suggestions of a card that its reader can carry out; two that do the same are one."""
    found: list[Suggestion] = []
    effects: list[Any] = []
    for suggestion in fitting([item for row in layout.rows for item in row.recommendation.suggestions], profile):
        effect = [(action.type, action.resource_id, action.resource) for action in suggestion.actions]
        if effect not in effects:
            found.append(suggestion)
            effects.append(effect)
    return [_suggestion(suggestion, card) for suggestion in found]


def _suggestion(suggestion: Suggestion, card: str) -> Mapping[str, Any]:
    return {
        "label": suggestion.label,
        "uuid": suggestion_uuid(card, suggestion.id),
        "actions": [_action(action) for action in suggestion.actions],
    }


def _action(action: SuggestedAction) -> Mapping[str, Any]:
    if action.type == "delete":
        return {"type": "delete", "description": action.description, "resourceId": action.resource_id}
    return {"type": action.type, "description": action.description, "resource": action.resource}


def _extension(layout: Layout, codes: Sequence[str], facts: Iterable[ShownFact], fixed: Fixed) -> Mapping[str, Any]:
    topic = layout.rows[0].recommendation
    return _without_empty(
        {
            "codes": list(codes),
            "indicators": {row.code: row.recommendation.indicator for row in layout.rows},
            "statements": fixed.statements,
            "plan": topic.plan,
            "version": topic.version,
            "facts": [fact.entry for fact in facts],
            "order": layout.order or next(iter(layout.orders), None),
        }
    )


def _failure_card(assessment: Assessment, service: Service) -> Card:
    """Says that something is missing, names the parts, and nothing of the inside."""
    uuid = card_uuid(assessment.service, assessment.hook, INCOMPLETE, None)
    titles = list(dict.fromkeys(_plan_title(failure, service) for failure in assessment.failures))
    listed = "\n".join(f"- {title}" for title in titles)
    text = (
        "Part of the guidance could not be evaluated for this patient, so other cards may be missing. Do not read their absence as "
        f"advice.\n\n**Affected**\n\n{listed}\n\nPlease report this to those who run the service."
    )
    return {
        "uuid": uuid,
        "summary": "Part of the guidance could not be evaluated for this patient",
        "indicator": "warning",
        "detail": text,
        "source": {"label": service.title, "topic": {"system": MESSAGE_SYSTEM, "code": INCOMPLETE}},
        "extension": {EXTENSION: {"codes": [INCOMPLETE], "indicators": {INCOMPLETE: "warning"}}},
    }


def _plan_title(failure: Failure, service: Service) -> str:
    return next((action.plan_title for action in service.actions if action.plan == failure.plan), service.title)


def _without_empty(members: Mapping[str, Any]) -> dict[str, Any]:
    """CDS Hooks members are never null or empty; ``false`` and ``0`` are values."""
    return {name: value for name, value in members.items() if value or isinstance(value, (bool, int, float))}
