"""One hook call as plans see it: facts, hook and content, and what all its recommendations ask about them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from cds_service.model.assessment import Hook
from cds_service.model.facts import Facts
from cds_service.plans.context import PlanContext
from cds_service.plans.paths import value_at
from cds_service.plans.service import Reads, Row

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Call:
    """The facts of one record and the hook that asks about them."""

    facts: Facts
    hook: Hook
    context: PlanContext
    _deciding: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)

    def rests_on_weak(self, row: Row, number: int) -> bool:
        """Whether any fact that decides about a row, or about the order at a position, rests on text or is unconfirmed."""
        order = f"{self.context.model.orders}[{number}]"
        return any(self._is_weak(path) for path in row.deciding) or any(f"{order}.{name}" in self.facts.weak for name in row.deciding_order)

    def _is_weak(self, path: str) -> bool:
        """Whether a fact, or anything above or below it, is weak."""
        weak, above = self._weak
        return path in above or any(path[:end] in weak for end, sign in enumerate(path) if sign == ".")

    @cached_property
    def _weak(self) -> tuple[frozenset[str], frozenset[str]]:
        """The weak facts, also without index; and these with all above them."""
        weak = self.facts.weak | {_INDEX.sub("", path) for path in self.facts.weak}
        return weak, weak | {path[:end] for path in weak for end, sign in enumerate(path) if sign in ".["}

    def parameters_behind(self, paths: Iterable[str], used: Iterable[Reads]) -> tuple[str, ...]:
        """The assumptions and site settings that decided: named by an expression, or behind a fact that one reads."""
        named = {name for reads in used for name in reads.parameters}
        behind = {origin for path in paths for origin in self.context.named_behind.get(path, ())}
        return tuple(sorted(self.context.named & named.union(*(self._decided(path) for path in behind))))

    def _decided(self, path: str) -> frozenset[str]:
        """The parameters of a fact. Where nothing is known to derive it from, or to compare with a list, they have decided nothing."""
        if path not in self._deciding:
            reads = self.context.fact_reads.get(path, ())
            is_idle = bool(reads) and all(value_at(self.facts.tree, name) is None for name in reads)
            is_idle = is_idle or (path in self.context.fact_lists and not self.facts.evidence_of(path))
            self._deciding[path] = frozenset(() if is_idle else self.context.fact_parameters[path])
        return self._deciding[path]
