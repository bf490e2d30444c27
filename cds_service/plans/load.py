"""Loading the plans of one content folder: read, resolve, check, compile; every problem is collected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhirpath import Expression, FhirPathError, compile_expression
from cds_service.model.declaration import FactModel
from cds_service.plans import rules
from cds_service.plans.actions import ActionCompiler
from cds_service.plans.activities import compile_activity
from cds_service.plans.canonicals import Canonicals
from cds_service.plans.check import check_activity, check_library, check_plan, check_section_hosts
from cds_service.plans.children import ChildCompiler
from cds_service.plans.compiled import CompiledAction, Draft, Parameter, Source
from cds_service.plans.compose import Composer, plan_type
from cds_service.plans.content import ContentFiles, Document
from cds_service.plans.environment import variable_types
from cds_service.plans.expressions import Compiler, extension_value
from cds_service.plans.parameters import ASSUMPTION, parameter_types
from cds_service.plans.problems import Place, Problems
from cds_service.plans.requirements import Expand
from cds_service.plans.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """The compiled plans: services by (id, hook), all recommendations, source documents, and "on its way" tests of facts."""

    services: Mapping[tuple[str, str], Service]
    recommendations: tuple[CompiledAction, ...]
    sources: Mapping[str, Source]
    unless: Mapping[str, Expression]


def compile_plans(
    files: ContentFiles,
    *,
    model: FactModel,
    parameters: Mapping[str, Parameter],
    expand: Expand,
    disabled: frozenset[str],
    problems: Problems,
) -> Plans:
    """Compile everything; ``problems`` then holds every reason why the content cannot be served.

    ``expand`` gives the (system, code) pairs of a value set by canonical and raises ``KeyError`` for an unknown one.
    """
    topics = [plan for plan in files.of("PlanDefinition") if plan_type(plan) == rules.TOPIC]
    services = [plan for plan in files.of("PlanDefinition") if plan_type(plan) == rules.SERVICE]
    codes = [str(action["id"]) for plan in topics for action in rules.mappings(plan.resource.get("action")) if "id" in action]
    _check_files(files, problems)
    _check_disabled(disabled, codes, problems)
    sources = {key: source for library in files.of("Library") for key, source in _source(library)}
    compiler = Compiler(variable_types(model, parameter_types(parameters), codes))
    composer = Composer(
        plans=Canonicals(files.of("PlanDefinition"), problems),
        actions=ActionCompiler(compiler=compiler, children=_children(files, compiler, problems), sources=sources, expand=expand),
        problems=problems,
        disabled=disabled,
    )
    recommendations = tuple(item for plan in topics for item in composer.topic(plan) if isinstance(item, CompiledAction))
    check_section_hosts(recommendations, problems)
    return Plans(
        services=_registry((service for plan in services for service in composer.services(plan)), problems),
        recommendations=recommendations,
        sources={source.id: source for source in sources.values()},
        unless=_unless(model, compiler, problems),
    )


def _check_files(files: ContentFiles, problems: Problems) -> None:
    libraries = Canonicals(files.of("Library"), problems)
    for plan in files.of("PlanDefinition"):
        check_plan(plan, libraries, problems)
    for activity in files.of("ActivityDefinition"):
        check_activity(activity, problems)
    for library in files.of("Library"):
        check_library(library, problems)


def _check_disabled(disabled: frozenset[str], codes: Iterable[str], problems: Problems) -> None:
    for code in sorted(disabled - set(codes)):
        problems.at("(settings)", "CDS_DISABLED_CODES").add(
            f"'{code}' is no recommendation of the content", "correct the code, or remove it"
        )


def _children(files: ContentFiles, compiler: Compiler, problems: Problems) -> ChildCompiler:
    activities = Canonicals(files.of("ActivityDefinition"), problems)
    drafts = {activity.file: compile_activity(activity, problems) for activity in files.of("ActivityDefinition")}

    def resolve(canonical: object, place: Place) -> Draft | None:
        activity = activities.resolve(canonical, place)
        return None if activity is None else drafts[activity.file]

    return ChildCompiler(compiler, resolve)


def _source(library: Document) -> tuple[tuple[str, Source], ...]:
    resource = library.resource
    date, state, url = resource.get("date"), extension_value(resource, rules.REVIEW_STATE), str(resource.get("url"))
    source = Source(
        library.id, str(resource.get("title", "")), date if isinstance(date, str) else None, state if isinstance(state, str) else None
    )
    return ((url, source), (f"{url}|{resource.get('version')}", source))


def _registry(services: Iterable[Service], problems: Problems) -> Mapping[tuple[str, str], Service]:
    found: dict[tuple[str, str], Service] = {}
    every = list(services)
    for (name, hook), count in Counter((service.id, service.hook) for service in every).items():
        if count > 1:
            problems.at("(content)", name).add(f"two services have the id '{name}' at {hook}", "give one of them another id or hook")
    for service in every:
        found.setdefault((service.id, service.hook), service)
    return found


def _unless(model: FactModel, compiler: Compiler, problems: Problems) -> Mapping[str, Expression]:
    found: dict[str, Expression] = {}
    for path, declaration in model.declarations.items():
        if declaration.askable is None or declaration.askable.unless is None:
            continue
        place = problems.at("facts", f"{path}.askable.unless")
        try:
            expression = compile_expression(declaration.askable.unless, variables=compiler.variables)
        except FhirPathError as error:
            place.add(f"{error} in: {declaration.askable.unless}", error.remedy)
            continue
        if expression.type.name != "boolean" or expression.type.many:
            place.add("is not a condition", "write an expression that is true when the fact is on its way")
            continue
        found[path] = expression
    return found


def warnings(model: FactModel, parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    """What content may have but its readers should know: facts that no verified code feeds, and assumptions."""
    unverified = (f"{path}: {item.unverified}" for path, item in model.declarations.items() if item.unverified)
    assumed = (
        f"parameter {item.name} ({item.title}) is {'a site setting' if item.is_site_setting else 'an assumption'}: {shown(item)}"
        for item in parameters.values()
        if item.is_site_setting or item.source == ASSUMPTION
    )
    return (*unverified, *assumed)


def shown(parameter: Parameter) -> str:
    """A parameter's value and unit in words."""
    values: tuple[Any, ...] = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
    words = ({True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value) for value in values)
    return ", ".join(words) + (f" {parameter.unit}" if parameter.unit else "")
