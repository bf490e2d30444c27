"""Whether the terminology's resources fit each other: a system that nobody knows would empty a value set in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from cds_service.errors import ContentProblem

Resources = Mapping[str, Mapping[str, Mapping[str, Any]]]
_ADD = "correct the address, or add a NamingSystem with its uniqueId"


def system_problems(resources: Resources, systems: Collection[str]) -> Iterator[ContentProblem]:
    """Systems of value sets and concept maps that no NamingSystem or CodeSystem knows, and codes that our own systems lack.

    ``resources`` are by type and id; ``systems`` the addresses that NamingSystems give.
    """
    own = {str(item.get("url")): frozenset(_codes(item)) for item in resources["CodeSystem"].values()}
    known = {*systems, *own}
    for name, resource in resources["ValueSet"].items():
        file = f"ValueSet-{name}.json"
        for part in ("include", "exclude"):
            for number, entry in enumerate(resource.get("compose", {}).get(part, ())):
                element = f"compose.{part}[{number}]"
                if entry.get("concept") or entry.get("filter") or "system" in entry:
                    yield from _system(file, f"{element}.system", entry.get("system"), known)
                yield from _missing(file, f"{element}.concept", entry.get("concept", ()), own.get(str(entry.get("system"))))
    for name, resource in resources["ConceptMap"].items():
        file = f"ConceptMap-{name}.json"
        for number, group in enumerate(resource.get("group", ())):
            yield from _system(file, f"group[{number}].source", group.get("source"), known)
            yield from _system(file, f"group[{number}].target", group.get("target"), {*own})


def _codes(resource: Mapping[str, Any]) -> Iterator[str]:
    for concept in resource.get("concept", ()):
        yield str(concept.get("code"))


def _system(file: str, element: str, system: object, known: Collection[str]) -> Iterator[ContentProblem]:
    if not isinstance(system, str) or not system:
        yield ContentProblem(file, element, "is missing", "name the system that the codes belong to")
    elif system not in known:
        close = get_close_matches(system, known, n=1, cutoff=0.8)
        yield ContentProblem(
            file,
            element,
            f"'{system}' is no code system that the content knows",
            f"did you mean {close[0]}? Else add a NamingSystem" if close else _ADD,
        )


def _missing(file: str, element: str, concepts: Any, codes: frozenset[str] | None) -> Iterator[ContentProblem]:
    """Codes of one of our own systems that it does not have; an empty system only names a kind of code."""
    for concept in concepts:
        if codes and concept.get("code") not in codes:
            yield ContentProblem(
                file, element, f"'{concept.get('code')}' is no code of its system", "correct it, or add it to the code system"
            )
