"""The reasons that a clinician may give for overriding a card: standard codes, listed by the content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cds_service.plans.content import read_json
from cds_service.plans.problems import Problems
from cds_service.plans.rules import mappings

FILE = "terminology/ValueSet-override-reason.json"


def load_override_reasons(content_dir: Path, problems: Problems) -> tuple[Mapping[str, str], ...]:
    """The codings of the content's override-reason value set, each with its display; none if there is no such value set."""
    path = content_dir / FILE
    if not path.is_file():
        return ()
    place = problems.at(FILE)
    found: list[Mapping[str, str]] = []
    compose = read_json(path, place).get("compose")
    for include in mappings(compose.get("include")) if isinstance(compose, Mapping) else ():
        for concept in mappings(include.get("concept")):
            coding = {"system": include.get("system"), "code": concept.get("code"), "display": concept.get("display")}
            if all(isinstance(value, str) and value for value in coding.values()):
                found.append({name: str(value) for name, value in coding.items()})
            else:
                place.child("compose.include.concept").add("lacks a system, code or display", "give every override reason all three")
    return tuple(found)
