"""What criteria say over the variables of one order: three values, each distinct criterion evaluated once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_service.fhirpath import Expression
from cds_service.model.facts import without
from cds_service.plans.compiled import Criterion
from cds_service.plans.context import PlanContext
from cds_service.plans.paths import STEP, fact_paths

_NOT_ASKED: Any = object()


class Memory:
    """What was found, by expression: ``truths`` of criteria, ``causes`` of unknown ones (facts), ``words`` of placeholders.

    With the words stands whether they only say that there is no value.
    """

    __slots__ = ("causes", "truths", "words")

    def __init__(self) -> None:
        self.truths: dict[Expression, bool | None] = {}
        self.causes: dict[Expression, frozenset[str]] = {}
        self.words: dict[Expression, tuple[str, bool]] = {}

    def forget(self) -> None:
        """Remember nothing any more."""
        self.truths.clear()
        self.causes.clear()
        self.words.clear()


class Evaluation:
    """Criteria over the variables of one order.

    The ``variables`` are its own. ``shared`` remembers, for all orders of a call, what no order changes; the rest is remembered for as
    long as it holds.
    """

    __slots__ = ("_memories", "_truths", "variables")

    def __init__(self, variables: dict[str, Any], shared: Memory) -> None:
        self.variables = variables
        self._memories = [shared, Memory(), Memory()]
        self._truths = [memory.truths for memory in self._memories]

    def settle(self, name: str, value: list[str]) -> None:
        """Give ``%fired`` or ``%needed`` a new value, and forget what was read of them."""
        self.variables[name] = value
        self._memories[STEP].forget()

    def memory(self, lasting: int) -> Memory:
        """What is remembered of expressions whose value holds so long."""
        return self._memories[lasting]

    def without(self, paths: Iterable[str], context: PlanContext) -> Evaluation:
        """The same where some facts are unknown; what reads none of them need not be asked again."""
        missing = frozenset(paths)
        if not missing:
            return self
        found = Evaluation({**self.variables, "facts": without(self.variables["facts"], missing)}, Memory())
        for mine, its in zip(self._memories, found._memories, strict=True):
            its.truths.update((one, value) for one, value in mine.truths.items() if context.missable_in(one).isdisjoint(missing))
        return found

    def truth(self, criterion: Criterion) -> bool | None:
        """``True``, ``False``, or ``None`` for unknown. Raises what the expression raises."""
        found = self._truths[criterion.lasting].get(criterion.expression, _NOT_ASKED)
        return self._ask(criterion) if found is _NOT_ASKED else found

    def hold(self, criteria: Iterable[Criterion]) -> bool:
        """Whether all are true; after one that is not, none is asked."""
        truths = self._truths
        for criterion in criteria:
            found = truths[criterion.lasting].get(criterion.expression, _NOT_ASKED)
            if found is _NOT_ASKED:
                found = self._ask(criterion)
            if found is not True:
                return False
        return True

    def together(self, criteria: Iterable[Criterion]) -> bool | None:
        """The criteria AND-ed: false if one is false, else unknown if one is, else true."""
        truths = self._truths
        result: bool | None = True
        for criterion in criteria:
            found = truths[criterion.lasting].get(criterion.expression, _NOT_ASKED)
            if found is _NOT_ASKED:
                found = self._ask(criterion)
            if found is False:
                return False
            if found is None:
                result = None
        return result

    def _ask(self, criterion: Criterion) -> bool | None:
        found = self._truths[criterion.lasting][criterion.expression] = criterion.asked(self.variables, None)
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
