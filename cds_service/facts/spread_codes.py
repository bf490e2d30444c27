"""What the codes of one Condition say of spread: its site, the finer place inside it, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cds_service.facts.apart import apart
from cds_service.facts.chart import Chart, Seen
from cds_service.facts.staging.tables import BOTH, StagingTables
from cds_service.fhir.codings import TEXT_SYSTEM, Concept, texts
from cds_service.fhir.elements import extensions, objects
from cds_service.fhir.record import Resource

_FROM = "(from)"


class Where(NamedTuple):
    """A site of spread as it stands in the facts, and the finer place inside it where one is named."""

    site: str
    place: str | None


class Found(NamedTuple):
    """Where spread is, the code it was read from, and whether that code alone only makes it suspected.

    A code that says "spread from" has a concept without a place; what is no spread has neither.
    """

    where: Where | None = None
    concept: Concept | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadCodes:
    """Reads codes by the maps and value sets of the ``spread`` block of the content, if it has one.

    ``own`` is the site of the primary, where one is recorded: it decides what a place is for this primary.
    """

    chart: Chart
    tables: StagingTables
    options: Mapping[str, Any] | None
    own: str | None

    def may_name(self, seen: Seen) -> bool:
        """Whether a code of a Condition, or a text beside it, is one by which spread is named."""
        if self.options is None:
            return False
        maps = {self.options["map"], (self.options.get("places") or self.options)["map"]}
        if not maps.isdisjoint(seen.meanings.maps) or seen.match(self.options.get("traps")) is not None:
            return True
        return self.chart.lists(texts(seen.resource.get("code")))

    def read(self, resource: Resource) -> Found:
        """What a Condition says of spread. A body site, or a listed text beside the code, makes a general code precise."""
        if self.options is None:
            return Found()
        code = resource.get("code")
        first = self.chart.terminology.meanings(code).first
        trap = first.get(self.options.get("traps", ""))
        if trap is not None:
            return Found(concept=trap)
        found = self._named(code, "map")
        if not found:
            return Found()
        where, concept = self._sided(found[0][0], resource), found[0][1]
        unsure = self.options.get("suspectedOnly") in first
        if unsure or not self._is_clear(where):
            body = [one for one, _ in self._named(resource.get("bodySite"), "bodySite")]
            written = [one for one, _ in self._named(texts(code), "map")]
            for precise, basis in ((body, concept), (written, Concept(TEXT_SYSTEM, concept.code))):
                named = {one for one in precise if self._is_clear(one)}
                if len(named) == 1:
                    return Found(self._sided(named.pop(), resource), basis)
        return Found(where, concept, unsure)

    def clear_site(self, resource: Resource) -> str | None:
        """The site of spread that a Condition names, unless a better code may make it precise; a mark for spread that comes from there."""
        found = self.read(resource)
        if found.where is None:
            return None if found.concept is None else _FROM
        return found.where.site if self._is_clear(found.where) else None

    def places(self, resource: Resource, where: Where) -> tuple[str | None, ...]:
        """The places within one site that the codes of a Condition name; none in particular where they do not agree.

        ``where`` is what they name together.
        """
        parts, agreed = apart(resource, self._place)
        if parts[0] is resource:
            return (where.place,)
        return tuple(dict.fromkeys(self._place(part) for part in parts)) if agreed else (None,)

    def _place(self, resource: Resource) -> str | None:
        where = self.read(resource).where
        return None if where is None else where.place

    def _is_clear(self, where: Where) -> bool:
        return where.place is not None or where.site != (self.options or {}).get("ambiguousSite")

    def _named(self, codeable: object, option: str) -> tuple[tuple[Where, Concept], ...]:
        """The places, else the sites, that the codes of a CodeableConcept name; those of its texts where no code names any.

        ``option`` names the maps: ``map`` for what a Condition is, ``bodySite`` for where.
        """
        options, terms = self.options or {}, self.chart.terminology
        places, meanings = options.get("places"), terms.meanings(codeable)
        precise = terms.translated(places[option], meanings, places["target"]) if places else ()
        general = terms.translated(options[option], meanings, options["site"]) if option in options else ()
        if not precise and not general and (written := texts(codeable)):
            precise = self.chart.translations(places[option], written, places["target"]) if places else ()
            general = self.chart.translations(options[option], written, options["site"]) if option in options else ()
        placed = [concept for _, concept in precise]
        sites = [(Where(site, None), concept) for site, concept in general if concept not in placed]
        return (*((Where(self.tables.site_of(self.own, place), place), concept) for place, concept in precise), *sites)

    def _sided(self, where: Where, resource: Resource) -> Where:
        """The side of a pair, where the body site of the Condition says which."""
        side = ((self.options or {}).get("places") or {}).get("side")
        if side is None:
            return where
        written = [
            item.get("valueCodeableConcept") for site in objects(resource.get("bodySite")) for item in extensions(site, side["extension"])
        ]
        named = {name for one in written for name, _ in self.chart.translations(side["map"], one, side["target"])}
        place = self.tables.side_of(where.place or where.site, BOTH if len(named) > 1 else named.pop()) if named else None
        return where if place is None else Where(where.site, place)
