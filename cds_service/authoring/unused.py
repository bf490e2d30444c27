"""What stands in the content and is read by nothing: most often a slip in a name, or what a change left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.authoring.material import Material, texts
from cds_service.fhir.codings import TEXT_SYSTEM
from cds_service.plans import overrides
from cds_service.plans.compiled import BASE
from cds_service.plans.expressions import extension_value
from cds_service.plans.problems import Problems

NOT_READ = f"{BASE}/StructureDefinition/not-read"
_REMOVE = "name it where it is meant to be read, or remove it"


def check_used(material: Material, problems: Problems) -> None:
    """Report activities, sources, terminology, parameters and helper facts that nothing reads."""
    _check_resources(material, problems)
    _check_parameters(material, problems)
    _check_value_sets(material, problems)
    _check_maps_and_systems(material, problems)
    _check_facts(material, problems)


def unread_facts(material: Material) -> tuple[str, ...]:
    """Facts that the facts JSON shows and that decide nothing."""
    return tuple(path for path in _unread(material) if not material.knowledge.facts_engine.model.declarations[path].internal)


def _check_resources(material: Material, problems: Problems) -> None:
    every = [document for items in material.files.documents.values() for document in items]
    named_in = Counter(text for document in every for text in {text.split("|", 1)[0] for text in texts(document.resource)})
    for kind, remedy in (("ActivityDefinition", "offer it in a suggestion"), ("Library", "cite it in a recommendation")):
        for document in material.files.of(kind):
            if named_in[str(document.resource.get("url"))] < 2:  # it names itself
                problems.at(document.file).add("is used by nothing", f"{remedy}, or remove it")


def _check_parameters(material: Material, problems: Problems) -> None:
    infos = material.knowledge.parameter_info
    read = {path.split(".")[1] for path in _expression_reads(material) if path.startswith("parameters.")}
    read |= {str(limit) for other in infos.values() for limit in other.limits.values()}
    for name in sorted(set(infos) - read - material.declared):
        problems.at(infos[name].file, f"parameters[{name}]").add("is read by nothing", _REMOVE)


def _check_value_sets(material: Material, problems: Problems) -> None:
    resources = {str(resource["id"]): (file, resource) for file, resource in material.terminology.get("ValueSet", ())}
    reasons = overrides.FILE.removeprefix("terminology/ValueSet-").removesuffix(".json")
    named = {name for name, (_, resource) in resources.items() if resource.get("url") in material.written}
    used = {name for name in resources if name in {*material.declared, reasons, *named}}
    while more := {other for name in used if name in resources for other in _imports(resources[name][1])} - used:
        used |= more
    for name, (file, resource) in resources.items():
        reason = extension_value(resource, NOT_READ)
        if name not in used and not reason:
            problems.at(file).add("is read by nothing", f"{_REMOVE}; a list of what must not be used says why in the extension not-read")
        elif name in used and reason:
            problems.at(file, "extension[not-read]").add("is not so: something reads it", "remove the extension")


def _imports(resource: Mapping[str, Any]) -> Iterator[str]:
    for part in resource.get("compose", {}).get("include", ()):
        for url in part.get("valueSet", ()):
            yield str(url).split("|", 1)[0].rsplit("/", 1)[-1]


def _check_maps_and_systems(material: Material, problems: Problems) -> None:
    for file, resource in material.terminology.get("ConceptMap", ()):
        if resource["id"] not in material.declared:
            problems.at(file).add("is read by nothing", _REMOVE)
    others = {text for kind in ("ValueSet", "ConceptMap") for _, item in material.terminology.get(kind, ()) for text in texts(item)}
    named = material.declared | material.written | others | {TEXT_SYSTEM}
    named |= {str(item.codes) for item in material.knowledge.parameter_info.values()}
    for file, resource in material.terminology.get("CodeSystem", ()):
        if resource["id"] not in named and resource.get("url") not in named:
            problems.at(file).add("is read by nothing", _REMOVE)


def _check_facts(material: Material, problems: Problems) -> None:
    """Report entries whose every path is an internal helper that nothing reads; one of several may come with the others."""
    engine, unread = material.knowledge.facts_engine, set(_unread(material))
    for spec, _ in engine.steps:
        if all(path in unread and engine.model.declarations[path].internal for path in spec.gives):
            problems.at(f"facts/{spec.file}", spec.path).add("is a helper that nothing reads", _REMOVE)


def _unread(material: Material) -> Iterator[str]:
    """Every path that a declaration gives and nothing reads; members of lists are left out, they come with their list."""
    engine = material.knowledge.facts_engine
    read = {_fact(path, engine.model.orders) for path in _expression_reads(material)}
    read |= {engine.model.record} if engine.model.record is not None else set()  # every card says what was not received
    for spec, _ in engine.steps:
        read |= {text for text in (*texts(spec.options), *spec.after) if text not in (spec.path, *spec.gives)}
    for spec, _ in engine.steps:
        for path in spec.gives:
            if path in engine.model.declarations and not any(_overlap(path, other) for other in read):
                yield path


def _fact(path: str, orders: str | None) -> str:
    root, _, rest = path.partition(".")
    return rest if root == "facts" else f"{orders}.{rest}" if root == "order" else path


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _expression_reads(material: Material) -> Iterator[str]:
    knowledge = material.knowledge
    for service in knowledge.services.values():
        for action in service.actions:
            for expression in action.expressions:
                yield from expression.reads
    for _, derived in knowledge.facts_engine.steps:
        yield from derived.reads if derived is not None else ()
    for check in knowledge.facts_engine.checks:
        yield from check.expression.reads
    for expression in knowledge.context.unless.values():
        yield from expression.reads
