"""Where the asserted stage and the recorded spread cannot both be true of the same day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds_service.facts.staging.derive import newest_said, said_values
from cds_service.facts.staging.model import Spread, TnmSet, stage_number
from cds_service.facts.staging.tables import StagingTables
from cds_service.fhirpath.temporal import Temporal

LATER = "later"
UNDATED = "undated"
SAME_INSTANT = "same-instant"


def contradiction(site: str | None, sets: Sequence[TnmSet], spread: Sequence[Spread], tables: StagingTables) -> str | None:
    """How assertion and spread contradict each other: the first of these that holds.

    ``later``: M0 or a stage without distant spread is asserted on or after the first evidence of confirmed distant spread;
    ``same-instant``: one axis has two values at one date, same prefix; ``undated``: assertion or spread has no date that
    orders them; ``None``: no contradiction (an earlier assertion is none).
    """
    distant = [item for item in spread if item.confirmed and item.active and tables.role(site, item.site)[0] == "distant"]
    assertions = [date for owned in _by_owner(sets) for date in _below_advanced(owned, tables)]
    orders = {_order(assertion, item.date) for assertion in assertions for item in distant}
    if LATER in orders:
        return LATER
    if any(item.disagreements and item.date is not None for item in sets):
        return SAME_INSTANT
    return UNDATED if UNDATED in orders else None


def _by_owner(sets: Sequence[TnmSet]) -> Iterator[list[TnmSet]]:
    """The sets of each primary; those that name none count with each."""
    owners: set[str | None] = {item.owner for item in sets if item.owner is not None}
    for owner in owners or {None}:
        yield [item for item in sets if item.owner in (owner, None)]


def _below_advanced(sets: Sequence[TnmSet], tables: StagingTables) -> Iterator[Temporal | None]:
    """The dates of the newest M if it is M0, and of the newest stage group if it is not the one that distant spread makes."""
    newest_m, newest_group = newest_said(sets, "m"), newest_said(sets, "group")
    if said_values(newest_m, "m") == ("M0",):
        yield from (item.date for item in newest_m)
    groups = said_values(newest_group, "group")
    if len(groups) == 1 and stage_number(groups[0]) is not None and not tables.is_advanced(groups[0]):
        yield from (item.date for item in newest_group)


def _order(assertion: Temporal | None, spread: Temporal | None) -> str | None:
    if assertion is None or spread is None:
        return UNDATED
    compared = assertion.compare(spread)
    if compared is None:
        return UNDATED
    return LATER if compared >= 0 else None
