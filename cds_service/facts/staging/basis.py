"""What a derivation starts from: the sets of categories that count, each with the M that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cds_service.facts.newest import newest
from cds_service.facts.staging.model import AFTER_TREATMENT, TnmSet
from cds_service.facts.staging.said import is_spread, newest_said, said_values
from cds_service.model.facts import Evidence

_CLINICAL_M = {"p": ("c",), "yp": ("yc", "c"), "rp": ("rc",)}
"""Where a pathological set may take its M from: the clinical set of the same episode (AJCC: pT pN cM), never the reverse."""


class Basis(NamedTuple):
    """What one derivation starts from; ``t`` and ``n`` are ``""`` when not known. ``differ``: a category has several values."""

    t: str = ""
    n: str = ""
    m: str | None = None
    edition: str | None = None
    prefix: str | None = None
    evidence: tuple[Evidence, ...] = ()
    differ: bool = False


def bases(sets: Sequence[TnmSet], episode_days: int) -> tuple[Basis, ...]:
    """The newest complete sets, else the newest that state spread by M, else the editions of the newest sets.

    M1 stated before treatment is not undone by staging after it. Where the newest sets disagree on whether there is spread, it is not used.
    """
    agreeing = [same for same in _newest_m(sets) if all(is_spread(value) for value in said_values(same, "m"))]
    stated = list(dict.fromkeys(item for same in agreeing for item in same if item.m is not None))
    highest = max((item.m for item in stated if item.m is not None), default=None)
    full = newest([item for item in sets if item.said("t") and item.said("n")], lambda item: item.date)
    if not full and not stated:
        top = newest(sets, lambda item: item.date)
        differ = any(len(said_values(same, "m")) > 1 for same in _newest_m(sets))
        return tuple(Basis(edition=edition, differ=differ) for edition in dict.fromkeys(item.edition for item in top))
    if not full:
        return tuple(Basis(m=item.m, edition=item.edition, prefix=item.prefix, evidence=item.evidence) for item in stated)
    return tuple(_basis(item, _m_of(item, sets, episode_days), highest, stated) for item in full)


def newest_m(sets: Sequence[TnmSet]) -> tuple[TnmSet, ...]:
    """The newest sets that state M, and the newest of those before treatment."""
    return tuple(dict.fromkeys(item for same in _newest_m(sets) for item in same))


def _newest_m(sets: Sequence[TnmSet]) -> tuple[tuple[TnmSet, ...], ...]:
    before = [item for item in sets if item.prefix not in AFTER_TREATMENT]
    return newest_said(sets, "m"), newest_said(before, "m")


def unique(items: Iterable[Evidence]) -> Iterator[Evidence]:
    """The first evidence of each resource."""
    seen: set[str] = set()
    for item in items:
        if item.reference not in seen:
            seen.add(item.reference)
            yield item


def _basis(item: TnmSet, m_set: TnmSet | None, highest: str | None, stated: Sequence[TnmSet]) -> Basis:
    """A complete set with its M; where another set states more spread, that set alone: axes of different sets are not mixed."""
    own = m_set.m if m_set is not None else None
    if highest is not None and (own or "") < highest:
        more = next(one for one in stated if one.m == highest)
        return Basis(m=highest, edition=more.edition or item.edition, prefix=more.prefix, evidence=more.evidence)
    sources = [item, *([m_set] if m_set is not None else [])]
    return Basis(
        t=item.t or "",
        n=item.n or "",
        m=own,
        edition=item.edition,
        prefix=item.prefix,
        evidence=tuple(unique(proof for one in sources for proof in one.evidence)),
        differ=item.t is None or item.n is None or (item.m is None and bool(item.said("m"))),
    )


def _m_of(item: TnmSet, sets: Sequence[TnmSet], episode_days: int) -> TnmSet | None:
    """The set that gives the M of a set: itself, or the newest clinical one of the same edition within the episode."""
    if item.m is not None:
        return item
    if item.said("m"):
        return None
    for prefix in _CLINICAL_M.get(item.prefix or "", ()):
        fitting = [other for other in sets if other.prefix == prefix and other.said("m") and _same_episode(other, item, episode_days)]
        top = newest(fitting, lambda other: other.date)
        if top:
            return top[0] if len(said_values(top, "m")) == 1 else None
    return None


def _same_episode(clinical: TnmSet, pathological: TnmSet, days: int) -> bool:
    if clinical.date is None or pathological.date is None:
        return False
    if clinical.edition is not None and pathological.edition is not None and clinical.edition != pathological.edition:
        return False
    gap = (pathological.date.last_day - clinical.date.first_day).days
    return clinical.date.first_day <= pathological.date.last_day and gap <= days
