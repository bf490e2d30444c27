"""What the sets say: the newest values of an axis, and whether they mean distant spread."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.facts.newest import newest
from cds_service.facts.staging.model import TnmSet

NO_SPREAD = "M0"
SPREAD = "M1"
"""The notation of TNM itself: M1 and all its sub-categories mean distant spread, M0 none."""


def newest_said(sets: Iterable[TnmSet], axis: str) -> tuple[TnmSet, ...]:
    """The newest sets that say anything about an axis."""
    return newest([item for item in sets if item.said(axis)], lambda item: item.date)


def said_values(sets: Iterable[TnmSet], axis: str) -> tuple[str, ...]:
    """The different values that sets state for an axis."""
    return tuple(sorted({value for item in sets for value in item.said(axis)}))


def references(sets: Iterable[TnmSet]) -> tuple[str, ...]:
    """The resources that sets rest on."""
    return tuple(sorted({item.reference for one in sets for item in one.evidence}))


def is_spread(m: str | None) -> bool:
    """Whether an M category means distant spread."""
    return (m or "").startswith(SPREAD)
