"""The operators as closures over the closures of their operands. ``None`` is the empty collection: "unknown"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.logic import Truth
from cds_service.fhirpath.values import equal, ordered
from cds_service.fhirpath.walk import Many, Single, items, one


def negation(operand: Truth) -> Truth:
    """``not()``."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        value = operand(variables, focus)
        return None if value is None else not value

    return evaluated


def equality(left: Single, right: Single, position: int, *, wanted: bool) -> Truth:
    """``=`` (``wanted``) or ``!=`` of single values."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one, other = left(variables, focus), right(variables, focus)
        same = None if one is None or other is None else equal(one, other, position)
        return None if same is None else same is wanted

    return evaluated


def text_equality(value: Single, text: str, position: int, *, wanted: bool) -> Truth:
    """The commonest condition of all, a path equal to a code, without the way through :func:`equal`."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        found = value(variables, focus)
        if found.__class__ is not str:
            found = one(found, position)
        return None if found is None else (found == text) is wanted

    return evaluated


def constant_equality(value: Single, constant: int, positions: tuple[int, int], *, wanted: bool) -> Truth:
    """The same for a number or a boolean written out; ``positions`` are those of the value and of the operator."""
    kind = constant.__class__

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        found = value(variables, focus)
        if found.__class__ is kind:
            return (found == constant) is wanted
        found = one(found, positions[0])
        same = None if found is None else equal(found, constant, positions[1])
        return None if same is None else same is wanted

    return evaluated


def list_equality(left: Many, right: Many, position: int, *, wanted: bool) -> Truth:
    """``=`` or ``!=`` of two lists: as many items, and each the same as its counterpart."""

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


def ordering(operator: str, left: Single, right: Single, position: int) -> Truth:
    """``<``, ``<=``, ``>`` or ``>=``."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one, other = left(variables, focus), right(variables, focus)
        return None if one is None or other is None else ordered(operator, one, other, position)

    return evaluated


def membership(item: Single, every: Many, position: int) -> Truth:
    """``in`` and ``contains``: unknown without an item, else whether the list (perhaps empty) has it, as ``=`` sees it."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        one = item(variables, focus)
        if one is None:
            return None
        return _among(one, every(variables, focus), position)

    return evaluated


def text_membership(text: str, every: Single, position: int) -> Truth:
    """The same for a code written out, which most lists of an order or a treatment are too empty to hold."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> bool | None:
        found = every(variables, focus)
        return False if found is None or found == () else _among(text, items(found), position)

    return evaluated


def _among(one: Any, others: Sequence[Any], position: int) -> bool | None:
    if one.__class__ is str:  # the commonest list is one of codes
        verdicts = [one == other if other.__class__ is str else equal(one, other, position) for other in others]
    else:
        verdicts = [equal(one, other, position) for other in others]
    return True if True in verdicts else (None if None in verdicts else False)


def concatenation(left: Single, right: Single, position: int, *, lenient: bool) -> Single:
    """``+`` is empty if a side is; ``&`` (``lenient``) takes an empty side as no text."""

    def evaluated(variables: Mapping[str, Any], focus: Any) -> str | None:
        one, other = left(variables, focus), right(variables, focus)
        if one.__class__ is str and other.__class__ is str:
            joined: str = one + other
            return joined
        texts = [one, other]
        if lenient:
            texts = ["" if text is None else text for text in texts]
        if None in texts:
            return None
        if not all(isinstance(text, str) for text in texts):
            raise FhirPathError("Only text can be joined", position, "Join strings and codes; arithmetic is not covered.")
        return "".join(texts)

    return evaluated
