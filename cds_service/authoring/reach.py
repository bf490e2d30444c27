"""Whether everything that is written can ever be shown: topics, recommendations, sections, suggestions, derived facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cds_service.authoring.material import Material, recommendations
from cds_service.fhirpath import Type
from cds_service.fhirpath.domain import ABSENT, Domain
from cds_service.fhirpath.possible import possible
from cds_service.plans.compiled import INDICATORS, ORDER_HOOKS, SIGN_HOOK, CompiledAction, CompiledSuggestion, Criterion
from cds_service.plans.environment import type_at, variable_types
from cds_service.plans.parameters import parameter_types
from cds_service.plans.problems import Place, Problems
from cds_service.plans.service import Service

_NEVER = "drop it, or correct a code, a limit or a condition so that a record can exist for which it holds"
_CRITICAL = next(priority for priority, indicator in INDICATORS.items() if indicator == "critical")
_NEVER_CRITICAL = f"give it a trigger at {SIGN_HOOK}, or another priority"
Given = Callable[[str], Domain | None]


def check_reach(material: Material, problems: Problems) -> None:
    """Report what no record and no hook can ever bring onto a card."""
    reach = _Reach(material, problems)
    for plan in material.topics:
        codes = [str(action["id"]) for action in recommendations(plan)]
        if not plan.resource.get("action"):
            problems.at(plan.file).add("has no recommendation", f"cds-service new recommendation CODE --topic {plan.id}")
        if codes and not any(any(material.appearances(code)) for code in codes):
            problems.at(plan.file).add(
                "is composed by no service at a hook of its recommendations", "add it to a service plan, or remove the topic"
            )
            continue
        for code in codes:
            reach.recommendation(code, plan.file, list(_hooks(plan, code)))
    reach.facts()


def _hooks(plan: object, code: str) -> Iterator[str]:
    resource = getattr(plan, "resource", {})
    for action in resource.get("action", ()):
        if action.get("id") == code:
            yield from (str(trigger.get("name")) for trigger in action.get("trigger", ()))


class _Reach:
    def __init__(self, material: Material, problems: Problems) -> None:
        knowledge = material.knowledge
        codes = [str(action["id"]) for plan in material.topics for action in recommendations(plan)]
        self._material, self._problems = material, problems
        self._types = variable_types(knowledge.facts_engine.model, parameter_types(knowledge.parameter_info), codes)
        self._parameters = knowledge.parameters

    def recommendation(self, code: str, file: str, hooks: Sequence[str]) -> None:
        place = self._problems.at(file, f"action[{code}]")
        appearances = list(self._material.appearances(code))
        for number, hook in enumerate(hooks):
            if not any(service.hook == hook for service, _ in appearances):
                place.child(f"trigger[{number}]").add(
                    f"no service that composes this topic answers {hook}", "remove the trigger, or give a service this hook"
                )
        if not appearances:
            return
        self._criteria(appearances, place)
        if not {service.hook for service, _ in appearances} & {SIGN_HOOK} and appearances[0][1].priority == _CRITICAL:
            place.child("priority").add(
                f"'{_CRITICAL}' is critical at {SIGN_HOOK} alone, and this is never looked at there", _NEVER_CRITICAL
            )
        self._hosts(appearances, place)
        shown = [(service, action) for service, action in appearances if self._possible(action.criteria, service)]
        for section in appearances[0][1].sections:
            self._branch(shown, section.id, section.criteria, place)
        for suggestion in appearances[0][1].suggestions:
            self._branch(shown, suggestion.id, suggestion.criteria, place)
            _check_offer(suggestion, appearances, place.child(f"action[{suggestion.id}]"))

    def _criteria(self, appearances: Sequence[tuple[Service, CompiledAction]], place: Place) -> None:
        """Report the first criterion at which nothing is left, once for all hooks at which that is so."""
        hooks: dict[tuple[str, str], list[str]] = {}
        for service, action in appearances:
            number = next((n for n, _ in enumerate(action.criteria) if not self._possible(action.criteria[: n + 1], service)), None)
            if number is None:
                continue
            own, text = number - action.guards, action.criteria[number].expression.text
            alone = not self._possible(action.criteria[number : number + 1], service)
            said = f"{'can never be true' if alone else 'contradicts those before it'}: {text}"
            hooks.setdefault((f"condition[{own}]" if own >= 0 else "", said), []).append(service.hook)
        for (where, said), found in hooks.items():
            at = f" (at {', '.join(dict.fromkeys(found))})" if len(found) < len(appearances) else ""
            (place.child(where) if where else place).add(f"{said}{at}", _NEVER)

    def _branch(self, shown: Sequence[tuple[Service, CompiledAction]], name: str, criteria: tuple[Criterion, ...], place: Place) -> None:
        if shown and not any(self._possible((*action.criteria, *criteria), service) for service, action in shown):
            place.child(f"action[{name}].condition").add("can never be true where the recommendation is shown", _NEVER)

    def _hosts(self, appearances: Sequence[tuple[Service, CompiledAction]], place: Place) -> None:
        for host in appearances[0][1].section_of:
            if not any(service.action(host) is not None for service, _ in appearances):
                place.child("extension[section-of]").add(
                    f"'{host}' is never looked at beside it", "name a recommendation that shares a service and a hook with it"
                )

    def facts(self) -> None:
        """Derived facts that no record can make true, and tests that never hold."""
        engine = self._material.knowledge.facts_engine
        for spec, expression in engine.steps:
            if expression is not None and expression.type.name == "boolean" and not self._holds(expression.text):
                self._problems.at(f"facts/{spec.file}", f"{spec.path}.expression").add("can never be true", _NEVER)
        for number, check in enumerate(engine.checks):
            if not self._holds(check.expression.text):
                self._problems.at("facts", f"checks[{number}] ({check.path})").add("can never be true", _NEVER)

    def _holds(self, text: str) -> bool:
        return possible([text], self._types, self._parameters, self._typed)

    def _possible(self, criteria: Sequence[Criterion], service: Service) -> bool:
        return possible([item.expression.text for item in criteria], self._types, self._parameters, self._given(service))

    def _given(self, service: Service) -> Given:
        codes = {action.code for action in service.actions}

        def given(path: str) -> Domain | None:
            if path == "hook.name":
                return Domain(present=True, among=frozenset({service.hook}))
            if path.split(".", 1)[0] == "order" and service.hook not in ORDER_HOOKS:
                return ABSENT
            asked, _, listed = path.rpartition(" in ")
            if listed.startswith("order.") and service.hook not in ORDER_HOOKS:
                return Domain(present=True, among=frozenset({False}))
            if listed == "fired" and asked.strip("'") not in codes:
                return Domain(present=True, among=frozenset({False}))
            return self._typed(path)

        return given

    def _typed(self, path: str) -> Domain | None:
        found: Type | None = None if " in " in path else type_at(self._types, path)
        if found is None or found.many:
            return None
        low, high = ((limit, True) if limit is not None else None for limit in found.limits)
        return Domain(among=frozenset(found.codes) if found.name == "code" and found.codes else None, low=low, high=high)


def _check_offer(suggestion: CompiledSuggestion, appearances: Sequence[tuple[Service, CompiledAction]], place: Place) -> None:
    """Report a suggestion whose indicator never comes about, or that withdraws an order where there is none."""
    hooks = {service.hook for service, _ in appearances}
    if suggestion.withdraw is not None and not hooks & ORDER_HOOKS:
        place.child("type").add("withdraws an order, and is never looked at where there is one", "give it a trigger at an order hook")
    if suggestion.only_with is not None and suggestion.only_with not in _indicators(appearances[0][1], hooks):
        place.child("extension[only-with]").add(
            f"the recommendation never has the indicator '{suggestion.only_with}'", "name one that its priority and hooks can give"
        )


def _indicators(action: CompiledAction, hooks: set[str]) -> set[str]:
    """Every indicator that a recommendation can have: critical is for the sign hook, and becomes a warning on weak facts."""
    varied = action.dynamic.get("action.priority")
    priorities = {action.priority, *(varied.expression.type.codes if varied is not None else ())}
    found = {INDICATORS[priority] for priority in priorities}
    if "critical" in found:
        found.add("warning")
        found -= set() if SIGN_HOOK in hooks else {"critical"}
    return found
