"""Whether some case notices each change of the content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cds_service.cases.model import Case, Prepared
from cds_service.cases.run import judge, prepare
from cds_service.documents import Unreadable, read_yaml
from cds_service.errors import ContentProblem, ServiceError
from cds_service.knowledge import Knowledge
from cds_service.mutation.mutants import Mutant

EXPLAINED = "mutation.yaml"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one mutant: the case that noticed it, or none; then perhaps why none can."""

    mutant: Mutant
    caught_by: str | None
    because: str | None = None

    @property
    def is_unexplained(self) -> bool:
        """Whether nobody noticed and nobody says why."""
        return self.caught_by is None and self.because is None


def check_mutants(
    found: Iterable[Mutant],
    cases: Sequence[Case],
    knowledge: Knowledge,
    as_of: date,
    *,
    explained: Mapping[str, str],
    progress: Callable[[Verdict], None] = lambda _: None,
) -> tuple[Verdict, ...]:
    """Try every mutant against the cases, those about its recommendation first, until one notices.

    The cases must pass on the unchanged content.
    """
    prepared = {case.name: prepare(case, knowledge, as_of) for case in cases}
    verdicts = []
    for mutant in found:
        caught = _caught_by(mutant, _nearest_first(mutant, cases, knowledge), prepared, knowledge, as_of)
        verdict = Verdict(mutant, caught, None if caught else explained.get(mutant.name))
        progress(verdict)
        verdicts.append(verdict)
    return tuple(verdicts)


def _nearest_first(mutant: Mutant, cases: Sequence[Case], knowledge: Knowledge) -> list[Case]:
    """The cases that could notice, those about the mutant's recommendation first.

    A changed recommendation shows in cases that name it, count cards, or name what is asked for on its behalf; other changes
    anywhere.
    """
    if not mutant.code:
        return list(cases)
    asking = {code for service in knowledge.services.values() for code in service.asking}

    def named(case: Case) -> set[str]:
        return {case.recommendation, *(item.code for item in case.expect), *case.absent, *case.unknown}

    near = [case for case in cases if mutant.code in named(case)]
    far = [case for case in cases if mutant.code not in named(case) and (case.cards is not None or named(case) & asking)]
    return [*sorted(near, key=lambda case: case.recommendation != mutant.code), *far]


def _caught_by(mutant: Mutant, cases: Iterable[Case], prepared: Mapping[str, Prepared], knowledge: Knowledge, as_of: date) -> str | None:
    changed = mutant.apply(knowledge)
    for case in cases:
        try:
            ready = prepare(case, changed, as_of) if mutant.in_facts else prepared[case.name]
            if not judge(ready, changed, as_of).passed:
                return case.name
        except ServiceError:
            return case.name
    return None


def load_explained(content_dir: Path, problems: list[ContentProblem]) -> Mapping[str, str]:
    """Changes that no case can notice, by name, each with the reason.

    They stand under ``survivors`` in the case file of their recommendation, or in ``mutation.yaml`` of the content folder.
    """
    found: dict[str, str] = {}
    for path in (*sorted(content_dir.glob("*/cases/*.yaml")), content_dir / EXPLAINED):
        name = path.relative_to(content_dir).as_posix()
        try:
            file = read_yaml(path) if path.is_file() else {}
        except Unreadable as error:
            problems.append(error.of(name))
            continue
        entries = file.get("survivors", {}) if isinstance(file, Mapping) else None
        if not isinstance(entries, Mapping) or not all(isinstance(reason, str) and reason for reason in entries.values()):
            problems.append(ContentProblem(name, "survivors", "is no list of names with reasons", "write 'name: reason' for each"))
            continue
        found.update({str(name): str(reason) for name, reason in entries.items()})
    return found
