"""A fired action -> a :class:`Recommendation`: words filled in, branches chosen, indicator decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.fhirpath import Expression
from cds_service.model.assessment import ActionTrace, Hook, Recommendation, Section, Suggestion
from cds_service.model.facts import Facts
from cds_service.plans.compiled import INDICATORS, MAX_SUMMARY, SIGN_HOOK, CompiledAction, CompiledSection, CompiledSuggestion, PlanContext
from cds_service.plans.conditions import causes, together
from cds_service.plans.markdown import entities, escape, unescape
from cds_service.plans.paths import fact_paths, value_at
from cds_service.plans.placeholders import is_known_empty, plain, render, unknown_reads
from cds_service.plans.suggestions import build_suggestion

_INDEX = re.compile(r"\[\d+\]")


def recommend(
    action: CompiledAction,
    variables: Mapping[str, Any],
    trace: ActionTrace,
    facts: Facts,
    hook: Hook,
    context: PlanContext,
    number: int,
) -> Recommendation:
    """The recommendation of an action whose criteria are all true; ``number`` is the order's position (-1: no order)."""
    sections = tuple(section for section in action.sections if together(section.criteria, variables) is True)
    indicator = _indicator(action, variables, facts, hook, context, number)
    offered = tuple(
        item for item in action.suggestions if item.only_with in (None, indicator) and together(item.criteria, variables) is True
    )
    summary, detail = _words(action, variables, context)
    used = _used(action, sections, offered)
    paths = {path for expression in used for path in expression.reads}
    reads = (*(variables["needed"] if "needed" in paths else ()), *fact_paths(paths))
    return Recommendation(
        code=action.code,
        plan=action.plan,
        version=action.version,
        order=trace.order,
        indicator=indicator,
        summary=summary,
        detail=detail,
        text=unescape(render(action.text, variables, context)),
        sections=tuple(_section(section, variables, context) for section in sections),
        suggestions=_suggestions(offered, hook, variables),
        citations=action.citations,
        parameters=_named_parameters(used, reads, facts, context),
        reads=_in_order_of_criteria(action, reads),
        unknown=_unknown(action, sections, variables),
        trace=trace,
    )


def _section(section: CompiledSection, variables: Mapping[str, Any], context: PlanContext) -> Section:
    return Section(section.id, section.heading, render(section.text, variables, context), section.text.is_block)


def _words(action: CompiledAction, variables: Mapping[str, Any], context: PlanContext) -> tuple[str, str]:
    """Summary and detail. A varied title that is too long is not cut: it opens the detail, and the default title stands."""
    detail = _dynamic(action, "action.description", variables, context)
    described = render(action.description, variables, context) if detail is None else detail
    title = _dynamic(action, "action.title", variables, context)
    if not title:
        return action.title, described
    if len(title) > MAX_SUMMARY:
        return action.title, f"{escape(title, 1000)}\n\n{described}"
    return title, described


def _dynamic(action: CompiledAction, path: str, variables: Mapping[str, Any], context: PlanContext) -> str | None:
    placeholder = action.dynamic.get(path)
    if placeholder is None:
        return None
    text = plain(placeholder, variables, context)
    if text is None or path != "action.description":
        return text
    return entities(text) if placeholder.trusted else escape(text, 1000)


def _indicator(action: CompiledAction, variables: Mapping[str, Any], facts: Facts, hook: Hook, context: PlanContext, number: int) -> str:
    """The indicator of the priority. ``critical`` needs the sign hook and explicit facts only; otherwise it becomes ``warning``."""
    priority = _dynamic(action, "action.priority", variables, context) or action.priority
    indicator = INDICATORS[priority]
    order = f"{context.model.orders}[{number}]"
    if indicator == "critical" and (hook.name != SIGN_HOOK or _rests_on_weak(action, facts, order)):
        return "warning"
    return indicator


