"""The face of the library: text in, a compiled :class:`Expression` out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.fhirpath.causes import Causes, causes
from cds_service.fhirpath.check import Checker
from cds_service.fhirpath.compile import many, truth
from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.logic import Truth
from cds_service.fhirpath.parser import parse
from cds_service.fhirpath.types import Type
from cds_service.fhirpath.walk import Many

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expression:
    """A checked and compiled expression; it holds no state and may be shared between threads.

    Two are equal only if they are one object, which makes it a cheap key.
    ``type`` is that of the result; ``reads`` are the variable-rooted static paths that it may read, without ``%``
    (``facts.a.b``). Values are bool, int, Decimal, str, Temporal, Quantity, mappings, and lists of them; ``None`` and
    absent members are empty. Evaluation raises :class:`FhirPathError` only for values that the types did not announce.
    """

    text: str
    type: Type
    reads: frozenset[str]
    _is_condition: bool = field(repr=False, compare=False)
    _many: Many = field(repr=False, compare=False)
    _truth: Truth = field(repr=False, compare=False)
    _causes: Causes = field(repr=False, compare=False)

    def __call__(self, variables: Mapping[str, Any], focus: Any = None) -> list[Any]:
        """The result as a FHIRPath collection (a fresh list)."""
        return self._many(variables, focus)

    @property
    def condition(self) -> Truth:
        """The closure behind :meth:`boolean`, for who asks often. Raises :class:`FhirPathError` if the type is no boolean."""
        if not self._is_condition:
            raise FhirPathError("This is not a condition", 0, "Compare it with something, or ask exists().")
        return self._truth

    def boolean(self, variables: Mapping[str, Any], focus: Any = None) -> bool | None:
        """``True``, ``False``, or ``None`` for empty. Raises :class:`FhirPathError` if the type is no boolean."""
        return self._truth(variables, focus) if self._is_condition else self.condition(variables, focus)

    def causes(self, variables: Mapping[str, Any], focus: Any = None) -> frozenset[str]:
        """The paths whose emptiness, or imprecision, made the result empty; none if the result is not empty."""
        return _NONE if self._many(variables, focus) else self._causes(variables, focus)


def compile_expression(
    text: str,
    *,
    variables: Mapping[str, Type],
    focus: Type | None = None,
    strict_unknown: bool = False,
    unknown_is_no: bool = False,
) -> Expression:
    """Parse, check and compile ``text``.

    ``variables`` gives the type of every ``%name``, ``focus`` that of bare members and ``$this``.
    ``strict_unknown`` refuses what would turn "unknown" into "no" over anything whose type is not ``known``;
    ``unknown_is_no`` then still permits ``iif(X, false, true)``, the one deliberate way to do so.
    Raises :class:`FhirPathError` with position and remedy.
    """
    checker = Checker(variables, strict_unknown=strict_unknown, unknown_is_no=unknown_is_no)
    checked, reads = checker.whole(parse(text), focus)
    of = checked.type
    return Expression(
        text=text,
        type=of,
        reads=reads,
        _is_condition=of.name == "any" or (of.name in ("boolean", "empty") and not of.many),
        _many=many(checked),
        _truth=truth(checked),
        _causes=causes(checked),
    )
