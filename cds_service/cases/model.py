"""What a case says, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.hooks.invocation import Invocation
from cds_service.model.assessment import ActionTrace
from cds_service.model.facts import Facts
from cds_service.plans.compiled import Parameter

FIRING, NON_FIRING, UNKNOWN, OTHER = "firing", "non-firing", "unknown", "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be seen of a recommendation; ``None``: not looked at. ``sections`` and ``suggestions`` are exact sets of ids."""

    code: str
    indicator: str | None = None
    sections: frozenset[str] | None = None
    suggestions: frozenset[str] | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One patient at one hook, and what must be answered.

    ``recommendation`` is the one that the file is about; ``request`` the body of the hook call; ``file`` is relative to the content
    folder. ``cards`` is the exact number of cards, ``None`` if not looked at; ``site`` holds the parameters that the site has set.
    """

    id: str
    file: str
    recommendation: str
    why: str
    statements: tuple[str, ...]
    hook: str
    request: Mapping[str, Any]
    expect: tuple[Expected, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    cards: int | None
    site: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``recommendation/id``, unique in a content folder."""
        return f"{self.recommendation}/{self.id}"

    @property
    def kind(self) -> str:
        """Whether the file's recommendation fires, does not fire, or stays unknown."""
        if self.recommendation in {item.code for item in self.expect}:
            return FIRING
        if self.recommendation in self.absent:
            return NON_FIRING
        return UNKNOWN if self.recommendation in self.unknown else OTHER


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case whose facts are built; plans can be applied to it again and again."""

    case: Case
    invocation: Invocation
    facts: Facts


@dataclass(frozen=True, slots=True)
class Difference:
    """One expectation that was not met, in words, and the lines of the trace that tell why."""

    text: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case: the cards as the hook would answer them, and how they came about. It passed if nothing differs."""

    case: Case
    differences: tuple[Difference, ...]
    cards: tuple[Mapping[str, Any], ...] = ()
    traces: tuple[ActionTrace, ...] = ()

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators of its cards, in their order."""
        return tuple(card["indicator"] for card in self.cards)

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences
