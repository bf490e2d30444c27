"""FHIR templates: placeholders filled, elements without a value left out, changes merged in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.cases.patterns import Row

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(?P<path>[a-z][A-Za-z0-9_.-]*)\}")


def placeholders(template: Any) -> Iterator[str]:
    """Every ``{path}`` in a template."""
    if isinstance(template, str):
        yield from (found["path"] for found in _PLACEHOLDER.finditer(template) if found["path"])
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from placeholders(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from placeholders(value)


def fill(template: Any, scope: Mapping[str, Any]) -> Any:
    """The template with its placeholders replaced; a text with a placeholder that has no value is ``None``.

    A text that is one placeholder becomes its value, of whatever type. Braces that are meant as such are doubled.
    """
    if isinstance(template, Mapping):
        return {key: fill(value, scope) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [fill(value, scope) for value in template]
    return _filled(template, scope) if isinstance(template, str) else template


def _filled(text: str, scope: Mapping[str, Any]) -> Any:
    whole = _PLACEHOLDER.fullmatch(text)
    if whole and whole["path"]:
        return _value(whole["path"], scope)
    values = [_value(found["path"], scope) for found in _PLACEHOLDER.finditer(text) if found["path"]]
    if any(value is None for value in values):
        return None
    return _PLACEHOLDER.sub(lambda found: str(_value(found["path"], scope)) if found["path"] else found[0][0], text)


def _value(path: str, scope: Mapping[str, Any]) -> Any:
    name, _, rest = path.partition(".")
    value: Any = scope.get(name)
    if isinstance(value, Row):
        value = value.columns if rest else value.word
    for step in rest.split(".") if rest else ():
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, Sequence) and not isinstance(value, str) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def pruned(value: Any) -> Any:
    """Without members and items that have no value, and without what is empty then."""
    if isinstance(value, Mapping):
        if _is_unnamed_coding(value):
            return None
        kept = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if not _is_empty(item)}
    if isinstance(value, list):
        return [item for item in map(pruned, value) if not _is_empty(item)]
    return value


def merged(resource: Any, changes: Any) -> Any:
    """JSON merge patch (RFC 7396): objects are merged, ``None`` removes, anything else replaces."""
    if not isinstance(changes, Mapping):
        return changes
    result = dict(resource) if isinstance(resource, Mapping) else {}
    for key, change in changes.items():
        if change is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), change)
    return result


def extended(resource: Mapping[str, Any], additions: Mapping[str, Any]) -> dict[str, Any]:
    """The resource with items added to its lists, however deep they are. Raises :class:`TypeError` where it has something else."""
    result = dict(resource)
    for key, items in additions.items():
        known = result.get(key)
        if isinstance(items, Mapping) and isinstance(known, Mapping | None):
            result[key] = extended(known or {}, items)
        elif isinstance(items, list) and isinstance(known, list | None):
            result[key] = [*(known or ()), *items]
        else:
            raise TypeError(key)
    return result


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, dict | list) and not value)


def _is_unnamed_coding(value: Mapping[str, Any]) -> bool:
    """A Coding of which only the system is left; a Quantity may lack its unit's code."""
    return "system" in value and "code" in value and value["code"] is None and "value" not in value
