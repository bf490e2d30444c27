"""Reading every staging statement about one primary: Observations in their many shapes, and the stage on the Condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cds_service.facts.chart import Seen
from cds_service.facts.staging.categories import combine_prefix
from cds_service.facts.staging.model import TnmReading
from cds_service.facts.staging.observations import (
    DESCRIPTOR,
    PANEL,
    Index,
    Kind,
    Staging,
    components,
    edition_of,
    kind_of,
    staging_observations,
    with_contained,
)
from cds_service.facts.staging.sets import Stated, group_sets
from cds_service.facts.staging.values import ABSENT, DIFFERENT, READ, Value, read_concept, read_value
from cds_service.facts.staging.vocabulary import Vocabulary
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Issue, Resource
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence

_NO_TARGETS: Mapping[str, Resource] = {}
_NO_OWNERS: Mapping[str, str] = {}


def read_tnm(
    entries: Iterable[Seen],
    terms: Vocabulary,
    *,
    primary: frozenset[str],
    only_malignancy: bool,
    complete: bool = True,
    owners: Mapping[str, str] = _NO_OWNERS,
    targets: Mapping[str, Resource] = _NO_TARGETS,
) -> TnmReading:
    """Every set of categories about the primary.

    ``entries``: Observations and Conditions; ``primary``: the entry references of the primary's Conditions;
    ``only_malignancy``: no other disease could own what names no owner, or (where every Condition came: ``complete``) names
    one that did not come; ``owners``: which of several primaries a Condition records;
    ``targets`` finds the target of a reference as written (:attr:`PatientRecord.targets`).
    Attribution: Observation.focus, else the stage of a Condition that names the Observation, else its panel's, else the only
    malignancy; what cannot be attributed is an issue.
    """
    every = with_contained(entries)
    return _Reader(every, terms, primary, Index(every, targets), only=only_malignancy, complete=complete, owners=owners).read()


class _Source(NamedTuple):
    """What all categories of one value have in common."""

    edition: str | None
    date: Temporal | None
    evidence: Evidence
    weak: bool
    provisional: bool = False
    owner: str | None = None


class _Reader:
    """One record's reading; it collects what could not be read on the way."""

    def __init__(
        self,
        entries: Sequence[Seen],
        terms: Vocabulary,
        primary: frozenset[str],
        index: Index,
        *,
        only: bool,
        complete: bool,
        owners: Mapping[str, str],
    ) -> None:
        self.terms = terms
        self.primary = primary
        self.only = only
        self.complete = complete
        self.owners = owners
        self.index = index
        self.conditions = [entry for entry in entries if entry.resource.get("resourceType") == "Condition"]
        self.recorded = {entry.reference for entry in self.conditions}
        self.observations = staging_observations(entries, self.index, terms)
        self.assessors = self._assessors()
        self.issues: list[Issue] = []

    def read(self) -> TnmReading:
        stated: list[Stated] = []
        for item in self.observations.values():
            if item.kind is not None and item.kind.axis == DESCRIPTOR:
                continue
            ours = self._attributed(item, frozenset())
            if ours:
                stated += self._of_observation(item)
            elif ours is None:
                self._issue(item.reference, "unattributed", "The staging names no disease, and more than one is recorded.")
        for entry in self.conditions:
            if entry.reference in self.primary:
                stated += self._of_condition(entry)
        return group_sets(stated, self.issues)

    def _assessors(self) -> dict[str, set[str]]:
        """Observation reference -> the Conditions whose stage names it."""
        found: dict[str, set[str]] = {}
        for entry in self.conditions:
            for stage in objects(entry.resource["stage"]) if "stage" in entry.resource else ():
                for assessment in objects(stage.get("assessment")):
                    name = self.index.find(assessment, entry.reference)
                    if name is not None:
                        found.setdefault(name, set()).add(entry.reference)
        return found

    def _attributed(self, item: Staging, seen: frozenset[str]) -> bool | None:
        """Whether an Observation is about the primary; ``None`` if that cannot be told."""
        foci = self._foci(item)
        if foci and foci & self.primary:
            return True
        if foci and foci & self.recorded:
            return False
        if item.reference in self.assessors:
            return bool(self.assessors[item.reference] & self.primary)
        above = {self._attributed(self.observations[parent], seen | {item.reference}) for parent in item.parents if parent not in seen}
        if above - {None}:
            return True in above
        missing = any(focus.startswith("Condition/") for focus in foci)
        return True if self.only and (self.complete or not missing) else None

    def _foci(self, item: Staging) -> set[str]:
        if "focus" not in item.resource:
            return set()
        found = (self.index.find(focus, item.reference) for focus in objects(item.resource["focus"]))
        return {name for name in found if name is not None}

    def _owner(self, item: Staging, seen: frozenset[str] = frozenset()) -> str | None:
        """Which of several primaries an Observation is about, by what attributes it; ``None`` if that names none, or more than one."""
        if not self.owners:
            return None
        named = self._foci(item) or self.assessors.get(item.reference, set())
        found = {self.owners[name] for name in named if name in self.owners}
        if not found:
            parents = (self.observations[parent] for parent in item.parents if parent not in seen)
            found = {owner for parent in parents if (owner := self._owner(parent, seen | {item.reference})) is not None}
        return found.pop() if len(found) == 1 else None

    def _of_observation(self, item: Staging) -> Iterator[Stated]:
        if item.kind is not None:
            yield from self._read(item, item.kind, item.resource)
        for kind, part in components(item, self.terms):
            yield from self._read(item, kind, part)

    def _read(self, item: Staging, kind: Kind, holder: Mapping[str, Any]) -> Iterator[Stated]:
        value = read_value(holder, self.terms)
        if not self._usable(item.reference, value):
            return
        if kind.axis not in (PANEL, "group") and kind.axis not in {category.axis for category in value.categories}:
            self._issue(item.reference, "mismatch", "The value is a category of another axis than the code names.")
            return
        firm = item.seen.is_explicit and value.coded and not kind.text
        evidence = self._evidence(item.reference, item.date.text if item.date else None, value, explicit=firm, text=kind.text)
        source = _Source(item.edition, item.date, evidence, weak=not firm, provisional=item.seen.state != "final", owner=self._owner(item))
        yield from self._stated(value, kind.prefix, item.descriptors, source)

    def _of_condition(self, entry: Seen) -> Iterator[Stated]:
        for stage in objects(entry.resource.get("stage")):
            summary = stage.get("summary")
            if not isinstance(summary, Mapping):
                continue
            value = read_concept(summary, self.terms)
            if self._usable(entry.reference, value):
                yield from self._of_summary(entry, stage, value)

    def _of_summary(self, entry: Seen, stage: Mapping[str, Any], value: Value) -> Iterator[Stated]:
        """A summary has the date, prefix and edition of its assessment; without one it is undated (mCODE leaves open of when it is)."""
        assessment = self._assessment(entry, stage)
        kind = assessment.kind if assessment is not None else None
        stage_kind = kind_of(stage.get("type"), self.terms.meanings(stage.get("type")), self.terms)
        code_prefix = (kind.prefix if kind is not None else None) or (stage_kind.prefix if stage_kind is not None else None)
        date = assessment.date if assessment is not None else None
        edition = edition_of(stage.get("type"), self.terms) or (assessment.edition if assessment is not None else None)
        firm = entry.is_explicit and value.coded
        evidence = self._evidence(entry.reference, date.text if date else None, value, explicit=firm)
        letters: frozenset[str] = assessment.descriptors if assessment is not None else frozenset()
        yield from self._stated(
            value, code_prefix, letters, _Source(edition, date, evidence, weak=not value.coded, owner=self.owners.get(entry.reference))
        )

    def _stated(self, value: Value, code_prefix: str | None, letters: frozenset[str], source: _Source) -> Iterator[Stated]:
        for category in value.categories:
            prefix, fits = combine_prefix(code_prefix, category.prefix, letters)
            if not fits:
                self._issue(
                    source.evidence.reference, "prefix", "The prefixes of the code, the value and the descriptors do not fit together."
                )
            if fits or prefix is not None:
                yield Stated(
                    axis=category.axis,
                    value=category.value,
                    prefix=prefix,
                    edition=source.edition,
                    date=source.date,
                    evidence=source.evidence,
                    weak=source.weak,
                    provisional=source.provisional,
                    owner=source.owner,
                )

    def _assessment(self, entry: Seen, stage: Mapping[str, Any]) -> Staging | None:
        names = [self.index.find(item, entry.reference) for item in objects(stage.get("assessment"))]
        found = [self.observations[name] for name in names if name in self.observations]
        groups = [item for item in found if item.kind is not None and item.kind.axis in ("group", PANEL)]
        return next(iter(groups or found), None)

    def _usable(self, reference: str, value: Value) -> bool:
        if value.state not in (READ, ABSENT):
            text = "The codings of the value disagree." if value.state == DIFFERENT else "The value is not a category that is understood."
            self._issue(reference, "unreadable", text)
        return value.state == READ

    def _issue(self, reference: str, code: str, text: str) -> None:
        self.issues.append(Issue(f"staging-{code}", reference, text))

    @staticmethod
    def _evidence(reference: str, date: str | None, value: Value, *, explicit: bool, text: bool = False) -> Evidence:
        return Evidence(reference, value.code, date, "text" if text or not value.coded else "coded", explicit)
