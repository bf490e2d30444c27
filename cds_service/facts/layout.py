"""What follows from the declarations alone, worked out once: the order of the steps, what each rests on, where each value stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cds_service.facts.declarations import Spec
from cds_service.facts.references import read_paths
from cds_service.fhirpath import Expression
from cds_service.model.declaration import FactModel

Compiled = tuple[Spec, Expression | None]


def fact_reads(expression: Expression | None) -> tuple[str, ...]:
    """The facts that an expression reads, sorted, without ``facts.``; none without an expression."""
    reads = () if expression is None else expression.reads
    return tuple(sorted(path.removeprefix("facts.") for path in reads if path.startswith("facts.")))


def dependences(steps: Sequence[Compiled]) -> dict[int, frozenset[int]]:
    """For each step those that must run before it: they give what its expression, its options or ``after`` name."""
    givers = _Givers(steps)
    return {
        number: givers.of((*spec.after, *read_paths(spec), *fact_reads(expression))) - {number}
        for number, (spec, expression) in enumerate(steps)
    }


class _Givers:
    """Which steps give a path, an object around it, or something below it."""

    def __init__(self, steps: Sequence[Compiled]) -> None:
        self._at: dict[str, set[int]] = {}
        self._below: dict[str, set[int]] = {}
        for number, (spec, _) in enumerate(steps):
            for path in (*spec.gives, spec.path):
                self._at.setdefault(path, set()).add(number)
                for around in _around(path):
                    self._below.setdefault(around, set()).add(number)

    def of(self, paths: Iterable[str]) -> frozenset[int]:
        return frozenset(number for path in paths for number in self._of(path))

    def _of(self, path: str) -> Iterator[int]:
        yield from self._below.get(path, ())
        for around in (path, *_around(path)):
            yield from self._at.get(around, ())


def _around(path: str) -> Iterator[str]:
    """The paths of the objects that a path stands in, the innermost first."""
    parent = path.rpartition(".")[0]
    while parent:
        yield parent
        parent = parent.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What can be told without a record about the steps of one content folder, in the order in which they run.

    ``places``: where the value of each declared path stands in the tree, as the names of the objects around it, and its own.
    ``reads``: the facts that the expression of each step reads, sorted. ``derived``: the paths that expressions give, each with its step.
    ``step_of``: the step that gives each path. ``below``: for every object the declared paths in it; ``asked``: the declared paths of
    which it is said when they are not known (no helpers, no objects, no members of lists). ``lists``: the paths that hold lists.
    """

    places: Mapping[str, tuple[tuple[str, ...], str]]
    reads: tuple[tuple[str, ...], ...]
    derived: Mapping[str, int]
    step_of: Mapping[str, int]
    below: Mapping[str, frozenset[str]]
    asked: tuple[str, ...]
    lists: frozenset[str]
    _givers: _Givers
    _before: tuple[frozenset[int], ...]

    def needed(self, paths: Iterable[str]) -> frozenset[int]:
        """The steps that must run before some paths can be read: those that give them, and all that these rest on."""
        return frozenset[int]().union(*(self._before[number] for number in self._givers.of(paths)))


def lay_out(model: FactModel, steps: Sequence[Compiled]) -> Layout:
    """The layout of declarations whose steps are in order."""
    declared = model.declarations
    lists = frozenset(path for path, declaration in declared.items() if declaration.type.many)
    below: dict[str, set[str]] = {}
    for path in declared:
        for around in _around(path):
            below.setdefault(around, set()).add(path)
    return Layout(
        places={path: (tuple(names[:-1]), names[-1]) for path in declared for names in (path.split("."),)},
        reads=tuple(fact_reads(expression) for _, expression in steps),
        derived={spec.path: number for number, (spec, expression) in enumerate(steps) if expression is not None},
        step_of={path: number for number, (spec, _) in enumerate(steps) for path in (spec.path, *spec.gives)},
        below={path: frozenset(names) for path, names in below.items()},
        asked=tuple(
            path
            for path, declaration in declared.items()
            if not declaration.internal and declaration.type.name != "object" and lists.isdisjoint(_around(path))
        ),
        lists=lists,
        _givers=_Givers(steps),
        _before=_closed(dependences(steps)),
    )


def _closed(direct: Mapping[int, frozenset[int]]) -> tuple[frozenset[int], ...]:
    """Each step with all that must run before it; what it names stands before it in the order."""
    found: list[frozenset[int]] = []
    for number, named in direct.items():
        found.append(frozenset({number}).union(*(found[other] for other in named if other < number)))
    return tuple(found)
