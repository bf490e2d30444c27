"""Our content without any of our care for time: libraries do at each request what ours does once, or not at all.

At each request every resource is validated by ``fhir.resources`` (R4B), and every expression of the fact declarations and every
criterion of the recommendations at the hook (at an order hook once for each draft) is parsed and evaluated by ``fhirpathpy``; one
that fails there is compiled and evaluated by our own FHIRPath. Left out in its favour: the readers of facts are ours as they are,
and neither texts are filled in nor cards rendered nor the answer checked: it is constant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import fhirpathpy
import yaml
from fhir.resources.R4B import get_fhir_model_class
from flask import Flask, Response, request

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.r4 import r4
from cds_service.fhirpath.standard import compile_fhirpath
from cds_service.hooks.parse import parse_hook_request
from cds_service.knowledge import Knowledge, load_knowledge, shipped_content
from cds_service.plans.environment import draft_orders, variable_values
from cds_service.prefetch.complete import complete_prefetch

app = Flask("naive", static_folder=None)


@cache
def knowledge() -> Knowledge:
    """The shipped content."""
    return load_knowledge(shipped_content())


@cache
def fact_expressions() -> tuple[str, ...]:
    """Every expression of the fact declarations, as written."""
    files = sorted((shipped_content() / "facts").glob("*.yaml"))
    return tuple(text for path in files for text in _expressions(yaml.safe_load(path.read_text(encoding="utf-8"))))


def _expressions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("expression"), str):
            yield node["expression"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _expressions(item)


@app.post("/cds-services/<service_id>")
def _call(service_id: str) -> Response:
    body = request.get_json()
    for resource in _resources(body):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    invocation = parse_hook_request(body, service_id)
    service = knowledge().services[(service_id, invocation.hook.name)]
    record = complete_prefetch(invocation, service.requirements, {})
    facts = knowledge().facts_engine.build(record, datetime.now(UTC).date())
    criteria = [criterion.expression.text for action in service.actions for criterion in action.criteria]
    parameters = knowledge().context.parameters
    for order in draft_orders(facts, knowledge().context.model) or (None,):
        variables = variable_values(facts, invocation.hook, parameters, order)
        for text in criteria:
            evaluate(text, variables)
    for text in fact_expressions():
        evaluate(text, variables)
    return Response(b'{"cards":[]}', mimetype="application/json")


def evaluate(text: str, variables: dict[str, Any]) -> Any:
    """Parse and evaluate an expression."""
    try:
        return fhirpathpy.evaluate({}, text, variables)
    except Exception:  # noqa: BLE001 - a library that cannot do it may fail in any way
        return _ours(text, variables)


def _ours(text: str, variables: dict[str, Any]) -> Any:
    try:
        compiled = compile_fhirpath(text, model=r4(), variables=dict.fromkeys(variables))
        return compiled(None, variables, now=datetime.now(UTC))
    except FhirPathError:  # it cannot be said of these facts
        return []


def _resources(body: Any) -> Iterator[dict[str, Any]]:
    for value in body["prefetch"].values():
        yield from (entry["resource"] for entry in value.get("entry", ())) if value["resourceType"] == "Bundle" else (value,)


knowledge()
fact_expressions()
