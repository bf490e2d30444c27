"""Templates of the content, filled with facts: codes in words, dates as ISO days, text from the record escaped."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cds_service.fhirpath import Expression, Quantity, Temporal
from cds_service.plans.compiled import Placeholder, Template
from cds_service.plans.context import PlanContext
from cds_service.plans.environment import FACT_PATHS
from cds_service.plans.evaluation import Evaluation
from cds_service.plans.markdown import day, entities, escape, plain_text
from cds_service.plans.paths import fact_path, value_at

NOT_KNOWN = "not known"
NONE_DOCUMENTED = "none documented"
YES_NO = {True: "yes", False: "no"}


def render(template: Template, asked: Evaluation, context: PlanContext, empty: list[Expression] | None = None) -> str:
    """The paragraph as Markdown; ``empty`` is given the expressions without a value.

    Only text that may come from the record is escaped; the content's own Markdown is kept.
    """
    if template.fixed is not None:
        return template.fixed
    parts = []
    for part in template.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        words, is_empty = _filled(part, asked, context)
        parts.append(words)
        if is_empty and empty is not None:
            empty.append(part.expression)
    return "".join(parts).strip()


def _filled(placeholder: Placeholder, asked: Evaluation, context: PlanContext) -> tuple[str, bool]:
    """The values of a placeholder in words, joined by commas, or what is said where there are none; and whether there are none."""
    remembered = asked.memory(placeholder.lasting).words
    expression = placeholder.expression
    found = remembered.get(expression)
    if found is None:
        found = remembered[expression] = _fill(placeholder, asked, context)
    return found


def _fill(placeholder: Placeholder, asked: Evaluation, context: PlanContext) -> tuple[str, bool]:
    values = placeholder.expression(asked.variables)
    if not values:
        return NONE_DOCUMENTED if is_known_empty(placeholder.expression, asked.variables) else NOT_KNOWN, True
    if len(values) == 1:
        return _word(values[0], placeholder, context), False
    return ", ".join(dict.fromkeys(_word(value, placeholder, context) for value in values)), False


def plain(placeholder: Placeholder, variables: Mapping[str, Any], context: PlanContext) -> str | None:
    """The value of an expression that gives one plain text (a title); ``None`` if it is empty."""
    values = placeholder.expression(variables)
    return plain_text(", ".join(words(value, placeholder.systems, context) for value in values), limit=1000) if values else None


def is_known_empty(expression: Expression, variables: Mapping[str, Any]) -> bool:
    """Whether everything that the expression reads is known, and some of it is known to be none."""
    values = [value_at(variables, path) for path in expression.reads]
    return (
        bool(values)
        and all(value is not None for value in values)
        and any(isinstance(value, (list, tuple)) and not value for value in values)
    )


def words(value: Any, systems: tuple[tuple[str, frozenset[str]], ...], context: PlanContext) -> str:
    """One value in words, not escaped: a code by its display, a decimal without trailing zeros, a date as its day."""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Temporal):
        return day(value.text)
    if isinstance(value, Quantity):
        return f"{number(value.value)} {value.unit}"
    if isinstance(value, str):
        return next((display(system, value, context) for system, codes in systems if value in codes), value)
    return str(value)


def display(system: str, code: str, context: PlanContext) -> str:
    """The words for a code; for the path of a fact, its title."""
    if system == FACT_PATHS:
        declaration = context.model.declarations.get(code)
        return code if declaration is None else declaration.title
    return context.display(system, code)


def number(value: Decimal) -> str:
    """A decimal in plain notation without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def unknown_reads(expression: Expression, variables: Mapping[str, Any]) -> frozenset[str]:
    """The facts among what an expression reads that are unknown."""
    paths = (path for path in expression.reads if value_at(variables, path) is None)
    return frozenset(found for path in paths if (found := fact_path(path)) is not None)


def _word(value: Any, placeholder: Placeholder, context: PlanContext) -> str:
    text = words(value, placeholder.systems, context)
    is_free_text = isinstance(value, (str, Quantity)) and not placeholder.trusted
    return escape(text) if is_free_text and text else entities(text)
