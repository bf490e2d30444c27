"""Services: ``eca-rule`` plans, the topic plans that they compose, and the conditions that apply to everything below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cds_service.plans import rules
from cds_service.plans.actions import ActionCompiler
from cds_service.plans.canonicals import Canonicals
from cds_service.plans.compiled import CompiledAction, Criterion
from cds_service.plans.content import Document
from cds_service.plans.expressions import extension_value
from cds_service.plans.order import evaluation_order, reads_variable
from cds_service.plans.problems import Place, Problems
from cds_service.plans.requirements import merge_requirements
from cds_service.plans.service import Service

_DEFAULT_CARDS = 6


def plan_type(plan: Document) -> str | None:
    """``eca-rule``, ``clinical-protocol``, or another code, or ``None``."""
    return rules.coding_code(plan.resource.get("type"), rules.PLAN_TYPE_SYSTEM)


@dataclass(frozen=True, slots=True)
class Composer:
    """Walks from services down to recommendations; each topic plan is compiled once."""

    plans: Canonicals
    actions: ActionCompiler
    problems: Problems
    disabled: frozenset[str] = frozenset()
    _topics: dict[str, tuple[CompiledAction | tuple[Mapping[str, Any], Place], ...]] = field(default_factory=dict)

    def services(self, plan: Document) -> Iterator[Service]:
        """The services of one ``eca-rule`` plan: one per hook of its root action."""
        place = self.problems.at(plan.file)
        roots = rules.mappings(plan.resource.get("action"))
        if len(roots) != 1:
            place.child("action").add(
                f"has {len(roots)} root actions", "give a service one root action with its triggers and the plans it composes"
            )
            return
        root = place.child("action[0]")
        rules.check_extensions(plan.resource, (rules.MAX_CARDS, rules.OVERFLOW_TITLE), place)
        hooks = rules.triggers(roots[0], root)
        if not hooks:
            root.child("trigger").add("is missing", "name the hook of the service")
        composed = tuple(self._group(roots[0], root, (), (plan.id,)))
        self._check_unique(composed, root)
        if hooks and not composed:
            root.add("composes no recommendation", "add a child with the definitionCanonical of a topic plan")
        for hook in hooks:
            yield self._service(plan, hook, composed, root)

    def _service(self, plan: Document, hook: str, composed: tuple[CompiledAction, ...], root: Place) -> Service:
        resource, place = plan.resource, root.problems.at(plan.file)
        actions = tuple(action for action in composed if hook in action.hooks and action.code not in self.disabled)
        usage = resource.get("usage")
        return Service(
            id=plan.id,
            hook=hook,
            title=rules.required_text(resource, "title", place, "name the service; discovery lists it"),
            description=rules.required_text(resource, "description", place, "say what the service does; discovery lists it"),
            usage_requirements=usage if isinstance(usage, str) and usage else None,
            requirements=merge_requirements((item for action in composed for item in action.requirements), root),
            actions=actions,
            evaluation=evaluation_order(actions, root),
            asking=frozenset(action.code for action in actions if reads_variable(action, "needed")),
            max_cards=self._max_cards(resource, place),
            overflow_title=str(extension_value(resource, rules.OVERFLOW_TITLE) or "More recommendations"),
        )

    def _max_cards(self, resource: Mapping[str, Any], place: Place) -> int:
        value = extension_value(resource, rules.MAX_CARDS)
        if value is None:
            return _DEFAULT_CARDS
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            place.child("extension[max-cards]").add("is no positive integer", "write how many cards one answer may have")
            return _DEFAULT_CARDS
        return value

    def _group(
        self, action: Mapping[str, Any], place: Place, inherited: tuple[Criterion, ...], path: tuple[str, ...]
    ) -> Iterator[CompiledAction]:
        """Everything below a composing action, whose conditions are added to all of it."""
        rules.check_keys(action, rules.GROUP_KEYS, place, "a composing action")
        criteria = (*inherited, *self.actions.criteria(action, place))
        if "definitionCanonical" in action:
            yield from self._composed(action["definitionCanonical"], place.child("definitionCanonical"), criteria, path)
        elif not action.get("action"):
            place.add("composes nothing", "name a topic plan in definitionCanonical")
        for number, child in enumerate(rules.mappings(action.get("action"))):
            yield from self._group(child, place.child(f"action[{number}]"), criteria, path)

    def _composed(
        self, canonical: object, place: Place, inherited: tuple[Criterion, ...], path: tuple[str, ...]
    ) -> Iterator[CompiledAction]:
        plan = self.plans.resolve(canonical, place)
        if plan is None:
            return
        if plan.id in path:
            place.add(f"the plans compose each other in a cycle: {' -> '.join((*path, plan.id))}", "remove one of these references")
            return
        if plan_type(plan) != rules.TOPIC:
            place.add(f"'{plan.id}' is not of type {rules.TOPIC}", "compose topic plans only")
            return
        for item in self.topic(plan):
            if isinstance(item, CompiledAction):
                yield replace(item, criteria=(*inherited, *item.criteria), guards=len(inherited))
            else:
                yield from self._group(*item, inherited, (*path, plan.id))

    def topic(self, plan: Document) -> tuple[CompiledAction | tuple[Mapping[str, Any], Place], ...]:
        """The recommendations of a topic plan, compiled, and its composing actions with their places, in order."""
        if plan.file not in self._topics:
            self._topics[plan.file] = tuple(self._top_actions(plan))
        return self._topics[plan.file]

    def _top_actions(self, plan: Document) -> Iterator[CompiledAction | tuple[Mapping[str, Any], Place]]:
        for number, action in enumerate(rules.mappings(plan.resource.get("action"))):
            place = self.problems.at(plan.file, f"action[{number}]" if "id" not in action else f"action[{action['id']}]")
            if "definitionCanonical" in action:
                yield action, place
            elif (compiled := self.actions.compile(action, plan, place)) is not None:
                yield compiled

    def _check_unique(self, composed: tuple[CompiledAction, ...], place: Place) -> None:
        codes = [action.code for action in composed]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            place.add(
                f"the recommendation '{code}' is composed twice", "compose each topic plan once, and give every recommendation its own code"
            )
