"""What codes are called: a display that names something else than its code says is worth a note; the code is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.fhir.codings import TEXT_SYSTEM, Concept, normalise_text

Part = tuple[str, str]
"""The id of a ConceptMap and of one of its targets."""
Maps = Mapping[str, Mapping[str, Mapping[Concept, tuple[str, ...]]]]


@dataclass(frozen=True, slots=True)
class Names:
    """``meant``: what the displays in each map stand for; ``read_by``: what each code stands for, by map that has names."""

    meant: Mapping[Part, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    read_by: Mapping[Concept, tuple[tuple[Part, tuple[str, ...]], ...]] = field(default_factory=dict)

    def misname(self, concept: Concept, display: str) -> bool:
        """Whether a display, normalised, is the listed name of something else: of nothing that the code itself stands for."""
        for part, codes in self.read_by.get(concept, ()):
            named = self.meant[part].get(display)
            if named and named.isdisjoint(codes):
                return True
        return False


def index_names(resources: Mapping[str, Mapping[str, Any]], maps: Maps, concept: Callable[[str, str], Concept]) -> Names:
    """The names in ConceptMap resources; ``maps`` holds what their codes stand for, ``concept`` spells a code as the content does."""
    meant: dict[Part, dict[str, frozenset[str]]] = {}
    read_by: dict[Concept, list[tuple[Part, tuple[str, ...]]]] = {}
    for name, targets in maps.items():
        for target, index in targets.items():
            meant[name, target] = {}
            for listed, codes in index.items():
                if codes and listed.system != TEXT_SYSTEM:
                    read_by.setdefault(listed, []).append(((name, target), codes))
    for part, called, codes in _called(resources, maps, concept):
        meant[part][called] = meant[part].get(called, frozenset()).union(codes)
    named = {listed: tuple((part, codes) for part, codes in found if meant[part]) for listed, found in read_by.items()}
    return Names(meant, {listed: found for listed, found in named.items() if found})


def _called(
    resources: Mapping[str, Mapping[str, Any]], maps: Maps, concept: Callable[[str, str], Concept]
) -> Iterator[tuple[Part, str, tuple[str, ...]]]:
    """(map and target, display, codes that it stands for). Spellings are left out: a general word for a precise code is no mistake."""
    for name, resource in resources.items():
        for group in resource.get("group", ()):
            target, source = group.get("target", "").rsplit("/", 1)[-1], group.get("source", "")
            for element in group.get("element", ()):
                called = normalise_text(str(element.get("display", "")))
                codes = maps[name].get(target, {}).get(concept(source, element["code"]), ())
                if called and codes and source != TEXT_SYSTEM:
                    yield (name, target), called, codes
