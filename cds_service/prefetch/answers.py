"""What each prefetch value says: its state on the wire (CDS Hooks 2.0, "Prefetch responses"), and which template it answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from cds_service.errors import BodyTooLarge
from cds_service.fhir.bundles import Item, Place, each, entries_of, is_partial, items, link
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
        return self <= _UNAVAILABLE

    @property
    def is_complete(self) -> bool:
        """Whether what does not stand there is not in the client's record."""
        return self >= _EMPTY


# Looking up a member takes longer than all else that is done to a key
_ABSENT, _UNAVAILABLE, _TRUNCATED, _EMPTY, _ANSWERED = State


class Answer(NamedTuple):
    """One prefetch ``value`` as received under ``key``: its state, and the places where resources stand."""

    key: str
    state: State
    places: Sequence[Place]
    value: object

    @property
    def is_null(self) -> bool:
        """Whether the client says itself that there is nothing."""
        return self.value is None

    @property
    def self_url(self) -> str | None:
        """The query that was answered, where the answer tells."""
        return link(self.value, "self")

    @property
    def types(self) -> frozenset[str]:
        """The resource types that were searched for, so without what was merely included."""
        return frozenset(item.kind for item in each(self.places) if item.kind is not None and item.mode != "include")


def read_answers(prefetch: Mapping[str, Any], keys: Collection[str] = ()) -> tuple[Answer, ...]:
    """Every prefetch value, read. Raises :class:`BodyTooLarge` for more resources than a record has: to look at each takes time.

    Places in them are told by the key if it is one of ``keys``, which are ours, else by its number: errors name them, and a key of a
    client's making could name a person.
    """
    answers: list[Answer] = []
    left = MOST_RESOURCES
    for number, (key, value) in enumerate(prefetch.items()):
        answer, count = _read(key, value, f"prefetch.{key}" if key in keys else f"prefetch[{number}]", left)
        left -= max(count, 1)
        if left < 0:
            remedy = "Send what discovery asks for, and of one patient."
            raise BodyTooLarge(f"prefetch holds more than {MOST_RESOURCES} resources", where="prefetch", remedy=remedy)
        answers.append(answer)
    return tuple(answers)


def _read(key: str, value: object, where: str, most: int) -> tuple[Answer, int]:
    """A value, and how many places it has; they are counted no further than one beyond ``most``."""
    if value is None:
        return Answer(key, _EMPTY, (), value), 0
    plain = entries_of(value, where)
    if plain is not None and "OperationOutcome" not in plain.kinds:
        state = _TRUNCATED if is_partial(value) else _ANSWERED if plain.kinds else _EMPTY
        return Answer(key, state, (plain,) if plain.kinds else (), value), len(plain.entries)
    found = list(islice(items(value, where), most + 1))
    outcomes = [item.resource for item in found if item.kind == "OperationOutcome"]
    rest = [item for item in found if item.kind != "OperationOutcome"]
    return Answer(key, _state(value, outcomes, rest), rest, value), len(found)


def _state(value: object, outcomes: Sequence[Resource | None], rest: Sequence[Item]) -> State:
    readable = any(item.kind is not None for item in rest)
    is_bare = isinstance(value, list) and not (rest or outcomes) and not any(isinstance(one, dict) for one in value)
    if not isinstance(value, dict | list) or (rest and not readable) or is_bare:  # [] is no FHIR: nobody says that they looked
        return _ABSENT
    if isinstance(value, dict) and value.get("resourceType") == "OperationOutcome":
        return _UNAVAILABLE
    if not all(_is_mild(outcome) for outcome in outcomes):
        return _TRUNCATED if readable else _UNAVAILABLE
    if is_partial(value):
        return _TRUNCATED
    return _ANSWERED if readable else _EMPTY


def _is_mild(outcome: Resource | None) -> bool:
    """Whether an OperationOutcome only comments: every issue is information or a warning, and none says "not looked"."""
    issues = outcome.get("issue") if outcome is not None else None
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
    if len(answers) >= len(keys) and all(answer.value is None for answer in answers):
        return dict.fromkeys(keys, _EMPTY)
    found: dict[str, State] = {}
    foreign: list[Answer] = []
    for answer in answers:
        name = answer.key if answer.key in keys else our_key(answer.key, keys, aliases)
        if name is None:
            foreign.append(answer)
        else:
            found[name] = _both(found[name], answer.state) if name in found else answer.state
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


def _both(first: State, second: State) -> State:
    """The state of a key that arrived twice: complete only if both are, missing only if both are."""
    alike = (first.is_complete and second.is_complete) or (first.is_missing and second.is_missing)
    return max(first, second) if alike else _TRUNCATED


def _by_content(requirement: DataRequirement, requirements: Sequence[DataRequirement], foreign: Iterable[Answer]) -> State:
    """The best state that values under unknown names prove for a requirement."""
    return max((_proves(answer, requirement, requirements) for answer in foreign), default=_ABSENT)


def _proves(answer: Answer, requirement: DataRequirement, requirements: Sequence[DataRequirement]) -> State:
    types = answer.types or frozenset(filter(None, (_searched_type(answer.self_url),)))
    if requirement.type not in types or answer.is_null:
        return _ABSENT
    if answer.self_url is not None:
        complete = _covers(answer.self_url, requirement)
    else:  # without the query, a type that only one template asks for is all there is to go by
        complete = len(types) == 1 and sum(one.type == requirement.type for one in requirements) == 1
    return answer.state if complete else min(answer.state, _TRUNCATED)


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
