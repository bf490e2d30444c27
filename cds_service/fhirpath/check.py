"""Static check: every node gets its type and the paths it reads, or the expression is refused with a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.nodes import Binary, Call, Empty, Literal, Member, Node, This, Variable
from cds_service.fhirpath.rules import Objection, described, equality, kind, listed, literal_type, merged, order, units
from cds_service.fhirpath.types import Type

_BOOLEAN = ("boolean", "any", "empty")
_ARITY = {"not": (0, 0), "exists": (0, 1), "empty": (0, 0), "count": (0, 0), "where": (1, 1), "iif": (2, 3)}
_UNKNOWN = 'This would turn "unknown" into "no"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A node with what is certain about it: ``type``, the variable-rooted ``paths`` its values come from, its operands.

    ``parts`` are, in order: the operands of a binary node; the source and the arguments of a call (no source for
    ``iif``); the source of a member.
    """

    node: Node
    type: Type
    paths: frozenset[str] = frozenset()
    parts: tuple[Checked, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What ``$this`` and bare members mean."""

    type: Type
    paths: frozenset[str] = frozenset()


class Checker:
    """Checks one expression; ``reads`` holds, afterwards, every static path that it reads."""

    def __init__(self, variables: Mapping[str, Type], *, strict_unknown: bool, unknown_is_no: bool) -> None:
        self._variables = variables
        self._strict = strict_unknown
        self._unknown_is_no = unknown_is_no
        self._reads: set[str] = set()

    def whole(self, node: Node, focus: Type | None) -> tuple[Checked, frozenset[str]]:
        """The checked tree and the paths it reads. Raises :class:`FhirPathError`."""
        checked = self._read(node, None if focus is None else Scope(focus))
        return checked, frozenset(self._reads)

    def _read(self, node: Node, scope: Scope | None) -> Checked:
        """Check a node whose values are used as they are, so that its paths end here."""
        checked = self._visit(node, scope)
        self._reads |= checked.paths
        return checked

    def _visit(self, node: Node, scope: Scope | None) -> Checked:
        match node:
            case Literal():
                return Checked(node=node, type=literal_type(node.value))
            case Empty():
                return Checked(node=node, type=Type("empty"))
            case Variable():
                return self._variable(node)
            case This():
                return self._this(node, scope)
            case Member():
                return self._member(node, scope)
            case Call():
                return self._call(node, scope)
            case Binary():
                return self._binary(node, scope)
            case _:
                raise FhirPathError("This is not covered", node.position, "Declare a fact that says it.")

    def _variable(self, node: Variable) -> Checked:
        found = self._variables.get(node.name)
        if found is None:
            _refuse(node, f"%{node.name} is not a variable", f"The variables are: {listed(self._variables, node.name)}.")
        return Checked(node=node, type=found, paths=frozenset({node.name}))

    def _this(self, node: This, scope: Scope | None) -> Checked:
        if scope is None:
            _refuse(node, "There is nothing that this could be a member of", "Start with a variable, as in %facts.")
        return Checked(node=node, type=scope.type, paths=scope.paths)

    def _member(self, node: Member, scope: Scope | None) -> Checked:
        if scope is None and isinstance(node.source, This):
            _refuse(node, f"`{node.name}` stands alone", f"Start with a variable, as in %facts.{node.name}; put text in single quotes.")
        source = self._visit(node.source, scope)
        found = _child(node, source.type)
        many, known = source.type.many or found.many, source.type.known or found.known
        paths = frozenset(f"{path}.{node.name}" for path in source.paths)
        return Checked(node=node, type=replace(found, many=many, known=known), paths=paths, parts=(source,))

    def _call(self, node: Call, scope: Scope | None) -> Checked:
        if node.name not in _ARITY:
            _refuse(node, f"{node.name}() is not covered", f"The functions are: {listed((f'{name}()' for name in _ARITY), node.name)}.")
        if node.name == "not" and isinstance(node.source, This) and node.source.implied:
            _refuse(node, "not() stands alone", "Write (condition).not().")
        least, most = _ARITY[node.name]
        if not least <= len(node.arguments) <= most:
            expected = str(least) if least == most else f"{least} or {most}"
            _refuse(node, f"{node.name}() has {len(node.arguments)} arguments", f"Give it {expected}.")
        if node.name == "iif":
            return self._iif(node, scope)
        source = self._read(node.source, scope)
        if node.name == "not":
            self._boolean(source, "not()")
            return Checked(node=node, type=Type("boolean", known=source.type.known), parts=(source,))
        return self._collection(node, source)

    def _collection(self, node: Call, source: Checked) -> Checked:
        """``where``, ``exists``, ``empty`` and ``count``: over a collection, with a condition on each of its items or none."""
        self._certain(node, f"{node.name}()", source)
        scope = Scope(replace(source.type, many=False), source.paths)
        conditions = tuple(self._read(argument, scope) for argument in node.arguments)
        for condition in conditions:
            self._boolean(condition, f"The condition of {node.name}()")
            self._certain(condition.node, f"{node.name}()", condition)
        parts = (source, *conditions)
        if node.name == "where":
            return Checked(node=node, type=source.type, paths=source.paths, parts=parts)
        return Checked(node=node, type=Type("integer" if node.name == "count" else "boolean", known=True), parts=parts)

    def _iif(self, node: Call, scope: Scope | None) -> Checked:
        if not (isinstance(node.source, This) and node.source.implied):
            _refuse(node, "iif() stands after a dot", "Write iif(condition, then, else) on its own.")
        condition = self._read(node.arguments[0], scope)
        self._boolean(condition, "The condition of iif()")
        branches = tuple(self._visit(argument, scope) for argument in node.arguments[1:])
        flipped = self._unknown_is_no and _is_flip(branches)
        if not flipped:
            self._certain(condition.node, "iif()", condition)
        result = branches[0].type if len(branches) == 1 else merged(branches[0].type, branches[1].type)
        known = result.known and len(branches) == 2 and (flipped or condition.type.known)
        paths = frozenset().union(*(branch.paths for branch in branches))
        return Checked(node=node, type=replace(result, known=known), paths=paths, parts=(condition, *branches))

    def _binary(self, node: Binary, scope: Scope | None) -> Checked:
        left, right = self._read(node.left, scope), self._read(node.right, scope)
        if node.operator in ("+", "&"):
            return self._concatenation(node, left, right)
        if node.operator in ("and", "or", "implies"):
            for side in (left, right):
                self._boolean(side, f"`{node.operator}`")
        elif node.operator == "in":
            self._membership(node, left, right)
        elif node.operator == "contains":
            self._membership(node, right, left)
        else:
            self._comparison(node, left, right)
        return Checked(node=node, type=Type("boolean", known=left.type.known and right.type.known), parts=(left, right))

    def _membership(self, node: Binary, item: Checked, every: Checked) -> None:
        self._single(item, f"`{node.operator}`")
        if not every.type.many and every.type.name not in ("any", "empty"):
            _refuse(every.node, f"`{node.operator}` needs a list, and this is a single value", "Use = instead.")
        self._certain(node, f"`{node.operator}`", every)
        _object_to(node, equality(item.type, replace(every.type, many=False)))

    def _comparison(self, node: Binary, left: Checked, right: Checked) -> None:
        _object_to(node, units(left.type, right.type))
        if node.operator not in ("=", "!="):
            self._single(left, f"`{node.operator}`")
            self._single(right, f"`{node.operator}`")
            _object_to(node, order(left.type, right.type))
            return
        _object_to(node, equality(left.type, right.type))
        if left.type.many != right.type.many and "any" not in (left.type.name, right.type.name):
            _refuse(node, "A list is compared with a single value", "Use `contains` or `in`.")

    def _concatenation(self, node: Binary, left: Checked, right: Checked) -> Checked:
        for side in (left, right):
            if kind(side.type) not in ("text", "any", "empty"):
                remedy = "Only text is joined; arithmetic is not covered: declare the computed value as a fact."
                _refuse(side.node, f"`{node.operator}` needs text, and this is {described(side.type)}", remedy)
            self._single(side, f"`{node.operator}`")
            if node.operator == "&":
                self._certain(node, "`&`", side)
        known = node.operator == "&" or (left.type.known and right.type.known)
        return Checked(node=node, type=Type("string", known=known), parts=(left, right))

    def _boolean(self, operand: Checked, where: str) -> None:
        if operand.type.name not in _BOOLEAN:
            remedy = "Compare it with something, or ask exists()."
            _refuse(operand.node, f"{where} needs a condition, and this is {described(operand.type)}", remedy)
        self._single(operand, where)

    def _single(self, operand: Checked, where: str) -> None:
        if operand.type.many and operand.type.name != "any":
            _refuse(operand.node, f"{where} needs a single value, and this is a list", "Use `in`, `contains`, exists() or where().")

    def _certain(self, node: Node, what: str, operand: Checked) -> None:
        """Refuse, where asked to, what would make a definite answer out of a value that may be unknown."""
        if self._strict and not operand.type.known:
            remedy = "Ask for the fact itself (it is true, false or unknown), or declare a fact that says it."
            _refuse(node, f"{_UNKNOWN}: {what} over something that may be unknown", remedy)


def _is_flip(branches: tuple[Checked, ...]) -> bool:
    """Whether the branches are ``false, true``."""
    values = [branch.node.value if isinstance(branch.node, Literal) else None for branch in branches]
    return len(values) == 2 and values[0] is False and values[1] is True


def _child(node: Member, source: Type) -> Type:
    if source.name == "any":
        return Type("any")
    found = source.children.get(node.name) if source.name == "object" else None
    if found is None and source.name == "object":
        remedy = f"Its members are: {listed(source.children, node.name)}." if source.children else "It has no members."
        _refuse(node, f"`{node.name}` is not a member of {' or '.join(_owner(node)) or 'this'}", remedy)
    if found is None:
        what = "{}" if source.name == "empty" else described(source)
        _refuse(node, f"`{node.name}` is asked of {what}, which has no members", "Leave it out, or name a function with parentheses.")
    return found


def _owner(node: Member) -> list[str]:
    """What the member was looked for in, as far as it is a plain path."""
    names: list[str] = []
    source = node.source
    while isinstance(source, Member):
        names.insert(0, source.name)
        source = source.source
    if isinstance(source, Variable):
        return [".".join([f"%{source.name}", *names])]
    return [".".join(names)] if names and isinstance(source, This) else []


def _object_to(node: Node, objection: Objection | None) -> None:
    if objection is not None:
        _refuse(node, objection.message, objection.remedy)


def _refuse(node: Node, message: str, remedy: str) -> NoReturn:
    raise FhirPathError(message, node.position, remedy)
