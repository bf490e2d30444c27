"""What applying plans needs besides facts: parameters, the logical model, words, and what facts are made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cds_service.fhirpath import Expression
from cds_service.model.declaration import FactModel


@dataclass(frozen=True, kw_only=True)
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

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """The place of each fact in the logical model."""
        return {path: number for number, path in enumerate(self.model.declarations)}

    @cached_property
    def named_behind(self) -> Mapping[str, tuple[str, ...]]:
        """By fact, those among it and the facts that it comes from which are made with a parameter that cards name."""
        made = {path for path, names in self.fact_parameters.items() if not self.named.isdisjoint(names)}
        found = {path: tuple(sorted(made & self._behind(path, set()))) for path in {*self.model.declarations, *self.fact_reads, *made}}
        return {path: behind for path, behind in found.items() if behind}

    def _behind(self, path: str, seen: set[str]) -> set[str]:
        """A fact and all that it comes from."""
        if path not in seen:
            seen.add(path)
            declaration = self.model.declarations.get(path)
            for name in (*(() if declaration is None else declaration.depends), *self.fact_reads.get(path, ())):
                self._behind(name, seen)
        return seen
