"""Which of the content's data requirements must be met before the service can answer."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.plans.compiled import DataRequirement

REQUIRED_TYPE = "Condition"  # without the problem list nothing can be said, not even that nothing applies


def required_keys(requirements: Iterable[DataRequirement]) -> frozenset[str]:
    """The keys without which the service answers 412."""
    return frozenset(requirement.key for requirement in requirements if requirement.type == REQUIRED_TYPE)


def filters_of(requirement: DataRequirement) -> dict[str, tuple[str, ...]]:
    """The token parameters of a requirement's query: name -> ``system|code`` values."""
    return {one.path: tuple(f"{system}|{code}" for system, code in one.codes) for one in requirement.filters}
