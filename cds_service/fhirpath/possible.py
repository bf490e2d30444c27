"""Whether conditions can be true together, whatever the record holds: what they ask of each path is added up.

The answer errs on the side of "yes": what is not understood (lists, dates, two paths compared) constrains nothing. So "no" is
certain: a code that would have to be two codes, a number above and below, a fact known and unknown at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import Any

from cds_service.fhirpath.domain import ABSENT, PRESENT, Constant, Domain, compared
from cds_service.fhirpath.nodes import Binary, Call, Empty, Literal, Member, Node, Variable
from cds_service.fhirpath.parser import parse
from cds_service.fhirpath.types import Type

Branch = Mapping[str, Domain]
_MOST = 400  # ways in which conditions can be true; more are not told apart
_NEGATED = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ANYTHING: tuple[Branch, ...] = ({},)
_parsed = lru_cache(1024)(parse)  # the same conditions are asked in many combinations


def possible(
    conditions: Sequence[str], variables: Mapping[str, Type], parameters: Mapping[str, Any], given: Callable[[str], Domain | None]
) -> bool:
    """Whether the conditions can all be true at once.

    ``variables`` are the types that the conditions were checked with, ``parameters`` the values of ``%parameters``, and
    ``given(path)`` says what is certain of a path before anything is asked (``None``: nothing).
    """
    solver = _Solver(variables, parameters, given)
    branches: tuple[Branch, ...] = _ANYTHING
    for text in conditions:
        branches = solver.both(branches, solver.solve(_parsed(text), want=True))
        if not branches:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Solver:
    variables: Mapping[str, Type]
    parameters: Mapping[str, Any]
    given: Callable[[str], Domain | None]

    def solve(self, node: Node, *, want: bool) -> tuple[Branch, ...]:
        """The ways in which a condition is true (or false), each as what it asks of paths; none if it never is."""
        match node:
            case Literal():
                return _ANYTHING if node.value is want else ()
            case Empty():
                return ()
            case Member() | Variable():
                path = self.path(node)
                return _ANYTHING if path is None else self.ask(path, Domain(present=True, among=frozenset({want})))
            case Call():
                return self.call(node, want=want)
            case Binary():
                return self.binary(node, want=want)
            case _:
                return _ANYTHING

    def binary(self, node: Binary, *, want: bool) -> tuple[Branch, ...]:
        left, right = node.left, node.right
        if node.operator in ("and", "or", "implies"):
            negates = node.operator == "implies"
            if (node.operator == "and") is want:
                return self.both(self.solve(left, want=want is not negates), self.solve(right, want=want))
            return (*self.solve(left, want=want is not negates), *self.solve(right, want=want))
        if node.operator in ("in", "contains"):
            item, every = (left, right) if node.operator == "in" else (right, left)
            return self.membership(item, every, want=want)
        if node.operator not in _NEGATED:
            return _ANYTHING
        return self.comparison(left, node.operator if want else _NEGATED[node.operator], right)

    def comparison(self, left: Node, operator: str, right: Node) -> tuple[Branch, ...]:
        one, other = self.constant(left), self.constant(right)
        paths = [path for side in (left, right) if (path := self.path(side)) is not None]
        if one is None and other is not None and paths:
            return self.ask(paths[0], compared(operator, other))
        if other is None and one is not None and paths:
            return self.ask(paths[0], compared(_MIRRORED[operator], one))
        found: tuple[Branch, ...] = _ANYTHING
        for path in paths:
            found = self.both(found, self.ask(path, PRESENT))
        return found

    def membership(self, item: Node, every: Node, *, want: bool) -> tuple[Branch, ...]:
        path, values, constant = self.path(item), self.values(every), self.constant(item)
        if path is not None and values is not None:
            return self.ask(path, Domain(present=True, among=values) if want else Domain(present=True, but=values))
        listed = _static(every)
        if constant is not None and listed is not None:
            return self.ask(f"{constant!r} in {listed}", Domain(present=True, among=frozenset({want})))
        return _ANYTHING if path is None else self.ask(path, PRESENT)

    def call(self, node: Call, *, want: bool) -> tuple[Branch, ...]:
        if node.name == "not":
            return self.solve(node.source, want=not want)
        if node.name in ("exists", "empty") and not node.arguments:
            path = self.path(node.source)
            return _ANYTHING if path is None else self.ask(path, PRESENT if (node.name == "exists") is want else ABSENT)
        if node.name == "iif":
            condition, *branches = node.arguments
            taken = self.both(self.solve(condition, want=True), self.solve(branches[0], want=want))
            if len(branches) == 1:
                return taken
            otherwise = (*self.solve(condition, want=False), *self.unknown(condition))
            return (*taken, *self.both(otherwise, self.solve(branches[1], want=want)))
        return _ANYTHING

    def unknown(self, node: Node) -> tuple[Branch, ...]:
        """The ways in which a condition is unknown: something that it reads is."""
        paths = list(self.plain_reads(node))
        if not paths or None in paths:
            return _ANYTHING
        return tuple(branch for path in paths if path is not None for branch in self.ask(path, ABSENT))

    def plain_reads(self, node: Node) -> Iterator[str | None]:
        """The paths behind a condition of which nothing but absence makes it unknown; ``None`` for anything else in it."""
        match node:
            case Literal():
                return
            case Member() | Variable():
                path = self.path(node)
                if path is None or not path.startswith("parameters."):
                    yield path
            case Call(name="not"):
                yield from self.plain_reads(node.source)
            case Binary() if node.operator in ("and", "or", "implies"):
                yield from self.plain_reads(node.left)
                yield from self.plain_reads(node.right)
            case Binary() if node.operator in _NEGATED and None not in (self.simple(node.left), self.simple(node.right)):
                yield from self.plain_reads(node.left)
                yield from self.plain_reads(node.right)
            case Binary(operator="in") if self.values(node.right) is not None:
                yield from self.plain_reads(node.left)
            case _:
                yield None

    def simple(self, node: Node) -> bool | None:
        """``True`` for a constant, or a path to a boolean, number or code; dates and quantities can be too imprecise to compare."""
        if self.constant(node) is not None:
            return True
        path, found = self.path(node), self.type(node)
        return True if path is not None and found is not None and found.name not in ("date", "quantity", "any") else None

    def ask(self, path: str, domain: Domain) -> tuple[Branch, ...]:
        known = self.given(path)
        found = domain.settled() if known is None else domain.meet(known)
        return () if found is None else ({path: found},)

    def both(self, one: tuple[Branch, ...], other: tuple[Branch, ...]) -> tuple[Branch, ...]:
        """Every way in which both sides hold."""
        if len(one) * len(other) > _MOST:
            return _ANYTHING if one and other else ()
        merged = (_merged(left, right) for left, right in product(one, other))
        return tuple(branch for branch in merged if branch is not None)

    def constant(self, node: Node) -> Constant | None:
        value: Any = node.value if isinstance(node, Literal) else self.parameter(node)
        return value if isinstance(value, (bool, int, Decimal, str)) else None

    def values(self, node: Node) -> frozenset[Constant] | None:
        value = self.parameter(node)
        return frozenset(value) if isinstance(value, tuple) else None

    def parameter(self, node: Node) -> Any:
        path = _static(node)
        return self.parameters.get(path.removeprefix("parameters.")) if path is not None and path.startswith("parameters.") else None

    def path(self, node: Node) -> str | None:
        """The path of a single value; ``None`` for lists, and for what is no path."""
        path, found = _static(node), self.type(node)
        return path if path is not None and found is not None and not found.many else None

    def type(self, node: Node) -> Type | None:
        path = _static(node)
        if path is None:
            return None
        root, *names = path.split(".")
        found, many = self.variables.get(root), False
        for name in names:
            if found is None:
                return None
            many = many or found.many
            found = found.children.get(name)
        return None if found is None or many else found


def _merged(one: Branch, other: Branch) -> Branch | None:
    found = dict(one)
    for path, domain in other.items():
        met = found[path].meet(domain) if path in found else domain
        if met is None:
            return None
        found[path] = met
    return found


def _static(node: Node) -> str | None:
    """``facts.a.b`` for ``%facts.a.b``; ``None`` for anything that is no plain path."""
    names: list[str] = []
    while isinstance(node, Member):
        names.insert(0, node.name)
        node = node.source
    return ".".join([node.name, *names]) if isinstance(node, Variable) else None
