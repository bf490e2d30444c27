"""Codes against a list that a parameter holds, so that a site may set what is on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.facts.context import Context
from cds_service.fhir.codings import Concept


def is_on_list(context: Context, rule: Mapping[str, Any], concepts: Iterable[Concept]) -> bool | None:
    """Whether what some codes name is on the list: true if all that one of them may mean is, false if none of it is.

    ``None`` where they name nothing of the kind, or a code may mean several things and only some of them are on the list.
    ``rule``: ``map`` and ``target`` (our words for the codes), ``parameter`` (that holds the list).
    """
    wanted = context.parameters[rule["parameter"]]
    listed = frozenset(wanted if isinstance(wanted, tuple) else (wanted,))
    found = [names for concept in concepts if (names := frozenset(context.terminology.translate(rule["map"], concept, rule["target"])))]
    if any(names <= listed for names in found):
        return True
    return False if found and not any(names & listed for names in found) else None
