"""DataRequirements of the content -> the prefetch keys of a service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.plans.expressions import extension_value
from cds_service.plans.problems import Place
from cds_service.plans.rules import PREFETCH_QUERY, REQUIRED_DATA, check_extensions, check_keys, mappings

MAX_KEYS = 10
Expand = Callable[[str], Iterable[tuple[str, str]]]
_KEY = re.compile(r"[a-z][A-Za-z0-9-]{0,63}\Z")
_PATHS = ("code", "category")
_REQUIREMENT_KEYS = frozenset({"id", "extension", "type", "codeFilter"})
_FILTER_KEYS = frozenset({"path", "valueSet", "code"})


def compile_requirements(inputs: object, place: Place, expand: Expand) -> tuple[DataRequirement, ...]:
    """The data requirements of one action (``action.input``)."""
    found = []
    for number, element in enumerate(mappings(inputs)):
        requirement = _requirement(element, place.child(f"input[{number}]"), expand)
        if requirement is not None:
            found.append(requirement)
    return tuple(found)


def _requirement(element: Mapping[str, Any], place: Place, expand: Expand) -> DataRequirement | None:
    check_keys(element, _REQUIREMENT_KEYS, place, "a data requirement")
    check_extensions(element, (REQUIRED_DATA, PREFETCH_QUERY), place)
    key, kind = element.get("id"), element.get("type")
    if not isinstance(key, str) or not _KEY.match(key):
        place.child("id").add("is missing or no prefetch key", "write the prefetch key, such as conditions")
        return None
    if not isinstance(kind, str) or not kind:
        place.child("type").add("is missing", "name the resource type")
        return None
    filters = (
        _filter(item, place.child(f"codeFilter[{number}]"), expand) for number, item in enumerate(mappings(element.get("codeFilter")))
    )
    required = extension_value(element, REQUIRED_DATA) is True
    return DataRequirement(key, kind, tuple(item for item in filters if item is not None), required, _query(element, kind, place))


def _query(element: Mapping[str, Any], kind: str, place: Place) -> str | None:
    """The prefetch template that the content writes itself; what may stand in it depends on the hook and is linted with the service."""
    query = extension_value(element, PREFETCH_QUERY)
    if query is None or (isinstance(query, str) and query.startswith((f"{kind}?", f"{kind}/"))):
        return query
    place.child("extension[prefetch-query]").add(f"is no query for {kind}", f"write it as valueString, beginning with {kind}? or {kind}/")
    return None


def _filter(element: Mapping[str, Any], place: Place, expand: Expand) -> CodeFilter | None:
    check_keys(element, _FILTER_KEYS, place, "a code filter")
    path, value_set = element.get("path"), element.get("valueSet")
    if path not in _PATHS:
        place.child("path").add("is no search parameter that may be prefetched", f"use one of: {', '.join(_PATHS)}")
        return None
    codes = [(str(coding.get("system", "")), str(coding.get("code", ""))) for coding in mappings(element.get("code"))]
    if value_set is not None:
        try:
            codes += [(system, code) for system, code in expand(str(value_set))]
        except KeyError:
            place.child("valueSet").add("is not a value set of the content", "add the value set, or correct the canonical")
            return None
    if not codes:
        place.add("lists no code", "name a value set with listed codes (patterns cannot be searched for)")
        return None
    return CodeFilter(str(path), tuple(dict.fromkeys(codes)), None if value_set is None else str(value_set))


def merge_requirements(requirements: Iterable[DataRequirement], place: Place) -> tuple[DataRequirement, ...]:
    """The prefetch keys of a service: each once, at most ten, in order."""
    merged: dict[str, DataRequirement] = {}
    for requirement in requirements:
        first = merged.setdefault(requirement.key, requirement)
        if first != requirement:
            place.add(
                f"the data requirement '{requirement.key}' is stated in two different ways", "state it once, or give the other another id"
            )
    if len(merged) > MAX_KEYS:
        place.add(f"has {len(merged)} prefetch keys", f"at most {MAX_KEYS} are allowed: merge some")
    return tuple(merged.values())
