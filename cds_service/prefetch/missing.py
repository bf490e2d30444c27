"""Reading what a hook call does not bring: keys that are absent, and the pages after the first (CDS Hooks 2.0, "Prefetch")."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cds_service.fhir.bundles import link
from cds_service.hooks.invocation import Invocation
from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.answers import Answer, State, our_key
from cds_service.prefetch.fetch import Failure, Fetch, Fetched
from cds_service.prefetch.templates import template_of
from cds_service.prefetch.tokens import depends_on, expand

MAX_WANTED = 20  # of one call: our ten keys and as many links; a client may send any number of paged Bundles
PAGE = 200  # entries that we ask for at once; a server sends fewer if it likes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read: the requirements of ours that nothing answers, and links to the next page by the client's key."""

    requirements: tuple[DataRequirement, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.requirements or self.links)


Read = Callable[[Wanted], Mapping[str, Fetched]]
"""Reads what is wanted, by our key or the client's; what is not in the result was not tried."""


def missing(
    prefetch: Mapping[str, Any],
    answers: Sequence[Answer],
    found: Mapping[str, State],
    requirements: Sequence[DataRequirement],
    aliases: Mapping[str, str],
) -> Wanted:
    """What a call lacks. A key that the client answered in any way, an error included, is not asked for again.

    Values under names that we do not know may hold a part of what we ask for; then all of it is asked for.
    """
    if all(state.is_complete for state in found.values()):
        return Wanted()
    keys = [requirement.key for requirement in requirements]
    named = {our_key(answer.key, keys, aliases) for answer in answers}
    absent = tuple(
        one for one in requirements if found[one.key] is State.ABSENT or (found[one.key] is State.TRUNCATED and one.key not in named)
    )
    links = [(answer.key, url) for answer in answers if (url := link(prefetch[answer.key], "next")) is not None]
    return Wanted(absent, dict(links[: max(MAX_WANTED - len(absent), 0)]))


def reader(fetch: Fetch, invocation: Invocation, as_of: date, concerns: Callable[[], bool]) -> Read:
    """Reading by way of a FHIR server, where what could be read may matter at all (``concerns``).

    Everything at once, but for templates that need what another key brings (CDS Hooks 3.0 ballot, ``%key``): those follow.
    """

    def read(wanted: Wanted) -> Mapping[str, Fetched]:
        if not concerns():
            return {}
        fetched: dict[str, Fetched] = {}
        prior = dict(invocation.prefetch)
        waiting = {one.key: template_of(one) for one in wanted.requirements}
        queries = dict(wanted.links)
        while waiting or queries:
            ready = [key for key, template in waiting.items() if not depends_on(template) & waiting.keys()]
            for key in ready or list(waiting):
                query = _query(waiting.pop(key), invocation, as_of, prior)
                if query is None:
                    fetched[key] = Fetched(failure=Failure.NO_QUERY)
                else:
                    queries[key] = query
            fetched |= fetch(queries) if queries else {}
            prior |= {key: _joined(fetched[key].pages) for key in queries if key not in wanted.links and fetched[key].pages}
            queries = {}
        return fetched

    return read


def _query(template: str, invocation: Invocation, as_of: date, prior: Mapping[str, Any]) -> str | None:
    """A template as a query of this call; what is searched for should come in few pages."""
    query = expand(template, invocation, as_of, prior)
    return f"{query}&_count={PAGE}" if query is not None and "?" in query and "_count=" not in query else query


def with_pages(prefetch: Mapping[str, Any], fetched: Mapping[str, Fetched], wanted: Wanted) -> dict[str, Any]:
    """The prefetch as the client could have sent it."""
    complete = dict(prefetch)
    for key, answer in fetched.items():
        pages = (complete[key], *answer.pages) if key in wanted.links else answer.pages
        if answer.pages:
            complete[key] = _joined(pages)
    return complete


def _joined(pages: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One Bundle of all pages; it has a ``next`` link only if the last of them has one."""
    first, last = pages[0], pages[-1]
    if first is last:
        return first
    entries = [entry for page in pages for entry in _list(page.get("entry"))]
    links = [one for one in _list(first.get("link")) if not (isinstance(one, Mapping) and one.get("relation") == "next")]
    following = link(last, "next")
    return {**first, "entry": entries, "link": [*links, {"relation": "next", "url": following}] if following else links}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
