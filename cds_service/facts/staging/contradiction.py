"""Where the asserted stage and the recorded spread cannot both be true of the same day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds_service.facts.staging.model import Spread, TnmSet
from cds_service.facts.staging.said import NO_SPREAD, newest_said, said_values
from cds_service.facts.staging.tables import DISTANT, StagingTables
from cds_service.fhirpath.temporal import Temporal

LATER = "later"
SAME_INSTANT = "same-instant"
UNDATED = "undated"


def contradictions(site: str | None, sets: Sequence[TnmSet], spread: Sequence[Spread], tables: StagingTables) -> tuple[str, ...]:
    """How assertion and spread contradict each other: all that hold, the most certain first; none for an earlier assertion.

    ``later``: no spread, or a stage below it, is asserted on or after the first evidence of confirmed distant spread;
    ``same-instant``: one axis has two values at one date, same prefix; ``undated``: assertion or spread has no date that orders them.
    """
    distant = [item for item in spread if item.confirmed and item.active and tables.role(site, item.where).role == DISTANT]
    assertions = [date for owned in _by_owner(sets) for date in _below(owned, tables)]
    orders = {_order(assertion, item.date) for assertion in assertions for item in distant}
    same_instant = any(item.disagreements and item.date is not None for item in sets)
    return tuple(kind for kind, holds in ((LATER, LATER in orders), (SAME_INSTANT, same_instant), (UNDATED, UNDATED in orders)) if holds)


def _by_owner(sets: Sequence[TnmSet]) -> Iterator[list[TnmSet]]:
    """The sets of each primary; those that name none count with each."""
    owners: set[str | None] = {item.owner for item in sets if item.owner is not None}
    for owner in owners or {None}:
        yield [item for item in sets if item.owner in (owner, None)]


def _below(sets: Sequence[TnmSet], tables: StagingTables) -> Iterator[Temporal | None]:
    """The dates of the newest M if it says that there is no spread, and of the newest stage group if it is below distant spread."""
    newest_m, newest_group = newest_said(sets, "m"), newest_said(sets, "group")
    if said_values(newest_m, "m") == (NO_SPREAD,):
        yield from (item.date for item in newest_m)
    groups = said_values(newest_group, "group")
    if len(groups) == 1 and tables.scale.is_below(groups[0]):
        yield from (item.date for item in newest_group)


def _order(assertion: Temporal | None, spread: Temporal | None) -> str | None:
    if assertion is None or spread is None:
        return UNDATED
    compared = assertion.compare(spread)
    if compared is None:
        return UNDATED
    return LATER if compared >= 0 else None
