"""Which FHIRPath an expression may be written in: the whole language, or the closed list that content keeps to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from cds_service.fhirpath.temporal import Temporal
from cds_service.fhirpath.values import Quantity

Constant = bool | int | Decimal | str | Temporal | Quantity
"""What content may write out."""
_COMPUTE = "Declare the computed value as a fact."
_ARITHMETIC = "Arithmetic is not covered: declare the computed value as a fact."


class Quantities(Protocol):
    """Makes a quantity of a number and a unit, a word of the calendar or a code."""

    def __call__(self, value: Decimal, unit: str, *, calendar: bool) -> Any:
        """The quantity."""
        ...


@dataclass(frozen=True, slots=True)
class Language:
    """``moment`` reads a date or time (without ``@``; ``None``: the calendar has no such one), ``quantity`` makes a quantity.

    ``refused`` are the operators and signs that are part of FHIRPath and not of this language, each with a remedy.
    """

    moment: Callable[[str], Any]
    quantity: Quantities
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing of FHIRPath is left out."""
        return not self.refused


def _temporal(text: str) -> Temporal | None:
    return None if text.startswith("T") else Temporal.parse(text.removesuffix("T"))


def _quantity(value: Decimal, unit: str, *, calendar: bool) -> Quantity:
    assert not calendar, "the parser refuses calendar durations in content"
    return Quantity(value, unit)


CONTENT = Language(
    moment=_temporal,
    quantity=_quantity,
    refused={
        "xor": "Write (a and b.not()) or (a.not() and b).",
        "~": "Use = (equivalence is not covered).",
        "!~": "Use != (equivalence is not covered).",
        "|": "Use `or` between two conditions, or put the list into the parameters.",
        "is": "Types are known from the model and checked; leave the test out.",
        "as": "Types are known from the model and checked; leave the cast out.",
        **dict.fromkeys(["-", "*", "/", "div", "mod"], _ARITHMETIC),
        "sign": _COMPUTE,
        "index": "Declare the element that is meant as a fact of its own.",
    },
)
