"""Prefetch templates: derived from the content's data requirements, or written there."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.requirements import filters_of
from cds_service.prefetch.tokens import in_order


def template_of(requirement: DataRequirement) -> str:
    """The query of one requirement, codes spelled out because most EHRs cannot resolve a value set by ``:in``."""
    if requirement.query is not None:
        return requirement.query
    if requirement.type == "Patient":
        return "Patient/{{context.patientId}}"
    tokens = [f"{name}={','.join(codes)}" for name, codes in filters_of(requirement).items()]
    return f"{requirement.type}?{'&'.join(['patient={{context.patientId}}', *tokens])}"


def templates(requirements: Iterable[DataRequirement]) -> dict[str, str]:
    """The ``prefetch`` of a discovery entry: key -> template, in the order of the content, each after those that it needs.

    Raises what :func:`~cds_service.prefetch.tokens.in_order` raises, for content that was not linted.
    """
    return in_order({requirement.key: template_of(requirement) for requirement in requirements})
