"""Whether some case notices each change of the content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from cds_service.cases.model import Case, Outcome, Prepared
from cds_service.cases.run import judge, prepare, run_case, with_facts
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A case with its facts, and what comes of it on the unchanged content. ``ready`` is ``None`` where the service refuses it."""

    outcome: Outcome
    ready: Prepared | None = None

    @property
    def case(self) -> Case:
        """The case."""
        return self.outcome.case


def ask(cases: Iterable[Case], knowledge: Knowledge, as_of: date) -> tuple[Asked, ...]:
    """Build the facts of every case, once for all changes that leave facts alone, and judge it on the unchanged content."""
    return tuple(_asked(case, knowledge, as_of) for case in cases)


def _asked(case: Case, knowledge: Knowledge, as_of: date) -> Asked:
    try:
        ready = prepare(case, knowledge, as_of)
        return Asked(judge(ready, knowledge, as_of), ready)
    except ServiceError:
        return Asked(run_case(case, knowledge, as_of))


def could_notice(code: str, cases: Iterable[Case], knowledge: Knowledge) -> list[Case]:
    """The cases that a change of a recommendation shows in, those about it first.

    They are asked at a hook where it is looked at, and name it, count cards, or name what is asked for on its behalf.
    """
    asking = {code for service in knowledge.services.values() for code in service.asking}
    looked_at = [case for case in cases if code in _codes_at(case.hook, knowledge)]
    near = [case for case in looked_at if code in _named(case)]
    far = [case for case in looked_at if code not in _named(case) and (case.cards is not None or _named(case) & asking)]
    return [*sorted(near, key=lambda case: case.recommendation != code), *far]


def _codes_at(hook: str, knowledge: Knowledge) -> frozenset[str]:
    service = knowledge.service(None, hook)
    return frozenset() if service is None else frozenset(action.code for action in service.actions)


def _named(case: Case) -> set[str]:
    return {case.recommendation, *(item.code for item in case.expect), *case.absent, *case.unknown}


def check_mutants(
    found: Sequence[Mutant],
    asked: Sequence[Asked],
    knowledge: Knowledge,
    as_of: date,
    *,
    explained: Mapping[str, str],
    jobs: int = 1,
    progress: Callable[[Verdict], None] = lambda _: None,
) -> tuple[Verdict, ...]:
    """Try every mutant against the cases until one notices, in ``jobs`` processes; the verdicts come in the order of the mutants.

    The cases must pass on the unchanged content.
    """
    trial = _Trial(found, tuple(asked), knowledge, as_of)
    verdicts = []
    for mutant, caught in zip(found, _caught(trial, jobs), strict=True):
        verdict = Verdict(mutant, caught, None if caught else explained.get(mutant.name))
        progress(verdict)
        verdicts.append(verdict)
    return tuple(verdicts)


@dataclass(frozen=True, slots=True)
class _Trial:
    """All that trying a mutant takes. A worker inherits it with the memory of its parent: compiled content cannot be sent."""

    found: Sequence[Mutant]
    asked: tuple[Asked, ...]
    knowledge: Knowledge
    as_of: date

    def caught_by(self, number: int) -> str | None:
        """The first case that notices a mutant."""
        mutant = self.found[number]
        changed = mutant.apply(self.knowledge)
        return next((one.case.name for one in self._in_order(mutant) if self._notices(one, mutant, changed)), None)

    def _in_order(self, mutant: Mutant) -> list[Asked]:
        """The cases that could notice; those in which the change may show as far as their traces tell, first."""
        asked = self.asked
        if mutant.code:
            known = {one.case.name: one for one in asked}
            asked = tuple(known[case.name] for case in could_notice(mutant.code, [one.case for one in asked], self.knowledge))

        def shows(one: Asked) -> bool:
            code = mutant.code or one.case.recommendation
            return any(mutant.may_show(trace) for trace in one.outcome.traces if trace.code == code)

        return sorted(asked, key=lambda one: not shows(one))

    def _notices(self, one: Asked, mutant: Mutant, changed: Knowledge) -> bool:
        assert one.ready is not None  # it passed
        try:
            ready = with_facts(one.case, one.ready.invocation, changed, self.as_of) if mutant.in_facts else one.ready
            return not judge(ready, changed, self.as_of).passed
        except ServiceError:
            return True


_here: list[_Trial] = []


def _caught(trial: _Trial, jobs: int) -> Iterator[str | None]:
    """For each mutant, in order, the case that notices it. Without fork, as on Windows, one process does it all."""
    numbers = range(len(trial.found))
    if jobs < 2 or "fork" not in get_all_start_methods():
        yield from map(trial.caught_by, numbers)
        return
    with get_context("fork").Pool(jobs, _here.append, (trial,)) as pool:
        yield from pool.imap(_caught_here, numbers, chunksize=4)


def _caught_here(number: int) -> str | None:
    return _here[-1].caught_by(number)


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
