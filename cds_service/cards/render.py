"""Assessment -> the cards of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any
from uuid import UUID

from cds_service.cards import sources
from cds_service.cards.arrange import Layout, arrange
from cds_service.cards.detail import citations, detail
from cds_service.cards.fit import fitted, fitting
from cds_service.cards.ids import card_uuid, suggestion_uuid
from cds_service.cards.values import FactsReader, ShownFact, as_json, missing_facts
from cds_service.cds_clients.profile import GENERIC, Profile
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Assessment, Failure, SuggestedAction, Suggestion
from cds_service.model.facts import Evidence
from cds_service.plans.compiled import BASE, Service

EXTENSION = "org.cds-service.card"
INCOMPLETE = "evaluation-incomplete"
MESSAGE_SYSTEM = f"{BASE}/CodeSystem/service-message"  # of cards that the service writes, not the content
MAX_EVIDENCE = 20

Card = dict[str, Any]


def render_cards(assessment: Assessment, knowledge: Knowledge, profile: Profile = GENERIC) -> list[Card]:
    """The cards for an assessment as a client's profile has them, the most severe first; a failure has a card of its own, the last."""
    service = knowledge.services[(assessment.service, assessment.hook.name)]
    room = max(1, service.max_cards - bool(assessment.failures))
    reader = FactsReader(assessment.facts, knowledge.context)
    layouts = arrange(assessment.recommendations, service, room)
    cards = [_card(layout, assessment, knowledge, reader, profile) for layout in layouts]
    every = [*cards, _failure_card(assessment, service)] if assessment.failures else cards
    return [fitted(card, profile) for card in every]


def _card(layout: Layout, assessment: Assessment, knowledge: Knowledge, reader: FactsReader, profile: Profile) -> Card:
    service, topic = knowledge.services[(assessment.service, assessment.hook.name)], layout.rows[0]
    uuid = card_uuid(assessment.service, assessment.hook, topic.code, layout.order)
    facts = [*reader.shown(_reads(layout)), *_asked(layout, reader, service)]
    cited = citations(layout)
    suggestions = _suggestions(layout, uuid, profile)
    action = service.action(topic.code)
    default = "" if action is None else action.plan_title
    return _without_empty(
        {
            "uuid": str(uuid),
            "summary": layout.summary or topic.recommendation.summary,
            "indicator": layout.indicator,
            "detail": detail(layout, facts, assessment.facts, knowledge, service),
            "source": {
                "label": sources.label(cited, knowledge.sources, default or service.title),
                "topic": {"system": "" if action is None else action.system, "code": topic.code},
            },
            "suggestions": suggestions,
            "selectionBehavior": profile.selection_behavior if suggestions else None,
            "links": sources.links(cited, profile.shows_link),
            "overrideReasons": [dict(reason) for reason in knowledge.override_reasons],
            "extension": {EXTENSION: _extension(layout, facts)},
        }
    )


def _reads(layout: Layout) -> list[str]:
    """What the rows read, in turns, so that every row's first reasons come first."""
    turns = zip_longest(*(row.recommendation.reads for row in layout.rows))
    return [path for turn in turns for path in turn if path is not None]


def _asked(layout: Layout, reader: FactsReader, service: Service) -> list[ShownFact]:
    """A row that asks for facts rests on their absence."""
    paths = (path for row in layout.rows if row.code in service.asking for path in row.recommendation.reads)
    return missing_facts(paths, reader.facts, reader.context)


def _suggestions(layout: Layout, card: UUID, profile: Profile) -> list[Mapping[str, Any]]:
    """All suggestions of a card that its reader can carry out; two that do the same are one."""
    found: dict[str, Mapping[str, Any]] = {}
    for suggestion in fitting((item for row in layout.rows for item in row.recommendation.suggestions), profile):
        found.setdefault(_effect(suggestion), _suggestion(suggestion, card))
    return list(found.values())


def _effect(suggestion: Suggestion) -> str:
    return json.dumps([[action.type, action.resource, action.resource_id] for action in suggestion.actions], sort_keys=True)


def _suggestion(suggestion: Suggestion, card: UUID) -> Mapping[str, Any]:
    return {
        "label": suggestion.label,
        "uuid": suggestion_uuid(card, suggestion.id),
        "actions": [_action(action) for action in suggestion.actions],
    }


def _action(action: SuggestedAction) -> Mapping[str, Any]:
    if action.type == "delete":
        return {"type": "delete", "description": action.description, "resourceId": action.resource_id}
    return {"type": action.type, "description": action.description, "resource": action.resource}


def _extension(layout: Layout, facts: Iterable[ShownFact]) -> Mapping[str, Any]:
    topic = layout.rows[0].recommendation
    return _without_empty(
        {
            "codes": [row.code for row in layout.rows],
            "indicators": {row.code: row.recommendation.indicator for row in layout.rows},
            "statements": sources.statements(citations(layout)),
            "plan": topic.plan,
            "version": topic.version,
            "facts": [_without_empty({"path": fact.path, "value": as_json(fact.value), "evidence": _evidence(fact)}) for fact in facts],
            "order": layout.order or next(iter(layout.orders), None),
        }
    )


def _evidence(fact: ShownFact) -> list[Mapping[str, Any]]:
    return [_evidence_item(item) for item in fact.evidence[:MAX_EVIDENCE]]


def _evidence_item(item: Evidence) -> Mapping[str, Any]:
    return _without_empty({"reference": item.reference, "code": item.code, "date": item.date, "confidence": item.confidence})


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
        "uuid": str(uuid),
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
