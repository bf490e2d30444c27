"""What criteria say over the variables of one order: three values, each distinct criterion evaluated once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.fhirpath import Expression
from cds_service.plans.compiled import Criterion
from cds_service.plans.paths import Lasting, fact_paths


class Memory:
    """What was found, by expression: ``truths`` of criteria, ``causes`` of unknown ones (facts), ``words`` of placeholders.

    The words are ``None`` where there are none.
    """

    __slots__ = ("causes", "truths", "words")

    def __init__(self) -> None:
        self.truths: dict[Expression, bool | None] = {}
        self.causes: dict[Expression, frozenset[str]] = {}
        self.words: dict[Expression, str | None] = {}


class Evaluation:
    """Criteria over the variables of one order.

    ``shared`` remembers, for all orders of a call, what no order changes; the rest is remembered for as long as it holds.
    """

    __slots__ = ("_memories", "variables")

    def __init__(self, variables: Mapping[str, Any], shared: Memory) -> None:
        self.variables = variables
        self._memories = [shared, Memory(), Memory()]

    def settle(self, **changed: Any) -> None:
        """Give ``%fired`` or ``%needed`` a new value, and forget what was read of them."""
        self.variables = {**self.variables, **changed}
        self._memories[Lasting.STEP] = Memory()

    def memory(self, lasting: Lasting) -> Memory:
        """What is remembered of expressions whose value holds so long."""
        return self._memories[lasting]

    def truth(self, criterion: Criterion) -> bool | None:
        """``True``, ``False``, or ``None`` for unknown. Raises what the expression raises."""
        truths = self._memories[criterion.lasting].truths
        expression = criterion.expression
        if expression in truths:
            return truths[expression]
        found = truths[expression] = expression.boolean(self.variables)
        return found

    def together(self, criteria: Iterable[Criterion]) -> bool | None:
        """The criteria AND-ed: false if one is false, else unknown if one is, else true."""
        found: bool | None = True
        for criterion in criteria:
            value = self.truth(criterion)
            if value is False:
                return False
            if value is None:
                found = None
        return found

    def causes(self, criteria: Iterable[Criterion]) -> set[str]:
        """The facts that keep the unknown ones among the criteria from an answer."""
        return {path for criterion in criteria if self.truth(criterion) is None for path in self._causes(criterion)}

    def _causes(self, criterion: Criterion) -> frozenset[str]:
        causes = self._memories[criterion.lasting].causes
        expression = criterion.expression
        if expression not in causes:
            causes[expression] = frozenset(fact_paths(expression.causes(self.variables)))
        return causes[expression]
