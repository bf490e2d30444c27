"""Prefetch templates checked against what clients must support (CDS Hooks 2.0; the 3.0 ballot where a site says so)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from cds_service.model.hook_library import definition
from cds_service.prefetch.paths import CONTEXT, OfType, Path, TokenError, parse_token, token_texts
from cds_service.prefetch.tokens import CyclicPrefetch, in_order

BALLOT = "3.0"
MAX_KEYS = 10
MAX_LENGTH = 1800  # what URLs survive in proxies, with room for the server's own address

_SHAPE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)(?:/(?P<id>[^/?]+)|\?(?P<query>[^?]+))\Z")
_MODIFIERS = (":in",)
_PREFIXES = re.compile(r"(?:eq|lt|gt|ge|le)?\d|(?:eq|lt|gt|ge|le)?{{")
_DATES = ("date", "onset-date", "recorded-date", "authoredon", "authored", "effective", "effective-time", "issued", "started")
_CONTROL = ("_count", "_sort", "_id")
_ONLY_BALLOT = ("_maxresults",)
_TOKEN = re.compile(r"{{.*?}}", re.DOTALL)


def lint(prefetch: Mapping[str, str], hook: str = "patient-view", version: str = "2.0") -> list[str]:
    """Everything in a ``prefetch`` object that a conforming client need not support, one plain sentence each.

    ``version`` is the CDS Hooks version that the site's clients know: ``2.0`` or ``3.0`` (the ballot).
    """
    problems = [] if len(prefetch) <= MAX_KEYS else [f"{len(prefetch)} prefetch keys, at most {MAX_KEYS} are wise"]
    for key, template in prefetch.items():
        problems += [f"prefetch '{key}': {problem}" for problem in lint_template(template, hook, version, prefetch)]
    if not problems:
        try:
            in_order(prefetch)
        except CyclicPrefetch as error:
            problems.append(str(error))
    return problems


def lint_template(template: str, hook: str = "patient-view", version: str = "2.0", keys: Collection[str] = ()) -> list[str]:
    """What is wrong with one template beside others under ``keys``; empty if nothing is (CDS Hooks, "Prefetch query restrictions")."""
    problems = [f"is {len(template)} characters long, more than {MAX_LENGTH}"] if len(template) > MAX_LENGTH else []
    for text in token_texts(template):
        problems += _lint_token(text, hook, version, keys)
    shape = _SHAPE.match(_TOKEN.sub("{{}}", template))
    if shape is None:
        return [*problems, "is neither a read (Type/id) nor a search of one type (Type?parameters)"]
    return problems + _lint_query((shape["query"] or "").split("&") if shape["query"] else [], version)


def _lint_token(text: str, hook: str, version: str, keys: Collection[str]) -> list[str]:
    try:
        token = parse_token(text)
    except TokenError as error:
        return [f"token '{text}' is not one that clients know ({error})"]
    if version != BALLOT and not token.is_plain:
        return [f"token '{text}' is not one that clients of CDS Hooks 2.0 know: write a simpler one, or set CDS_HOOKS_VERSION=3.0"]
    return [f"token '{text}' {problem}" for path in token.paths for problem in _lint_path(path, hook, keys)]


def _lint_path(path: Path, hook: str, keys: Collection[str]) -> Iterator[str]:
    known = definition(hook)
    if path.key is not None and path.key not in keys:
        yield f"names '{path.key}', which is no prefetch key of the service"
    if path.root == CONTEXT:
        holders = () if path.is_plain else (known.orders, *known.resources)
        if path.steps[0] not in (*known.tokens, *holders):
            yield f"names a field that {hook} does not have for tokens"
    for step in path.steps:
        if isinstance(step, OfType) and not _is_resource_type(step.type):
            yield f"names '{step.type}', which is no resource type"


def _is_resource_type(name: str) -> bool:
    from fhir.resources.R4B import get_fhir_model_class
    from fhir.resources.R4B.resource import Resource

    try:
        return issubclass(get_fhir_model_class(name), Resource)
    except ValueError:
        return False


def _lint_query(parameters: Sequence[str], version: str) -> list[str]:
    control = (*_CONTROL, *_ONLY_BALLOT) if version == BALLOT else _CONTROL
    problems = []
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if not value:
            problems.append(f"parameter '{name}' has no value")
        elif name.startswith("_"):
            problems += [] if name in control else [f"'{name}' is outside what clients must support"]
        elif "." in name:
            problems.append(f"'{name}' chains")
        elif ":" in name and not name.endswith(_MODIFIERS):
            problems.append(f"'{name}' uses a modifier other than :in")
        elif name in _DATES and not _PREFIXES.match(value):
            problems.append(f"'{name}' uses a date prefix other than eq, lt, gt, ge, le")
    return problems
