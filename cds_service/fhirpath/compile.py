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
from cds_service.fhirpath.nodes import Binary, Call, Empty, Literal, Member, This, Variable
from cds_service.fhirpath.values import equal, ordered

Single = Callable[[Mapping[str, Any], Any], Any]
Many = Callable[[Mapping[str, Any], Any], list[Any]]
Truth = Callable[[Mapping[str, Any], Any], bool | None]


def many(checked: Checked) -> Many:
    """The closure that gives the collection."""
    node = checked.node
    if isinstance(node, Call) and node.name == "where":
        return _where(checked)
    if isinstance(node, Call) and node.name == "iif":
        return _iif(checked, many)
    value = _value(checked)
    return lambda variables, focus: items(value(variables, focus))


def single(checked: Checked) -> Single:
    """The closure that gives the one value or ``None``."""
    node = checked.node
    if isinstance(node, Call) and node.name == "iif":
        return _iif(checked, single)
    if not isinstance(node, (Variable, This, Member)) and not (isinstance(node, Call) and node.name == "where"):
        return _value(checked)
    value, position = _value(checked), node.position

    def only(variables: Mapping[str, Any], focus: Any) -> Any:
        found = value(variables, focus)
        return _only(found, position) if found.__class__ in (list, tuple) else found

    return only


def truth(checked: Checked) -> Truth:
    """The closure that gives the truth of an operand: a single value that is no boolean counts as true (FHIRPath 2.0, 4.5)."""
    value = single(checked)
    if checked.type.name == "boolean":
        return value

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        found = value(variables, focus)
        return found if found is None or found is False else True

    return evaluated


def items(value: Any) -> list[Any]:
    """Any value as a FHIRPath collection: nothing in it is ``None`` or itself a list."""
    if value is None:
        return []
    if value.__class__ not in (list, tuple):
        return [value]
    found: list[Any] = []
    for item in value:
        if item.__class__ in (list, tuple):
            found.extend(items(item))
        elif item is not None:
            found.append(item)
    return found


def _only(value: Any, position: int) -> Any:
    found = items(value)
    if len(found) > 1:
        raise FhirPathError("A single value is needed, and there are several", position, "Use `in`, `contains`, exists() or where().")
    return found[0] if found else None


def _value(checked: Checked) -> Single:
    """The closure that gives a value, ``None`` or, from a path, a list as it was found."""
    node = checked.node
    match node:
        case Literal():
            constant = node.value
            return lambda _variables, _focus: constant
        case Empty():
            return _nothing
        case Variable() | This() | Member():
            return _path(checked)
        case Call():
            return _CALLS[node.name](checked)
        case Binary():
            return _BINARIES[node.operator](checked)


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
        return _from_variable(root.name, members)
    start: Single = (lambda _variables, focus: focus) if isinstance(root, This) else many(checked)

    def walked(variables: Mapping[str, Any], focus: Any) -> Any:
        value = start(variables, focus)
        for member in members:
            value = value.get(member) if value.__class__ is dict else _member(value, member)
        return value

    return walked


def _from_variable(name: str, members: tuple[str, ...]) -> Single:
    if len(members) == 1:
        (first,) = members

        def direct(variables: Mapping[str, Any], _focus: Any) -> Any:
            value = variables.get(name)
            return value.get(first) if value.__class__ is dict else _member(value, first)

        return direct

    def walked(variables: Mapping[str, Any], _focus: Any) -> Any:
        value = variables.get(name)
        for member in members:
            value = value.get(member) if value.__class__ is dict else _member(value, member)
        return value

    return walked


def _member(value: Any, name: str) -> Any:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return value.get(name)
    if value.__class__ in (list, tuple):
        return items([_member(item, name) for item in value])
    return None


def _where(checked: Checked) -> Many:
    source, condition = many(checked.parts[0]), truth(checked.parts[1])
    return lambda variables, focus: [item for item in source(variables, focus) if condition(variables, item) is True]


def _selected(checked: Checked) -> Many:
    """The items that ``exists(condition)`` looks at; without a condition, all."""
    return _where(checked) if len(checked.parts) > 1 else many(checked.parts[0])


def _exists(checked: Checked) -> Single:
    selected = _selected(checked)
    return lambda variables, focus: bool(selected(variables, focus))


def _empty(checked: Checked) -> Single:
    selected = many(checked.parts[0])
    return lambda variables, focus: not selected(variables, focus)


def _count(checked: Checked) -> Single:
    selected = many(checked.parts[0])
    return lambda variables, focus: len(selected(variables, focus))


def _not(checked: Checked) -> Single:
    operand = truth(checked.parts[0])

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        value = operand(variables, focus)
        return None if value is None else not value

    return evaluated


