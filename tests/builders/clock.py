"""The one day on which every synthetic patient is looked at."""

from __future__ import annotations

from datetime import date, timedelta

AS_OF = date(2026, 11, 21)


def days_before(days: int) -> str:
    """The ISO date that many days before :data:`AS_OF` (negative: after it)."""
    return (AS_OF - timedelta(days=days)).isoformat()