def _rests_on_weak(action: CompiledAction, facts: Facts, order: str) -> bool:
    """Whether any fact that decides about the action, or about the order at the path ``order``, rests on text or is unconfirmed."""
    deciding = [criterion.expression for criterion in action.criteria]
    if "action.priority" in action.dynamic:
        deciding.append(action.dynamic["action.priority"].expression)
    reads = {path for expression in deciding for path in expression.reads}
    weak_lists = {_INDEX.sub("", path) for path in facts.weak}
    weak_order = {path for path in facts.weak if path.startswith(f"{order}.")}
    read_facts = set(fact_paths(reads))
    read_order = {f"{order}.{path.partition('.')[2]}" for path in reads if path.startswith("order.")}
    return bool(_overlap(read_facts, facts.weak | weak_lists) or read_order & weak_order)


def _overlap(reads: Iterable[str], weak: Iterable[str]) -> bool:
    return any(read == path or path.startswith((f"{read}.", f"{read}[")) or read.startswith(f"{path}.") for read in reads for path in weak)


def _used(action: CompiledAction, sections: Iterable[CompiledSection], offered: Iterable[CompiledSuggestion]) -> tuple[Expression, ...]:
    """The expressions behind what is shown: its own criteria, varying words, the branches taken, and why a suggestion is offered."""
    shown = tuple(sections)
    return (
        *(criterion.expression for criterion in action.reasons),
        *(placeholder.expression for placeholder in action.dynamic.values()),
        *(placeholder.expression for template in (action.description, *(s.text for s in shown)) for placeholder in template.placeholders),
        *(criterion.expression for section in shown for criterion in section.criteria),
        *(criterion.expression for suggestion in offered for criterion in suggestion.criteria),
    )


def _in_order_of_criteria(action: CompiledAction, reads: Iterable[str]) -> tuple[str, ...]:
    """What the criteria read comes first, in their order."""
    ranked = (path for criterion in action.reasons for path in fact_paths(criterion.expression.reads))
    return tuple(dict.fromkeys((*ranked, *reads)))


def _suggestions(offered: Iterable[CompiledSuggestion], hook: Hook, variables: Mapping[str, Any]) -> tuple[Suggestion, ...]:
    built = (build_suggestion(item, hook, variables["order"]) for item in offered)
    return tuple(item for item in built if item is not None)


def _named_parameters(used: Iterable[Expression], reads: Iterable[str], facts: Facts, context: PlanContext) -> tuple[str, ...]:
    """The assumptions and site settings that decided: named by an expression, or behind a fact that one reads."""
    named = {path.split(".")[1] for expression in used for path in expression.reads if path.startswith("parameters.")}
    seen: set[str] = set()
    behind = {name for path in reads for name in _behind(path, facts, context, seen)}
    return tuple(sorted((named | behind) & context.named))


def _behind(path: str, facts: Facts, context: PlanContext, seen: set[str]) -> set[str]:
    """The parameters behind a fact. Where nothing is known to derive it from, or to compare with a list, they have decided nothing."""
    if path in seen:
        return set()
    seen.add(path)
    reads = context.fact_reads.get(path, ())
    is_idle = bool(reads) and all(value_at(facts.tree, name) is None for name in reads)
    is_idle = is_idle or (path in context.fact_lists and not facts.evidence_of(path))
    declaration = context.model.declarations.get(path)
    found = set() if is_idle else set(context.fact_parameters.get(path, ()))
    for name in (*(() if declaration is None else declaration.depends), *reads):
        found |= _behind(name, facts, context, seen)
    return found


def _unknown(action: CompiledAction, sections: Iterable[CompiledSection], variables: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that the recommendation would have used and that are unknown."""
    owners = (*(section.criteria for section in action.sections), *(item.criteria for item in action.suggestions))
    undecided = (criteria for criteria in owners if together(criteria, variables) is None)
    found = [path for criteria in undecided for path in sorted(causes(criteria, variables))]
    shown = (action.description, *(section.text for section in sections))
    empty = (item.expression for template in shown for item in template.placeholders if not item.expression(variables))
    found += [path for item in empty if not is_known_empty(item, variables) for path in sorted(unknown_reads(item, variables))]
    exceptions = (criterion.expression for criterion in action.reasons if criterion.unknown_is_no)
    found += [path for expression in exceptions for path in sorted(unknown_reads(expression, variables))]
    return tuple(dict.fromkeys(found))
