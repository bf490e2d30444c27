"""Discovery (``GET /cds-services``), derived from the content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_service.errors import ContentProblem
from cds_service.plans.compiled import Service
from cds_service.prefetch.requirements import required_keys
from cds_service.prefetch.templates import lint, templates


def discovery(services: Iterable[Service]) -> dict[str, Any]:
    """The discovery document; a service without requirements has no ``prefetch``, optional fields without value are left out."""
    return {"services": [_entry(service) for service in services]}


def _entry(service: Service) -> dict[str, Any]:
    entry = {
        "hook": service.hook,
        "title": service.title,
        "description": service.description,
        "id": service.id,
        "prefetch": templates(service.requirements),
        "usageRequirements": service.usage_requirements,
    }
    return {name: value for name, value in entry.items() if value}


def lint_services(services: Iterable[Service]) -> list[ContentProblem]:
    """Every prefetch template that a conforming client need not support, as problems of the content."""
    problems = []
    for service in services:
        where = f"{service.id} at {service.hook}"
        problems += [
            ContentProblem(where, "action.input", text, "change the data requirement") for text in lint(templates(service.requirements))
        ]
        if not required_keys(service.requirements):
            problems.append(
                ContentProblem(where, "action.input", "no data requirement is marked as required", "mark what nothing can be said without")
            )
    return problems
