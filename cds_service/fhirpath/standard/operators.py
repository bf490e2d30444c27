"""The operators between two parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.fhirpath.logic import conjunction, disjunction, exclusion, implication
from cds_service.fhirpath.nodes import Binary, Literal
from cds_service.fhirpath.standard.arithmetic import OPERATORS, joined_text
from cds_service.fhirpath.standard.compare import all_equal, all_equivalent, has, ordered
from cds_service.fhirpath.standard.distinct import distinct
from cds_service.fhirpath.standard.items import wrong
from cds_service.fhirpath.standard.part import Env, One, Part, from_many, from_one, several, truth
from cds_service.fhirpath.standard.static import EMPTY, Static, described, joined, refuse, require, system

_NUMBERS = frozenset({"Integer", "Decimal"})
_AMOUNTS = _NUMBERS | {"Quantity"}
_MOMENTS = frozenset({"Date", "DateTime"})
_ORDERED = _AMOUNTS | _MOMENTS | {"Time", "String"}
_SIGNS: dict[str, Callable[[int], bool]] = {
    "<": lambda compared: compared < 0,
    "<=": lambda compared: compared <= 0,
    ">": lambda compared: compared > 0,
    ">=": lambda compared: compared >= 0,
}
_BOOLEAN = system("Boolean")


def binary(node: Binary, left: Part, right: Part) -> Part:
    """The part for any operator but ``is`` and ``as``."""
    operator = node.operator
    if operator in ("and", "or", "xor", "implies"):
        return from_one(node, _BOOLEAN, _LOGIC[operator](truth(left), truth(right)))
    if operator in ("=", "!="):
        return from_one(node, _BOOLEAN, _equality(left, right, wanted=operator == "="))
    if operator in ("~", "!~"):
        ones, others, wanted = left.many, right.many, operator == "~"
        return from_one(node, _BOOLEAN, lambda env, focus: all_equivalent(ones(env, focus), others(env, focus)) is wanted)
    if operator in _SIGNS:
        return from_one(node, _BOOLEAN, _ordering(node, left, right))
    if operator in ("in", "contains"):
        return from_one(node, _BOOLEAN, _membership(left, right) if operator == "in" else _membership(right, left))
    if operator == "|":
        return union(node, left, right)
    if operator == "&":
        return from_one(node, system("String"), _concatenation(node, left, right))
    return from_one(node, _result(node, left.static, right.static), _arithmetic(node, left, right))


def union(node: Any, left: Part, right: Part) -> Part:
    """Every item of either, once."""
    ones, others = left.many, right.many
    static = joined(left.static, right.static)
    return from_many(node, Static(static.types, many=True), lambda env, focus: distinct([*ones(env, focus), *others(env, focus)]))


_LOGIC = {"and": conjunction, "or": disjunction, "xor": exclusion, "implies": implication}


def _equality(left: Part, right: Part, *, wanted: bool) -> One:
    text = right.node.value if isinstance(right.node, Literal) else None
    if text.__class__ is str and left.static.certainly("String") and not left.static.many:
        value = left.one

        def compared(env: Env, focus: Any) -> bool | None:
            found = value(env, focus)
            return None if found is None else (found == text) is wanted

        return compared
    ones, others = left.many, right.many
    if text.__class__ is str:

        def compared_text(env: Env, focus: Any) -> bool | None:
            items = ones(env, focus)
            if len(items) == 1 and items[0].__class__ is str:
                return (items[0] == text) is wanted
            same = all_equal(items, [text])
            return None if same is None else same is wanted

        return compared_text

    def evaluated(env: Env, focus: Any) -> bool | None:
        same = all_equal(ones(env, focus), others(env, focus))
        return None if same is None else same is wanted

    return evaluated


def _ordering(node: Binary, left: Part, right: Part) -> One:
    for side in (left, right):
        require(side.static, _ORDERED, node, f"`{node.operator}`")
    kinds = left.static.kinds, right.static.kinds
    if kinds[0] and kinds[1] and not _families(kinds[0]) & _families(kinds[1]):
        refuse(node, f"{described(left.static)} has no order with {described(right.static)}", "Compare values of one type.")
    one, other, sign, position = left.one, right.one, _SIGNS[node.operator], node.position

    def evaluated(env: Env, focus: Any) -> bool | None:
        first, second = one(env, focus), other(env, focus)
        if first is None or second is None:
            return None
        compared = ordered(first, second, position)
        return None if compared is None else sign(compared)

    return evaluated


def _families(kinds: frozenset[str]) -> frozenset[str]:
    """The kinds with all that they can be compared with."""
    found = set(kinds)
    for family in (_AMOUNTS, _MOMENTS):
        if found & family:
            found |= family
    return frozenset(found - {"", "Boolean"})


def _membership(item: Part, every: Part) -> One:
    items, others, position = item.many, every.many, item.node.position

    def evaluated(env: Env, focus: Any) -> bool | None:
        found = items(env, focus)
        if not found:
            return None
        if len(found) > 1:
            raise several(position)
        return has(others(env, focus), found[0])

    return evaluated


def _concatenation(node: Binary, left: Part, right: Part) -> One:
    for side in (left, right):
        require(side.static, ("String",), node, "`&`")
    one, other = left.one, right.one

    def evaluated(env: Env, focus: Any) -> str:
        texts = ["" if text is None else text for text in (one(env, focus), other(env, focus))]
        if not all(text.__class__ is str for text in texts):
            raise wrong(node.position, "text")
        return joined_text("".join(texts), node.position)

    return evaluated


def _arithmetic(node: Binary, left: Part, right: Part) -> One:
    one, other, calculate, position = left.one, right.one, OPERATORS[node.operator], node.position

    def evaluated(env: Env, focus: Any) -> Any:
        first, second = one(env, focus), other(env, focus)
        return None if first is None or second is None else calculate(first, second, position)

    return evaluated


def _result(node: Binary, left: Static, right: Static) -> Static:
    """The type of a calculation, or the refusal of one that cannot make sense."""
    operator = node.operator
    allowed = _AMOUNTS if operator in ("*", "/") else _NUMBERS if operator in ("div", "mod") else _AMOUNTS | _MOMENTS | {"Time"}
    if operator == "+":
        allowed |= {"String"}
    require(left, allowed, node, f"`{operator}`")
    require(right, allowed - _MOMENTS - {"Time"}, node, f"`{operator}`")
    if not left.types or not right.types:
        return EMPTY if EMPTY in (left, right) else Static(None)
    one, other = left.kinds or frozenset(), right.kinds or frozenset()
    found = {result for first in one for second in other for result in _typed(operator, first, second)}
    if not found:
        remedy = "Give the number a unit, as in 7 days." if one & (_MOMENTS | {"Time"}) else "Convert one of them."
        refuse(node, f"`{operator}` between {described(left)} and {described(right)} has no meaning", remedy)
    return system(*found)


def _typed(operator: str, left: str, right: str) -> tuple[str, ...]:
    if left in _MOMENTS | {"Time"}:
        return (left,) if operator in ("+", "-") and right == "Quantity" else ()
    if left == "String" or right == "String":
        return ("String",) if left == right and operator == "+" else ()
    if left not in _AMOUNTS or right not in _AMOUNTS:
        return ()
    if "Quantity" in (left, right):
        return ("Quantity",)
    if operator == "div":
        return ("Integer",)
    return ("Decimal",) if operator == "/" or "Decimal" in (left, right) else ("Integer",)
