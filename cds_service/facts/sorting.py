"""Sorting the Conditions of a record: primaries, other primaries, spread.

What is what is content: the maps, value sets and links are named in the ``disorders`` declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cds_service.facts.apart import apart
from cds_service.facts.chart import Seen
from cds_service.facts.context import Context, Reading
from cds_service.facts.disorders import Disorders, Named, Primary, SpreadRecord
from cds_service.facts.resources import IGNORED, confirmed, has_returned, says_current
from cds_service.facts.spread_codes import SpreadCodes
from cds_service.fhir.codings import TEXT_SYSTEM, Concept
from cds_service.fhir.record import Issue, Resource

_LISTED, _BILLED = 0, 2  # see _rank


def read_disorders(context: Context, options: Mapping[str, Any]) -> Reading:
    """Sort the Conditions of a record into primaries, other primaries and spread (see the module's text)."""
    if not options:  # content that is about no such disease declares none
        return Reading(shared={"disorders": Disorders()})
    named = tuple([seen for seen in context.chart.of("Condition") if seen.is_named])
    sorter = _Sorter(context, options, named, _spread_codes(context, options, frozenset()))
    primaries = tuple(sorter.primaries())
    past = tuple(primary for primary in primaries if primary.state == "past")
    outranked = tuple(primary for primary in primaries if primary.state == "active" and _is_outranked(primary, past))
    active = tuple(primary for primary in primaries if primary.state == "active" and primary not in outranked)
    chosen = _sited(active, past) if active else _sited(past, ())
    others = tuple(seen for seen in sorter.named if sorter.is_other(seen))
    sites = frozenset(site for primary in chosen for site in primary.sites)
    sorter = _Sorter(context, options, named, _spread_codes(context, options, sites))
    duplicates = (*outranked, *(primary for primary in past if active and sites.intersection(primary.sites)))
    partial = Disorders(
        primaries=chosen,
        duplicates=duplicates,
        others=others,
        links=tuple(options["links"]),
        named=_named(context, options),
        several=options["primary"].get("several") is True,
    )
    issues: list[Issue] = []
    spread = tuple(sorter.spread(partial, issues))
    read = (*(one.seen for one in chosen), *(one.seen for one in spread))
    without = [seen for seen in read if seen.state == "active" and not says_current(seen.resource)]
    issues += [Issue("informational", seen.reference, "has no clinicalStatus that is known: read as active") for seen in without]
    return Reading(issues=tuple(issues), shared={"disorders": replace(partial, spread=spread)})


def _named(context: Context, options: Mapping[str, Any]) -> Named:
    return Named(
        conditions=context.chart.of("Condition"),
        targets=context.record.targets,
        complete=context.answered(options.get("keys", ())),
    )


def _sited(chosen: Iterable[Primary], past: Iterable[Primary]) -> tuple[Primary, ...]:
    """What came later came where the diagnosis was: the code of a recurrence names the site only if nothing else does."""
    chosen = tuple(chosen)
    if any(one.sites for one in chosen if not one.later):
        return tuple(one._replace(sites=()) if one.later else one for one in chosen)
    before = tuple(dict.fromkeys(site for one in past if not one.later for site in one.sites))
    return tuple(one._replace(sites=before) if one.later and before else one for one in chosen)


def _is_outranked(primary: Primary, past: Iterable[Primary]) -> bool:
    """Whether an encounter or billing diagnosis lists what the problem list of the same site says is over."""
    if primary.rank != _BILLED or has_returned(primary.seen.resource):
        return False
    return any(one.rank == _LISTED and (frozenset(one.sites) & frozenset(primary.sites) or not primary.sites) for one in past)


@dataclass(frozen=True, slots=True)
class _Sorter:
    context: Context
    options: Mapping[str, Any]
    named: tuple[Seen, ...]
    codes: SpreadCodes

    def primaries(self) -> Iterator[Primary]:
        for seen in self.named:
            if seen.state not in ("active", "past"):
                continue
            sites, concept = self._site(seen)
            if concept is not None:
                yield Primary(
                    seen=seen,
                    sites=sites,
                    state=seen.state,
                    rank=_rank(seen.resource),
                    evidence=seen.evidence(concept, text=concept.system == TEXT_SYSTEM),
                    moment=seen.moment,
                    later=seen.match(self.options["primary"].get("later")) is not None,
                )

    def _site(self, seen: Seen) -> tuple[tuple[str, ...], Concept | None]:
        """The primary's site codes and the code they were read from (``None``: not a primary of ours)."""
        options = self.options["primary"]
        target = options["site"]
        found = self.context.chart.translations(options["map"], seen.resource.get("code"), target)
        if found:
            return tuple(dict.fromkeys(site for site, _ in found)), found[0][1]
        generic, unspecific = seen.match(options.get("generic")), seen.match(options.get("unspecific"))
        if generic is None and unspecific is None:
            return (), None
        body = self._body_sites(seen.resource, target)
        return tuple(dict.fromkeys(site for site, _ in body)), generic if generic is not None and body else unspecific

    def is_other(self, seen: Seen) -> bool:
        """Whether a Condition is an active primary elsewhere."""
        is_generic = seen.match(self.options["primary"].get("generic")) is not None and bool(seen.concepts("bodySite"))
        if seen.state != "active" or not (is_generic or seen.match(self.options["other"]) is not None):
            return False
        return self._site(seen)[1] is None and self.codes.read(seen.resource).where is None

    def spread(self, disorders: Disorders, issues: list[Issue]) -> Iterator[SpreadRecord]:
        codes = self.codes
        for seen in self.named:
            condition = seen.state
            if condition in (IGNORED, "past") or not codes.may_name(seen):
                continue
            parts, agreed = apart(seen.resource, codes.clear_site)
            if not agreed:
                issues.append(
                    Issue("coding", seen.reference, "its codes do not agree on a site of spread: what they name is only suspected")
                )
            for part in parts:
                found = codes.read(part)
                if found.where is None or found.concept is None:
                    if found.concept is not None:
                        issues.append(Issue("business-rule", seen.reference, "names spread from, not to, a site: not read as spread"))
                    continue
                unsure = found.unsure or not agreed
                attributed = disorders.attributes(seen)
                record = SpreadRecord(
                    seen=seen,
                    site=found.where.site,
                    place=found.where.place,
                    state="suspected" if unsure and condition == "active" else condition,
                    confirmed=condition == "active" and not unsure and confirmed(seen.resource),
                    attributed=attributed is True,
                    open=attributed is None,
                    body_sites=seen.concepts("bodySite"),
                    evidence=seen.evidence(found.concept, text=found.concept.system == TEXT_SYSTEM),
                    moment=seen.moment,
                )
                yield from (record if place == record.place else record._replace(place=place) for place in codes.places(part, found.where))

    def _body_sites(self, resource: Resource, target: str) -> tuple[tuple[str, Concept], ...]:
        """The sites of the primary that a body site names; nothing where the content has no map for it."""
        concept_map = self.options["primary"].get("bodySite")
        return () if concept_map is None else self.context.chart.translations(concept_map, resource.get("bodySite"), target)


def _spread_codes(context: Context, options: Mapping[str, Any], sites: frozenset[str]) -> SpreadCodes:
    return SpreadCodes(
        chart=context.chart,
        tables=context.shared["tables"],
        options=options.get("spread"),
        own=next(iter(sites)) if len(sites) == 1 else None,
    )


def _rank(resource: Resource) -> int:
    """How well placed a Condition is: a problem-list entry before an encounter or billing diagnosis."""
    categories = str(resource.get("category", ""))
    if "problem-list-item" in categories:
        return _LISTED
    return _BILLED if "encounter-diagnosis" in categories else 1
