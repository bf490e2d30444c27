"""What each prefetch value says: its state on the wire (CDS Hooks 2.0, "Prefetch responses"), and which template it answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cds_service.errors import BodyTooLarge
from cds_service.fhir.bundles import Item, is_partial, items, link
from cds_service.fhir.record import Resource
from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.requirements import filters_of

MOST_RESOURCES = 20_000  # of one call, empty keys included
# Outcome codes that mean "you may not see" or "I could not look", however mild their severity
_NOT_LOOKED = frozenset({"security", "login", "forbidden", "suppressed", "timeout", "throttled", "incomplete"})
_MILD = frozenset({"information", "warning"})
# Search parameters that do not narrow what a search finds
_NEUTRAL = frozenset({"patient", "subject", "_sort", "_format", "_pretty", "_count", "_total", "_include", "_revinclude"})


class State(IntEnum):
    """How much of a key arrived. Ordered: the highest of several is the best."""

    ABSENT = 0
    """No such key, or nothing that can be read as FHIR: it may be asked for."""
    UNAVAILABLE = 1
    """The client tried and says that it failed (OperationOutcome): asking again would fail again."""
    TRUNCATED = 2
    """A part: one page of several, or with an error beside it."""
    EMPTY = 3
    """The client looked, and there is nothing: null, no entries, or nothing but a mild comment."""
    ANSWERED = 4
    """All that the query finds."""

    @property
    def is_missing(self) -> bool:
        """Whether nothing of the key is at hand, so that what depends on it is unknown."""
        return self <= State.UNAVAILABLE

    @property
    def is_complete(self) -> bool:
        """Whether what does not stand there is not in the client's record."""
        return self >= State.EMPTY


@dataclass(frozen=True, slots=True)
class Answer:
    """One prefetch value as received under ``key``: its state, and the places where resources stand."""

    key: str
    state: State
    items: tuple[Item, ...]
    self_url: str | None
    is_null: bool = False

    @property
    def types(self) -> frozenset[str]:
        """The resource types that were searched for, so without what was merely included."""
        return frozenset(str(item.resource["resourceType"]) for item in self.items if item.resource is not None and item.mode != "include")


def read_answers(prefetch: Mapping[str, Any], keys: Collection[str] = ()) -> tuple[Answer, ...]:
    """Every prefetch value, read. Raises :class:`BodyTooLarge` for more resources than a record has: to look at each takes time.

    Places in them are told by the key if it is one of ``keys``, which are ours, else by its number: errors name them, and a key of a
    client's making could name a person.
    """
    answers: list[Answer] = []
    left = MOST_RESOURCES
    for number, (key, value) in enumerate(prefetch.items()):
        where = f"prefetch.{key}" if key in keys else f"prefetch[{number}]"
        found = () if value is None else tuple(islice(items(value, where), left + 1))
        left -= max(len(found), 1)
        if left < 0:
            remedy = "Send what discovery asks for, and of one patient."
            raise BodyTooLarge(f"prefetch holds more than {MOST_RESOURCES} resources", where="prefetch", remedy=remedy)
        answers.append(_read(key, value, found))
    return tuple(answers)


def _read(key: str, value: object, found: Sequence[Item]) -> Answer:
    if value is None:
        return Answer(key, State.EMPTY, (), None, is_null=True)
    outcomes = [item.resource for item in found if item.resource is not None and item.resource["resourceType"] == "OperationOutcome"]
    rest = tuple(item for item in found if item.resource is None or item.resource["resourceType"] != "OperationOutcome")
    return Answer(key, _state(value, outcomes, rest), rest, link(value, "self"))


