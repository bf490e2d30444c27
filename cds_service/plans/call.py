"""One hook call as plans see it: facts, hook and content, and what all its recommendations ask about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cds_service.model.assessment import Hook
from cds_service.model.facts import Facts
from cds_service.plans.context import PlanContext
from cds_service.plans.paths import value_at
from cds_service.plans.service import Reads, Row

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Basis:
    """What one way to show a row rests on, as far as the content tells.

    ``facts`` are the facts read, sorted; ``reads`` the same, those of the row's criteria first, in their order; ``parameters`` are those
    that cards name and that decided whatever the record holds; ``origins`` are facts behind that are made with others, which may have
    decided nothing; ``needed``: it shows what is asked for.
    """

    facts: tuple[str, ...]
    reads: tuple[str, ...]
    parameters: frozenset[str]
    origins: frozenset[str]
    needed: bool


@lru_cache(maxsize=4096)
def basis(row: Row, used: tuple[Reads, ...], context: PlanContext) -> Basis:
    """What a row rests on that shows what reads ``used``. It follows from the content, and the same few ways come again and again."""
    facts = tuple(sorted(frozenset().union(*(reads.facts for reads in used))))
    origins = frozenset(origin for path in facts for origin in context.named_behind.get(path, ()))
    certain = [name for path in origins - context.may_be_idle for name in context.fact_parameters[path]]
    return Basis(
        facts=facts,
        reads=tuple(dict.fromkeys((*row.ranked, *facts))),
        parameters=context.named.intersection(certain).union(*(context.named & reads.parameters for reads in used)),
        origins=origins & context.may_be_idle,
        needed=any(reads.needed for reads in used),
    )


@dataclass(frozen=True, eq=False)
class Call:
    """The facts of one record and the hook that asks about them."""

    facts: Facts
    hook: Hook
    context: PlanContext
    _deciding: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)
    _weak_rows: dict[Row, bool] = field(default_factory=dict, init=False, repr=False)
    _weak_orders: dict[int, frozenset[str]] = field(default_factory=dict, init=False, repr=False)

    def rests_on_weak(self, row: Row, number: int) -> bool:
        """Whether any fact that decides about a row, or about the order at a position, rests on text or is unconfirmed."""
        if row not in self._weak_rows:
            self._weak_rows[row] = any(self._is_weak(path) for path in row.deciding)
        return self._weak_rows[row] or not row.deciding_order.isdisjoint(self._weak_members(number))

    def _weak_members(self, number: int) -> frozenset[str]:
        """The members of an order that are weak."""
        if number not in self._weak_orders:
            order = f"{self.context.model.orders}[{number}]."
            self._weak_orders[number] = frozenset(path.removeprefix(order) for path in self.facts.weak if path.startswith(order))
        return self._weak_orders[number]

    def _is_weak(self, path: str) -> bool:
        """Whether a fact, or anything above or below it, is weak."""
        weak, above = self._weak
        return path in above or any(path[:end] in weak for end, sign in enumerate(path) if sign == ".")

    @cached_property
    def subject(self) -> Mapping[str, str]:
        """The reference of a draft to the patient, who must be known."""
        return {"reference": f"Patient/{self.hook.patient_id}"}

    @cached_property
    def encounter(self) -> Mapping[str, Mapping[str, str]]:
        """What a draft says of the encounter, if there is one."""
        given = self.hook.encounter_id
        return {"encounter": {"reference": f"Encounter/{given.removeprefix('Encounter/')}"}} if given else {}

    @cached_property
    def _weak(self) -> tuple[frozenset[str], frozenset[str]]:
        """The weak facts, also without index; and these with all above them."""
        weak = self.facts.weak | {_INDEX.sub("", path) for path in self.facts.weak}
        return weak, weak | {path[:end] for path in weak for end, sign in enumerate(path) if sign in ".["}

    def parameters_behind(self, basis: Basis, needed: Iterable[str]) -> tuple[str, ...]:
        """The assumptions and site settings that decided: named by an expression, or behind a fact that one reads or that is asked for."""
        origins = basis.origins.union(*(self.context.named_behind.get(path, ()) for path in needed)) if needed else basis.origins
        return tuple(sorted(basis.parameters.union(*(self._decided(path) for path in origins))))

    def _decided(self, path: str) -> frozenset[str]:
        """The parameters of a fact. Where nothing is known to derive it from, or to compare with a list, they have decided nothing."""
        if path not in self._deciding:
            reads = self.context.fact_reads.get(path, ())
            is_idle = bool(reads) and all(value_at(self.facts.tree, name) is None for name in reads)
            is_idle = is_idle or (path in self.context.fact_lists and not self.facts.evidence_of(path))
            self._deciding[path] = frozenset(() if is_idle else self.context.named.intersection(self.context.fact_parameters[path]))
        return self._deciding[path]
