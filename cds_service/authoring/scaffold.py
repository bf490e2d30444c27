"""``cds-service new``: files to start from, in the shape that ``check`` wants, with TO WRITE where the author has to write.

Nothing is overwritten: everything is looked at first, and written only if all of it can be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cds_service.authoring.templates import cases, code_system, readme, recommendation_action, topic_plan, topic_row
from cds_service.documents import Unreadable, read_text
from cds_service.errors import ServiceError
from cds_service.plans import rules
from cds_service.plans.compiled import HOOKS
from cds_service.plans.compose import plan_type
from cds_service.plans.content import ContentFiles, Document, read_content, read_json
from cds_service.plans.problems import Problems

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}\Z")
_LAST_CONCEPT = re.compile(r"(\n\s*)(\{\"code\": [^\n]*\})(\n\s*\]\s*\}\s*)\Z")


class CannotScaffold(ServiceError):
    """The files to start from cannot be written as asked."""

    status = 400
    remedy = "Nothing was written."


@dataclass(slots=True)
class Changes:
    """What will be written: new files, which must not exist, and files with something added."""

    folder: Path
    new: dict[Path, str] = field(default_factory=dict)
    changed: dict[Path, str] = field(default_factory=dict)

    def write(self) -> tuple[Path, ...]:
        """Write everything, or raise :class:`CannotScaffold` before anything is written."""
        there = [path for path in self.new if path.exists()]
        if there:
            raise CannotScaffold(f"{there[0].relative_to(self.folder)} exists already")
        for path, text in {**self.new, **self.changed}.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return (*self.new, *self.changed)


def new_topic(folder: Path, name: str, services: Sequence[str], day: date) -> tuple[Path, ...]:
    """A folder for a topic with its plan and README, composed by the services named (none: by all). Returns what was written."""
    files = _files(folder)
    _check_name(name)
    plans = [plan for plan in files.of("PlanDefinition") if plan_type(plan) == rules.SERVICE]
    unknown = sorted(set(services) - {plan.id for plan in plans})
    if unknown or not plans:
        raise CannotScaffold(f"there is no service {', '.join(unknown)}", remedy=f"The services are: {', '.join(p.id for p in plans)}.")
    if any(document.id == name for document in files.of("PlanDefinition")) or (folder / name).exists():
        raise CannotScaffold(f"'{name}' is taken", remedy="Choose another id; nothing was written.")
    base = str(plans[0].resource.get("url", "")).rsplit("/PlanDefinition/", 1)[0]
    changes = Changes(folder)
    changes.new[folder / name / f"PlanDefinition-{name}.json"] = _json(topic_plan(name, base, plans[0].resource.get("publisher"), day))
    changes.new[folder / name / "README.md"] = readme()
    for plan in plans:
        if not services or plan.id in services:
            composed = {"id": f"{plan.id}-{name}", "definitionCanonical": f"{base}/PlanDefinition/{name}"}
            changes.changed[folder / plan.file] = _with(plan, lambda resource, child=composed: _compose(resource, child))
    return changes.write()


def new_recommendation(folder: Path, code: str, topic: str, hooks: Sequence[str]) -> tuple[Path, ...]:
    """A recommendation at the end of a topic, with its code, a row in the README and a file for its cases. Returns what was written."""
    files = _files(folder)
    _check_name(code)
    wrong = [hook for hook in hooks if hook not in HOOKS]
    if wrong:
        raise CannotScaffold(f"'{wrong[0]}' is no hook", remedy=f"The hooks are: {', '.join(HOOKS)}.")
    topics = {plan.id: plan for plan in files.of("PlanDefinition") if plan_type(plan) == rules.TOPIC}
    if topic not in topics:
        raise CannotScaffold(f"there is no topic '{topic}'", remedy=f"The topics are: {', '.join(topics) or 'none'}. `new topic` adds one.")
    for other in topics.values():
        if any(action.get("id") == code for action in rules.mappings(other.resource.get("action"))):
            raise CannotScaffold(f"'{code}' is a recommendation of {other.file} already")
    plan = topics[topic]
    system = _system(topics.values()) or f"{str(plan.resource.get('url', '')).rsplit('/PlanDefinition/', 1)[0]}/CodeSystem/recommendations"
    action = recommendation_action(code, system, hooks)
    changes = Changes(folder)
    changes.changed[folder / plan.file] = _with(
        plan, lambda resource: {**resource, "action": [*rules.mappings(resource.get("action")), action]}
    )
    changes.new[(folder / plan.file).parent / "cases" / f"{code}.yaml"] = cases(code)
    _add_row((folder / plan.file).parent / "README.md", code, hooks, changes)
    _add_code(folder, system, code, changes)
    return changes.write()


def _files(folder: Path) -> ContentFiles:
    problems = Problems()
    files = read_content(folder, problems)
    if problems.found or not files.of("PlanDefinition"):
        said = str(problems.found[0]) if problems.found else f"{folder} holds no PlanDefinition"
        raise CannotScaffold(said, remedy="Give a folder of content that can be read; `cds-service check` names what cannot.")
    return files


def _check_name(name: str) -> None:
    if not _ID.match(name):
        raise CannotScaffold(f"'{name}' is no id", remedy="Use lower-case letters, digits and hyphens, a letter first.")


def _with(plan: Document, change: Any) -> str:
    return _json(change(dict(plan.resource)))


def _compose(resource: Mapping[str, Any], child: Mapping[str, Any]) -> Mapping[str, Any]:
    root, *others = rules.mappings(resource.get("action")) or [{}]
    return {**resource, "action": [{**root, "action": [*rules.mappings(root.get("action")), child]}, *others]}


def _system(topics: Any) -> str | None:
    """The code system in which the content gives its recommendations their codes."""
    found = (system for plan in topics for system in _systems(plan))
    return next(found, None)


def _systems(plan: Document) -> Iterator[str]:
    for action in rules.mappings(plan.resource.get("action")):
        for concept in rules.mappings(action.get("code")):
            for coding in rules.mappings(concept.get("coding")):
                if coding.get("code") == action.get("id") and isinstance(coding.get("system"), str):
                    yield coding["system"]


def _add_row(path: Path, code: str, hooks: Sequence[str], changes: Changes) -> None:
    """A row below the table of recommendations, where the README has one."""
    if not path.is_file():
        return
    try:
        lines = read_text(path).splitlines()
    except Unreadable as error:
        raise CannotScaffold(f"{path.relative_to(changes.folder).as_posix()} {error}") from None
    start = next((number for number, line in enumerate(lines) if line.startswith("| Code |")), None)
    if start is None:
        return
    end = next((number for number in range(start, len(lines)) if not lines[number].startswith("|")), len(lines))
    lines.insert(end, topic_row(code, hooks, lines[start].count("|") - 1))
    changes.changed[path] = "\n".join(lines) + "\n"


def _add_code(folder: Path, system: str, code: str, changes: Changes) -> None:
    """The code in the content's code system of recommendations, one concept a line as there; a new system where there is none."""
    entry = {"code": code, "display": "TO WRITE: name the topic in a few words; it is the display of source.topic"}
    for path in sorted((folder / "terminology").glob("CodeSystem-*.json")):
        problems = Problems()
        resource = read_json(path, problems.at(path.relative_to(folder).as_posix()))
        if problems.found:
            raise CannotScaffold(str(problems.found[0]))
        if resource.get("url") == system:
            text = path.read_text(encoding="utf-8")
            if not any(concept.get("code") == code for concept in resource.get("concept", ())):
                changes.changed[path] = _with_concept(text, resource, entry)
            return
    changes.new[folder / "terminology" / f"CodeSystem-{system.rsplit('/', 1)[-1]}.json"] = _json(code_system(system, entry))


def _with_concept(text: str, resource: Mapping[str, Any], entry: Mapping[str, str]) -> str:
    """The text of a code system with one more concept, laid out as it was."""
    concepts = resource.get("concept", ())
    if "count" in resource:
        text = re.sub(r'("count":\s*)\d+', rf"\g<1>{len(concepts) + 1}", text, count=1)
    found = _LAST_CONCEPT.search(text)
    if found is None:
        return _json({**resource, "concept": [*concepts, entry], **({"count": len(concepts) + 1} if "count" in resource else {})})
    return f"{text[: found.end(2)]},{found[1]}{json.dumps(entry, ensure_ascii=False)}{found[3]}"


def _json(resource: Mapping[str, Any]) -> str:
    return json.dumps(resource, indent=2, ensure_ascii=False) + "\n"