def _state(value: object, outcomes: Sequence[Resource], rest: Sequence[Item]) -> State:
    readable = any(item.resource is not None for item in rest)
    is_bare = isinstance(value, list) and not (rest or outcomes) and not any(isinstance(one, dict) for one in value)
    if not isinstance(value, dict | list) or (rest and not readable) or is_bare:  # [] is no FHIR: nobody says that they looked
        return State.ABSENT
    if isinstance(value, dict) and value.get("resourceType") == "OperationOutcome":
        return State.UNAVAILABLE
    if not all(_is_mild(outcome) for outcome in outcomes):
        return State.TRUNCATED if readable else State.UNAVAILABLE
    if is_partial(value):
        return State.TRUNCATED
    return State.ANSWERED if readable else State.EMPTY


def _is_mild(outcome: Resource) -> bool:
    """Whether an OperationOutcome only comments: every issue is information or a warning, and none says "not looked"."""
    issues = outcome.get("issue")
    if not isinstance(issues, list) or not issues:
        return False
    return all(isinstance(one, dict) and one.get("severity") in _MILD and one.get("code") not in _NOT_LOOKED for one in issues)


def states(answers: Sequence[Answer], requirements: Sequence[DataRequirement], aliases: Mapping[str, str]) -> dict[str, State]:
    """The state of every key of the content; a key that nothing answers is ``ABSENT``.

    A value named like one of our keys (or by an alias, or with a site's suffix) decides that key; other values are told
    by what they hold, and only for keys that nothing was named for. Where there is a ``null`` for every key of ours, however
    named, the record is empty.
    """
    keys = [requirement.key for requirement in requirements]
    if len(answers) >= len(keys) and all(answer.is_null for answer in answers):
        return dict.fromkeys(keys, State.EMPTY)
    names = [our_key(answer.key, keys, aliases) for answer in answers]
    found: dict[str, State] = {}
    for answer, name in zip(answers, names, strict=True):
        if name is not None:
            found[name] = _both(found.get(name), answer.state)
    foreign = [answer for answer, name in zip(answers, names, strict=True) if name is None]
    return {one.key: found[one.key] if one.key in found else _by_content(one, requirements, foreign) for one in requirements}


def our_key(key: str, keys: Sequence[str], aliases: Mapping[str, str]) -> str | None:
    """Our name for a client's key: the same, an alias, or the same before a ``-suffix``; upper and lower case are one."""
    if key in keys:
        return key
    folded = {name.casefold(): name for name in keys} | {name.casefold(): target for name, target in aliases.items() if target in keys}
    name = key.casefold()
    while name not in folded and "-" in name:
        name = name.rpartition("-")[0]
    return folded.get(name)


def _both(first: State | None, second: State) -> State:
    """The state of a key that arrived twice: complete only if both are, missing only if both are."""
    if first is None:
        return second
    alike = (first.is_complete and second.is_complete) or (first.is_missing and second.is_missing)
    return max(first, second) if alike else State.TRUNCATED


def _by_content(requirement: DataRequirement, requirements: Sequence[DataRequirement], foreign: Iterable[Answer]) -> State:
    """The best state that values under unknown names prove for a requirement."""
    return max((_proves(answer, requirement, requirements) for answer in foreign), default=State.ABSENT)


def _proves(answer: Answer, requirement: DataRequirement, requirements: Sequence[DataRequirement]) -> State:
    types = answer.types or frozenset(filter(None, (_searched_type(answer.self_url),)))
    if requirement.type not in types or answer.is_null:
        return State.ABSENT
    if answer.self_url is not None:
        complete = _covers(answer.self_url, requirement)
    else:  # without the query, a type that only one template asks for is all there is to go by
        complete = len(types) == 1 and sum(one.type == requirement.type for one in requirements) == 1
    return answer.state if complete else min(answer.state, State.TRUNCATED)


def _searched_type(url: str | None) -> str | None:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2] if url else None


def _covers(url: str, requirement: DataRequirement) -> bool:
    """Whether the search behind ``Bundle.link[self]`` asked for at least what the requirement asks for."""
    if _searched_type(url) != requirement.type:
        return False
    wanted = filters_of(requirement)
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name not in _NEUTRAL and not (name in wanted and set(wanted[name]) <= set(value.split(","))):
            return False
    return True
