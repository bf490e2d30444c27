"""The whole language: how its literals are read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cds_service.fhirpath.language import Language
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.quantity import Quantity


def _moment(text: str) -> Moment | None:
    """``2024-05``, ``2024-05T``, ``2024-05-31T10:00Z`` or ``T10:00``."""
    if text.startswith("T"):
        return Moment.parse(text[1:], "Time")
    return Moment.parse(text.removesuffix("T"), "DateTime" if "T" in text else "Date")


def _quantity(value: Decimal, unit: str, *, calendar: bool) -> Any:
    return Quantity(value, unit, calendar)


STANDARD = Language(moment=_moment, quantity=_quantity)
