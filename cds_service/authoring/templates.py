"""The texts and resources that a new topic and a new recommendation begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cds_service.plans import rules

_SECTIONS = (
    ("Exclusions", "TO WRITE: say for whom this topic does not speak, and why"),
    ("Tensions", "TO WRITE: say where its sources disagree with each other or with newer work, and what the cards do about it"),
    ("Parameters", "TO WRITE: list thresholds and look-backs with their source, or say that there are none"),
    ("Evidence", "TO WRITE: list the statements, and say of each reference whether it is verified"),
    ("Review", "TO WRITE: say who has reviewed this; nobody, until somebody named has"),
)


def topic_plan(name: str, base: str, publisher: Any, day: date) -> dict[str, Any]:
    """A topic plan without recommendations."""
    return {
        "resourceType": "PlanDefinition",
        "id": name,
        "url": f"{base}/PlanDefinition/{name}",
        "version": "0.1.0",
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": "TO WRITE: name the topic",
        "type": {"coding": [{"system": rules.PLAN_TYPE_SYSTEM, "code": rules.TOPIC}]},
        "status": "draft",
        "experimental": True,
        "date": day.isoformat(),
        **({"publisher": publisher} if publisher else {}),
        "description": "TO WRITE: say in one sentence what the topic is about",
    }


def readme() -> str:
    """The README of a topic, for clinicians."""
    head = [
        "# TO WRITE: name the topic",
        "## Rationale",
        "TO WRITE: say why this topic exists, and what its source advises",
        "## Scope",
        "TO WRITE: say for which patients it speaks, and when",
        "## Recommendations",
        "| Code | Hook | When | Level | What the card says |\n|---|---|---|---|---|",
    ]
    return "\n\n".join([*head, *(part for heading, text in _SECTIONS for part in (f"## {heading}", text))]) + "\n"


def topic_row(code: str, hooks: Sequence[str], columns: int) -> str:
    """A row of the README's table."""
    cells = [f"`{code}`", ", ".join(hooks), "TO WRITE: say when it fires", "TO WRITE: say its level", "TO WRITE: say what the card says"]
    return f"| {' | '.join((cells + [''] * columns)[:columns])} |"


def recommendation_action(code: str, system: str, hooks: Sequence[str]) -> dict[str, Any]:
    """A recommendation that loads and never fires: its one criterion is ``false`` until the author has written it."""
    return {
        "id": code,
        "title": "TO WRITE: say in one sentence what to know; it becomes the summary, at most 139 characters",
        "description": "TO WRITE: say first what to know or consider, then the rest, at most 120 words",
        "textEquivalent": "TO WRITE: say the same as one plain sentence",
        "priority": "routine",
        "code": [{"coding": [{"system": system, "code": code}]}],
        "documentation": [
            {
                "extension": [{"url": rules.VERIFICATION, "valueCode": "not-verified"}],
                "type": "citation",
                "label": "TO WRITE: write the id of the statement; for one of a source, type derived-from and resource, its Library",
                "display": "TO WRITE: say the statement in our own words",
                "citation": "TO WRITE: cite it as the source does",
            }
        ],
        "trigger": [{"type": "named-event", "name": hook} for hook in hooks],
        "condition": [
            {
                "kind": "applicability",
                "expression": {
                    "description": "TO WRITE: say in plain words what the criterion asks",
                    "language": "text/fhirpath",
                    "expression": "false",
                },
            }
        ],
    }


def cases(code: str) -> str:
    """A file of cases with none yet, and an example of one."""
    return f"""\
# Who gets this card, and who does not. At least two cases in which it fires, two in which it does not (absent), and one in which
# it stays unknown. `cds-service cases --phrases` lists what can be said of a patient.
#
#   - id: a-few-words
#     why: One sentence that says what the case proves.
#     patient:
#       - one plain sentence for each finding
#     hook: patient-view
#     expect:
#       {code}: info
recommendation: {code}
cases: []
"""


def code_system(url: str, concept: Mapping[str, str]) -> dict[str, Any]:
    """The code system of a content's recommendations, with the first of them."""
    name = url.rsplit("/", 1)[-1]
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "url": url,
        "version": "0.1.0",
        "name": name.capitalize(),
        "status": "draft",
        "experimental": True,
        "caseSensitive": True,
        "content": "complete",
        "concept": [concept],
    }
