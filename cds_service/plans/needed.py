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
from cds_service.plans.compiled import CompiledAction, Criterion, Placeholder
from cds_service.plans.context import PlanContext
from cds_service.plans.evaluation import Evaluation, Memory
from cds_service.plans.paths import value_at
from cds_service.plans.placeholders import unknown_reads

Rows = Sequence[tuple[CompiledAction, bool]]


def needed_facts(rows: Rows, variables: Mapping[str, Any], facts: Facts, context: PlanContext) -> list[str]:
    """The names of the askable facts that are needed, in the order of the logical model.

    ``rows`` are the recommendations evaluated so far, each with whether it fired.
    """
    view = _View(Evaluation(_without_missing(variables, context), Memory()), facts, context)
    paths: set[str] = set()
    for action, fired in rows:
        paths |= view.gaps(action) if fired else view.blocks(action)
    asked = (view.askable(path) for path in sorted(paths, key=context.rank.__getitem__) if not view.is_on_its_way(path))
    return list(dict.fromkeys(item.name for item in asked if item is not None))


@dataclass(frozen=True, slots=True)
class _View:
    """The variables with missing values taken out, and what may be asked."""

    asked: Evaluation
    facts: Facts
    context: PlanContext

    def blocks(self, action: CompiledAction) -> set[str]:
        """The askable facts that alone keep an action from firing; none if anything else keeps it too."""
        if self.asked.together(action.criteria) is not None:
            return set()
        found: set[str] = set()
        for cause in self.asked.causes(action.criteria):
            asked, is_complete = self._reduce(cause, frozenset())
            if not is_complete:
                return set()
            found |= asked
        return found

    def gaps(self, action: CompiledAction) -> set[str]:
        """The askable facts that a fired action's paragraphs, branches and suggestions lack."""
        lacking = self._placeholders(action.description.placeholders)
        for section in action.sections:
            lacking |= self._undecided(section.criteria)
            if self.asked.together(section.criteria):
                lacking |= self._placeholders(section.text.placeholders)
        for suggestion in action.suggestions:
            lacking |= self._undecided(suggestion.criteria)
        return {path for cause in lacking for path in self._reduce(cause, frozenset())[0]}

    def _undecided(self, criteria: Sequence[Criterion]) -> set[str]:
        """What keeps criteria open; where they hold, what they took for "no" while it is unknown."""
        value = self.asked.together(criteria)
        if value is None:
            return self.asked.causes(criteria)
        if value is False:
            return set()
        exceptions = (criterion.expression for criterion in criteria if criterion.unknown_is_no)
        return {path for expression in exceptions for path in unknown_reads(expression, self.asked.variables)}

    def _placeholders(self, placeholders: Iterable[Placeholder]) -> set[str]:
        return {path for item in placeholders for path in unknown_reads(item.expression, self.asked.variables)}

    def _reduce(self, path: str, seen: frozenset[str]) -> tuple[set[str], bool]:
        """The askable facts behind an unknown path, and whether asking for them would settle it."""
        if path in seen:
            return set(), True
        if self.askable(path) is not None:
            return {path}, True
        declaration = self.context.model.declarations.get(path)
        behind = () if declaration is None else declaration.depends
        unknown = [name for name in behind if value_at(self.asked.variables["facts"], name) is None]
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
        return unless is not None and unless.boolean({**self.asked.variables, "facts": self.facts.tree}) is True


def _without_missing(variables: Mapping[str, Any], context: PlanContext) -> Mapping[str, Any]:
    tree = variables["facts"]
    missing = [path for path, values in context.missable.items() if any(_same(value_at(tree, path), value) for value in values)]
    return {**variables, "facts": without(tree, missing)}


def _same(value: Any, missing: object) -> bool:
    return bool(value == missing) and isinstance(value, bool) == isinstance(missing, bool)
