"""Knowledge and assessments over the plant world of the plan tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Assessment, Failure, Hook
from cds_service.model.facts import Facts
from cds_service.plans.apply import apply_service
from cds_service.plans.compiled import Parameter
from cds_service.plans.load import Plans
from tests.unit.plans.world import context

REASONS = ({"system": "urn:reasons", "code": "done", "display": "Already done"},)
INFO = {"maxSize": Parameter("maxSize", "decimal", 5, "Largest size", "assumption", "cm")}


def knowledge(plans: Plans, **more: Any) -> Knowledge:
    """Knowledge with these plans; nothing in it reads records."""
    values: dict[str, Any] = {
        "version": "v",
        "terminology": None,
        "parameters": {},
        "parameter_info": INFO,
        "facts_engine": None,
        "services": plans.services,
        "sources": plans.sources,
        "context": context(plans),
        "override_reasons": REASONS,
    }
    return Knowledge(**{**values, **more})


def assessment(plans: Plans, facts: Facts, at: Hook, failures: tuple[Failure, ...] = ()) -> Assessment:
    """What the plans say about these facts."""
    found = apply_service(plans.services[("plants", at.name)], facts, at, context(plans))
    return Assessment(
        service="plants",
        hook=at,
        as_of=date(2026, 11, 21),
        facts=facts,
        recommendations=found.recommendations,
        failures=(*found.failures, *failures),
        tell=found.tell,
    )
