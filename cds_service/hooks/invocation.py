"""A hook call, read: what the service needs of the request and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.model.assessment import Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of one service.

    ``context`` is the hook's context as sent (a former version's fields under their present names); ``prefetch`` maps the client's
    keys to whatever it sent, empty when it sent none; ``fhir_server`` is the address it offers for what is missing, and
    ``access_token`` what it may be read with. None of them may be printed: ``repr`` leaves them out.
    """

    hook: Hook
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    prefetch: Mapping[str, Any] = field(default_factory=dict, repr=False)
    fhir_server: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
