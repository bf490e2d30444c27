"""``%needed``: the askable facts whose absence keeps a recommendation from firing or leaves a gap in one that is shown.

A value that counts as missing (``Askable.missing``) is treated here as unknown, so that "not done yet" is asked for like
"not known".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.model.declaration import Askable
from cds_service.model.facts import Facts, without
from cds_service.plans.compiled import CompiledAction, Criterion, PlanContext
from cds_service.plans.conditions import causes, together
from cds_service.plans.paths import value_at
from cds_service.plans.placeholders import is_known_empty, unknown_reads

Rows = Sequence[tuple[CompiledAction, bool]]


def needed_facts(rows: Rows, variables: Mapping[str, Any], facts: Facts, context: PlanContext) -> list[str]:
    """The names of the askable facts that are needed, in the order of the logical model.

    ``rows`` are the recommendations evaluated so far, each with whether it fired.
    """
    view = _View(_without_missing(variables, context), facts, context)
    paths: set[str] = set()
    for action, fired in rows:
        paths |= view.gaps(action) if fired else view.blocks(action)
    asked = (view.askable(path) for path in context.model.declarations if path in paths and not view.is_on_its_way(path))
    return list(dict.fromkeys(item.name for item in asked if item is not None))


@dataclass(frozen=True, slots=True)
class _View:
    """The variables with missing values taken out, and what may be asked."""

    variables: Mapping[str, Any]
    facts: Facts
    context: PlanContext

    def blocks(self, action: CompiledAction) -> set[str]:
        """The askable facts that alone keep an action from firing; none if anything else keeps it too."""
        if together(action.criteria, self.variables) is not None:
            return set()
        found: set[str] = set()
        for cause in causes(action.criteria, self.variables):
            asked, is_complete = self._reduce(cause, frozenset())
            if not is_complete:
                return set()
            found |= asked
        return found

    def gaps(self, action: CompiledAction) -> set[str]:
        """The askable facts that a fired action's paragraphs, branches and suggestions lack."""
        lacking = set(self._placeholders(action.description.placeholders))
        for section in action.sections:
            lacking |= self._undecided(section.criteria)
            if together(section.criteria, self.variables) is True:
                lacking |= self._placeholders(section.text.placeholders)
        for suggestion in action.suggestions:
            lacking |= self._undecided(suggestion.criteria)
        return {path for cause in lacking for path in self._reduce(cause, frozenset())[0]}

    def _undecided(self, criteria: Sequence[Criterion]) -> set[str]:
        value = together(criteria, self.variables)
        if value is None:
            return set(causes(criteria, self.variables))
        if value is False:
            return set()
        exceptions = (criterion.expression for criterion in criteria if criterion.unknown_is_no)
        return {path for expression in exceptions for path in unknown_reads(expression, self.variables)}

    def _placeholders(self, placeholders: Iterable[Any]) -> set[str]:
        expressions = [item.expression for item in placeholders if not is_known_empty(item.expression, self.variables)]
        return {path for expression in expressions for path in unknown_reads(expression, self.variables)}

    def _reduce(self, path: str, seen: frozenset[str]) -> tuple[set[str], bool]:
        """The askable facts behind an unknown path, and whether asking for them would settle it."""
        if path in seen:
            return set(), True
        if self.askable(path) is not None:
            return {path}, True
        declaration = self.context.model.declarations.get(path)
        behind = () if declaration is None else declaration.depends
        unknown = [name for name in behind if value_at(self.variables["facts"], name) is None]
        reduced = [self._reduce(name, seen | {path}) for name in unknown]
        return {name for names, _ in reduced for name in names}, bool(reduced) and all(complete for _, complete in reduced)

    def askable(self, path: str) -> Askable | None:
        """How a path may be asked for; ``None`` if it may not."""
        declaration = self.context.model.declarations.get(path)
        found = None if declaration is None else declaration.askable
        if found is None or not found.only_conflicting:
            return found
        conflicting = {conflict.path for conflict in self.facts.conflicts}
        return found if conflicting.intersection((path, found.name)) else None

    def is_on_its_way(self, path: str) -> bool:
        """Whether what would tell the fact is already drafted or ordered."""
        unless = self.context.unless.get(path)
        return unless is not None and unless.boolean({**self.variables, "facts": self.facts.tree}) is True


def _without_missing(variables: Mapping[str, Any], context: PlanContext) -> Mapping[str, Any]:
    tree = variables["facts"]
    missing = [
        path
        for path, declaration in context.model.declarations.items()
        if declaration.askable is not None and any(_same(value_at(tree, path), value) for value in declaration.askable.missing)
    ]
    return {**variables, "facts": without(tree, missing)}


def _same(value: Any, missing: object) -> bool:
    return bool(value == missing) and isinstance(value, bool) == isinstance(missing, bool)
