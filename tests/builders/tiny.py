"""A terminology of a few made-up codes, so that readers are tested without any content."""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.facts.chart import Chart, Seen
from cds_service.fhir.codings import TEXT_SYSTEM, Concept
from cds_service.fhir.record import PatientRecord
from cds_service.fhir.terminology import Systems, Terminology

SYSTEM = "urn:test"


def terminology(
    sets: Mapping[str, tuple[str, ...]] = {}, maps: Mapping[str, Mapping[str, Mapping[str, str]]] = {}, systems=None
) -> Terminology:
    """``sets``: id -> codes; ``maps``: id -> target -> {code or "text:spelling": target code}."""
    members = {name: frozenset(Concept(SYSTEM, code) for code in codes) for name, codes in sets.items()}
    indexed = {
        name: {target: {_concept(code): (value,) for code, value in entries.items()} for target, entries in targets.items()}
        for name, targets in maps.items()
    }
    return Terminology(
        systems=Systems(systems or {}, {}),
        members=members,
        patterns=dict.fromkeys(sets, ()),
        excluded={name: frozenset() for name in sets},
        maps=indexed,
        displays={},
    )


def seen(entries, terms) -> tuple[Seen, ...]:
    """Entries as readers look at them."""
    chart = Chart(PatientRecord(), terms)
    return tuple(Seen(entry, chart.texts, position) for position, entry in enumerate(entries))


def coding(code: str) -> dict:
    """A CodeableConcept with one made-up code."""
    return {"coding": [{"system": SYSTEM, "code": code}]}


def _concept(code: str) -> Concept:
    return Concept(TEXT_SYSTEM, code.removeprefix("text:")) if code.startswith("text:") else Concept(SYSTEM, code)
