"""The truth tables of three-valued logic (FHIRPath, "Boolean logic") as closures. ``None`` is the empty collection: "unknown".

Both languages decide by them: what a condition is given (variables or an environment, and a focus) is handed on as it came. The right
side is not asked where the left one decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Truth = Callable[[Any, Any], bool | None]


def conjunction(left: Truth, right: Truth) -> Truth:
    """``and``: false if a side is false, true if both are true, else unknown."""

    def evaluated(given: Any, focus: Any) -> bool | None:
        one = left(given, focus)
        if one is False:
            return False
        other = right(given, focus)
        if other is False:
            return False
        return True if one is True and other is True else None

    return evaluated


def disjunction(left: Truth, right: Truth) -> Truth:
    """``or``: true if a side is true, false if both are false, else unknown."""

    def evaluated(given: Any, focus: Any) -> bool | None:
        one = left(given, focus)
        if one is True:
            return True
        other = right(given, focus)
        if other is True:
            return True
        return False if one is False and other is False else None

    return evaluated


def exclusion(left: Truth, right: Truth) -> Truth:
    """``xor``: whether the sides differ, unknown if one of them is."""

    def evaluated(given: Any, focus: Any) -> bool | None:
        one, other = left(given, focus), right(given, focus)
        return None if one is None or other is None else one is not other

    return evaluated


def implication(left: Truth, right: Truth) -> Truth:
    """``implies``: true if the left is false or the right true, false if left true and right false, else unknown."""

    def evaluated(given: Any, focus: Any) -> bool | None:
        one = left(given, focus)
        if one is False:
            return True
        other = right(given, focus)
        if other is True:
            return True
        return False if one is True and other is False else None

    return evaluated
