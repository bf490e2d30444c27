"""What the examinations look at: a folder, read anew, and the knowledge that was loaded from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cds_service.documents import Unreadable, read_text, read_yaml
from cds_service.knowledge import Knowledge
from cds_service.plans import rules
from cds_service.plans.compiled import CompiledAction
from cds_service.plans.compose import plan_type
from cds_service.plans.content import ContentFiles, Document, read_content
from cds_service.plans.problems import Problems
from cds_service.plans.service import Service


@dataclass(frozen=True)
class Material:
    """A content folder that loads without a problem, and what it became."""

    folder: Path
    knowledge: Knowledge

    @cached_property
    def files(self) -> ContentFiles:
        """The plans' resources and parameter files."""
        return read_content(self.folder, Problems())

    @cached_property
    def topics(self) -> tuple[Document, ...]:
        """The topic plans."""
        return tuple(plan for plan in self.files.of("PlanDefinition") if plan_type(plan) == rules.TOPIC)

    @cached_property
    def terminology(self) -> Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]]:
        """The terminology resources by type, each with its file."""
        found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for path in sorted((self.folder / "terminology").glob("*-*.json")):
            resource = json.loads(path.read_text(encoding="utf-8"))
            found.setdefault(str(resource.get("resourceType")), []).append((self.name(path), resource))
        return {kind: tuple(items) for kind, items in found.items()}

    @cached_property
    def declared(self) -> frozenset[str]:
        """Every text in the options of fact readers and in staging tables: names of value sets, maps, code systems, parameters."""
        engine = self.knowledge.facts_engine
        found = [*(text for spec, _ in engine.steps for text in texts(spec.options)), *texts(engine.disorders)]
        found += [item.type.code_system for item in engine.model.declarations.values() if item.type.code_system is not None]
        for path in (self.folder / "staging").glob("*.yaml"):
            found += texts(read_yaml(path))
        return frozenset(found)

    @cached_property
    def written(self) -> frozenset[str]:
        """Every text in the plans' resources: canonicals among them, also without their version."""
        resources = (document.resource for documents in self.files.documents.values() for document in documents)
        found = {text for resource in resources for text in texts(resource)}
        return frozenset(found | {text.split("|", 1)[0] for text in found})

    def read(self, path: Path, problems: Problems) -> str:
        """The text of a file, empty where it cannot be read, which is reported."""
        try:
            return read_text(path)
        except Unreadable as error:
            problems.at(self.name(path)).add(str(error), error.remedy)
            return ""

    def name(self, path: Path) -> str:
        """A file as problems name it."""
        return path.relative_to(self.folder).as_posix()

    def appearances(self, code: str) -> Iterator[tuple[Service, CompiledAction]]:
        """The services at the hooks at which a recommendation is looked at, each with the recommendation as composed there."""
        for service in self.knowledge.services.values():
            action = service.action(code)
            if action is not None:
                yield service, action


def texts(node: object) -> Iterator[str]:
    """Every text in nested data, keys included."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from texts(key)
            yield from texts(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from texts(value)


def recommendations(plan: Document) -> Iterator[Mapping[str, Any]]:
    """The recommendations of a topic plan: its top-level actions that compose nothing."""
    for action in rules.mappings(plan.resource.get("action")):
        if "definitionCanonical" not in action and isinstance(action.get("id"), str):
            yield action
