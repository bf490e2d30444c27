"""What staging takes and gives: sets of categories, spread, and the stage as asserted and as derived."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.fhir.record import Issue
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Conflict, Evidence

AFTER_TREATMENT = frozenset({"yc", "yp"})
"""Prefixes of staging after treatment: it does not undo what was asserted before treatment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TnmSet:
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
        return {"t": self.t, "n": self.n, "m": self.m, "group": self.group}[name]

    def said(self, name: str) -> tuple[str, ...]:
        """Every value that was stated for an axis, also those that disagree."""
        value = self.axis(name)
        return (value,) if value is not None else dict(self.disagreements).get(name, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class TnmReading:
    """All sets by (date, reference), undated last; what disagrees, by path ``[i].axis``; what could not be read."""

    sets: tuple[TnmSet, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Spread to one site, attributed to this primary, not refuted and not past.

    ``confirmed`` by verification status; ``suspected`` is not active; neither of both is active. ``date`` is the first
    evidence, ``evidence`` what records it.
    """

    site: str
    confirmed: bool = False
    suspected: bool = False
    date: Temporal | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it counts as present: confirmed, or recorded without a verification status."""
        return not self.suspected


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStage:
    """What one staging system derives; ``reason`` says why it derives no stage."""

    system: str
    stage: str | None = None
    m_category: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """The stage of one primary.

    ``asserted``: the newest stage group in the record. ``derived``: by the tables of ``system``; where the site belongs to two
    systems, only what both give. ``alternative``: what a system gives that ``derived`` does not say, as ``"system stage"``, joined
    by ``"; "``.
    ``is_advanced``: whether it is the stage that distant spread makes; ``None`` when nothing proves it either way. Of ``conflicts`` the
    path is the name of the member here. ``m_category``: derived from the sites of spread.
    ``reasons``: why nothing, or less, was derived; without values of the record other than categories.
    """

    asserted: str | None = None
    asserted_evidence: tuple[Evidence, ...] = ()
    derived: str | None = None
    derived_evidence: tuple[Evidence, ...] = ()
    system: str | None = None
    alternative: str | None = None
    is_advanced: bool | None = None
    m_category: str | None = None
    by_system: tuple[SystemStage, ...] = ()
    reasons: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def stage_number(group: str | None) -> int | None:
    """0 to 4 of a stage group (``IIIB`` -> 3); ``None`` without one."""
    roman = (group or "").rstrip("ABCDS123ais")
    return {"0": 0, "I": 1, "II": 2, "III": 3, "IV": 4}.get(roman)
