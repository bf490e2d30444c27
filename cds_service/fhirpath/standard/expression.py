"""The face of the full library: text and type tables in, a compiled :class:`FhirPath` out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.parser import parse
from cds_service.fhirpath.standard.compile import Compiler, Scope
from cds_service.fhirpath.standard.inputs import items_of
from cds_service.fhirpath.standard.items import read
from cds_service.fhirpath.standard.language import STANDARD
from cds_service.fhirpath.standard.model import NO_MODEL, Model, TypeInfo
from cds_service.fhirpath.standard.part import Env, Part, Step, Trace
from cds_service.fhirpath.standard.static import ANY, Static

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_READY = frozenset({str, bool, int, Decimal})


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirPath:
    """A checked and compiled expression; it holds no state and may be shared between threads.

    ``reads`` are the variables that it reads.
    """

    text: str
    reads: frozenset[str]
    static: Static
    model: Model = field(repr=False)
    context: str | None
    _types: Mapping[str, TypeInfo | None] = field(repr=False, compare=False)
    _compile: Callable[[bool], tuple[Part, frozenset[str]]] = field(repr=False, compare=False)
    _part: Part = field(repr=False, compare=False)

    def __call__(
        self, value: Any = None, variables: Mapping[str, Any] = _NOTHING, *, now: datetime | None = None, trace: Trace | None = None
    ) -> list[Any]:
        """The result: bool, int, Decimal, str, Moment, Quantity and JSON objects.

        ``value`` is the input (a resource, or any JSON), ``now`` what ``now()`` and ``today()`` answer, ``trace(name, items)`` is
        told what passes ``trace()``. Raises :class:`FhirPathError` for values that the types did not announce.
        """
        env, focus = self._entered(value, variables, now, trace)
        return [item if item.__class__ in _READY else _plain(item) for item in self._part.many(env, focus)]

    def items(
        self, value: Any = None, variables: Mapping[str, Any] = _NOTHING, *, now: datetime | None = None, trace: Trace | None = None
    ) -> list[Any]:
        """The result as items, FHIR elements with their types."""
        env, focus = self._entered(value, variables, now, trace)
        return self._part.many(env, focus)

    def boolean(
        self, value: Any = None, variables: Mapping[str, Any] = _NOTHING, *, now: datetime | None = None, trace: Trace | None = None
    ) -> bool | None:
        """``True``, ``False``, or ``None`` for empty. Raises :class:`FhirPathError` for anything else."""
        env, focus = self._entered(value, variables, now, trace)
        found = self._part.one(env, focus)
        if found is not None and found.__class__ is not bool:
            raise FhirPathError("This is not a condition", 0, "Compare it with something, or ask exists().")
        return found

    def explain(self, value: Any = None, variables: Mapping[str, Any] = _NOTHING, *, now: datetime | None = None) -> list[Step]:
        """What every node gave, in the order of evaluation, the result last. It compiles again: for people, not for every call."""
        part, _ = self._compile(True)
        env, focus = self._entered(value, variables, now, None)
        env.steps = steps = list[Step]()
        part.many(env, focus)
        return steps

    def _entered(self, value: Any, variables: Mapping[str, Any], now: datetime | None, trace: Trace | None) -> tuple[Env, Any]:
        items = items_of(value, self._types.get(""), self.model) if value is not None else []
        if len(items) > 1:
            raise FhirPathError("The input is several values", 0, "Evaluate over each of them.")
        focus = items[0] if items else None
        given = {}
        for name in self.reads:
            if name not in self._types:
                given[name] = items  # %resource and its like, not declared: the input
                continue
            found = variables.get(name)
            if found.__class__ is dict and "resourceType" not in found and self._types[name] is None:
                given[name] = [found]
            else:
                given[name] = items_of(found, self._types[name], self.model)
        return Env(given, now, trace), focus


def compile_fhirpath(
    text: str,
    *,
    model: Model = NO_MODEL,
    context: str | None = None,
    variables: Mapping[str, str | None] = _NOTHING,
    hooks: Mapping[str, Callable[..., Any]] = _NOTHING,
) -> FhirPath:
    """Parse, check and compile an expression of the whole language.

    ``model`` are the types; ``context`` names the type of the input (``Patient``, ``HumanName``, ``Patient.contact``), so that paths from
    it are checked. ``variables`` are the names that may follow ``%``, each with the name of its type or ``None`` for anything.
    ``%resource`` and its like are the input, unless they are given. ``hooks`` are what the caller can do: ``resolve(reference)``,
    ``member_of(coded, url)``, ``conforms_to(resource, url)``.
    Raises :class:`FhirPathError` with position and remedy for what is not FHIRPath, not covered or cannot make sense.
    """
    types = {name: _named(of, model) for name, of in (("", context), *variables.items())}
    known = {name: _static(of) for name, of in types.items()}
    scope = Scope(known[""].several(many=False), root=True)
    tree = parse(text, STANDARD)

    def compiled(watch: bool) -> tuple[Part, frozenset[str]]:  # noqa: FBT001  a private switch
        compiler = Compiler(model, known, scope.static, hooks, watch=watch)
        return compiler.part(tree, scope), frozenset(compiler.reads)

    part, reads = compiled(False)
    return FhirPath(text=text, reads=reads, static=part.static, model=model, context=context, _types=types, _compile=compiled, _part=part)


def _named(name: str | None, model: Model) -> TypeInfo | None:
    if name is None:
        return None
    found = model.type(name) or next(iter(model.named(name)), None)
    if found is None:
        raise ValueError(f"{name!r} is not the name of a type")
    return found


def _static(of: TypeInfo | None) -> Static:
    return ANY if of is None or of.abstract else Static(frozenset({of}), many=True)


def _plain(item: Any) -> Any:
    """An item as its System value or its JSON."""
    found = read(item)
    return found[0] if found.__class__ is tuple else found
