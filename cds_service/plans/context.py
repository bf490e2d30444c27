"""What applying plans needs besides facts: parameters, the logical model, words, and what facts are made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cds_service.fhirpath import Expression
from cds_service.model.declaration import FactModel
from cds_service.plans.paths import fact_paths

_EXACT = frozenset({"boolean", "integer", "decimal", "string", "code"})
"""The types of single values of which two can always be compared."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanContext:
    """What applying a plan needs besides facts: parameter values, the logical model, words for codes, and "on its way" tests.

    ``display(code system id, code)`` gives the words for a code; ``unless`` holds, by path, the compiled ``Askable.unless``;
    ``fact_parameters`` the parameters that a fact is read or derived with; ``fact_reads`` the facts that a derived one is made of;
    ``fact_lists`` the facts whose parameters are lists that codes are compared with;
    ``named`` the parameters that cards name where they decide: assumptions, and values that the site set.
    """

    parameters: Mapping[str, Any]
    model: FactModel
    display: Callable[[str, str], str]
    unless: Mapping[str, Expression] = field(default_factory=dict)
    fact_parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fact_reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fact_lists: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    @cached_property
    def missable(self) -> Mapping[str, tuple[object, ...]]:
        """The askable facts with values that count as missing, and these."""
        askable = ((path, item.askable) for path, item in self.model.declarations.items())
        return {path: found.missing for path, found in askable if found is not None and found.missing}

    def missable_in(self, expression: Expression) -> frozenset[str]:
        """Those of :attr:`missable` that an expression reads, or reads something above or below."""
        found = self._missable_in.get(expression)
        if found is None:
            read = fact_paths(expression.reads)
            whole = "facts" in expression.reads
            found = frozenset(path for path in self.missable if whole or any(_overlap(path, name) for name in read))
            self._missable_in[expression] = found
        return found

    @cached_property
    def _missable_in(self) -> dict[Expression, frozenset[str]]:
        return {}

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """The place of each fact in the logical model."""
        return {path: number for number, path in enumerate(self.model.declarations)}

    @cached_property
    def askable(self) -> tuple[tuple[str, tuple[object, ...], frozenset[str]], ...]:
        """Each askable fact, its values that count as missing, and the facts that it may be behind, itself among them."""
        behind = {path: self._behind(path, set(), drawn=False) for path in self.model.declarations}
        return tuple(
            (path, item.askable.missing, frozenset(ahead for ahead, origins in behind.items() if path in origins))
            for path, item in self.model.declarations.items()
            if item.askable is not None
        )

    @cached_property
    def always_open(self) -> frozenset[str]:
        """The facts that an askable one may be behind whose value may be known and still not settle a comparison, such as a date."""
        types = {path: item.type for path, item in self.model.declarations.items()}
        return frozenset().union(*(ahead for path, _, ahead in self.askable if types[path].many or types[path].name not in _EXACT))

    @cached_property
    def named_behind(self) -> Mapping[str, tuple[str, ...]]:
        """By fact, those among it and the facts that it comes from which are made with a parameter that cards name."""
        made = {path for path, names in self.fact_parameters.items() if not self.named.isdisjoint(names)}
        found = {
            path: tuple(sorted(made & self._behind(path, set(), drawn=True)))
            for path in {*self.model.declarations, *self.fact_reads, *made}
        }
        return {path: behind for path, behind in found.items() if behind}

    @cached_property
    def may_be_idle(self) -> frozenset[str]:
        """The facts whose parameters may have decided nothing: what is derived of others, or found by a list of codes."""
        return frozenset(path for path in self.fact_parameters if self.fact_reads.get(path) or path in self.fact_lists)

    def _behind(self, path: str, seen: set[str], *, drawn: bool) -> set[str]:
        """A fact and all that it depends on; ``drawn``: also what its expression reads."""
        if path not in seen:
            seen.add(path)
            declaration = self.model.declarations.get(path)
            for name in (*(() if declaration is None else declaration.depends), *(self.fact_reads.get(path, ()) if drawn else ())):
                self._behind(name, seen, drawn=drawn)
        return seen


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
