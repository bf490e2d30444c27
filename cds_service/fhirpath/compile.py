"""Checked tree to Python closures, once, so that an evaluation is only calls.

There are three ways to evaluate a node, each a closure over ``(variables, focus)``: :func:`many` gives the FHIRPath
collection as a list; :func:`single` gives its one value or ``None`` for empty, and raises where there are several;
:func:`truth` gives ``True``, ``False`` or ``None`` for an operand of logic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cds_service.fhirpath.check import Checked
from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.logic import Truth, conjunction, disjunction, implication
from cds_service.fhirpath.nodes import Binary, Call, Empty, Literal, Member, This, Variable
from cds_service.fhirpath.operators import (
    concatenation,
    constant_equality,
    equality,
    list_equality,
    membership,
    negation,
    ordering,
    text_equality,
    text_membership,
)
from cds_service.fhirpath.walk import Many, Single, from_focus, from_value, from_variable, items, only, only_boolean, some

_LOGIC = {"and": conjunction, "or": disjunction, "implies": implication}


def many(checked: Checked) -> Many:
    """The closure that gives the collection, as a fresh list."""
    match checked.node:
        case Call(name="where"):
            return _where(checked)
        case Call(name="iif"):
            return _iif(checked, many)
        case _:
            value = _value(checked)
            return lambda variables, focus: items(value(variables, focus))


def single(checked: Checked) -> Single:
    """The closure that gives the one value or ``None``."""
    match checked.node:
        case Call(name="iif"):
            return _iif(checked, single)
        case Call(name="where") | Variable() | This() | Member():
            return only(_value(checked), checked.node.position)
        case _:
            return _value(checked)


def truth(checked: Checked) -> Truth:
    """The closure that gives the truth of an operand: a single value that is no boolean counts as true (FHIRPath 2.0, 4.5)."""
    if checked.type.name == "boolean":
        path = isinstance(checked.node, (Variable, This, Member))
        return only_boolean(_value(checked), checked.node.position) if path else single(checked)
    value = single(checked)

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        found = value(variables, focus)
        return None if found is None else found is not False

    return evaluated


def _value(checked: Checked) -> Single:
    """The closure that gives a value, ``None`` or, from a path, a list as it was found."""
    match checked.node:
        case Literal(value=constant):
            return lambda _variables, _focus: constant
        case Empty():
            return _nothing
        case Variable() | This() | Member():
            return _path(checked)
        case Call(name=name):
            return _call(checked, name)
        case Binary(operator=operator):
            return _binary(checked, operator)
        case node:
            raise FhirPathError("This is not covered", node.position, "Declare a fact that says it.")


def _nothing(_variables: Mapping[str, Any], _focus: Any) -> list[Any] | None:
    return None


def _path(checked: Checked) -> Single:
    names: list[str] = []
    while isinstance(checked.node, Member):
        names.insert(0, checked.node.name)
        checked = checked.parts[0]
    members = tuple(names)
    root = checked.node
    if isinstance(root, Variable):
        return from_variable(root.name, members)
    return from_focus(members) if isinstance(root, This) else from_value(many(checked), members)


def _call(checked: Checked, name: str) -> Single:
    if name == "not":
        return negation(truth(checked.parts[0]))
    if name in ("where", "iif"):
        return many(checked)
    if name == "exists" and len(checked.parts) == 1 and isinstance(checked.parts[0].node, (Variable, This, Member)):
        return some(_value(checked.parts[0]))
    selected = _where(checked) if len(checked.parts) > 1 else many(checked.parts[0])
    if name == "exists":
        return lambda variables, focus: bool(selected(variables, focus))
    if name == "empty":
        return lambda variables, focus: not selected(variables, focus)
    assert name == "count"
    return lambda variables, focus: len(selected(variables, focus))


def _where(checked: Checked) -> Many:
    """The items of the source for which the condition is true (not false, not unknown)."""
    source, condition = many(checked.parts[0]), truth(checked.parts[1])
    return lambda variables, focus: [item for item in source(variables, focus) if condition(variables, item) is True]


def _iif(checked: Checked, way: Callable[[Checked], Single]) -> Single:
    """Only the branch that is chosen is evaluated; an unknown condition chooses the second."""
    condition = truth(checked.parts[0])
    first = way(checked.parts[1])
    empty = _no_items if way is many else _nothing
    second: Single = way(checked.parts[2]) if len(checked.parts) > 2 else empty
    constants = [part.node.value for part in checked.parts[1:] if isinstance(part.node, Literal)]
    if way is single and len(constants) == 2:
        yes, no = constants
        return lambda variables, focus: yes if condition(variables, focus) is True else no
    return lambda variables, focus: (first if condition(variables, focus) is True else second)(variables, focus)


def _no_items(_variables: Mapping[str, Any], _focus: Any) -> list[Any]:
    return []


def _binary(checked: Checked, operator: str) -> Single:
    left, right = checked.parts
    position = checked.node.position
    if operator in _LOGIC:
        return _LOGIC[operator](truth(left), truth(right))
    if operator in ("=", "!="):
        return _equality(left, right, position, wanted=operator == "=")
    if operator == "in":
        return _membership(left, right, position)
    if operator == "contains":
        return _membership(right, left, position)
    if operator in ("+", "&"):
        return concatenation(single(left), single(right), position, lenient=operator == "&")
    return ordering(operator, single(left), single(right), position)


def _membership(item: Checked, every: Checked, position: int) -> Truth:
    if isinstance(item.node, Literal) and isinstance(item.node.value, str):
        return text_membership(item.node.value, _value(every), position)
    return membership(single(item), many(every), position)


def _equality(left: Checked, right: Checked, position: int, *, wanted: bool) -> Truth:
    if any(side.type.many or side.type.name == "any" for side in (left, right)):
        return list_equality(many(left), many(right), position, wanted=wanted)
    if isinstance(right.node, Literal) and isinstance(right.node.value, str):
        return text_equality(_value(left), right.node.value, left.node.position, wanted=wanted)
    if isinstance(right.node, Literal) and isinstance(right.node.value, (bool, int)):
        return constant_equality(_value(left), right.node.value, (left.node.position, position), wanted=wanted)
    return equality(single(left), single(right), position, wanted=wanted)
