"""Syntax tree to closures, with the static check on the way: what cannot make sense is refused here, not empty later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.nodes import Binary, Call, Empty, Index, Literal, Member, Node, Special, This, TypeTest, Unary, Variable
from cds_service.fhirpath.standard.arithmetic import affirmed, negated
from cds_service.fhirpath.standard.functions import FUNCTIONS, Site
from cds_service.fhirpath.standard.items import kind_of, type_of
from cds_service.fhirpath.standard.model import Model, TypeInfo
from cds_service.fhirpath.standard.operators import binary
from cds_service.fhirpath.standard.part import Env, Part, constant, from_many, from_one, watched
from cds_service.fhirpath.standard.static import ANY, EMPTY, Static, described, joined, refuse, require, system
from cds_service.fhirpath.standard.steps import dynamic_step, typed_step

_NAMED = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
_PREFIXED = {"vs-": "http://hl7.org/fhir/ValueSet/", "ext-": "http://hl7.org/fhir/StructureDefinition/"}
INPUT = ("context", "resource", "rootResource")


@dataclass(frozen=True, slots=True)
class Scope:
    """What ``$this`` is; ``root`` says that it is still the input of the whole expression; ``totals`` that ``$total`` has a meaning."""

    static: Static
    root: bool = False
    totals: Static | None = None


class Compiler:
    """Compiles one expression; ``reads`` holds, afterwards, the names of the variables that it reads."""

    def __init__(
        self,
        model: Model,
        variables: Mapping[str, Static],
        context: Static,
        hooks: Mapping[str, Callable[..., Any]],
        *,
        watch: bool = False,
    ) -> None:
        self._watch = watch
        self.model, self.hooks, self.context = model, hooks, context
        self.reads: set[str] = set()
        self._variables = variables

    def part(self, node: Node, scope: Scope) -> Part:
        """The closures of a node. Raises :class:`FhirPathError`."""
        part = self._part(node, scope)
        return watched(part) if self._watch else part

    def _part(self, node: Node, scope: Scope) -> Part:
        match node:
            case Literal(value=value):
                return constant(node, system(kind_of(value)), value)
            case Empty():
                return from_many(node, EMPTY, lambda _env, _focus: [])
            case Variable():
                return self._variable(node)
            case This():
                return from_many(node, scope.static, lambda _env, focus: [] if focus is None else [focus], keys=())
            case Member():
                return self._member(node, scope)
            case Call():
                return self.call(node, scope)
            case Binary():
                return binary(node, self.part(node.left, scope), self.part(node.right, scope))
            case Unary() | Index() | TypeTest() | Special():
                return self._less_common(node, scope)

    def _less_common(self, node: Unary | Index | TypeTest | Special, scope: Scope) -> Part:
        match node:
            case Unary():
                return self._unary(node, scope)
            case Index():
                return self._index(node, scope)
            case TypeTest():
                return FUNCTIONS[node.operator].build(Site(self, node, self.part(node.source, scope), (node.type_name,), scope))
            case Special():
                return self._special(node, scope)

    def _variable(self, node: Variable) -> Part:
        name = node.name
        if name in _NAMED or any(name.startswith(prefix) for prefix in _PREFIXED):
            text = _NAMED.get(name) or next(url + name.removeprefix(prefix) for prefix, url in _PREFIXED.items() if name.startswith(prefix))
            return constant(node, system("String"), text)
        static = self._variables.get(name) or (self.context if name in INPUT else None)
        if static is None:
            refuse(node, f"%{name} is not a variable", f"The variables are: {self._close(name, [*self._variables, *INPUT, *_NAMED])}.")
        self.reads.add(name)
        return from_many(node, static, lambda env, _focus: env.variables[name], keys=(), root=name)

    def _member(self, node: Member, scope: Scope) -> Part:
        if scope.root and isinstance(node.source, This) and node.source.implied:
            start = self._start(node, scope)
            if start is not None:
                return start
        source = self.part(node.source, scope)
        types = source.static.types
        if types is None:
            return dynamic_step(node, source)
        owners = [each for each in types if node.name in each.members]
        if not owners:
            self._unknown(node, source.static)
        if source.narrow is not None and len(owners) < len(types):
            source = source.narrow(frozenset(owners))
            types = frozenset(owners)
        members = [each.members[node.name] for each in owners]
        kinds = frozenset().union(*(member.types for member in members))
        many = source.static.many or any(member.many for member in members)
        static = Static(None if any(kind.abstract for kind in kinds) else kinds, many, source.static.ordered)
        return typed_step(node, source, static) if len(types) == 1 else dynamic_step(node, source, static)

    def _start(self, node: Member, scope: Scope) -> Part | None:
        """The name of a type at the beginning of a path: the input, if it is of that type."""
        wanted = self.model.type(node.name)
        if wanted is None or wanted.kind != "resource":
            return None
        types = scope.static.types
        if types is not None and any(node.name in each.members for each in types):
            return None
        if types is not None and not any(each.is_a(wanted) for each in types):
            refuse(node, f"The input is {described(scope.static)}, not {node.name}", "Begin with the type of the input.")
        if types is not None:
            return from_many(node, scope.static, lambda _env, focus: [] if focus is None else [focus], keys=())
        static = ANY if wanted.abstract else Static(frozenset({wanted}))
        return from_many(node, static, lambda _env, focus: [focus] if _is(focus, wanted) else [])

    def _unknown(self, node: Member, static: Static) -> None:
        if not static.types:
            refuse(node, f"`{node.name}` is asked of {{}}, which has no members", "Leave it out, or name a function with parentheses.")
        names = sorted({name for each in static.types or () for name in each.members})
        remedy = f"Its members are: {self._close(node.name, names)}." if names else "It has no members; a function needs parentheses."
        refuse(node, f"`{node.name}` is not a member of {described(static)}", remedy)

    def call(self, node: Call, scope: Scope) -> Part:
        """A function; what is not in the table is refused."""
        function = FUNCTIONS.get(node.name)
        if function is None:
            refuse(node, f"{node.name}() is not covered", f"The functions are: {self._close(node.name, FUNCTIONS)}.")
        count = len(node.arguments)
        if not function.least <= count <= function.most:
            expected = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
            refuse(node, f"{node.name}() has {count} arguments", f"Give it {expected}.")
        if function.hook and function.hook not in self.hooks:
            refuse(node, f"{node.name}() is not covered here", f"It needs `{function.hook}`, which nothing provides.")
        site = Site(self, node, self.part(node.source, scope), node.arguments, scope)
        if function.ordered and not site.source.static.ordered:
            refuse(node, f"{node.name}() depends on an order, and this has none", "Choose by a condition.")
        return function.build(site)

    def _unary(self, node: Unary, scope: Scope) -> Part:
        operand = self.part(node.operand, scope)
        require(operand.static, ("Integer", "Decimal", "Quantity"), node, f"The sign {node.operator}")
        sign, one, position = (negated if node.operator == "-" else affirmed), operand.one, node.position

        def signed(env: Env, focus: Any) -> Any:
            value = one(env, focus)
            return None if value is None else sign(value, position)

        return from_one(node, _signed(operand.static), signed)

    def _index(self, node: Index, scope: Scope) -> Part:
        source, index = self.part(node.source, scope), self.part(node.index, scope)
        if not source.static.ordered:
            refuse(node, "[index] depends on an order, and this has none", "Choose by a condition.")
        require(index.static, ("Integer",), node, "[index]")
        before, number = source.many, index.one

        def chosen(env: Env, focus: Any) -> list[Any]:
            wanted = number(env, focus)
            if wanted is None:
                return []
            if wanted.__class__ is not int:
                raise FhirPathError("[index] is not an integer", node.position, "Count from 0.")
            items = before(env, focus)
            return items[wanted : wanted + 1] if wanted >= 0 else []

        return from_many(node, source.static.several(many=False), chosen)

    def _special(self, node: Special, scope: Scope) -> Part:
        if node.name == "$index":
            if scope.root:
                refuse(node, "$index stands outside a condition or projection", "Use it inside where(), select(), all() and their like.")
            return from_one(node, system("Integer"), lambda env, _focus: env.index)
        if scope.totals is None:
            refuse(node, "$total stands outside aggregate()", "Use it inside aggregate().")
        return from_many(node, scope.totals, lambda env, _focus: env.total)

    def inside(self, source: Static, scope: Scope, *, totals: Static | None = None) -> Scope:
        """The scope of a condition on the items of ``source``."""
        return Scope(replace(source, many=False), totals=totals or scope.totals)

    def _close(self, name: str, names: Any) -> str:
        every = sorted(names)
        close = get_close_matches(name, every, n=3, cutoff=0.6)
        shown = [*close, *(each for each in every if each not in close)]
        return ", ".join(shown[:12]) + (f" and {len(shown) - 12} more" if len(shown) > 12 else "")


def _is(item: Any, wanted: TypeInfo) -> bool:
    found = type_of(item)
    return found is not None and found.is_a(wanted)


def _signed(static: Static) -> Static:
    """The type of a signed number; a FHIR number becomes a System one."""
    kinds = static.kinds
    return system(*kinds) if kinds and "" not in kinds else EMPTY if kinds == frozenset() else joined(ANY, many=False)
