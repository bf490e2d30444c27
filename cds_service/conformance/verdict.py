"""The four things that can be said of a requirement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What was found."""

    MET = "met"
    NOT_MET = "not met"
    NOT_APPLICABLE = "not applicable"
    NOT_TESTABLE = "not testable from outside"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status, and what was seen or why it could not be."""

    status: Status
    why: str


def met(why: str) -> Verdict:
    """The requirement is kept."""
    return Verdict(Status.MET, why)


def broken(why: str) -> Verdict:
    """The requirement is not kept."""
    return Verdict(Status.NOT_MET, why)


def idle(why: str) -> Verdict:
    """The requirement speaks of something that this service did not show."""
    return Verdict(Status.NOT_APPLICABLE, why)


def unseen(why: str) -> Verdict:
    """Nothing that is sent from outside can tell."""
    return Verdict(Status.NOT_TESTABLE, why)


Instance = tuple[str, Any]  # where it stands, as a path; and the value


def every(instances: Iterable[Instance], holds: Callable[[Any], bool], what: str, absent: str) -> Verdict:
    """Met if every instance holds; not met naming the places where one does not; not applicable without instances."""
    seen = list(instances)
    if not seen:
        return idle(absent)
    wrong = list(dict.fromkeys(where for where, value in seen if not holds(value)))
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        return broken(f"{what}: not so at {', '.join(wrong[:3])}{more}")
    return met(f"{what}: {len(seen)} seen")
