"""Which of the content's data requirements must be met before the service can answer, and how they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.plans.compiled import DataRequirement


def required_keys(requirements: Iterable[DataRequirement]) -> frozenset[str]:
    """The keys that the content marks as required: without one of them the service answers 412."""
    return frozenset(requirement.key for requirement in requirements if requirement.required)


def filters_of(requirement: DataRequirement) -> dict[str, tuple[str, ...]]:
    """The token parameters of a requirement's query: name -> ``system|code`` values."""
    return {one.path: tuple(f"{system}|{code}" for system, code in one.codes) for one in requirement.filters}
