"""``%needed``: the askable facts whose absence keeps a recommendation from firing or leaves a gap in one that is shown.

A value that counts as missing (``Askable.missing``) is treated here as unknown, so that "not done yet" is asked for like
"not known".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.model.declaration import Askable
from cds_service.model.facts import Facts
from cds_service.plans.compiled import CompiledAction, Criterion, Placeholder
from cds_service.plans.context import PlanContext
from cds_service.plans.evaluation import Evaluation
from cds_service.plans.paths import value_at
from cds_service.plans.placeholders import unknown_reads
from cds_service.plans.service import Row

Rows = Sequence[tuple[Row, bool]]


def needed_facts(rows: Rows, asked: Evaluation, facts: Facts, context: PlanContext) -> list[str]:
    """The names of the askable facts that are needed, in the order of the logical model.

    ``rows`` are the recommendations evaluated so far, each with whether it fired. Only those are looked into that read what an askable
    fact may be behind that is not known.
    """
    live, missing = _open(asked.variables["facts"], context)
    view = _View(asked.without(missing, context), facts, context, live)
    paths: set[str] = set()
    for row, fired in rows:
        if fired:
            paths |= view.gaps(row)
        elif not live.isdisjoint(row.deciding):
            paths |= view.blocks(row.action)
    found = (view.askable(path) for path in sorted(paths, key=context.rank.__getitem__) if not view.is_on_its_way(path))
    return list(dict.fromkeys(item.name for item in found if item is not None))


def _open(tree: Mapping[str, Any], context: PlanContext) -> tuple[frozenset[str], list[str]]:
    """The facts that an askable one may be behind that is not known, or not well enough; and those whose value counts as missing."""
    live, missing = [context.always_open], []
    for path, values, ahead in context.askable:
        value = value_at(tree, path)
        if value is None:
            live.append(ahead)
        elif any(_same(value, one) for one in values):
            live.append(ahead)
            missing.append(path)
    return frozenset().union(*live), missing


@dataclass(frozen=True, slots=True)
class _View:
    """The variables with missing values taken out, and what may be asked; ``live`` are the facts that something to ask may be behind."""

    asked: Evaluation
    facts: Facts
    context: PlanContext
    live: frozenset[str]

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

    def gaps(self, row: Row) -> set[str]:
        """The askable facts that a fired row's paragraphs, branches and suggestions lack."""
        lacking = self._placeholders(row.action.description.placeholders)
        for section, reads in row.sections:
            if not self.live.isdisjoint(reads.facts):
                lacking |= self._undecided(section.criteria)
                if self.asked.together(section.criteria):
                    lacking |= self._placeholders(section.text.placeholders)
        for suggestion, reads in row.suggestions:
            if not self.live.isdisjoint(reads.facts):
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


def _same(value: Any, missing: object) -> bool:
    return bool(value == missing) and isinstance(value, bool) == isinstance(missing, bool)
