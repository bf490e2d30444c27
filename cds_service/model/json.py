"""Facts as JSON, for people and programs outside the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cds_service.fhirpath.temporal import Temporal
from cds_service.model.assessment import ActionTrace
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Evidence, Facts

_INDEX = re.compile(r"\[\d+\]")


def plain(value: Any) -> Any:
    """A value of the facts as JSON: decimals become numbers, dates text, tuples lists."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value) if isinstance(value, Temporal) else value


def facts_json(facts: Facts, model: FactModel) -> dict[str, Any]:
    """The document that ``cds-service facts`` prints: ``facts`` nested, all else by path, without helpers and what is not declared."""

    def internal(path: str, *, branch: bool = False) -> bool:
        declaration = model.declarations.get(_INDEX.sub("", path))
        return declaration.internal if declaration is not None else not branch

    return {
        "facts": plain(_without(facts.tree, "", internal)),
        "evidence": {path: [_evidence(item) for item in items] for path, items in facts.evidence.items() if items and not internal(path)},
        "unknown": [{"path": item.path, "why": item.why} for item in facts.unknown if not internal(item.path)],
        "conflicts": [
            {"path": item.path, "values": list(item.values), "references": list(item.references), "why": item.why}
            for item in facts.conflicts
        ],
        "issues": [{"code": item.code, "where": item.where, "text": item.text} for item in facts.issues],
    }


def _without(node: Mapping[str, Any], prefix: str, internal: Any) -> dict[str, Any]:
    """The tree without internal paths and without objects that are left empty."""
    kept: dict[str, Any] = {}
    for name, value in node.items():
        path = f"{prefix}{name}"
        if internal(path, branch=isinstance(value, Mapping)):
            continue
        if isinstance(value, Mapping):
            below = _without(value, f"{path}.", internal)
            kept |= {name: below} if below else {}
        elif isinstance(value, list | tuple):
            kept[name] = [_without(item, f"{path}.", internal) if isinstance(item, Mapping) else item for item in value]
        else:
            kept[name] = value
    return kept


def _evidence(item: Evidence) -> dict[str, Any]:
    found = {"reference": item.reference, "code": item.code, "date": item.date, "confidence": item.confidence, "explicit": item.explicit}
    return {name: value for name, value in found.items() if value is not None}


def trace_json(trace: ActionTrace) -> dict[str, Any]:
    """One recommendation as evaluated: each criterion with its value (``null`` = unknown) and the facts that it read."""
    return {
        "code": trace.code,
        "plan": trace.plan,
        "order": trace.order,
        "fired": trace.fired,
        "criteria": [
            {
                "description": criterion.description,
                "expression": criterion.expression,
                "value": criterion.value,
                "reads": {path: plain(value) for path, value in criterion.reads},
            }
            for criterion in trace.criteria
        ],
    }
