"""Evaluating criteria to three values, with what each read: the material of traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds_service.model.assessment import CriterionTrace
from cds_service.plans.compiled import Criterion
from cds_service.plans.paths import fact_paths, value_at


def trace(criteria: Sequence[Criterion], variables: Mapping[str, Any]) -> tuple[CriterionTrace, ...]:
    """Every criterion with its value (``None`` = unknown) and the values of the paths that it reads."""
    return tuple(_trace(criterion, variables) for criterion in criteria)


def _trace(criterion: Criterion, variables: Mapping[str, Any]) -> CriterionTrace:
    expression = criterion.expression
    reads = tuple((path, value_at(variables, path)) for path in sorted(expression.reads))
    return CriterionTrace(criterion.description, expression.text, expression.boolean(variables), reads)


def together(criteria: Sequence[Criterion], variables: Mapping[str, Any]) -> bool | None:
    """The criteria AND-ed: false if one is false, else unknown if one is, else true."""
    values = [criterion.expression.boolean(variables) for criterion in criteria]
    if False in values:
        return False
    return None if None in values else True


def causes(criteria: Sequence[Criterion], variables: Mapping[str, Any]) -> frozenset[str]:
    """The facts that keep the unknown ones among the criteria from an answer."""
    unknown = (criterion.expression for criterion in criteria if criterion.expression.boolean(variables) is None)
    return frozenset(fact_paths(path for expression in unknown for path in expression.causes(variables)))
