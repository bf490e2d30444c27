"""Prefetch templates: derived from the content's data requirements, and checked against what CDS Hooks 2.0 permits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.requirements import filters_of

MAX_KEYS = 10
MAX_LENGTH = 1800  # what URLs survive in proxies, with room for the server's own address

# CDS Hooks 2.0, Prefetch Template: user tokens besides the fields of the context
_USER_TOKENS = ("userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId")
# Context fields that are objects or lists; they cannot stand in a token (hook library, "Prefetch Token: No")
_NOT_TOKENS = ("selections", "draftOrders", "appointments", "fulfillmentTasks", "allergyIntolerance", "medications", "conditions")
_TOKEN = re.compile(r"{{(.*?)}}")
_SHAPE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)(?:/(?P<id>[^/?]+)|\?(?P<query>[^?]+))\Z")
_MODIFIERS = (":in",)
_PREFIXES = re.compile(r"(?:eq|lt|gt|ge|le)?\d|{{")
_DATES = ("date", "onset-date", "recorded-date", "authoredon", "authored", "effective", "effective-time", "issued", "started")
_CONTROL = ("_count", "_sort")


def template_of(requirement: DataRequirement) -> str:
    """The query of one requirement, codes spelled out because most EHRs cannot resolve a value set by ``:in``."""
    if requirement.type == "Patient":
        return "Patient/{{context.patientId}}"
    tokens = [f"{name}={','.join(codes)}" for name, codes in filters_of(requirement).items()]
    return f"{requirement.type}?{'&'.join(['patient={{context.patientId}}', *tokens])}"


def templates(requirements: Iterable[DataRequirement]) -> dict[str, str]:
    """The ``prefetch`` of a discovery entry: key -> template, in the order of the content."""
    return {requirement.key: template_of(requirement) for requirement in requirements}


def lint(prefetch: dict[str, str]) -> list[str]:
    """Everything in a ``prefetch`` object that a conforming client need not support, one plain sentence each."""
    problems = [] if len(prefetch) <= MAX_KEYS else [f"{len(prefetch)} prefetch keys, at most {MAX_KEYS} are wise"]
    for key, template in prefetch.items():
        problems += [f"prefetch '{key}': {problem}" for problem in lint_template(template)]
    return problems


def lint_template(template: str) -> list[str]:
    """What is wrong with one template; empty if nothing is (CDS Hooks 2.0, "Prefetch query restrictions")."""
    problems = [f"is {len(template)} characters long, more than {MAX_LENGTH}"] if len(template) > MAX_LENGTH else []
    problems += [f"token '{token}' is not one that clients know" for token in _TOKEN.findall(template) if not _is_token(token.strip())]
    shape = _SHAPE.match(template)
    if shape is None:
        return [*problems, "is neither a read (Type/id) nor a search of one type (Type?parameters)"]
    return problems + _lint_query((shape["query"] or "").split("&") if shape["query"] else [])


def _is_token(token: str) -> bool:
    if token in _USER_TOKENS:
        return True
    field = token.removeprefix("context.")
    return field != token and field.isidentifier() and field not in _NOT_TOKENS


def _lint_query(parameters: Sequence[str]) -> list[str]:
    problems = []
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if not value:
            problems.append(f"parameter '{name}' has no value")
        elif name.startswith("_"):
            problems += [] if name in _CONTROL else [f"'{name}' is outside what clients must support"]
        elif "." in name:
            problems.append(f"'{name}' chains")
        elif ":" in name and not name.endswith(_MODIFIERS):
            problems.append(f"'{name}' uses a modifier other than :in")
        elif name in _DATES and not _PREFIXES.match(value):
            problems.append(f"'{name}' uses a date prefix other than eq, lt, gt, ge, le")
    return problems
