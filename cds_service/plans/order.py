"""The order of evaluation: whoever reads ``%fired`` or ``%needed`` comes after what it reads about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from cds_service.plans.compiled import CompiledAction
from cds_service.plans.problems import Place

_LITERAL_IN = re.compile(r"'([^']*)'\s+in\s+%fired\b")
_CONTAINS = re.compile(r"%fired\s+contains\s+'([^']*)'")
_FIRED = re.compile(r"%fired\b")


def reads_variable(action: CompiledAction, name: str) -> bool:
    """Whether any expression of the action reads a variable as a whole or below it."""
    return any(read == name or read.startswith(f"{name}.") for expression in action.expressions for read in expression.reads)


def evaluation_order(actions: Sequence[CompiledAction], place: Place) -> tuple[CompiledAction, ...]:
    """The actions so that every named one in ``%fired`` precedes its reader.

    Readers of ``%needed`` follow everything else, readers of ``%fired`` as a whole (``%fired.exists()``) come last.
    A cycle is reported, and the order of composition returned.
    """
    by_code = {action.code: action for action in actions}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for action in actions:
        sorter.add(action.code, *(code for code in _before(action, actions) if code in by_code and code != action.code))
    try:
        return tuple(by_code[code] for code in sorter.static_order())
    except CycleError as error:
        place.add(
            f"recommendations wait for each other through %fired: {' -> '.join(error.args[1])}", "let one of them not ask for the other"
        )
        return tuple(actions)


def _before(action: CompiledAction, actions: Sequence[CompiledAction]) -> list[str]:
    named, whole = _fired(action)
    if whole:
        return [other.code for other in actions if not _fired(other)[1]]
    if reads_variable(action, "needed"):
        return [*named, *(other.code for other in actions if not _fired(other)[1] and not reads_variable(other, "needed"))]
    return sorted(named)


def _fired(action: CompiledAction) -> tuple[set[str], bool]:
    """The codes asked for by name, and whether ``%fired`` is also read in any other way."""
    named: set[str] = set()
    whole = False
    for expression in action.expressions:
        found = [*_LITERAL_IN.findall(expression.text), *_CONTAINS.findall(expression.text)]
        named.update(found)
        whole = whole or len(_FIRED.findall(expression.text)) > len(found)
    return named, whole
