"""What a fact declaration refers to by name: other paths, parameters, states; and whether an expression gives what is declared.

A slip in such a name would not fail: the fact would stay unknown for ever, or a reader would stop at the bedside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from cds_service.errors import ContentProblem
from cds_service.facts.declarations import Spec
from cds_service.facts.resources import STATES
from cds_service.fhirpath import Expression, Type
from cds_service.fhirpath.rules import described, kind
from cds_service.model.declaration import Declaration, FactModel

Found = Iterator[tuple[str, str, str]]  # element, problem, remedy
_PARAMETERS = frozenset({"within", "window", "parameter"})
# reader -> options that name paths which it reads
_READS: Mapping[str, tuple[str, ...]] = {
    "days-between": ("from", "to"),
    "first-date": ("of",),
    "spread": ("site", "treatmentEnd"),
    "spread-flag": ("site",),
    "staging": ("site", "spread"),
    "decisive-code": ("notBefore", "lines"),
    "treatments": ("from",),
    "combination": ("lists", "dated"),
    "latest-quantity": ("before",),
}
# options that name paths which a reader fills
_FILLS = ("gives", "modalities", "recent")


def reference_problems(spec: Spec, expression: Expression | None, model: FactModel, parameters: Type) -> Iterator[ContentProblem]:
    """Everything that one entry names and that is not there, or is of another type than it is declared with."""
    for element, problem, remedy in _problems(spec, expression, model, parameters):
        yield ContentProblem(spec.file, f"{spec.path}.{element}", problem, remedy)


def _problems(spec: Spec, expression: Expression | None, model: FactModel, parameters: Type) -> Found:
    if spec.expression is None:
        yield from _options(spec, model, parameters)
    elif expression is not None and spec.path in model.declarations:
        yield from _result(expression.type, model.declarations[spec.path].type)
    for element, paths in (("after", spec.after), ("shows", spec.shows or ())):
        for path in paths:
            yield from _path(element, path, model)
    for path in dict.fromkeys((spec.path, *spec.gives)):
        if path in model.declarations:
            yield from _asked(model.declarations[path], model)
            yield from _bound(model.declarations[path], model)


def _options(spec: Spec, model: FactModel, parameters: Type) -> Found:
    """Paths, parameters and states that a reader's options name."""
    for option, path in _named_paths(spec):
        yield from _path(f"options.{option}", path, model)
    for option, path in _filled_paths(spec):
        if path not in spec.gives:
            yield f"options.{option}", f"fills '{path}', which the entry does not declare", "declare it under gives, or correct the name"
    for option, name in _named(spec.options, _PARAMETERS):
        if name not in parameters.children:
            yield f"options.{option}", f"'{name}' is no parameter", _use(name, parameters.children)
    given = spec.options.get("medications")
    states = [("medications", state) for value in (given.values() if isinstance(given, Mapping) else ()) for state in _listed(value)]
    for option, name in (*states, *_named(spec.options, frozenset({"states"}))):
        if name not in STATES:
            yield f"options.{option}", f"'{name}' is no state", f"use some of: {', '.join(sorted(STATES))}"


def _asked(declaration: Declaration, model: FactModel) -> Found:
    """How a fact is asked for."""
    element = f"askable ({declaration.path})"
    if declaration.askable is not None:
        yield from _path(f"{element}.as", declaration.askable.name, model)
        for value in declaration.askable.missing:
            if not _can_be(value, declaration.type):
                yield f"{element}.missing", f"'{value}' is no value of {declaration.path}", "name values that the fact can have"


def _bound(declaration: Declaration, model: FactModel) -> Found:
    """The path of the comparator that belongs to a number."""
    if declaration.bound is not None:
        yield from _path(f"bound ({declaration.path})", declaration.bound, model)


def _result(given: Type, declared: Type) -> Found:
    """An expression of another type than the path is declared with."""
    if given.name in ("any", "empty") or "object" in (given.name, declared.name):
        return
    if kind(given) != kind(declared) or (declared.name == "integer" and given.name == "decimal"):
        yield "expression", f"gives {described(given)}, and the path is declared as {declared.name}", "correct one of them"
    other = sorted(given.codes - declared.codes) if declared.codes else []
    if other:
        yield "expression", f"can give '{other[0]}', which the path is not declared to have", _use(other[0], declared.codes)


def read_paths(spec: Spec) -> tuple[str, ...]:
    """The paths that a reader looks at, as its options name them."""
    return tuple(path for _, path in _named_paths(spec))


def _named_paths(spec: Spec) -> Iterator[tuple[str, str]]:
    for option in _READS.get(spec.reader or "", ()):
        for path in _listed(spec.options.get(option)):
            yield option, path
    if spec.reader == "texts":
        for line in _listed_mappings(spec.options.get("lines")):
            yield "lines", str(line.get("of"))


def _filled_paths(spec: Spec) -> Iterator[tuple[str, str]]:
    for option in _FILLS:
        block = spec.options.get(option)
        for path in block.values() if isinstance(block, Mapping) else ():
            yield option, str(path)


def _named(node: object, names: frozenset[str], name: str = "") -> Iterator[tuple[str, str]]:
    """The texts under options of some names, however deep, each with the name of its option."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _named(value, names, str(key))
    elif isinstance(node, list):
        for value in node:
            yield from _named(value, names, name)
    elif isinstance(node, str) and name in names:
        yield name, node


def _path(element: str, path: str, model: FactModel) -> Found:
    """A path must be declared, or be what declared paths begin with (``radiotherapy``)."""
    if path not in model.declarations and not any(name.startswith(f"{path}.") for name in model.declarations):
        yield element, f"'{path}' is no declared path", _use(path, model.declarations)


def _use(name: str, known: Any) -> str:
    close = get_close_matches(name, [str(item) for item in known], n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else "declare it, or correct the name"


def _listed(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _listed_mappings(value: object) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            yield item


def _can_be(value: object, of: Type) -> bool:
    if of.name == "boolean":
        return isinstance(value, bool)
    return not of.codes or str(value) in of.codes
