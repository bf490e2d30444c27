"""What each kind of content element may and must hold, so that nothing is silently ignored.

Required bindings are those of FHIR R4 (PlanDefinition, ActivityDefinition), narrowed to what this service carries out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.plans.compiled import BASE, HOOKS, INDICATORS, MAX_SUMMARY
from cds_service.plans.problems import Place

STRUCTURES = f"{BASE}/StructureDefinition"
MAX_CARDS = f"{STRUCTURES}/max-cards"
OVERFLOW_TITLE = f"{STRUCTURES}/overflow-title"
SECTION_OF = f"{STRUCTURES}/section-of"
ONCE_PER_REQUEST = f"{STRUCTURES}/once-per-request"
NEVER_ALONE = f"{STRUCTURES}/never-alone"
ONLY_WITH = f"{STRUCTURES}/only-with"
AS_ONE = f"{STRUCTURES}/as-one"
REVIEW_STATE = f"{STRUCTURES}/review-state"
VERIFICATION = f"{STRUCTURES}/verification"
REQUIRED_DATA = f"{STRUCTURES}/required-data"
PREFETCH_QUERY = f"{STRUCTURES}/prefetch-query"

PLAN_TYPE_SYSTEM = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
ACTION_TYPE_SYSTEM = "http://terminology.hl7.org/CodeSystem/action-type"
SERVICE, TOPIC = "eca-rule", "clinical-protocol"
STATUSES = ("draft", "active", "retired", "unknown")
RELATIONS = ("documentation", "justification", "citation", "predecessor", "successor", "derived-from", "depends-on", "composed-of")
# A comparison of statements that are cited anyway: it is listed with the card's statements, but not printed as literature.
COMPARISON = "justification"
DYNAMIC_PATHS = ("action.title", "action.description", "action.priority")

SEVERITY = ("info", "warning", "critical")

_COMMON = frozenset({"id", "extension", "title", "description", "condition"})
GROUP_KEYS = _COMMON | {"trigger", "definitionCanonical", "action", "code"}
RECOMMENDATION_KEYS = _COMMON | {"textEquivalent", "priority", "code", "documentation", "trigger", "input", "dynamicValue", "action"}
SECTION_KEYS = _COMMON
SUGGESTION_KEYS = _COMMON | {"type", "definitionCanonical", "action"}
DRAFT_KEYS = frozenset({"id", "title", "definitionCanonical"})


def check_keys(element: Mapping[str, Any], allowed: frozenset[str], place: Place, what: str) -> None:
    """Report every member that this kind of element does not carry out."""
    for key in sorted(set(element) - allowed):
        place.child(key).add(f"is not carried out on {what}", f"remove it; {what} may have: {', '.join(sorted(allowed))}")


def check_extensions(element: Mapping[str, Any], allowed: tuple[str, ...], place: Place) -> None:
    """Report extensions that nothing reads here."""
    for number, extension in enumerate(mappings(element.get("extension"))):
        if extension.get("url") not in allowed:
            names = ", ".join(url.rsplit("/", 1)[1] for url in allowed) or "none"
            place.child(f"extension[{number}].url").add(
                "is not an extension that is carried out here", f"remove it; here may stand: {names}"
            )


def check_varied(path: str, texts: frozenset[str], place: Place) -> None:
    """Report what a varying element can say but must not; ``texts`` are what it can say, empty where that is not certain."""
    if path == "action.priority":
        for text in sorted(texts - set(INDICATORS)) or ([] if texts else ["(not certain)"]):
            place.add(f"can give the priority '{text}'", f"let it give only {', '.join(INDICATORS)}")
    elif path == "action.title" and any(len(text) > MAX_SUMMARY for text in texts):
        place.add(f"can give a title of more than {MAX_SUMMARY} characters", "shorten it; the summary of a card is shorter than 140")


def check_escalation(choices: Iterable[tuple[frozenset[str], frozenset[str]]], place: Place) -> None:
    """Report a priority that is more severe because something is unknown; ``choices`` are the texts on "yes", and on anything else."""
    ranks = {priority: SEVERITY.index(indicator) for priority, indicator in INDICATORS.items()}
    for yes, otherwise in choices:
        least, most = min((ranks.get(text, 0) for text in yes), default=0), max((ranks.get(text, 0) for text in otherwise), default=0)
        if most > least:
            place.add(
                f"gives '{max(otherwise, key=lambda text: ranks.get(text, 0))}' also where what makes it milder is unknown",
                "turn the condition round; or mark the expression with unknown-is-no if that is meant",
            )


def required_text(element: Mapping[str, Any], name: str, place: Place, remedy: str) -> str:
    """A text that must be there; ``""`` after reporting that it is not."""
    value = element.get(name)
    if isinstance(value, str) and value.strip():
        return value
    place.child(name).add("is missing", remedy)
    return ""


def triggers(element: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    """The hooks named by ``trigger``."""
    found: list[str] = []
    for number, trigger in enumerate(mappings(element.get("trigger"))):
        at = place.child(f"trigger[{number}]")
        if trigger.get("type") != "named-event":
            at.child("type").add("is not named-event", "use named-event with the name of a hook")
        elif trigger.get("name") not in HOOKS:
            at.child("name").add("is not a hook of this service", f"use one of: {', '.join(HOOKS)}")
        elif trigger["name"] in found:
            at.child("name").add(f"'{trigger['name']}' stands twice", "keep one of them")
        else:
            found.append(trigger["name"])
    return tuple(found)


def priority(value: object, place: Place) -> str:
    """A priority of R4 ``request-priority``."""
    if isinstance(value, str) and value in INDICATORS:
        return value
    place.child("priority").add("is missing or no known priority", f"use one of: {', '.join(INDICATORS)}")
    return "routine"


def coding_code(concept: object, system: str) -> str | None:
    """The code of a CodeableConcept in a system."""
    if not isinstance(concept, Mapping):
        return None
    for coding in mappings(concept.get("coding")):
        if coding.get("system") == system and isinstance(coding.get("code"), str):
            return str(coding["code"])
    return None


def mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list; anything else is left out (its shape is checked by the FHIR models)."""
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
