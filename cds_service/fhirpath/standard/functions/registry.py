"""How a function is declared: its arguments, what it needs, and how its part is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.items import kind_of
from cds_service.fhirpath.standard.part import Env, One, Part, from_many, from_one
from cds_service.fhirpath.standard.static import EMPTY, Static, require, system


@dataclass(frozen=True, slots=True)
class Site:
    """One call: the compiler, the node, the compiled source, the arguments as written, and the scope of the call."""

    compiler: Any
    node: Any
    source: Part
    arguments: tuple[Any, ...]
    scope: Any

    @property
    def name(self) -> str:
        """The function, as messages show it."""
        return f"{getattr(self.node, 'name', getattr(self.node, 'operator', ''))}()"

    def argument(self, index: int, *kinds: str) -> Part:
        """An argument that is evaluated once, where the call stands; it must be able to be one of ``kinds``."""
        found: Part = self.compiler.part(self.arguments[index], self.scope)
        if kinds:
            require(found.static, kinds, self.arguments[index], f"The argument of {self.name}")
        return found

    def value(self, index: int, *kinds: str) -> One:
        """The same for an argument that is one value or none: what it turns out to be is looked at too."""
        return self.of_kind(self.argument(index, *kinds).one, kinds)

    def of_kind(self, one: One, kinds: tuple[str, ...]) -> One:
        """What gives one value or none, which must be of some kinds, or convert to them implicitly, when it is evaluated."""
        allowed, name, position = _widened(kinds), self.name, self.node.position

        def given(env: Env, focus: Any) -> Any:
            found = one(env, focus)
            if found is not None and kind_of(found) not in allowed:
                raise FhirPathError(f"{name} is asked of a value of another type", position, "Convert the value first.")
            return found

        return given

    def each(self, index: int, *, static: Static | None = None, totals: Static | None = None) -> Part:
        """An argument that is evaluated for every item of the source."""
        found: Part = self.compiler.part(
            self.arguments[index], self.compiler.inside(static or self.source.static, self.scope, totals=totals)
        )
        return found

    def condition(self, index: int) -> Part:
        """The same, as a condition."""
        found = self.each(index)
        require(found.static, ("Boolean",), self.arguments[index], f"The condition of {self.name}")
        return found

    def many(self, static: Static, many: Callable[[Env, Any], list[Any]]) -> Part:
        """The part of a function that gives a collection."""
        return from_many(self.node, static, many)

    def one(self, static: Static, one: Callable[[Env, Any], Any]) -> Part:
        """The part of a function that gives one value or none."""
        return from_one(self.node, static, one)


@dataclass(frozen=True, slots=True)
class Function:
    """``ordered``: it depends on the order of its input. ``hook``: what must be provided from outside for it to work."""

    build: Callable[[Site], Part]
    least: int = 0
    most: int = 0
    ordered: bool = False
    hook: str = ""


def over_items(items: list[Any], env: Env, condition: Callable[[Env, Any], Any]) -> Any:
    """The results of a condition for every item in turn, with ``$index`` set."""
    before = env.index
    try:
        for index, item in enumerate(items):
            env.index = index
            yield item, condition(env, item)
    finally:
        env.index = before


def simple(call: Callable[..., Any], gives: str, takes: tuple[str, ...], *arguments: tuple[str, ...], least: int | None = None) -> Function:
    """A function of one System value (of the kinds ``takes``) and such arguments; anything empty makes it empty."""

    def build(site: Site) -> Part:
        require(site.source.static, takes, site.node, site.name)
        given = [site.value(index, *kinds) for index, kinds in enumerate(arguments[: len(site.arguments)])]
        readers = [site.of_kind(site.source.one, takes), *given]

        def evaluated(env: Env, focus: Any) -> Any:
            values = []
            for reader in readers:
                value = reader(env, focus)
                if value is None:
                    return None
                values.append(value)
            return call(*values)

        static = site.source.static
        if gives == "same":
            kinds = (static.kinds or frozenset()) & frozenset(takes)
            result = system(*kinds) if kinds else EMPTY if static == EMPTY else Static(None)
        else:
            result = system(gives)
        return site.one(result, evaluated)

    return Function(build, len(arguments) if least is None else least, len(arguments))


def _widened(kinds: tuple[str, ...]) -> frozenset[str]:
    """With what converts to it implicitly."""
    return frozenset({*kinds, "Integer"} if "Decimal" in kinds else kinds)
