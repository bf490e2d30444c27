"""What each statement became: recommendations that cite it, their criteria, and the cases that show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cds_service.plans.compiled import CompiledAction
from cds_service.trace.statements import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBy:
    """One case that names statements: ``recommendation/case id``, the recommendation of its file, and the statements."""

    name: str
    recommendation: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citing:
    """A recommendation that cites the statement, its criteria in words, and the cases in its file that name the statement."""

    code: str
    plan: str
    criteria: tuple[str, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One statement and everything that came of it."""

    statement: Statement
    citing: tuple[Citing, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """Every case that shows the statement."""
        return tuple(dict.fromkeys(case for item in self.citing for case in item.cases))

    @property
    def lacks(self) -> str | None:
        """What is missing, ``None`` if nothing is. A property of every card needs its test instead of a case."""
        if self.statement.every_card:
            return None
        if not self.citing:
            return "no recommendation cites it"
        return None if self.cases else "no case shows it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traceability:
    """All rows in the order of the register, and cases or citations of what is not in it."""

    rows: tuple[Row, ...]
    strays: tuple[str, ...] = ()

    @property
    def gaps(self) -> tuple[Row, ...]:
        """The rows that lack something."""
        return tuple(row for row in self.rows if row.lacks is not None)

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Covered and all: of statements, and of tensions."""
        kinds = {"statements": [row for row in self.rows if not row.statement.is_tension]}
        kinds["tensions"] = [row for row in self.rows if row.statement.is_tension]
        return {kind: (sum(row.lacks is None for row in rows), len(rows)) for kind, rows in kinds.items()}


def trace_statements(
    statements: Mapping[str, Statement], recommendations: Sequence[CompiledAction], cases: Iterable[ShownBy]
) -> Traceability:
    """Join the register, the recommendations and the cases."""
    shown = tuple(cases)
    cited = {action.code: frozenset(citation.statement for citation in action.citations) for action in recommendations}
    rows = tuple(
        Row(
            statement=statement,
            citing=tuple(_citing(action, statement.id, shown) for action in recommendations if statement.id in cited[action.code]),
        )
        for statement in statements.values()
    )
    return Traceability(rows=rows, strays=tuple(_strays(statements, cited, shown)))


def _citing(action: CompiledAction, statement: str, shown: Sequence[ShownBy]) -> Citing:
    return Citing(
        code=action.code,
        plan=action.plan.rpartition("/")[2],
        criteria=tuple(criterion.description for criterion in action.reasons),
        cases=tuple(case.name for case in shown if case.recommendation == action.code and statement in case.statements),
    )


def _strays(statements: Mapping[str, Statement], cited: Mapping[str, frozenset[str]], shown: Sequence[ShownBy]) -> Iterable[str]:
    for code, labels in cited.items():
        for label in sorted(labels - set(statements)):
            yield f"{code} cites {label}, which the register does not hold"
    for case in shown:
        for label in case.statements:
            if label not in statements:
                yield f"case {case.name} names {label}, which the register does not hold"
            elif label not in cited.get(case.recommendation, frozenset()):
                yield f"case {case.name} names {label}, which {case.recommendation} does not cite"
