"""Reading the terminology of a content folder: NamingSystem, CodeSystem, ValueSet and ConceptMap resources.

Sources: FHIR R4 ValueSet.compose (include, exclude, ``regex`` filter on the code), ConceptMap.group, NamingSystem.uniqueId.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cds_service.errors import ContentProblem
from cds_service.fhir.codings import CODE_FORMS, TEXT_SYSTEM, Concept, normalise_text
from cds_service.fhir.names import index_names
from cds_service.fhir.terminology import Systems, Terminology, bare
from cds_service.fhir.terminology_check import system_problems

_CODE_FORM = "https://cds-service.example.org/StructureDefinition/code-form"


def load_terminology(content_dir: Path) -> tuple[Terminology, tuple[ContentProblem, ...]]:
    """Index every terminology resource below ``content_dir/terminology``; what is wrong is returned, not raised."""
    problems: list[ContentProblem] = []
    resources: dict[str, dict[str, Mapping[str, Any]]] = {"NamingSystem": {}, "CodeSystem": {}, "ValueSet": {}, "ConceptMap": {}}
    for path in sorted((content_dir / "terminology").glob("*-*.json")):
        resource = _read(path, problems)
        kind, name = str(resource.get("resourceType")), resource.get("id")
        if kind not in resources or not isinstance(name, str):
            remedy = "use NamingSystem, CodeSystem, ValueSet or ConceptMap"
            problems.append(ContentProblem(path.name, "resourceType", "is no terminology resource with an id", remedy))
        elif name in resources[kind]:
            problems.append(ContentProblem(path.name, "id", f"'{name}' is used twice", "give every resource its own id"))
        else:
            resources[kind][name] = resource
    systems = _systems(resources["NamingSystem"].values())
    sets = _ValueSets(resources["ValueSet"], systems, problems)
    members = {name: sets.members(name) for name in resources["ValueSet"]}
    sets.check()
    maps = {name: _concept_map(resource, systems) for name, resource in resources["ConceptMap"].items()}
    problems += system_problems(resources, systems.preferred)
    problems += _unknown_targets(maps, resources["CodeSystem"])
    terminology = Terminology(
        systems=systems,
        members=members,
        patterns={name: sets.patterns(name) for name in resources["ValueSet"]},
        excluded={name: sets.excluded(name) for name in resources["ValueSet"]},
        maps=maps,
        displays={name: dict(_displays(resource)) for name, resource in resources["CodeSystem"].items()},
        names=index_names(resources["ConceptMap"], maps, systems.concept),
    )
    return terminology, tuple(problems)


def _read(path: Path, problems: list[ContentProblem]) -> Mapping[str, Any]:
    try:
        resource = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        problems.append(ContentProblem(path.name, "(file)", "is not JSON", "correct the JSON"))
        return {}
    return resource if isinstance(resource, Mapping) else {}


def _systems(resources: Iterable[Mapping[str, Any]]) -> Systems:
    preferred: dict[str, str] = {}
    forms: dict[str, str] = {}
    for resource in resources:
        identifiers = [item for item in resource.get("uniqueId", ()) if isinstance(item.get("value"), str)]
        if not identifiers:
            continue
        uri = next((item["value"] for item in identifiers if item.get("preferred")), identifiers[0]["value"])
        for item in identifiers:
            preferred[item["value"]] = uri
            preferred[bare(item["value"])] = uri
        form = next((str(item.get("valueCode")) for item in resource.get("extension", ()) if item.get("url") == _CODE_FORM), "plain")
        if form in CODE_FORMS:
            forms[uri] = form
    return Systems(preferred, forms)


@dataclass(frozen=True, slots=True)
class _ValueSets:
    """Expansion of ValueSet.compose over the content's own resources."""

    resources: Mapping[str, Mapping[str, Any]]
    systems: Systems
    problems: list[ContentProblem]

    def members(self, name: str, seen: frozenset[str] = frozenset()) -> frozenset[Concept]:
        listed = {concept for include in self._parts(name, "include") for concept in self._concepts(include)}
        for other in self._imports(name, seen):
            listed |= self.members(other, seen | {name})
        return frozenset(listed) - self.excluded(name)

    def excluded(self, name: str) -> frozenset[Concept]:
        return frozenset(concept for part in self._parts(name, "exclude") for concept in self._concepts(part))

    def patterns(self, name: str, seen: frozenset[str] = frozenset()) -> tuple[tuple[str, re.Pattern[str]], ...]:
        own = [
            (include["system"], _pattern(item["value"]))
            for include in self._parts(name, "include")
            for item in include.get("filter", ())
            if item.get("op") == "regex" and self._is_pattern(name, item.get("value"))
        ]
        return (*own, *(pattern for other in self._imports(name, seen) for pattern in self.patterns(other, seen | {name})))

    def check(self) -> None:
        """Report what would leave a value set smaller than it looks."""
        for name in self.resources:
            includes = list(self._parts(name, "include"))
            if not includes or not all(part.get("concept") or part.get("filter") or part.get("valueSet") for part in includes):
                self._problem(name, "compose.include", "names no code", "list codes, a regex filter or other value sets")
            filters = [item for part in (*includes, *self._parts(name, "exclude")) for item in part.get("filter", ())]
            if any(item.get("op") != "regex" for item in filters):
                self._problem(name, "compose.include.filter", "is of a kind that is not covered", "use op regex, or list the codes")

    def _is_pattern(self, name: str, value: object) -> bool:
        try:
            _pattern(str(value))
        except re.error:
            self._problem(name, "compose.include.filter", "is not a regular expression", "correct the pattern")
            return False
        return True

    def _problem(self, name: str, element: str, problem: str, remedy: str) -> None:
        self.problems.append(ContentProblem(f"ValueSet-{name}.json", element, problem, remedy))

    def _parts(self, name: str, part: str) -> Iterator[Mapping[str, Any]]:
        yield from self.resources[name].get("compose", {}).get(part, ())

    def _concepts(self, part: Mapping[str, Any]) -> Iterator[Concept]:
        for item in part.get("concept", ()):
            yield self.systems.concept(part.get("system", ""), item["code"])

    def _imports(self, name: str, seen: frozenset[str]) -> Iterator[str]:
        for include in self._parts(name, "include"):
            for url in include.get("valueSet", ()):
                other = url.split("|", 1)[0].rsplit("/", 1)[-1]
                if other not in self.resources or other in seen | {name}:
                    self._problem(name, "compose.include.valueSet", f"'{other}' is missing or refers back", "name an existing value set")
                else:
                    yield other


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _concept_map(resource: Mapping[str, Any], systems: Systems) -> dict[str, dict[Concept, tuple[str, ...]]]:
    found: dict[str, dict[Concept, tuple[str, ...]]] = {}
    for group in resource.get("group", ()):
        target = group.get("target", "").rsplit("/", 1)[-1]
        source = group.get("source", "")
        index = found.setdefault(target, {})
        for element in group.get("element", ()):
            text = source == TEXT_SYSTEM
            concept = Concept(TEXT_SYSTEM, normalise_text(element["code"])) if text else systems.concept(source, element["code"])
            codes = tuple(item["code"] for item in element.get("target", ()) if item.get("equivalence") != "unmatched" and "code" in item)
            index[concept] = tuple(dict.fromkeys((*index.get(concept, ()), *codes)))
    return found


def _unknown_targets(
    maps: Mapping[str, Mapping[str, Mapping[Concept, tuple[str, ...]]]], systems: Mapping[str, Mapping[str, Any]]
) -> Iterator[ContentProblem]:
    """Targets that our code systems lack: no expression could ask for them."""
    for name, targets in maps.items():
        for target, index in targets.items():
            if target not in systems:
                remedy = "name one of the content's code systems"
                yield ContentProblem(f"ConceptMap-{name}.json", "group.target", f"'{target}' is no code system of the content", remedy)
                continue
            known = {code for code, _ in _displays(systems[target])}
            for code in sorted({code for codes in index.values() for code in codes} - known):
                problem = f"'{code}' is no code of '{target}'"
                yield ContentProblem(f"ConceptMap-{name}.json", "group.element.target", problem, "correct it, or add it to the code system")


def _displays(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for concept in resource.get("concept", ()):
        yield concept["code"], concept.get("display", concept["code"])
