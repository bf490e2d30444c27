"""Checks of whole resources that neither the compilers nor the FHIR models make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.plans import rules
from cds_service.plans.canonicals import Canonicals
from cds_service.plans.compiled import CompiledAction
from cds_service.plans.content import Document
from cds_service.plans.expressions import extension_value
from cds_service.plans.problems import Place, Problems
from cds_service.plans.review import check_review, check_verification

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z")


def check_plan(plan: Document, libraries: Canonicals, problems: Problems) -> None:
    """Status, type, action ids and source documents of a PlanDefinition."""
    place = problems.at(plan.file)
    _check_resource(plan, place)
    code = rules.coding_code(plan.resource.get("type"), rules.PLAN_TYPE_SYSTEM)
    if code not in (rules.SERVICE, rules.TOPIC):
        place.child("type").add(
            "is neither a service nor a topic plan", f"use {rules.SERVICE} or {rules.TOPIC} of {rules.PLAN_TYPE_SYSTEM}"
        )
    for number, canonical in enumerate(plan.resource.get("library", ())):
        libraries.resolve(canonical, place.child(f"library[{number}]"))
    ids: set[str] = set()
    for at, action in _actions(plan.resource, place):
        name = action.get("id")
        if isinstance(name, str) and name in ids:
            at.child("id").add(f"'{name}' is the id of another action of this plan", "give every action its own id")
        elif isinstance(name, str):
            ids.add(name)


def check_activity(activity: Document, problems: Problems) -> None:
    """Status and identity of an ActivityDefinition; the rest is checked where it becomes a draft."""
    _check_resource(activity, problems.at(activity.file))


def check_library(library: Document, problems: Problems) -> None:
    """A source document needs a title and its own review state, because every card prints both."""
    place = problems.at(library.file)
    _check_resource(library, place)
    rules.required_text(library.resource, "title", place, "write the title of the source document")
    if not isinstance(extension_value(library.resource, rules.REVIEW_STATE), str):
        place.child("extension[review-state]").add("is missing", "say the source's own review state, or 'not stated'")


def check_section_hosts(recommendations: Sequence[CompiledAction], problems: Problems) -> None:
    """Every host named by ``section-of`` must be a recommendation with a card of its own; codes must be unique."""
    by_code: dict[str, CompiledAction] = {}
    for action in recommendations:
        place = problems.at(action.file, f"action[{action.code}]")
        if by_code.setdefault(action.code, action) is not action:
            place.child("id").add(
                f"'{action.code}' is also a recommendation of {by_code[action.code].file}", "give every recommendation its own code"
            )
    for action in recommendations:
        place = problems.at(action.file, f"action[{action.code}].extension[section-of]")
        for host in action.section_of:
            if host not in by_code:
                place.add(f"'{host}' is no recommendation of the content", "name the code of a recommendation")
            elif by_code[host].section_of:
                place.add(f"'{host}' is itself a section", "name a recommendation that has a card of its own")


def _check_resource(document: Document, place: Place) -> None:
    if not _ID.match(document.id):
        place.child("id").add("is no FHIR id", "use letters, digits, hyphens and dots, at most 64")
    if document.resource.get("status") not in rules.STATUSES:
        place.child("status").add("is no publication status", f"use one of: {', '.join(rules.STATUSES)}")
    check_review(document.resource, place)
    for number, item in enumerate(rules.mappings(document.resource.get("relatedArtifact"))):
        at = place.child(f"relatedArtifact[{number}]")
        rules.check_extensions(item, (rules.VERIFICATION,), at)
        check_verification(item, at, required=item.get("type") == "citation")


def _actions(element: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for number, action in enumerate(rules.mappings(element.get("action"))):
        at = place.child(f"action[{number}]")
        yield at, action
        yield from _actions(action, at)
