"""Why an expression is empty: the paths whose emptiness (or imprecision) kept it from an answer.

The closures here are called only over values for which the node was empty; they ask its operands again, which is
what an unknown criterion may cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cds_service.fhirpath.check import Checked
from cds_service.fhirpath.compile import many, truth
from cds_service.fhirpath.nodes import Binary, Call, Member

Causes = Callable[[Mapping[str, Any], Any], frozenset[str]]
_NONE: frozenset[str] = frozenset()


def causes(checked: Checked) -> Causes:
    """The closure that gives the causes of an empty result; it is not defined over one that is not empty."""
    match checked.node:
        case Binary(operator="and" | "or" | "implies"):
            return _logic(checked)
        case Binary():
            return _operands(checked)
        case Call(name="not"):
            return causes(checked.parts[0])
        case Call(name="where"):
            return _where(checked)
        case Call(name="iif"):
            return _iif(checked)
        case Member() if _computed(checked):
            return _member(checked)
        case _:
            return _always(checked.paths)


def _computed(checked: Checked) -> bool:
    """Whether a path starts from a function instead of a variable or the focus."""
    while isinstance(checked.node, Member):
        checked = checked.parts[0]
    return isinstance(checked.node, Call)


def _always(paths: frozenset[str]) -> Causes:
    return lambda _variables, _focus: paths


def _logic(checked: Checked) -> Causes:
    """An empty side is a cause; a side that has a value left the decision to the other."""
    sides = [(truth(part), causes(part)) for part in checked.parts]

    def found(variables: Mapping[str, Any], focus: Any) -> frozenset[str]:
        return _NONE.union(*(why(variables, focus) for value, why in sides if value(variables, focus) is None))

    return found


def _operands(checked: Checked) -> Causes:
    """The empty operands; where none is, the values were too imprecise to compare, and all of them are."""
    operator = checked.node.operator if isinstance(checked.node, Binary) else ""
    asked = {"in": checked.parts[:1], "contains": checked.parts[1:]}.get(operator, checked.parts)  # an empty list answers
    sides = [(many(part), causes(part)) for part in asked]
    imprecise = _NONE.union(*(part.paths for part in checked.parts))

    def found(variables: Mapping[str, Any], focus: Any) -> frozenset[str]:
        empty = [why for value, why in sides if not value(variables, focus)]
        return _NONE.union(*(why(variables, focus) for why in empty)) if empty else imprecise

    return found


def _where(checked: Checked) -> Causes:
    """An empty source; else the items for which the condition was unknown; else nothing there was what was looked for."""
    source, paths = many(checked.parts[0]), checked.paths
    why_source = causes(checked.parts[0])
    condition, why = truth(checked.parts[1]), causes(checked.parts[1])

    def found(variables: Mapping[str, Any], focus: Any) -> frozenset[str]:
        every = source(variables, focus)
        if not every:
            return why_source(variables, focus)
        return _NONE.union(*(why(variables, item) for item in every if condition(variables, item) is None)) or paths

    return found


def _iif(checked: Checked) -> Causes:
    condition, why = truth(checked.parts[0]), causes(checked.parts[0])
    branches = [causes(part) for part in checked.parts[1:]]

    def found(variables: Mapping[str, Any], focus: Any) -> frozenset[str]:
        chosen = condition(variables, focus)
        if chosen is None:
            return why(variables, focus)
        if chosen:
            return branches[0](variables, focus)
        return branches[1](variables, focus) if len(branches) > 1 else _NONE

    return found


def _member(checked: Checked) -> Causes:
    """A member of something computed: the reason may lie before it."""
    source, why, paths = many(checked.parts[0]), causes(checked.parts[0]), checked.paths
    return lambda variables, focus: paths if source(variables, focus) else why(variables, focus)
