"""``lock.json``: what was released last, so that nobody changes content and forgets its version.

The content is divided into units: every resource with a version of its own (a topic's plan together with the other files of its
folder that are served), and the rest by its top folder, whose version stands in ``versions.json``. Cases and phrases prove the
content and are no part of it.

Beside the units stands what was validated against the FHIR models, by file: the start validates everything else (``plans/validate.py``).

The rule: what differs from the lock has a higher version than in the lock. So a version is raised once between two releases,
with the first change, and ``cds-service lock`` at the release makes the next change need the next version.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.authoring.material import Material
from cds_service.documents import Unreadable, read_yaml
from cds_service.errors import ContentError
from cds_service.knowledge import is_served
from cds_service.plans.content import read_json
from cds_service.plans.problems import Problems
from cds_service.plans.validate import LOCK, VALIDATED, digest

VERSIONS = "versions.json"
_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)\Z")
_RAISE = "raise its version: `cds-service lock --raise` raises the last number of all that need it"


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the content with one version: its name, where the version is stated, the version, and a hash of it all."""

    name: str
    file: str
    element: str
    version: str
    sha256: str


def check_lock(material: Material, problems: Problems) -> None:
    """Report what changed since the lock and has no higher version; without a lock there is nothing to compare with."""
    if (material.folder / LOCK).is_file():
        compare(material.folder, problems)


def compare(folder: Path, problems: Problems) -> None:
    """Report versions that are none, and those that do not tell that something changed since the lock, if there is one."""
    locked = read_lock(folder / LOCK, problems)
    for unit in units(folder):
        place, before, now = problems.at(unit.file, unit.element), locked.get(unit.name), _number(unit.version)
        if now is None:
            place.add(f"'{unit.version}' is no version of {unit.name}", f'write three numbers: "{unit.element}": "0.1.0"')
        elif before is None or before == (unit.version, unit.sha256):
            continue
        elif before[0] == unit.version:
            place.add(f"is still {unit.version}, but {unit.name} has changed since that was locked", _RAISE)
        elif now < (_number(before[0]) or now):
            place.add(f"is {unit.version}, but {before[0]} was locked", "versions only rise")


def read_lock(path: Path, problems: Problems) -> Mapping[str, tuple[str, str]]:
    """Version and hash of every unit at the last release; nothing before the first."""
    if not path.is_file():
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["units"]
        return {str(entry["unit"]): (str(entry["version"]), str(entry["sha256"])) for entry in entries}
    except (OSError, ValueError, LookupError, TypeError):
        problems.at(LOCK).add("cannot be read as a lock", "bring it back from version control, or write it anew with `cds-service lock`")
        return {}


def write_lock(folder: Path) -> tuple[str, ...]:
    """Lock the content as it is; returns a line for each unit that is new, raised or gone since the lock before.

    Whoever calls has loaded it, and thereby validated every resource anew.
    """
    before, now = read_lock(folder / LOCK, Problems()), units(folder)
    entries = ",\n".join(f"    {json.dumps({'unit': unit.name, 'version': unit.version, 'sha256': unit.sha256})}" for unit in now)
    files = ",\n".join(f"    {json.dumps(file)}: {json.dumps(sha256)}" for file, sha256 in _resources(folder))
    text = f'{{\n  "units": [\n{entries}\n  ],\n  "{VALIDATED}": {{\n{files}\n  }}\n}}\n'
    (folder / LOCK).write_text(text, encoding="utf-8")
    was = {name: version for name, (version, _) in before.items()}
    changed = [f"{unit.name} {was.get(unit.name, 'new')} -> {unit.version}" for unit in now if was.get(unit.name) != unit.version]
    gone = [f"{name} is gone" for name in sorted(set(was) - {unit.name for unit in now})]
    return (*changed, *gone) if before else ()


def raise_versions(folder: Path) -> tuple[str, ...]:
    """Raise the last number of every version that the lock asks to be raised; returns a line for each."""
    locked = read_lock(folder / LOCK, Problems())
    lines = []
    for unit in units(folder):
        number = _number(unit.version)
        if number is not None and locked.get(unit.name, ("", ""))[0] == unit.version and locked[unit.name][1] != unit.sha256:
            raised = f"{number[0]}.{number[1]}.{number[2] + 1}"
            _write_version(folder / unit.file, unit.element, unit.version, raised)
            lines.append(f"{unit.name} {unit.version} -> {raised}")
    return tuple(lines)


def units(folder: Path) -> tuple[Unit, ...]:
    """The units of a content folder, by name. Raises :class:`ContentError` where a file cannot be read."""
    parts: dict[str, dict[str, Any]] = {}
    stated: dict[str, tuple[str, str, str]] = {}
    plans: dict[Path, list[str]] = {}
    rest: list[tuple[Path, Any]] = []
    for path, value in _files(folder):
        if not isinstance(value, Mapping) or not {"resourceType", "version"} <= set(value):
            rest.append((path, value))
            continue
        name, file = f"{value['resourceType']}/{value.get('id')}", path.relative_to(folder).as_posix()
        parts[name], stated[name] = {file: value}, (file, "version", str(value["version"]))
        if value["resourceType"] == "PlanDefinition":
            plans.setdefault(path.parent, []).append(name)
    versions = _versions(folder / VERSIONS)
    for path, value in rest:
        top = path.relative_to(folder).parts[0] if path.parent != folder else "content"
        for name in plans.get(path.parent, [f"{top} folder"]):
            parts.setdefault(name, {})[path.relative_to(folder).as_posix()] = value
            stated.setdefault(name, (VERSIONS, top, str(versions.get(top, "(missing)"))))
    return tuple(Unit(name, *stated[name], _hash(parts[name])) for name in sorted(parts))


def _resources(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file that holds a resource, with the hash of its bytes."""
    for path, value in _files(folder):
        if path.suffix == ".json" and "resourceType" in value:
            yield path.relative_to(folder).as_posix(), digest(path)


def _files(folder: Path) -> Iterator[tuple[Path, Any]]:
    """Every file that is served, parsed, so that layout and comments do not count. Raises :class:`ContentError`."""
    for path in sorted(folder.rglob("*")):
        if not is_served(path.relative_to(folder)):
            continue
        if path.suffix == ".json":
            yield path, _sound(path, folder)
        elif path.suffix == ".yaml":
            try:
                yield path, read_yaml(path)
            except Unreadable as error:
                raise ContentError([error.of(path.relative_to(folder).as_posix())]) from None


def _sound(path: Path, folder: Path) -> Mapping[str, Any]:
    problems = Problems()
    found = read_json(path, problems.at(path.relative_to(folder).as_posix()))
    if problems.found:
        raise ContentError(problems.found)
    return found


def _hash(parts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(_named(parts), sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def _named(node: Any) -> Any:
    """The same with texts as keys: YAML has others too, and they could not be sorted together."""
    if isinstance(node, Mapping):
        return {str(key): _named(value) for key, value in node.items()}
    return [_named(value) for value in node] if isinstance(node, list) else node


def _versions(path: Path) -> Mapping[str, Any]:
    return _sound(path, path.parent) if path.is_file() else {}


def _write_version(path: Path, element: str, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    value = {**json.loads(text), element: new}
    swapped = re.sub(rf'("{re.escape(element)}":\s*)"{re.escape(old)}"', rf'\g<1>"{new}"', text, count=1)
    path.write_text(swapped if json.loads(swapped) == value else json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _number(version: str) -> tuple[int, int, int] | None:
    found = _SEMVER.match(version)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))
