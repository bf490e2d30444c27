"""The child actions of a recommendation: sections (branches), suggestions, and withdrawing the draft order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cds_service.plans import rules
from cds_service.plans.compiled import CompiledSection, CompiledSuggestion, Criterion, Draft
from cds_service.plans.expressions import Compiler, extension_value, indicator
from cds_service.plans.problems import Place

ResolveDraft = Callable[[object, Place], Draft | None]


@dataclass(frozen=True, slots=True)
class ChildCompiler:
    """Compiles child actions; ``resolve`` finds the draft of an ActivityDefinition's canonical."""

    compiler: Compiler
    resolve: ResolveDraft

    def compile(
        self, actions: Sequence[Mapping[str, Any]], place: Place
    ) -> tuple[tuple[CompiledSection, ...], tuple[CompiledSuggestion, ...]]:
        """All children of one recommendation, sections and suggestions apart, each in order."""
        sections: list[CompiledSection] = []
        suggestions: list[CompiledSuggestion] = []
        for number, action in enumerate(actions):
            at = place.child(f"action[{number}]")
            name = action.get("id")
            if not isinstance(name, str) or not name:
                at.child("id").add("is missing", "give every child action an id; suggestions are identified by it")
                continue
            if _is_section(action):
                sections.append(self._section(action, name, at))
            else:
                suggestions.append(self._suggestion(action, name, at))
        return tuple(sections), tuple(suggestions)

    def _section(self, action: Mapping[str, Any], name: str, place: Place) -> CompiledSection:
        rules.check_keys(action, rules.SECTION_KEYS, place, "a section")
        rules.check_extensions(action, (), place)
        heading = rules.required_text(action, "title", place, "write the section's heading")
        text = rules.required_text(action, "description", place, "write the section's paragraph")
        # A section only shows what is known: asking whether a fact is there is what its condition is for.
        return CompiledSection(
            name, heading, self.compiler.template(text, place.child("description")), self._criteria(action, place, strict=False)
        )

    def _suggestion(self, action: Mapping[str, Any], name: str, place: Place) -> CompiledSuggestion:
        rules.check_keys(action, rules.SUGGESTION_KEYS, place, "a suggestion")
        rules.check_extensions(action, (rules.ONLY_WITH, rules.AS_ONE), place)
        label = rules.required_text(action, "title", place, "write the suggestion's label")
        criteria = self._criteria(action, place, strict=True)
        found = self._bare(action, CompiledSuggestion(name, label, criteria), place)
        return replace(found, only_with=indicator(action, rules.ONLY_WITH, place), as_one=self._as_one(action, found, place))

    def _as_one(self, action: Mapping[str, Any], suggestion: CompiledSuggestion, place: Place) -> Draft | None:
        """The draft that asks for all parts of a suggestion at once."""
        canonical = extension_value(action, rules.AS_ONE)
        if canonical is None:
            return None
        at = place.child("extension[as-one]")
        if len(suggestion.drafts) < 2:
            at.add("stands on a suggestion that is one action already", "remove it")
        return self.resolve(canonical, at)

    def _bare(self, action: Mapping[str, Any], suggestion: CompiledSuggestion, place: Place) -> CompiledSuggestion:
        if "type" in action:
            return replace(suggestion, withdraw=self._withdrawal(action, suggestion.label, place))
        if "definitionCanonical" in action:
            return replace(suggestion, drafts=self._drafts([action], [place]))
        parts = rules.mappings(action.get("action"))
        places = [place.child(f"action[{number}]") for number in range(len(parts))]
        for part, at in zip(parts, places, strict=True):
            rules.check_keys(part, rules.DRAFT_KEYS, at, "a part of a suggestion")
        return replace(suggestion, drafts=self._drafts(parts, places))

    def _withdrawal(self, action: Mapping[str, Any], label: str, place: Place) -> str:
        if rules.coding_code(action.get("type"), rules.ACTION_TYPE_SYSTEM) != "remove":
            place.child("type").add("is not remove", f"use the code remove of {rules.ACTION_TYPE_SYSTEM}, or no type")
        if "definitionCanonical" in action or "action" in action:
            place.add("withdraws and creates at once", "split it into two suggestions")
        return str(action.get("description") or label)

    def _drafts(self, actions: Sequence[Mapping[str, Any]], places: Sequence[Place]) -> tuple[Draft, ...]:
        found = (
            self.resolve(action.get("definitionCanonical"), at.child("definitionCanonical"))
            for action, at in zip(actions, places, strict=True)
        )
        return tuple(draft for draft in found if draft is not None)

    def _criteria(self, action: Mapping[str, Any], place: Place, *, strict: bool) -> tuple[Criterion, ...]:
        conditions = rules.mappings(action.get("condition"))
        found = (
            self.compiler.criterion(item, place.child(f"condition[{number}]"), strict=strict) for number, item in enumerate(conditions)
        )
        return tuple(criterion for criterion in found if criterion is not None)


def _is_section(action: Mapping[str, Any]) -> bool:
    return not any(name in action for name in ("definitionCanonical", "action", "type"))
