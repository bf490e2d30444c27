"""The staging tables of the content, expanded for look-up: sites, places of spread, M sub-categories, stage groups.

Format: the README beside the tables. They are read and checked by :mod:`cds_service.facts.staging.loading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ANY = "any"
REGIONAL = "regional"
DISTANT = "distant"
AMBIGUOUS = "ambiguous"
ROLES = frozenset({REGIONAL, DISTANT, AMBIGUOUS})
CHAIN = "chain"
CHAINS = "chains"
"""One chain or more: nobody says how many."""
ORGAN = "organ"
SURFACE = "surface"
UNSPECIFIED = "unspecified"
LEFT, RIGHT, BOTH = "left", "right", "both"
KINDS = frozenset({CHAIN, CHAINS, ORGAN, SURFACE, UNSPECIFIED})
MANY = 4
"""Counts from here on mean the same to every rule; used to find rules that contradict each other."""

StageKey = tuple[str, str, str]
MKey = tuple[bool, bool, int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table says for one combination; ``value`` ``None``: expressly no stage."""

    value: str | None
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What spread to a place is for a primary. An unverified row is ambiguous: nothing is derived from it."""

    role: str = AMBIGUOUS
    kind: str = UNSPECIFIED
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Places that count as one: the parts of ``whole``. Unverified: they may count as one.

    ``sides`` name the places of a pair by side, and all of it at once (:data:`BOTH`).
    """

    whole: str
    parts: frozenset[str]
    sides: Mapping[str, str] = field(default_factory=dict)
    verified: bool = True

    @property
    def both(self) -> str | None:
        """The place that is all parts at once, if there is one."""
        return self.sides.get(BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The families of stage groups, lowest first (``IV`` is the family of ``IVA``), and the one that distant spread makes."""

    families: tuple[str, ...] = ()
    advanced: str | None = None

    def number(self, group: str | None) -> int | None:
        """The position of a stage group's family; ``None`` without a group, or for one that the scale does not know."""
        found = [family for family in self.families if (group or "").startswith(family)]
        return self.families.index(max(found, key=len)) if found else None

    def is_advanced(self, group: str | None) -> bool:
        """Whether a stage group is the one that distant spread makes, or a sub-group of it."""
        number = self.number(group)
        return number is not None and self.families[number] == self.advanced

    def is_below(self, group: str | None) -> bool:
        """Whether a stage group is a known one without distant spread."""
        return self.number(group) is not None and not self.is_advanced(group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One system in one edition.

    Stages by (t, n, m), ``""`` for an axis that is not known; M by (surface, unspecified, number of chains, number of organs).
    """

    system: str
    edition: str
    categories: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stages: Mapping[StageKey, Cell] = field(default_factory=dict)
    m_categories: Mapping[MKey, Cell] = field(default_factory=dict)

    def knows(self, axis: str, value: str) -> bool:
        """Whether a category is one of this edition; one that is not stated fits every edition."""
        return not value or value in self.categories.get(axis, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingTables:
    """``sites``: primary site -> systems, the one of registries first. ``roles``: (primary site, system or ``any``; place or site) -> role.

    ``reads``: place -> role -> the site of spread under which the place stands in the facts. Sites and places are the content's, so
    that what was looked up once (``_agreed``) is no more than the content has.
    """

    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[tuple[str, str], Role] = field(default_factory=dict)
    reads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    together: tuple[Together, ...] = ()
    editions: Mapping[str, tuple[Edition, ...]] = field(default_factory=dict)
    episode_days: int = 0
    scale: Scale = field(default_factory=Scale)
    _agreed: dict[tuple[str | None, str], Role] = field(default_factory=dict, init=False, repr=False, compare=False)

    def systems(self, site: str | None) -> tuple[str, ...]:
        """The staging systems of a primary site; for one that is not named, those that hold for any site."""
        return self.sites.get(site or "") or self.sites.get(ANY, ())

    def role_in(self, site: str | None, system: str | None, spread: str) -> Role:
        """The role of spread in one system: by a row for the site, else for the system, else for any; else ambiguous."""
        found = (self.roles.get((name, spread)) for name in (site, system, ANY) if name)
        return next((role for role in found if role is not None), Role())

    def role(self, site: str | None, spread: str) -> Role:
        """The role of spread for a primary site, ambiguous where its systems disagree; for an unknown one, where the sites disagree."""
        found = self._agreed.get((site, spread))
        if found is None:
            found = self._agreed[site, spread] = self._role(site, spread)
        return found

    def _role(self, site: str | None, spread: str) -> Role:
        if site in self.sites or ANY in self.sites:
            found = [self.role_in(site, system, spread) for system in self.systems(site) or (None,)]
        else:
            found = [self.role(name, spread) for name in self.sites] or [self.role_in(None, None, spread)]
        roles = {item.role for item in found}
        return Role(
            role=roles.pop() if len(roles) == 1 else AMBIGUOUS,
            kind=min(item.kind for item in found),
            verified=all(item.verified for item in found),
        )

    def side_of(self, whole: str, side: str) -> str | None:
        """The place that is one side, or both, of a site or place."""
        return next((group.sides[side] for group in self.together if group.whole == whole and side in group.sides), None)

    def site_of(self, site: str | None, place: str) -> str:
        """The site of spread under which a place stands in the facts, given the primary site."""
        return self.reads[place][self.role(site, place).role]