def _iif(checked: Checked, way: Callable[[Checked], Single]) -> Single:
    """``iif``: only the branch that is chosen is evaluated; an unknown condition chooses the second."""
    condition = truth(checked.parts[0])
    first = way(checked.parts[1])
    second: Single = way(checked.parts[2]) if len(checked.parts) > 2 else _nothing
    return lambda variables, focus: (first if condition(variables, focus) is True else second)(variables, focus)


def _and(checked: Checked) -> Single:
    left, right = truth(checked.parts[0]), truth(checked.parts[1])

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one = left(variables, focus)
        if one is False:
            return False
        other = right(variables, focus)
        if other is False:
            return False
        return True if one is True and other is True else None

    return evaluated


def _or(checked: Checked) -> Single:
    left, right = truth(checked.parts[0]), truth(checked.parts[1])

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one = left(variables, focus)
        if one is True:
            return True
        other = right(variables, focus)
        if other is True:
            return True
        return False if one is False and other is False else None

    return evaluated


def _implies(checked: Checked) -> Single:
    left, right = truth(checked.parts[0]), truth(checked.parts[1])

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one = left(variables, focus)
        if one is False:
            return True
        other = right(variables, focus)
        if other is True:
            return True
        return False if one is True and other is False else None

    return evaluated


def _plural(checked: Checked) -> bool:
    """Whether this may hold several values."""
    return checked.type.many or checked.type.name == "any"


def _equality(checked: Checked) -> Single:
    """``=`` and ``!=``: of single values, or of two lists item by item."""
    wanted, position = _operator(checked) == "=", checked.node.position
    left, right = checked.parts
    if _plural(left) or _plural(right):
        return _list_equality(many(left), many(right), wanted=wanted, position=position)
    if isinstance(right.node, Literal) and isinstance(right.node.value, str):
        return _text_equality(single(left), right.node.value, wanted=wanted)
    one, other = single(left), single(right)

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        first, second = one(variables, focus), other(variables, focus)
        same = None if first is None or second is None else equal(first, second, position)
        return None if same is None else same is wanted

    return evaluated


def _text_equality(value: Single, text: str, *, wanted: bool) -> Single:
    """The commonest condition of all, a path equal to a code, without the way through :func:`equal`."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        found = value(variables, focus)
        return None if found is None else (found == text) is wanted

    return evaluated


def _list_equality(left: Many, right: Many, *, wanted: bool, position: int) -> Single:
    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        ones, others = left(variables, focus), right(variables, focus)
        if not ones or not others:
            return None
        same: bool | None = len(ones) == len(others)
        if same:
            verdicts = [equal(one, other, position) for one, other in zip(ones, others, strict=True)]
            same = False if False in verdicts else (None if None in verdicts else True)
        return None if same is None else same is wanted

    return evaluated


def _ordering(checked: Checked) -> Single:
    operator, position = _operator(checked), checked.node.position
    left, right = single(checked.parts[0]), single(checked.parts[1])

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one, other = left(variables, focus), right(variables, focus)
        return None if one is None or other is None else ordered(operator, one, other, position)

    return evaluated


def _membership(checked: Checked) -> Single:
    """``in`` and ``contains``: empty without an item, else whether the list (perhaps empty) has it, as ``=`` sees it."""
    position = checked.node.position
    item, every = checked.parts if _operator(checked) == "in" else reversed(checked.parts)
    value, collection = single(item), many(every)

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one = value(variables, focus)
        if one is None:
            return None
        verdicts = [equal(one, other, position) for other in collection(variables, focus)]
        return True if True in verdicts else (None if None in verdicts else False)

    return evaluated


def _concatenation(checked: Checked) -> Single:
    """``+`` is empty if a side is; ``&`` takes an empty side as no text."""
    position, lenient = checked.node.position, _operator(checked) == "&"
    left, right = single(checked.parts[0]), single(checked.parts[1])

    def evaluated(variables: Mapping[str, Any], focus: Any) -> str | None:
        texts = [left(variables, focus), right(variables, focus)]
        if lenient:
            texts = ["" if text is None else text for text in texts]
        if None in texts:
            return None
        if not all(isinstance(text, str) for text in texts):
            raise FhirPathError("Only text can be joined", position, "Join strings and codes; arithmetic is not covered.")
        return "".join(texts)

    return evaluated


def _operator(checked: Checked) -> str:
    assert isinstance(checked.node, Binary)
    return checked.node.operator


_CALLS: dict[str, Callable[[Checked], Single]] = {
    "not": _not, "exists": _exists, "empty": _empty, "count": _count, "where": _where, "iif": many,
}  # fmt: skip
_BINARIES: dict[str, Callable[[Checked], Single]] = {
    "and": _and, "or": _or, "implies": _implies, "=": _equality, "!=": _equality, "in": _membership, "contains": _membership,
    "+": _concatenation, "&": _concatenation, **dict.fromkeys(("<", "<=", ">", ">="), _ordering),
}  # fmt: skip
