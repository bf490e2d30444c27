"""Every small change of a content: criteria dropped and negated, priorities and titles fixed, thresholds one step up and down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cds_service.fhirpath import Expression, Type, compile_expression
from cds_service.fhirpath.lexer import tokens
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import ActionTrace
from cds_service.plans.compiled import CompiledAction, Criterion, Parameter
from cds_service.plans.environment import variable_types
from cds_service.plans.parameters import parameter_types
from cds_service.plans.service import Service

Criteria = tuple[Criterion, ...]
Change = Callable[[Criterion], Criterion | None]
DROPPED = "dropped"
STEPS: Mapping[str, Any] = {"integer": 1, "decimal": Decimal("0.1")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change.

    ``name`` is stable (``code/criterion 2/negated``), ``words`` says what was changed, ``code`` is the recommendation it belongs to
    (empty: several), ``in_facts`` says that facts too must be built anew, ``apply`` gives the changed knowledge. ``may_show`` guesses,
    from how a recommendation came about without the change, whether it may come out differently: where it says so, is looked first.
    """

    name: str
    words: str
    code: str
    in_facts: bool
    apply: Callable[[Knowledge], Knowledge]
    may_show: Callable[[ActionTrace], bool]


def mutants(knowledge: Knowledge) -> list[Mutant]:
    """Every mutant of a content, in the order of its recommendations; thresholds last."""
    return [*_criteria(knowledge), *_parameters(knowledge), *_fact_literals(knowledge)]


# -- criteria ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Owner:
    """One list of criteria of an action: its own, a section's or a suggestion's. ``name`` is empty for its own."""

    kind: str
    name: str

    def read(self, action: CompiledAction) -> Criteria:
        if self.kind == "criterion":
            return action.reasons
        owners = action.sections if self.kind == "section" else action.suggestions
        return next((owner.criteria for owner in owners if owner.id == self.name), ())

    def write(self, action: CompiledAction, criteria: Criteria) -> CompiledAction:
        if self.kind == "criterion":
            return replace(action, criteria=(*action.criteria[: action.guards], *criteria))
        if self.kind == "section":
            sections = tuple(replace(item, criteria=criteria) if item.id == self.name else item for item in action.sections)
            return replace(action, sections=sections)
        suggestions = tuple(replace(item, criteria=criteria) if item.id == self.name else item for item in action.suggestions)
        return replace(action, suggestions=suggestions)


def _criteria(knowledge: Knowledge) -> Iterator[Mutant]:
    variables = _variables(knowledge)
    for action in _actions(knowledge):
        for owner in _owners(action):
            for number, criterion in enumerate(owner.read(action)):
                place = f"{action.code}/{owner.kind}{f' {owner.name}' if owner.name else ''} {number + 1}"
                for kind, change in _changes(criterion, variables):
                    yield Mutant(
                        name=f"{place}/{kind}",
                        words=f"{kind}: {criterion.description}",
                        code=action.code,
                        in_facts=False,
                        apply=_applied(action.code, owner, number, change),
                        may_show=_decided(criterion, kind) if owner.kind == "criterion" else _fired,
                    )
        for path in ("action.priority", "action.title"):
            if path in action.dynamic:
                yield Mutant(
                    name=f"{action.code}/{path}/fixed",
                    words=f"{path} no longer varies",
                    code=action.code,
                    in_facts=False,
                    apply=_fixed(action.code, path),
                    may_show=_fired,
                )
    yield from _guards(knowledge, variables)


def _fired(trace: ActionTrace) -> bool:
    return trace.fired


def _decided(criterion: Criterion, kind: str) -> Callable[[ActionTrace], bool]:
    """Where a criterion is not true, dropping it may show; where it is known, any other change of it."""
    same = True if kind == DROPPED else None
    text = criterion.expression.text
    return lambda trace: any(item.expression == text and item.value is not same for item in trace.criteria)


def _fixed(code: str, path: str) -> Callable[[Knowledge], Knowledge]:
    def mutate(action: CompiledAction) -> CompiledAction:
        return replace(action, dynamic={name: value for name, value in action.dynamic.items() if name != path})

    return lambda knowledge: _with_actions(knowledge, lambda action: mutate(action) if action.code == code else action)


def _owners(action: CompiledAction) -> Iterator[_Owner]:
    yield _Owner("criterion", "")
    yield from (_Owner("section", section.id) for section in action.sections)
    yield from (_Owner("suggestion", item.id) for item in action.suggestions)


def _changes(criterion: Criterion, variables: Mapping[str, Type]) -> Iterator[tuple[str, Change]]:
    yield DROPPED, lambda _: None
    text = criterion.expression.text
    yield "negated", _with_text(f"({text}).not()", variables)
    for changed, kind in moved_literals(text):
        yield kind, _with_text(changed, variables)


def _with_text(text: str, variables: Mapping[str, Type]) -> Change:
    expression = compile_expression(text, variables=variables)
    return lambda criterion: replace(criterion, expression=expression)


def moved_literals(text: str) -> Iterator[tuple[str, str]]:
    """Each number in an expression one step up and one down: (changed text, what was done)."""
    for token in tokens(text):
        if token.kind != "number":
            continue
        value = Decimal(token.text)
        step = Decimal("0.1") if "." in token.text else Decimal(1)
        for moved in (value + step, value - step):
            if moved >= 0:
                end = token.position + len(token.text)
                yield f"{text[: token.position]}{moved}{text[end:]}", f"{token.text} as {moved}"


