"""What the types say before any value is seen: which comparisons make sense, and what two branches have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from cds_service.fhirpath.language import Constant
from cds_service.fhirpath.temporal import Temporal
from cds_service.fhirpath.types import Type
from cds_service.fhirpath.values import Quantity

_SHOWN = 12
_KINDS = {"integer": "number", "decimal": "number", "string": "text", "code": "text"}
_WORDS = {"boolean": "a boolean", "number": "a number", "text": "text", "date": "a date", "quantity": "a quantity", "object": "an object"}
_MIXED = {
    frozenset({"date", "text"}): "Write a date as @2024-05-31, without quotes.",
    frozenset({"number", "text"}): "Write a number without quotes.",
    frozenset({"boolean", "text"}): "Write true or false without quotes.",
    frozenset({"quantity", "number"}): "Give the number its unit, as in 5 'mm'.",
    frozenset({"quantity", "text"}): "Write a quantity as a number and a unit, as in 5 'mm'.",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """Why something is refused, and what to write instead."""

    message: str
    remedy: str


def kind(of: Type) -> str:
    """The types that compare with each other share a kind: ``number`` and ``text`` hold two each."""
    return _KINDS.get(of.name, of.name)


def described(of: Type) -> str:
    """How messages name a type."""
    word = "a code" if of.name == "code" else _WORDS.get(kind(of), of.name)
    return f"a list of values, each {word}" if of.many else word


def literal_type(value: Constant) -> Type:
    """The type of a value written out; of a text, the text is its only code."""
    if isinstance(value, bool):
        return Type("boolean", known=True)
    if isinstance(value, int):
        return Type("integer", known=True)
    if isinstance(value, str):
        return Type("string", codes=frozenset({value}), known=True)
    if isinstance(value, Temporal):
        return Type("date", known=True)
    return Type("quantity" if isinstance(value, Quantity) else "decimal", known=True)


def listed(names: Iterable[str], close_to: str = "") -> str:
    """At most twelve of ``names`` for a message, the closest to what was written first."""
    every = sorted(names)
    close = get_close_matches(close_to, every, n=3, cutoff=0.6)
    shown = [*close, *(name for name in every if name not in close)]
    return ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")


def equality(one: Type, other: Type) -> Objection | None:
    """Why ``=`` between these can never say anything, or ``None``. Multiplicity is the caller's matter."""
    for side in (one, other):
        if side.name == "empty":
            return Objection("A comparison with {} is always empty", "Use empty() or exists().")
        if side.name == "object":
            return Objection("An object cannot be compared", "Compare one of its members.")
    if "any" in (one.name, other.name):
        return None
    kinds = frozenset({kind(one), kind(other)})
    if len(kinds) > 1:
        remedy = _MIXED.get(kinds, "Compare values of the same type.")
        return Objection(f"{_upper(described(one))} cannot be compared with {described(other)}", remedy)
    return _codes(one, other) or _codes(other, one)


def order(one: Type, other: Type) -> Objection | None:
    """Why ``<`` and its like between these can never say anything, or ``None``."""
    objection = equality(replace(one, codes=frozenset()), replace(other, codes=frozenset()))
    for side in (one, other):
        if objection is None and side.name in ("boolean", "code"):
            return Objection(f"{_upper(described(side))} has no order", "Use = or `in`.")
    return objection


def units(one: Type, other: Type) -> Objection | None:
    """Why numbers that count different things are not compared, or ``None``."""
    if one.unit is None or other.unit is None or one.unit == other.unit:
        return None
    return Objection(f"A number of {one.unit} is compared with a number of {other.unit}", "Compare numbers of one unit.")


def _codes(closed: Type, other: Type) -> Objection | None:
    """Whether ``other`` can be one of the codes of ``closed``."""
    if closed.name != "code" or not closed.codes or not other.codes:
        return None
    impossible = other.codes - closed.codes
    if other.name == "code" and impossible == other.codes:
        return Objection("These two codes have no value in common", "Compare codes of the same code system.")
    if other.name == "string" and impossible:
        wrong = min(impossible)
        return Objection(f"'{wrong}' is not among the codes that this can be", f"Use one of: {listed(closed.codes, wrong)}.")
    return None


def merged(one: Type, other: Type) -> Type:
    """The type of something that is either of the two; ``any`` where they have nothing in common."""
    if one.name == "empty":
        return replace(other, known=False)
    if other.name == "empty":
        return replace(one, known=False)
    many, known = one.many or other.many, one.known and other.known
    if kind(one) != kind(other) or (one.name == "object" and one.children != other.children):
        return Type("any", many=many, known=known)
    if kind(one) == "number":
        unit = one.unit if one.unit == other.unit else None
        return Type("integer" if one.name == other.name == "integer" else "decimal", many=many, known=known, unit=unit)
    if kind(one) == "text":
        codes = one.codes | other.codes if one.codes and other.codes else frozenset()
        name = one.name if one.name == other.name else "string"
        system = one.code_system if one.code_system == other.code_system else None
        return Type(name, many=many, codes=codes, known=known, code_system=system)
    return replace(one, many=many, known=known)


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
