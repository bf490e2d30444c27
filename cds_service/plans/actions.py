"""One recommendation of a topic plan: checked, its expressions compiled, its branches and suggestions prepared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhirpath.branches import undecided
from cds_service.model.assessment import Citation
from cds_service.plans import rules
from cds_service.plans.children import ChildCompiler
from cds_service.plans.compiled import MAX_SUMMARY, CompiledAction, Criterion, Placeholder, Source
from cds_service.plans.content import Document
from cds_service.plans.expressions import UNKNOWN_IS_NO, Compiler, extension_value, extension_values, indicator
from cds_service.plans.problems import Place
from cds_service.plans.requirements import Expand, compile_requirements
from cds_service.plans.review import NOT_VERIFIED, UNVERIFIED, VERIFIED, check_verification, is_reviewed

_CODE = re.compile(r"[a-z][a-z0-9-]{0,99}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCompiler:
    """Compiles recommendations; ``sources`` are the Library resources by canonical and by ``url|version``."""

    compiler: Compiler
    children: ChildCompiler
    sources: Mapping[str, Source]
    expand: Expand

    def compile(self, action: Mapping[str, Any], plan: Document, place: Place) -> CompiledAction | None:
        """The compiled recommendation; what is wrong is reported, and ``None`` returned if it cannot even be named."""
        rules.check_keys(action, rules.RECOMMENDATION_KEYS, place, "a recommendation")
        rules.check_extensions(action, (rules.SECTION_OF, rules.ONCE_PER_REQUEST, rules.NEVER_ALONE), place)
        code = action.get("id")
        if not isinstance(code, str) or not _CODE.match(code):
            place.child("id").add("is missing or no code", "write the recommendation's code: lower-case letters, digits and hyphens")
            return None
        system = _system(action, code, place)
        hooks = rules.triggers(action, place)
        if not hooks:
            place.child("trigger").add("is missing", "name at least one hook")
        sections, suggestions = self.children.compile(rules.mappings(action.get("action")), place)
        return CompiledAction(
            code=code,
            system=system,
            file=plan.file,
            plan=str(plan.resource.get("url", "")),
            plan_title=str(plan.resource.get("title", "")),
            version=str(plan.resource.get("version", "")),
            reviewed=is_reviewed(plan.resource),
            hooks=hooks,
            criteria=self.criteria(action, place),
            title=self._title(action, place),
            description=self._template(action, "description", place),
            text=self._template(action, "textEquivalent", place),
            priority=rules.priority(action.get("priority"), place),
            dynamic=self._dynamic(action, place),
            sections=sections,
            suggestions=suggestions,
            citations=self._citations(action, place),
            section_of=tuple(str(value) for value in extension_values(action, rules.SECTION_OF)),
            once_per_request=extension_value(action, rules.ONCE_PER_REQUEST) is True,
            never_alone=self._never_alone(action, place),
            requirements=compile_requirements(action.get("input"), place, self.expand),
        )

    def criteria(self, action: Mapping[str, Any], place: Place) -> tuple[Criterion, ...]:
        """The conditions of an action under strict three-valued rules."""
        conditions = rules.mappings(action.get("condition"))
        found = (self.compiler.criterion(item, place.child(f"condition[{number}]")) for number, item in enumerate(conditions))
        return tuple(criterion for criterion in found if criterion is not None)

    def _never_alone(self, action: Mapping[str, Any], place: Place) -> str | None:
        found = indicator(action, rules.NEVER_ALONE, place)
        if found is not None and extension_value(action, rules.ONCE_PER_REQUEST) is not True:
            place.child("extension[never-alone]").add(
                "is carried out only on a row that is shown once per request", "add the extension once-per-request, or remove this one"
            )
        return found

    def _title(self, action: Mapping[str, Any], place: Place) -> str:
        title = rules.required_text(action, "title", place, "say in one sentence what to know; it becomes the card's summary")
        if len(title) > MAX_SUMMARY:
            place.child("title").add(f"has {len(title)} characters", f"a card's summary has at most {MAX_SUMMARY}: shorten it")
        return title

    def _template(self, action: Mapping[str, Any], name: str, place: Place) -> Any:
        remedy = {"description": "say in Markdown what the card says first", "textEquivalent": "say the same as one plain sentence"}[name]
        return self.compiler.template(rules.required_text(action, name, place, remedy), place.child(name))

    def _dynamic(self, action: Mapping[str, Any], place: Place) -> Mapping[str, Placeholder]:
        found: dict[str, Placeholder] = {}
        for number, item in enumerate(rules.mappings(action.get("dynamicValue"))):
            at = place.child(f"dynamicValue[{number}]")
            path = item.get("path")
            if path not in rules.DYNAMIC_PATHS:
                at.child("path").add("cannot vary", f"use one of: {', '.join(rules.DYNAMIC_PATHS)}")
                continue
            if path in found:
                at.child("path").add(f"'{path}' varies twice", "join both expressions into one")
            compiled = self.compiler.value(item.get("expression"), at.child("expression"))
            if compiled is None:
                continue
            if compiled.expression.type.name not in ("string", "code", "any") or compiled.expression.type.many:
                at.child("expression").add("does not give one text", "write an expression whose result is text")
            rules.check_varied(str(path), compiled.expression.type.codes, at.child("expression"))
            if path == "action.priority" and extension_value(item["expression"], UNKNOWN_IS_NO) is not True:
                rules.check_escalation(undecided(compiled.expression.text, self.compiler.variables), at.child("expression"))
            found[str(path)] = compiled
        return found

    def _citations(self, action: Mapping[str, Any], place: Place) -> tuple[Citation, ...]:
        found = tuple(
            self._citation(item, place.child(f"documentation[{number}]"))
            for number, item in enumerate(rules.mappings(action.get("documentation")))
        )
        if not found:
            place.child("documentation").add("is missing", "cite the statements that the recommendation rests on")
        return found

    def _citation(self, item: Mapping[str, Any], place: Place) -> Citation:
        if item.get("type") not in rules.RELATIONS:
            place.child("type").add(
                "is no relation of R4",
                "use derived-from for a source statement, citation for other literature, justification for a comparison",
            )
        label = rules.required_text(item, "label", place, "write the statement id")
        rules.required_text(item, "display", place, "say the statement in our own words")
        citation = rules.required_text(
            item, "citation", place, "cite it as the source does; write '(not listed in source)' where it lists nothing"
        )
        is_comparison = item.get("type") == rules.COMPARISON
        rules.check_extensions(item, (rules.VERIFICATION,), place)
        state = check_verification(item, place, required=not is_comparison)
        url = item.get("url") if state == VERIFIED else None
        remark = f" ({NOT_VERIFIED})" if state in UNVERIFIED else ""
        return Citation(label, "" if is_comparison else f"{citation}{remark}", url, self._source(item, place))

    def _source(self, item: Mapping[str, Any], place: Place) -> str:
        canonical = item.get("resource")
        source = self.sources.get(canonical) if isinstance(canonical, str) else None
        if source is None and canonical is not None:
            place.child("resource").add("is not a source document of the content", "name the canonical of a Library in the content")
        if source is None and item.get("type") == "derived-from":
            place.child("resource").add("is missing", "a derived-from statement names its source document")
        return "" if source is None else source.id


def _system(action: Mapping[str, Any], code: str, place: Place) -> str:
    """The code system that the content gives the recommendation's code in."""
    codings = (coding for concept in rules.mappings(action.get("code")) for coding in rules.mappings(concept.get("coding")))
    for coding in codings:
        if coding.get("code") == code and isinstance(coding.get("system"), str) and coding["system"]:
            return str(coding["system"])
    place.child("code").add(
        f"does not hold '{code}' with a code system", "repeat the action's id as a code of a code system; cards carry it as their topic"
    )
    return ""
