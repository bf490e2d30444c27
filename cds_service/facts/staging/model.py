"""What staging takes and gives: sets of categories, spread, and the stage as asserted and as derived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cds_service.fhir.record import Issue
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Conflict, Evidence

AFTER_TREATMENT = frozenset({"yc", "yp"})
"""Prefixes of staging after treatment: it does not undo what was asserted before treatment."""


class TnmSet(NamedTuple):
    """The categories asserted together: one prefix, one edition, one day.

    ``prefix`` is c, p, yc, yp, rc, rp, a or ``None``; ``t``, ``n``, ``m`` as ``T3``, ``N1b``, ``M1a``; ``group`` as ``IVA``;
    ``edition`` as ``7``, ``8``, ``V9`` or ``None``; ``owner`` says which of several primaries it names, if there are several.
    An axis that has two values at the same instant has none here and
    is listed in ``disagreements`` with its values. ``weak``: something rests on text or on a preliminary result.
    """

    prefix: str | None = None
    t: str | None = None
    n: str | None = None
    m: str | None = None
    group: str | None = None
    edition: str | None = None
    date: Temporal | None = None
    evidence: tuple[Evidence, ...] = ()
    weak: bool = False
    disagreements: tuple[tuple[str, tuple[str, ...]], ...] = ()
    owner: str | None = None

    def axis(self, name: str) -> str | None:
        """The value of ``t``, ``n``, ``m`` or ``group``."""
        value: str | None = getattr(self, name)
        return value

    def said(self, name: str) -> tuple[str, ...]:
        """Every value that was stated for an axis, also those that disagree."""
        value: str | None = getattr(self, name)
        if value is not None:
            return (value,)
        return dict(self.disagreements).get(name, ()) if self.disagreements else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TnmReading:
    """All sets by (date, reference), undated last; what disagrees, by path ``[i].axis``; what could not be read."""

    sets: tuple[TnmSet, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    issues: tuple[Issue, ...] = ()


class Spread(NamedTuple):
    """Spread to one place, attributed to this primary, not refuted and not past.

    ``site`` is where it stands in the facts, ``place`` the finer place inside it where one is named. ``confirmed`` by verification
    status; ``suspected`` is not active; neither of both is active. ``date`` is the first evidence, ``evidence`` what records it.
    """

    site: str
    place: str | None = None
    confirmed: bool = False
    suspected: bool = False
    date: Temporal | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def where(self) -> str:
        """What the tables are asked about: the place, or else the site."""
        return self.place or self.site

    @property
    def active(self) -> bool:
        """Whether it counts as present: confirmed, or recorded without a verification status."""
        return not self.suspected


class Gap(NamedTuple):
    """Why no stage, or less of one, was derived: a code that content words, and what it is about."""

    why: str
    system: str | None = None
    edition: str | None = None
    categories: str | None = None
    places: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = [self.system, f"edition {self.edition}" if self.edition else None, self.categories, *self.places]
        return f"{WHY[self.why]} ({', '.join(name for name in named if name)})" if any(named) else WHY[self.why]


WHY = {
    "no-m": "no M category is recorded, and none follows from the spread",
    "no-table": "there is no table for the edition recorded",
    "no-category": "a category is none of the edition's",
    "no-row": "the table has no stage for these categories",
    "no-stage": "the table says that these categories have no stage",
    "unverified-row": "the row of the table is not verified",
    "unverified-place": "whether the place of spread is regional or distant is not verified",
    "undecided-place": "the tables do not say whether the place of spread is regional or distant",
    "unverified-count": "whether these places count as one is not verified",
    "unnamed-places": "how many places are meant is not recorded",
    "values-differ": "the record holds different values of one category",
    "sets-differ": "the newest sets of categories do not agree on a stage",
    "editions-differ": "no edition is recorded, and the editions do not agree",
    "systems-differ": "two staging systems apply and do not agree",
    "several-primaries": "several primaries are recorded, and a stage is derived for one only",
}
"""Every reason, in the words of ``unknown``; cards have the content's words for the same codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStage:
    """What one staging system derives; ``gaps`` say why it derives no stage, or no sub-category."""

    system: str
    stage: str | None = None
    m_category: str | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """The stage of one primary.

    ``asserted``: the newest stage group in the record. ``derived``: by the tables of ``system``; where the site belongs to two
    systems, only what both give. ``alternative``: what a system gives that ``derived`` does not say, as ``"system stage"``, joined
    by ``"; "``. The prefixes are those of the sets that each rests on, where these are of one prefix.
    ``is_advanced``: whether it is the stage that distant spread makes; ``None`` when nothing proves it either way. ``m_category``:
    derived from the places of spread. ``gaps``: why nothing, or less, was derived. Of ``conflicts`` the path is the name of the member
    here that they leave open, without ``is_``.
    """

    asserted: str | None = None
    asserted_prefix: str | None = None
    asserted_evidence: tuple[Evidence, ...] = ()
    derived: str | None = None
    derived_prefix: str | None = None
    derived_evidence: tuple[Evidence, ...] = ()
    system: str | None = None
    alternative: str | None = None
    is_advanced: bool | None = None
    m_category: str | None = None
    by_system: tuple[SystemStage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
