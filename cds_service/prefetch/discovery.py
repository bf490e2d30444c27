"""Discovery (``GET /cds-services``), derived from the content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_service.errors import ContentProblem
from cds_service.model.hook_library import definition
from cds_service.plans.service import Service
from cds_service.prefetch.lint import BALLOT, lint
from cds_service.prefetch.requirements import required_keys
from cds_service.prefetch.templates import template_of, templates

_BALLOT_VERSION = "3.0.0-ballot"  # the published package whose additions are meant


def discovery(services: Iterable[Service], version: str = "2.0") -> dict[str, Any]:
    """The discovery document; a service without requirements has no ``prefetch``, optional fields without value are left out.

    With ``version`` 3.0 each service says of which CDS Hooks version, and which version of its hook, it is.
    """
    return {"services": [_entry(service, version) for service in services]}


def _entry(service: Service, version: str) -> dict[str, Any]:
    entry = {
        "hook": service.hook,
        "title": service.title,
        "description": service.description,
        "id": service.id,
        "prefetch": templates(service.requirements),
        "usageRequirements": service.usage_requirements,
    }
    if version == BALLOT:
        entry |= {"version": _BALLOT_VERSION, "hookVersion": definition(service.hook).version}
    return {name: value for name, value in entry.items() if value}


def lint_services(services: Iterable[Service], version: str = "2.0") -> list[ContentProblem]:
    """Every prefetch template that a client of a CDS Hooks version need not support, as problems of the content."""
    problems = []
    for service in services:
        where = f"{service.id} at {service.hook}"
        prefetch = {requirement.key: template_of(requirement) for requirement in service.requirements}
        problems += [
            ContentProblem(where, "action.input", text, "change the data requirement") for text in lint(prefetch, service.hook, version)
        ]
        if not required_keys(service.requirements):
            problems.append(
                ContentProblem(where, "action.input", "no data requirement is marked as required", "mark what nothing can be said without")
            )
    return problems
