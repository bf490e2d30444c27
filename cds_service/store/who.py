"""Whose row it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Who:
    """The name of the CDS Client; ``issuer`` and ``tenant`` are of its token, ``None`` where none was verified."""

    client: str
    issuer: str | None = None
    tenant: str | None = None
