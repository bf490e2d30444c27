"""From a prefetch template to the query that it stands for: its tokens replaced by what the hook call says.

An EHR does this for what it prefetches; we do it for what we read ourselves. Sources: CDS Hooks 2.0, "Prefetch tokens"; for
traversal, ``resolve()``, ``today()`` and ``%key`` the 3.0 ballot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote

from cds_service.fhir.bundles import items
from cds_service.fhir.record import Resource
from cds_service.fhir.references import literal, resolve, text_of
from cds_service.hooks.invocation import Invocation
from cds_service.prefetch.paths import TODAY, USER_TOKENS, OfType, Path, Resolve, Step, Token, split

_MOST_VALUES = 100  # of one token; an URL with more is refused by many servers
_SEARCH_SYNTAX = re.compile(r"([\\,$|])")  # FHIR R4, search, "Escaping search parameters"
_SEGMENT = re.compile(r"(?!\.+\Z)[\w.~-]{1,256}\Z", re.ASCII)
# FHIR R4: an element such as ``medication[x]`` is written with its type
_CHOICES = (
    "Reference", "CodeableConcept", "DateTime", "Date", "Period", "Age", "Range", "Timing", "String", "Quantity", "Boolean", "Integer",
)  # fmt: skip

_Node = tuple[Any, Resource | None]
"""A value and the resource that it stands in, where ``#id`` is looked for."""


class CyclicPrefetch(ValueError):
    """Prefetch keys that depend on each other in a circle."""


def expand(template: str, invocation: Invocation, as_of: date, prior: Mapping[str, Any] = {}) -> str | None:
    """The relative URL (``Type/id`` or ``Type?query``) that a template stands for in a hook call.

    ``prior`` holds what earlier keys brought, under our keys. Values are percent-encoded and cannot end their parameter or their
    segment of the path; the rest is left as the template has it. ``None`` if a token has no value, none that is simple, or too many:
    the query cannot be asked. Raises :class:`~cds_service.prefetch.paths.TokenError` for a template that the linter refuses.
    """
    scope = _Scope(invocation, as_of, prior)
    url = ""
    for part in split(template):
        if isinstance(part, str):
            url += part
            continue
        written = _in_query(_values(part, scope)) if "?" in url else _in_path(_values(part, scope))
        if written is None:
            return None
        url += written
    return url


def depends_on(template: str) -> frozenset[str]:
    """The prefetch keys whose answers a template needs. Raises :class:`~cds_service.prefetch.paths.TokenError`."""
    tokens = (part for part in split(template) if isinstance(part, Token))
    return frozenset(path.key for token in tokens for path in token.paths if path.key is not None)


def in_order(templates: Mapping[str, str]) -> dict[str, str]:
    """The templates, each after those that it depends on, otherwise as they were. Raises :class:`CyclicPrefetch`."""
    ordered: dict[str, str] = {}

    def place(key: str, waiting: tuple[str, ...]) -> None:
        if key in waiting:
            raise CyclicPrefetch(f"prefetch keys depend on each other: {' -> '.join((*waiting[waiting.index(key) :], key))}")
        if key in templates and key not in ordered:
            for needed in sorted(depends_on(templates[key])):
                place(needed, (*waiting, key))
            ordered[key] = templates[key]

    for key in templates:
        place(key, ())
    return ordered


@dataclass(frozen=True)
class _Scope:
    """What tokens may speak of."""

    invocation: Invocation
    as_of: date
    prior: Mapping[str, Any]

    @cached_property
    def context(self) -> Mapping[str, Any]:
        """The context, with ids as ids where a client sent references for them."""
        hook = self.invocation.hook
        ids = {"patientId": hook.patient_id, "encounterId": hook.encounter_id}
        return {**self.invocation.context, **{name: value for name, value in ids.items() if value is not None}}

    @cached_property
    def targets(self) -> Mapping[str, Resource]:
        """Every resource at hand by the references that may name it."""
        targets: dict[str, Resource] = {}
        for value in (*self.invocation.context.values(), *self.invocation.prefetch.values(), *self.prior.values()):
            for item in items(value, "") if isinstance(value, dict | list) else ():
                if item.resource is not None:
                    targets.setdefault(f"{item.kind}/{item.resource.get('id')}", item.resource)
                    targets.setdefault(item.full_url or "", item.resource)
        return targets


def _values(token: Token, scope: _Scope) -> list[str]:
    """The different values of a token, in order; none if one of them is no simple value."""
    found = [value for path in token.paths for value in _walk(path, scope)]
    if any(isinstance(value, dict | list) for value in found):
        return []
    texts = (str(value).lower() if isinstance(value, bool) else str(value) for value in found if value != "")
    return list(dict.fromkeys(texts))


def _walk(path: Path, scope: _Scope) -> list[Any]:
    if path.root == TODAY:
        return [(scope.as_of + timedelta(days=path.days)).isoformat()]
    if path.root in USER_TOKENS:
        user = literal(scope.invocation.hook.user_id)
        return [user[1]] if user is not None and user[0] == USER_TOKENS[path.root] else []
    nodes: list[_Node] = [(scope.context if path.key is None else scope.prior.get(path.key), None)]
    for step in path.steps:
        nodes = [after for node in nodes for after in _step(node, step, scope)]
    return [value for value, _ in nodes]


def _step(node: _Node, step: Step, scope: _Scope) -> Iterator[_Node]:
    value, home = node
    if isinstance(step, OfType):
        if isinstance(value, Mapping) and value.get("resourceType") == step.type:
            yield value, value
    elif isinstance(step, Resolve):
        target = _resolved(value, home, scope)
        if target is not None:
            yield target, target
    elif isinstance(value, Mapping):
        inside = value if isinstance(value.get("resourceType"), str) else home
        for name in (step,) if step in value else tuple(f"{step}{choice}" for choice in _CHOICES):
            member = value.get(name)
            for item in member if isinstance(member, list) else [member]:
                if item is not None:
                    yield item, inside


def _resolved(value: object, home: Resource | None, scope: _Scope) -> Resource | None:
    """The target of a reference if it is at hand; of any other, the type and id that the reference itself tells."""
    written = text_of(value)
    if written is None:
        return None
    target = resolve(written, home or {}, scope.targets)
    named = literal(written)
    if target is not None or named is None:
        return target
    return {"resourceType": named[0], "id": named[1]}


def _in_query(values: list[str]) -> str | None:
    """The values as one search parameter has them: any of them, none able to add another."""
    if not 0 < len(values) <= _MOST_VALUES:
        return None
    return ",".join(quote(_SEARCH_SYNTAX.sub(r"\\\1", value), safe="") for value in values)


def _in_path(values: list[str]) -> str | None:
    """The one value as a segment of a path; what would be another path is none."""
    return values[0] if len(values) == 1 and _SEGMENT.match(values[0]) else None
