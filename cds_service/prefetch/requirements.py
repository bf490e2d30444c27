"""What prefetch needs to know of a data requirement of the content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

REQUIRED_TYPE = "Condition"  # without the problem list nothing can be said, not even that nothing applies


class Requirement(Protocol):
    """One prefetch key: resource ``type``, ``codes`` and ``categories`` as ``system|code`` (empty: no filter)."""

    @property
    def key(self) -> str:
        """The prefetch key."""
        ...

    @property
    def type(self) -> str:
        """The FHIR resource type."""
        ...

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes asked for, ``system|code``."""
        ...

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories asked for, ``system|code``."""
        ...


def required_keys(requirements: Iterable[Requirement]) -> frozenset[str]:
    """The keys without which the service answers 412."""
    return frozenset(requirement.key for requirement in requirements if requirement.type == REQUIRED_TYPE)
