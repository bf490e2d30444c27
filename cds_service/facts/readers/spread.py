"""Spread: the list of sites, and yes/no facts about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cds_service.facts.context import Context, Finding, Reading, weak
from cds_service.facts.declarations import Spec
from cds_service.facts.disorders import Disorders, SpreadRecord
from cds_service.facts.newest import earliest
from cds_service.facts.readers.listed import is_on_list
from cds_service.fhir.codings import Concept
from cds_service.fhir.elements import objects
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence


def read_spread(context: Context, spec: Spec) -> Reading:
    """One element per site, so that duplicate Conditions never count twice; a second list takes what may belong to another primary.

    Element: ``site``, ``confirmed``, ``suspected``, ``date`` (first evidence), ``timing``, ``confidence``, and the internal
    ``role`` (regional, distant, ambiguous for this primary) and ``kind`` (chain, organ, …) from the staging tables.
    Options: ``site`` (path of the primary's site), ``keys`` (that must be answered before an empty list is known); and, if wanted,
    ``treatmentEnd`` (path of the date that parts the timings) and ``unattributed`` (path of the second list).
    """
    disorders: Disorders = context.shared["disorders"]
    current = [item for item in disorders.spread if item.state in ("active", "suspected")]
    findings = [_list(context, spec, spec.path, [item for item in current if item.attributed])]
    if "unattributed" in spec.options:
        findings.append(_list(context, spec, spec.options["unattributed"], [item for item in current if not item.attributed]))
    return Reading(findings=tuple(findings))


def _list(context: Context, spec: Spec, path: str, spread: Sequence[SpreadRecord]) -> Finding:
    groups: dict[str, list[SpreadRecord]] = {}
    for item in spread:
        groups.setdefault(item.site, []).append(item)
    elements = [(_element(context, spec, site, items), _evidence(decisive(items))) for site, items in groups.items()]
    elements.sort(key=lambda pair: (pair[0]["date"].first_day.isoformat() if "date" in pair[0] else "9999", pair[1][0].reference))
    known = context.answered(spec.options["keys"])
    if not elements and not known:
        return Finding(path=path, why="the Conditions were not completely received")
    return Finding(
        path=path,
        value=tuple(element for element, _ in elements),
        items=tuple(proof for _, proof in elements),
        weak=any(weak(proof) for _, proof in elements),
        why="none recorded",
    )


def _element(context: Context, spec: Spec, site: str, items: Sequence[SpreadRecord]) -> dict[str, Any]:
    chosen = decisive(items)
    proof = _evidence(chosen)
    role = context.shared["tables"].role(context.value(spec.options["site"]), site)
    element: dict[str, Any] = {
        "site": site,
        "confirmed": any(item.confirmed for item in chosen),
        "suspected": all(item.state == "suspected" for item in items),
        "confidence": "text" if all(item.confidence == "text" for item in proof) else "coded",
        "role": role.role,
        "kind": role.kind,
    }
    first = earliest([item.moment for item in chosen])
    if first is not None:
        element["date"] = first
        timing = _timing(first, context.value(spec.options["treatmentEnd"]) if "treatmentEnd" in spec.options else None)
        if timing is not None:
            element["timing"] = timing
    return element


def decisive(items: Sequence[SpreadRecord]) -> list[SpreadRecord]:
    """The active Conditions of a site, or the suspected ones if there is no other."""
    return [item for item in items if item.state == "active"] or list(items)


def _timing(first: Temporal, treatment_end: Temporal | None) -> str | None:
    """``metachronous`` after the end of primary treatment, else ``synchronous``; unknown where the dates leave it open."""
    if treatment_end is None:
        return None
    order = first.compare(treatment_end)
    return None if order is None else ("metachronous" if order > 0 else "synchronous")


def _evidence(items: Iterable[SpreadRecord]) -> tuple[Evidence, ...]:
    return tuple(sorted((item.evidence for item in items), key=lambda proof: (not proof.explicit, proof.reference)))


def read_spread_flag(context: Context, spec: Spec) -> Reading:
    """Whether spread with given sites or roles is recorded: true on a matching Condition, false on a refuted one of exactly that site.

    Options: ``site`` (path of the primary's site, which decides roles), ``sites``, ``roles``, ``notSites``, ``placed`` (whether a place
    within the site is named; filters), ``unattributed``
    (only spread that may, but need not, be of this primary), ``state`` (``active``, the default, ``confirmed``, ``suspected``, ``any``),
    ``gives: date`` (the first evidence instead of yes or no). With ``closedWorld`` keys and no match the answer is false.
    """
    disorders: Disorders = context.shared["disorders"]
    matching = _matching(context, spec.options, disorders.spread) if disorders.spread else []
    wanted = [item for item in matching if _in_state(item, spec.options.get("state", "active"))]
    if spec.options.get("gives") == "date":
        first = earliest([item.moment for item in wanted])
        return _one(spec, first, wanted, "no date of first evidence is recorded") if first else Reading(findings=(Finding(path=spec.path),))
    if wanted:
        return _one(spec, True, wanted)
    refuted = [item for item in matching if item.state == "refuted"]
    if refuted and len(spec.options.get("sites", ())) == 1:
        return _one(spec, False, refuted)
    if spec.closed_world and context.answered(spec.closed_world):
        return Reading(findings=(Finding(path=spec.path, value=False),))
    return Reading(findings=(Finding(path=spec.path),))


def _matching(context: Context, options: Mapping[str, Any], spread: Sequence[SpreadRecord]) -> list[SpreadRecord]:
    """The spread that the options of a flag are about, whatever its state."""
    role_of, primary = context.shared["tables"].role, context.value(options["site"])
    sites, others, roles, placed = options.get("sites"), options.get("notSites", ()), options.get("roles"), options.get("placed")
    owned = [item for item in spread if (item.open if options.get("unattributed") else item.attributed)]
    return [
        item
        for item in owned
        if (not sites or item.site in sites)
        and item.site not in others
        and (placed is None or placed is (item.place is not None))
        and (not roles or role_of(primary, item.site).role in roles)
    ]


def _in_state(item: SpreadRecord, wanted: str) -> bool:
    if wanted == "confirmed":
        return item.confirmed
    return item.state in ("active", "suspected") if wanted == "any" else item.state == wanted


def _one(spec: Spec, value: Any, items: Sequence[SpreadRecord], why: str = "") -> Reading:
    proof = _evidence(items)
    return Reading(findings=(Finding(path=spec.path, value=value, evidence=proof, weak=weak(proof), why=why),))


def read_spread_body_site(context: Context, spec: Spec) -> Reading:
    """Facts from the body sites of spread to ``sites``: whether one is on a list (``listed``), or how many there are (``count``).

    ``outside``: instead, whether one of them is named and not on that list; false where none is named so.
    One body site does not prove a single lesion, so a count is given only from two on.
    """
    disorders: Disorders = context.shared["disorders"]
    items = [item for item in disorders.spread if item.attributed and item.state == "active" and item.site in spec.options["sites"]]
    terms = context.terminology
    if spec.options.get("count"):
        count = _distinct_places(context, items)
        return _one(spec, count, items) if count > 1 else Reading(findings=(Finding(path=spec.path),))
    rule = spec.options["listed"]
    named = [(item, (*item.body_sites, *terms.concepts(item.seen.resource.get("code")))) for item in items]
    elsewhere = [item for item, concepts in named if is_on_list(context, rule, concepts) is False]
    if spec.options.get("outside"):
        found = [item for item in items if item in elsewhere or _is_outside(context, rule, item)]
        return _one(spec, bool(found), found)
    hits = [item for item in items if any(is_on_list(context, rule, (concept,)) for concept in item.body_sites)]
    if hits:
        return _one(spec, True, hits)
    if items and len(elsewhere) == len(items):
        return _one(spec, False, elsewhere)
    return Reading(findings=(Finding(path=spec.path),))


def _is_outside(context: Context, rule: Mapping[str, Any], item: SpreadRecord) -> bool:
    """Whether a Condition names a place, by body site, none of whose codings is on the list."""
    places = [context.terminology.concepts(site) for site in objects(item.seen.resource.get("bodySite"))]
    return any(place and not is_on_list(context, rule, place) for place in places)


def _distinct_places(context: Context, items: Sequence[SpreadRecord]) -> int:
    """How many body sites certainly differ: those that share no code; two codings of one site are one."""
    places = [frozenset(context.terminology.concepts(site)) for item in items for site in objects(item.seen.resource.get("bodySite"))]
    distinct: list[frozenset[Concept]] = []
    for place in filter(None, places):
        systems = {concept.system for concept in place}
        if all(not place & other and systems & {concept.system for concept in other} for other in distinct):
            distinct.append(place)
    return len(distinct)
