"""The variables of expressions: their types when content is loaded, their values when it is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cds_service.fhirpath import Type
from cds_service.model.assessment import Hook
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Facts, value_in
from cds_service.plans.compiled import HOOKS

FACT_PATHS = "fact-path"  # the "code system" of %needed: its displays are the titles of facts
_NO_ORDER = Type("object", known=True)


def known(of: Type) -> Type:
    """A type whose every member is always known: where it is empty, there is nothing."""
    return replace(of, known=True, children={name: known(child) for name, child in of.children.items()})


def variable_types(model: FactModel, parameters: Type, codes: Iterable[str]) -> Mapping[str, Type]:
    """The types of all variables. ``%order`` is one of ``facts.orders``; ``codes`` are the recommendations' codes."""
    orders = model.type_of(model.orders) or _NO_ORDER
    askable = frozenset(item.askable.name for item in model.declarations.values() if item.askable is not None)
    text = Type("string", known=True)
    hook = {
        "name": Type("code", codes=frozenset(HOOKS), known=True),
        "userId": text,
        "userType": text,
        "encounterId": text,
        "performer": text,
        "selections": Type("string", many=True, known=True),
    }
    return {
        "facts": model.root,
        "parameters": parameters,
        "patient": model.root.children.get("patient", Type("object")),
        "hook": Type("object", children=hook, known=True),
        "order": known(replace(orders, many=False)),
        "fired": Type("code", many=True, codes=frozenset(codes), known=True),
        "needed": Type("code", many=True, codes=askable, known=True, code_system=FACT_PATHS),
    }


def variable_values(facts: Facts, hook: Hook, parameters: Mapping[str, Any], order: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values of all variables for one order (``None`` at patient-view), with ``%fired`` and ``%needed`` empty."""
    return {
        "facts": facts.tree,
        "parameters": parameters,
        "patient": facts.tree.get("patient"),
        "hook": {
            "name": hook.name,
            "userId": hook.user_id,
            "userType": hook.user_type,
            "encounterId": hook.encounter_id,
            "performer": hook.performer,
            "selections": list(hook.selections),
        },
        "order": order,
        "fired": [],
        "needed": [],
    }


def draft_orders(facts: Facts, model: FactModel) -> tuple[Mapping[str, Any], ...]:
    """The draft orders as facts, in the order of the hook; none where the content reads none."""
    return tuple(value_in(facts.tree, model.orders) or ()) if model.orders is not None else ()


def type_at(variables: Mapping[str, Type], path: str) -> Type | None:
    """The type of a variable-rooted path such as ``facts.a.b``; ``many`` if anything on the way is a list."""
    root, *names = path.split(".")
    found = variables.get(root)
    many = False
    for name in names:
        if found is None:
            return None
        many = many or found.many
        found = found.children.get(name)
    return None if found is None else replace(found, many=found.many or many)
