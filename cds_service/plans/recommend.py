"""A fired row -> a :class:`Recommendation`: words filled in, branches chosen, indicator decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cds_service.fhirpath import Expression
from cds_service.model.assessment import ActionTrace, Recommendation, Section, Suggestion
from cds_service.plans.call import Call, basis
from cds_service.plans.compiled import INDICATORS, MAX_SUMMARY, SIGN_HOOK, CompiledAction, CompiledSection, CompiledSuggestion, Criterion
from cds_service.plans.evaluation import Evaluation
from cds_service.plans.markdown import entities, escape, unescape
from cds_service.plans.placeholders import plain, render, unknown_reads
from cds_service.plans.service import Row
from cds_service.plans.suggestions import build_suggestion


def recommend(
    row: Row, asked: Evaluation, call: Call, number: int, reference: str | None, trace: Callable[[], ActionTrace]
) -> Recommendation:
    """The recommendation of a row whose criteria are all true.

    ``number`` is the order's position (-1: no order) and ``reference`` what it is called; ``trace`` tells how it came about.
    """
    action, variables = row.action, asked.variables
    sections = [(section, reads, asked.together(section.criteria)) for section, reads in row.sections]
    shown = [section for section, _, held in sections if held]
    indicator = _indicator(row, asked, call, number)
    suggestions = [(item, reads, asked.together(item.criteria)) for item, reads in row.suggestions]
    offered = [(item, reads) for item, reads, held in suggestions if held and item.only_with in (None, indicator)]
    empty: list[Expression] = []
    summary, detail = _words(action, asked, call, empty)
    paragraphs = tuple(_section(section, asked, call, empty) for section in shown)
    used = (row.reads, *(reads for _, reads, held in sections if held), *(reads for _, reads in offered))
    rests_on = basis(row, used, call.context)
    needed = variables["needed"] if rests_on.needed else ()
    undecided = [section.criteria for section, _, held in sections if held is None]
    undecided += [item.criteria for item, _, held in suggestions if held is None]
    return Recommendation(
        code=action.code,
        plan=action.plan,
        version=action.version,
        order=reference,
        indicator=indicator,
        summary=summary,
        detail=detail,
        text=row.text if row.text is not None else unescape(render(action.text, asked, call.context)),
        sections=paragraphs,
        suggestions=_suggestions((item for item, _ in offered), call, variables),
        citations=action.citations,
        parameters=call.parameters_behind(rests_on, needed),
        reads=tuple(dict.fromkeys((*row.ranked, *needed, *rests_on.facts))) if needed else rests_on.reads,
        unknown=_unknown(undecided, empty, row, asked),
        tell=trace,
    )


def _section(section: CompiledSection, asked: Evaluation, call: Call, empty: list[Expression]) -> Section:
    return Section(section.id, section.heading, render(section.text, asked, call.context, empty), section.text.is_block)


def _words(action: CompiledAction, asked: Evaluation, call: Call, empty: list[Expression]) -> tuple[str, str]:
    """Summary and detail. A varied title that is too long is not cut: it opens the detail, and the default title stands."""
    varied = _dynamic(action, "action.description", asked, call)
    described = render(action.description, asked, call.context, empty)
    detail = described if varied is None else varied
    title = _dynamic(action, "action.title", asked, call)
    if not title:
        return action.title, detail
    if len(title) > MAX_SUMMARY:
        return action.title, f"{escape(title, 1000)}\n\n{detail}"
    return title, detail


def _dynamic(action: CompiledAction, path: str, asked: Evaluation, call: Call) -> str | None:
    placeholder = action.dynamic.get(path)
    if placeholder is None:
        return None
    text = plain(placeholder, asked.variables, call.context)
    if text is None or path != "action.description":
        return text
    return entities(text) if placeholder.trusted else escape(text, 1000)


def _indicator(row: Row, asked: Evaluation, call: Call, number: int) -> str:
    """The indicator of the priority. ``critical`` needs the sign hook and explicit facts only; otherwise it becomes ``warning``."""
    priority = _dynamic(row.action, "action.priority", asked, call) or row.action.priority
    indicator = INDICATORS[priority]
    if indicator == "critical" and (call.hook.name != SIGN_HOOK or call.rests_on_weak(row, number)):
        return "warning"
    return indicator


def _suggestions(offered: Iterable[CompiledSuggestion], call: Call, variables: Mapping[str, Any]) -> tuple[Suggestion, ...]:
    built = (build_suggestion(item, call, variables["order"]) for item in offered)
    return tuple(item for item in built if item is not None)


def _unknown(undecided: Iterable[Sequence[Criterion]], empty: Iterable[Expression], row: Row, asked: Evaluation) -> tuple[str, ...]:
    """The facts that the recommendation would have used and that are unknown."""
    found = [path for criteria in undecided for path in sorted(asked.causes(criteria))]
    expressions = (*empty, *row.exceptions)
    found += [path for expression in expressions for path in sorted(unknown_reads(expression, asked.variables))]
    return tuple(dict.fromkeys(found))
