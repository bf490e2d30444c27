"""The result of an assessment: plain data that cards, the CLI and tests read and nobody changes.

What a card shows many of is not frozen: to make one that is takes five times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cds_service.model.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The hook call as logic sees it (``%hook``).

    ``user_type`` is the resource type of ``userId``; ``performer`` is the reference that order-dispatch names. ``repr`` leaves out what
    names somebody.
    """

    name: str
    service: str | None = None
    instance: str = field(default="", repr=False)
    user_id: str | None = field(default=None, repr=False)
    user_type: str | None = field(default=None, repr=False)
    encounter_id: str | None = field(default=None, repr=False)
    patient_id: str | None = field(default=None, repr=False)
    selections: tuple[str, ...] = field(default=(), repr=False)
    performer: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CriterionTrace:
    """One criterion: its words, its expression, its value (``None`` = unknown) and the facts that it read."""

    description: str
    expression: str
    value: bool | None
    reads: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ActionTrace:
    """One recommendation as evaluated, for one order (``None`` at patient-view)."""

    code: str
    plan: str
    order: str | None
    fired: bool
    criteria: tuple[CriterionTrace, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """One statement behind a recommendation: its id, the citation as printed, a verified URL or none, and its source document."""

    statement: str
    citation: str
    url: str | None
    source: str


@dataclass(slots=True)
class Section:
    """A branch that was taken: heading and paragraph, Markdown with escaped values; ``id`` is the child action's id.

    ``is_block``: the text is a table or list that stands by itself.
    """

    id: str
    heading: str
    text: str
    is_block: bool = False


@dataclass(slots=True)
class SuggestedAction:
    """One action of a suggestion: ``create`` with a resource, or ``delete`` with a relative reference."""

    type: str
    description: str
    resource: Mapping[str, Any] | None = None
    resource_id: str | None = None


@dataclass(slots=True)
class Suggestion:
    """An option offered, never preselected; ``id`` is the child action's id.

    ``as_one`` is the one action that asks for all of ``actions``, where the content has one.
    """

    id: str
    label: str
    actions: tuple[SuggestedAction, ...]
    as_one: SuggestedAction | None = None


@dataclass(slots=True, kw_only=True)
class Recommendation:
    """One recommendation that fired, with everything a card needs. ``tell`` gives its trace, which is made when somebody asks."""

    code: str
    plan: str
    version: str
    order: str | None
    indicator: str
    summary: str
    detail: str
    text: str
    sections: tuple[Section, ...]
    suggestions: tuple[Suggestion, ...]
    citations: tuple[Citation, ...]
    parameters: tuple[str, ...]
    reads: tuple[str, ...]
    unknown: tuple[str, ...]
    tell: Callable[[], ActionTrace] = field(repr=False, compare=False)

    @property
    def trace(self) -> ActionTrace:
        """How it came to fire."""
        return self.tell()


@dataclass(frozen=True, slots=True)
class Failure:
    """A plan that could not be evaluated. ``text`` names the kind of error, never a value of the record."""

    plan: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that was found for one hook call, before it is rendered. ``tell`` gives the traces, which are made when somebody asks."""

    service: str
    hook: Hook
    as_of: date
    facts: Facts
    recommendations: tuple[Recommendation, ...]
    failures: tuple[Failure, ...]
    tell: Callable[[], tuple[ActionTrace, ...]] = field(default=tuple, repr=False, compare=False)

    @property
    def traces(self) -> tuple[ActionTrace, ...]:
        """Every recommendation as evaluated, by order, then in the order of composition."""
        return self.tell()
