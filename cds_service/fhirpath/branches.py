"""What ``iif`` chooses where its condition is unknown: the branch that is meant for "no"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds_service.fhirpath.check import Checked, Checker
from cds_service.fhirpath.nodes import Call
from cds_service.fhirpath.parser import parse
from cds_service.fhirpath.types import Type


def undecided(text: str, variables: Mapping[str, Type]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """For every ``iif`` whose condition may be unknown: the texts that it can give on "yes", and those on "no" or "unknown".

    A set is empty where the texts are not certain. Raises :class:`FhirPathError` as compiling would.
    """
    checked, _ = Checker(variables, strict_unknown=False, unknown_is_no=False).whole(parse(text), None)
    yield from _undecided(checked)


def _undecided(checked: Checked) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    if isinstance(checked.node, Call) and checked.node.name == "iif":
        condition, *branches = checked.parts
        if not condition.type.known and len(branches) == 2:
            yield branches[0].type.codes, branches[1].type.codes
    for part in checked.parts:
        yield from _undecided(part)
