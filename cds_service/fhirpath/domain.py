"""What a value may still be, once conditions are asked of it: the arithmetic behind :mod:`cds_service.fhirpath.possible`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

Constant = bool | int | Decimal | str
Limit = tuple[Decimal, bool]
"""A number and whether it is included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The values that one path may have: ``among`` (``None``: any) without ``but``, between ``low`` and ``high``.

    ``present`` says whether there must (not) be a value at all; ``None`` leaves it open.
    """

    present: bool | None = None
    among: frozenset[Constant] | None = None
    but: frozenset[Constant] = frozenset()
    low: Limit | None = None
    high: Limit | None = None

    def meet(self, other: Domain) -> Domain | None:
        """What both allow; ``None`` where nothing is left."""
        if self.present is not None and other.present is not None and self.present != other.present:
            return None
        among = self.among if other.among is None else other.among if self.among is None else self.among & other.among
        both = Domain(
            present=self.present if other.present is None else other.present,
            among=among,
            but=self.but | other.but,
            low=_tighter(self.low, other.low, 1),
            high=_tighter(self.high, other.high, -1),
        )
        return both.settled()

    def settled(self) -> Domain | None:
        """The same with impossible values left out; ``None`` if a value is needed and none is left."""
        if self.present is not True:
            return self
        among = None if self.among is None else frozenset(value for value in self.among if self._allows(value))
        if among is not None and not among:
            return None
        if self.low and self.high and not _is_room(self.low, self.high):
            return None
        return replace(self, among=among)

    def _allows(self, value: Constant) -> bool:
        if value in self.but:
            return False
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            return True
        is_above = self.low is None or value > self.low[0] or (value == self.low[0] and self.low[1])
        is_below = self.high is None or value < self.high[0] or (value == self.high[0] and self.high[1])
        return is_above and is_below


ABSENT = Domain(present=False)
PRESENT = Domain(present=True)


def compared(operator: str, value: Constant) -> Domain:
    """The values for which ``path operator value`` is true."""
    if operator == "=":
        return Domain(present=True, among=frozenset({value}))
    if operator == "!=":
        return Domain(present=True, but=frozenset({value}))
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return PRESENT
    limit = (Decimal(value), operator in ("<=", ">="))
    return Domain(present=True, low=limit) if operator in (">", ">=") else Domain(present=True, high=limit)


def _tighter(one: Limit | None, other: Limit | None, sign: int) -> Limit | None:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        return (one[0], one[1] and other[1])
    return one if (one[0] - other[0]) * sign > 0 else other


def _is_room(low: Limit, high: Limit) -> bool:
    return low[0] < high[0] or (low[0] == high[0] and low[1] and high[1])