def _applied(code: str, owner: _Owner, number: int, change: Change) -> Callable[[Knowledge], Knowledge]:
    def mutate(action: CompiledAction) -> CompiledAction:
        criteria = owner.read(action)
        changed = change(criteria[number])
        return owner.write(action, (*criteria[:number], *(() if changed is None else (changed,)), *criteria[number + 1 :]))

    return lambda knowledge: _with_actions(knowledge, lambda action: mutate(action) if action.code == code else action)


def _guards(knowledge: Knowledge, variables: Mapping[str, Type]) -> Iterator[Mutant]:
    """What composes the recommendations guards them all: scope, age and the like."""
    for service in knowledge.services.values():
        first = service.actions[0]
        for number, criterion in enumerate(first.criteria[: first.guards]):
            for kind, change in _changes(criterion, variables):
                yield Mutant(
                    name=f"{service.id} at {service.hook}/guard {number + 1}/{kind}",
                    words=f"{kind}: {criterion.description}",
                    code="",
                    in_facts=False,
                    apply=_guarded((service.id, service.hook), criterion, change),
                    may_show=_decided(criterion, kind),
                )


def _guarded(key: tuple[str, str], guard: Criterion, change: Change) -> Callable[[Knowledge], Knowledge]:
    def mutate(action: CompiledAction) -> CompiledAction:
        guards = action.criteria[: action.guards]
        changed = tuple(item for old in guards if (item := change(old) if old == guard else old) is not None)
        return replace(action, criteria=(*changed, *action.reasons), guards=len(changed))

    def apply(knowledge: Knowledge) -> Knowledge:
        return replace(knowledge, services={**knowledge.services, key: _service(knowledge.services[key], mutate)})

    return apply


# -- thresholds -------------------------------------------------------------------------------------------------------


def _parameters(knowledge: Knowledge) -> Iterator[Mutant]:
    for info in knowledge.parameter_info.values():
        read = _resting_on({path for path, names in knowledge.context.fact_parameters.items() if info.name in names}, knowledge)
        for value in _moved(info):
            yield Mutant(
                name=f"parameter {info.name}/{value}",
                words=f"{info.title}: {value} instead of {info.value}",
                code="",
                in_facts=True,
                apply=_with_parameter(info.name, value),
                may_show=_reading({f"parameters.{info.name}", *(f"facts.{path}" for path in read)}),
            )


def _moved(info: Parameter) -> Iterable[Any]:
    if info.type in STEPS and not isinstance(info.value, tuple):
        return (info.value + STEPS[info.type], info.value - STEPS[info.type])
    if info.type == "code" and isinstance(info.value, tuple) and len(info.value) > 1:
        return (tuple(other for other in info.value if other != left_out) for left_out in info.value)
    return ()


def _with_parameter(name: str, value: Any) -> Callable[[Knowledge], Knowledge]:
    return lambda knowledge: knowledge.with_parameters({name: replace(knowledge.parameter_info[name], value=value)})


def _fact_literals(knowledge: Knowledge) -> Iterator[Mutant]:
    """Numbers in the expressions of derived facts."""
    variables = {"facts": knowledge.facts_engine.model.root, "parameters": parameter_types(knowledge.parameter_info)}
    for spec, expression in knowledge.facts_engine.steps:
        for changed, kind in moved_literals(expression.text) if expression is not None else ():
            yield Mutant(
                name=f"fact {spec.path}/{kind}",
                words=f"{kind} in {spec.path}",
                code="",
                in_facts=True,
                apply=_with_fact(spec.path, _recompiled(changed, variables)),
                may_show=_reading({f"facts.{path}" for path in _resting_on({spec.path}, knowledge)}),
            )


def _resting_on(paths: set[str], knowledge: Knowledge) -> set[str]:
    """Some facts, and all that are derived from them, at whatever remove."""
    found = set(paths)
    for spec, _ in knowledge.facts_engine.steps:  # in order of dependence
        if found.intersection(knowledge.context.fact_reads.get(spec.path, ())):
            found.add(spec.path)
    return found


def _reading(paths: set[str]) -> Callable[[ActionTrace], bool]:
    return lambda trace: any(path in paths for criterion in trace.criteria for path, _ in criterion.reads)


def _recompiled(text: str, variables: Mapping[str, Type]) -> Expression:
    return compile_expression(text, variables=variables)


def _with_fact(path: str, expression: Expression) -> Callable[[Knowledge], Knowledge]:
    def apply(knowledge: Knowledge) -> Knowledge:
        steps = tuple((spec, expression if spec.path == path else old) for spec, old in knowledge.facts_engine.steps)
        return replace(knowledge, facts_engine=replace(knowledge.facts_engine, steps=steps))

    return apply


# -- shared -----------------------------------------------------------------------------------------------------------


def _actions(knowledge: Knowledge) -> Iterator[CompiledAction]:
    """Each recommendation once, whatever services show it."""
    seen: set[str] = set()
    for service in knowledge.services.values():
        for action in service.actions:
            if action.code not in seen:
                seen.add(action.code)
                yield action


def _with_actions(knowledge: Knowledge, mutate: Callable[[CompiledAction], CompiledAction]) -> Knowledge:
    return replace(knowledge, services={key: _service(service, mutate) for key, service in knowledge.services.items()})


def _service(service: Service, mutate: Callable[[CompiledAction], CompiledAction]) -> Service:
    return replace(
        service, actions=tuple(mutate(action) for action in service.actions), evaluation=tuple(mutate(item) for item in service.evaluation)
    )


def _variables(knowledge: Knowledge) -> Mapping[str, Type]:
    codes = [action.code for action in _actions(knowledge)]
    return variable_types(knowledge.facts_engine.model, parameter_types(knowledge.parameter_info), codes)
