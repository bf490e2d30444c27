"""Services, and what can be told of their recommendations before any record is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from cds_service.fhirpath import Expression
from cds_service.plans.compiled import CompiledAction, CompiledSection, CompiledSuggestion, Criterion, DataRequirement
from cds_service.plans.markdown import unescape
from cds_service.plans.paths import CALL, STEP, fact_paths


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """What some expressions read: ``facts`` by path, ``parameters`` by name, and whether ``%needed`` is among it."""

    facts: frozenset[str]
    parameters: frozenset[str]
    needed: bool

    @staticmethod
    def of(expressions: Iterable[Expression]) -> Reads:
        """What some expressions read."""
        paths = {path for expression in expressions for path in expression.reads}
        parameters = frozenset(path.split(".")[1] for path in paths if path.startswith("parameters."))
        return Reads(frozenset(fact_paths(paths)), parameters, "needed" in paths)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One recommendation as a service evaluates it.

    ``fixed`` are the criteria that no order changes, ``varying`` the others. ``asks``: it reads ``%needed``.
    ``decided`` are the criteria of which the facts of the service's scope and the orders tell whether they hold, ``open`` those of
    which they may tell that they do not; criteria that read ``%fired`` or ``%needed`` are in neither.
    ``reads`` is what its criteria, its varying words and its description read, and for each section and suggestion what that reads;
    ``ranked`` are the facts that its criteria read, in their order; ``deciding`` and ``deciding_order`` are the facts, and the members
    of the order, that decide whether and how urgently it fires; ``exceptions`` are the criteria that take "unknown" for "no";
    ``text`` is its plain sentence where nothing in it varies.
    """

    action: CompiledAction
    fixed: tuple[Criterion, ...]
    varying: tuple[Criterion, ...]
    asks: bool
    decided: tuple[Criterion, ...]
    open: tuple[Criterion, ...]
    reads: Reads
    sections: tuple[tuple[CompiledSection, Reads], ...]
    suggestions: tuple[tuple[CompiledSuggestion, Reads], ...]
    ranked: tuple[str, ...]
    deciding: frozenset[str]
    deciding_order: frozenset[str]
    exceptions: tuple[Expression, ...]
    text: str | None


@dataclass(frozen=True, kw_only=True)
class Service:
    """One CDS service at one hook.

    ``actions`` are the recommendations triggered at the hook in the order of composition; ``evaluation`` are the same in
    an order in which what an action reads of ``%fired`` and ``%needed`` has been settled before it; ``asking`` are the codes
    of those that read ``%needed``.
    """

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str | None
    requirements: tuple[DataRequirement, ...]
    actions: tuple[CompiledAction, ...]
    evaluation: tuple[CompiledAction, ...]
    max_cards: int
    overflow_title: str
    asking: frozenset[str] = frozenset()

    @cached_property
    def scope(self) -> frozenset[str]:
        """The facts that the conditions of what composes its recommendations read: they decide first whether it has anything to say."""
        guards = (criterion.expression for action in self.actions for criterion in action.criteria[: action.guards])
        return frozenset(path for guard in guards for path in fact_paths(guard.reads))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Its recommendations in the order of evaluation."""
        return tuple(_row(action, self) for action in self.evaluation)

    def action(self, code: str) -> CompiledAction | None:
        """The recommendation with a code."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> Mapping[str, CompiledAction]:
        return {action.code: action for action in self.actions}


def _row(action: CompiledAction, service: Service) -> Row:
    settled = [one for one in action.criteria if one.lasting is not STEP]
    decided = tuple(one for one in settled if service.scope.issuperset(fact_paths(one.expression.reads)))
    deciding = [criterion.expression for criterion in action.criteria]
    if "action.priority" in action.dynamic:
        deciding.append(action.dynamic["action.priority"].expression)
    paths = {path for expression in deciding for path in expression.reads}
    return Row(
        action=action,
        fixed=tuple(one for one in action.criteria if one.lasting is CALL),
        varying=tuple(one for one in action.criteria if one.lasting is not CALL),
        asks=action.code in service.asking,
        decided=decided,
        open=tuple(one for one in settled if one not in decided),
        reads=Reads.of(
            (
                *(criterion.expression for criterion in action.reasons),
                *(placeholder.expression for placeholder in (*action.dynamic.values(), *action.description.placeholders)),
            )
        ),
        sections=tuple((section, _of_section(section)) for section in action.sections),
        suggestions=tuple((item, Reads.of(criterion.expression for criterion in item.criteria)) for item in action.suggestions),
        ranked=tuple(dict.fromkeys(path for criterion in action.reasons for path in fact_paths(criterion.expression.reads))),
        deciding=frozenset(fact_paths(paths)),
        deciding_order=frozenset(path.partition(".")[2] for path in paths if path.startswith("order.")),
        exceptions=tuple(criterion.expression for criterion in action.reasons if criterion.unknown_is_no),
        text=None if action.text.fixed is None else unescape(action.text.fixed),
    )


def _of_section(section: CompiledSection) -> Reads:
    placeholders = (placeholder.expression for placeholder in section.text.placeholders)
    return Reads.of((*placeholders, *(criterion.expression for criterion in section.criteria)))
