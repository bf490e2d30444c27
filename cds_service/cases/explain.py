"""Why a recommendation fired or did not, in the words that the content gives its criteria and facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cds_service.knowledge import Knowledge
from cds_service.model.assessment import ActionTrace, CriterionTrace

_WORDS = {True: "yes", False: "no", None: "unknown"}
_MOST = 200


def why(traces: Iterable[ActionTrace], knowledge: Knowledge) -> tuple[str, ...]:
    """A line for each criterion that decided: of one that fired every one, else those that are not true."""
    lines = tuple(line for trace in traces for line in _lines(trace, knowledge))
    return tuple(dict.fromkeys(lines)) or ("it was not looked at: it belongs to another hook, or no order is in scope",)


def _lines(trace: ActionTrace, knowledge: Knowledge) -> Iterator[str]:
    order = f" ({trace.order})" if trace.order else ""
    for criterion in trace.criteria:
        if trace.fired or criterion.value is not True:
            yield f"{_WORDS[criterion.value]}: {criterion.description}{order}{_facts(criterion, knowledge)}"


def _facts(criterion: CriterionTrace, knowledge: Knowledge) -> str:
    read = "; ".join(f"{_title(path, knowledge)}: {_value(value)}" for path, value in criterion.reads)
    return f" [{read}]" if read else ""


def _title(path: str, knowledge: Knowledge) -> str:
    """What a fact is called, with its path where the title is that of a helper."""
    name = path.removeprefix("facts.")
    declared = knowledge.facts_engine.model.declarations.get(name)
    return declared.title if declared is not None and declared.title else name


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return " / ".join(map(_value, value))[:_MOST] or "none"
    return str(value)[:_MOST]
