"""What content becomes once it is checked: frozen, compiled, ready to be applied to facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from cds_service.fhirpath import Expression
from cds_service.fhirpath.logic import Truth
from cds_service.model.assessment import Citation
from cds_service.model.hook_library import LIBRARY
from cds_service.plans.paths import lasting as lasting_of

INDICATORS: Mapping[str, str] = {"routine": "info", "urgent": "warning", "asap": "warning", "stat": "critical"}
HOOKS = tuple(LIBRARY)
ORDER_HOOKS = frozenset(hook for hook, known in LIBRARY.items() if known.orders is not None)
SIGN_HOOK = "order-sign"
BASE = "https://cds-service.example.org"
MAX_SUMMARY = 139
_BLOCK = re.compile(r"\s*(?:\||[-*+] |\d+[.)] |#+ |>|```)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold, window or list of the content. ``source`` is a statement id or the word ``assumption``.

    ``limits`` are numbers or names of other parameters (see ``plans/bounds.py``), ``codes`` the code system of its values;
    ``site_file`` is the file of a site that replaced the value.
    """

    name: str
    type: str
    value: Any
    title: str
    source: str
    unit: str | None = None
    file: str = ""
    limits: Mapping[str, Decimal | str] = field(default_factory=dict)
    codes: str | None = None
    site_file: str | None = None

    @property
    def is_site_setting(self) -> bool:
        """Whether a site replaced the value."""
        return self.site_file is not None

    @property
    def value_file(self) -> str:
        """The file that the value comes from."""
        return self.site_file or self.file


@dataclass(frozen=True, slots=True)
class CodeFilter:
    """One token search parameter of a data requirement: the element's path and the (system, code) pairs asked for."""

    path: str
    codes: tuple[tuple[str, str], ...]
    value_set: str | None = None


@dataclass(frozen=True, slots=True)
class DataRequirement:
    """One prefetch key: the resource type and the codes to ask for (none: all resources of the type).

    ``required``: without it nothing can be said, not even that nothing applies. ``query`` is the prefetch template that the content
    writes itself (``None``: it follows from type and codes).
    """

    key: str
    type: str
    filters: tuple[CodeFilter, ...] = ()
    required: bool = False
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition. ``unknown_is_no`` marks the deliberate exception to three-valued logic.

    ``asked`` is the closure that evaluates it; ``lasting`` says for how long its value holds.
    """

    description: str
    expression: Expression
    unknown_is_no: bool = False
    asked: Truth = field(init=False, repr=False, compare=False)
    lasting: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look once at what it reads. Raises :class:`FhirPathError` for what is no condition."""
        object.__setattr__(self, "asked", self.expression.condition)
        object.__setattr__(self, "lasting", lasting_of(self.expression.reads))


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{{ expression }}``. ``trusted``: holds no free text; ``systems``: the code systems of what is read, with their codes."""

    expression: Expression
    trusted: bool
    systems: tuple[tuple[str, frozenset[str]], ...] = ()
    lasting: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look once at what it reads."""
        object.__setattr__(self, "lasting", lasting_of(self.expression.reads))


@dataclass(frozen=True)
class Template:
    """A paragraph: literal Markdown of the content and placeholders, in order."""

    parts: tuple[str | Placeholder, ...] = ()

    @cached_property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders alone."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @cached_property
    def fixed(self) -> str | None:
        """The whole paragraph, where nothing in it varies."""
        return None if self.placeholders else "".join(part for part in self.parts if isinstance(part, str)).strip()

    @cached_property
    def is_block(self) -> bool:
        """Whether it begins a table, a list or the like. Only the content's own Markdown does; a value of the record never does."""
        first = self.parts[0] if self.parts else ""
        return isinstance(first, str) and _BLOCK.match(first) is not None


@dataclass(frozen=True, slots=True)
class CompiledSection:
    """A child action without definition: shown when all its criteria are true."""

    id: str
    heading: str
    text: Template
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A resource to propose: everything but the patient, and the words that describe the action."""

    description: str
    resource: Mapping[str, Any]
    subject_element: str = "subject"


@dataclass(frozen=True, slots=True)
class CompiledSuggestion:
    """A child action with definition(s) (``drafts``), or of type ``remove`` (no drafts: withdraw the order at hand).

    ``only_with`` is the indicator that the recommendation must end up with; ``None``: it is offered with any.
    ``as_one`` asks for all ``drafts`` at once, for clients that carry out one action per suggestion; ``None``: nothing does.
    """

    id: str
    label: str
    criteria: tuple[Criterion, ...]
    drafts: tuple[Draft, ...] = ()
    withdraw: str | None = None
    only_with: str | None = None
    as_one: Draft | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A source document (Library): title, ISO date or none, and its own review state."""

    id: str
    title: str
    date: str | None
    review_state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledAction:
    """One recommendation of one service, with the conditions of everything that composes it.

    ``system`` is the code system of ``code``, which the content chooses. The first ``guards`` of the ``criteria`` come from what
    composes it: they decide, but are no reason to show it.
    ``section_of`` are the rows on whose card it is shown, in order of preference (empty: a card of its own).
    ``never_alone`` is the indicator with which it is shown only on a card that another row has (``None``: it may have its own).
    ``plan_title`` and ``reviewed`` (a named approval is on record) come from the topic plan.
    """

    code: str
    system: str
    file: str
    plan: str
    plan_title: str
    version: str
    reviewed: bool
    hooks: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    guards: int = 0
    title: str
    description: Template
    text: Template
    priority: str
    dynamic: Mapping[str, Placeholder] = field(default_factory=dict)
    sections: tuple[CompiledSection, ...] = ()
    suggestions: tuple[CompiledSuggestion, ...] = ()
    citations: tuple[Citation, ...] = ()
    section_of: tuple[str, ...] = ()
    once_per_request: bool = False
    never_alone: str | None = None
    requirements: tuple[DataRequirement, ...] = ()

    @property
    def reasons(self) -> tuple[Criterion, ...]:
        """The recommendation's own criteria."""
        return self.criteria[self.guards :]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Every compiled expression of the action, of its sections and suggestions."""
        templates = (self.description, self.text, *(section.text for section in self.sections))
        owners = (self.criteria, *(section.criteria for section in self.sections), *(item.criteria for item in self.suggestions))
        return (
            *(criterion.expression for criteria in owners for criterion in criteria),
            *(placeholder.expression for template in templates for placeholder in template.placeholders),
            *(placeholder.expression for placeholder in self.dynamic.values()),
        )
