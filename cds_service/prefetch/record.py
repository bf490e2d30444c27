"""From the places where resources stand to one patient's record: whose they are, each only once, odd ones reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cds_service.errors import WrongPatient
from cds_service.fhir.bundles import Item
from cds_service.fhir.record import Entry, Issue, PatientRecord, Resource
from cds_service.fhir.references import literal, patients_of
from cds_service.fhirpath.temporal import Temporal
from cds_service.prefetch.shapes import as_r4, other_version

_MOST_ISSUES = 50  # of one kind; a record of another patient must not become a page of issues
_NO_EVIDENCE = frozenset({"Patient", "OperationOutcome", "Bundle"})
_NO_ORDER = _NO_EVIDENCE | {"Medication"}  # some EHRs add the Medication that a draft refers to
# What is said of a patient; without a subject it cannot be attributed where several patients are mixed
_OF_PATIENTS = frozenset({
    "Condition", "Observation", "Procedure", "MedicationRequest", "MedicationAdministration", "MedicationStatement", "ServiceRequest",
    "DiagnosticReport", "ImagingStudy", "EpisodeOfCare", "ResearchSubject",
})  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """The record while it is gathered."""

    patient_id: str | None
    patient: Resource | None = None
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    targets: dict[str, Resource] = field(default_factory=dict)
    unnamed: dict[str, int] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    issues: dict[str, list[Issue]] = field(default_factory=dict)

    def report(self, code: str, where: str, text: str) -> None:
        self.issues.setdefault(code, []).append(Issue(code, where, text))

    def reported(self) -> tuple[Issue, ...]:
        kept: list[Issue] = []
        for code, issues in self.issues.items():
            kept += issues[:_MOST_ISSUES]
            if len(issues) > _MOST_ISSUES:
                kept.append(Issue(code, "record", f"{len(issues) - _MOST_ISSUES} more of the same kind"))
        return tuple(kept)


def gather(
    found: Iterable[Item],
    patient_id: str | None,
    drafts: Sequence[Item] = (),
    entered: Sequence[Item] = (),
    *,
    refuse_others: bool = True,
    sole_patient: bool = True,
) -> PatientRecord:
    """Build the record of ``patient_id`` from everything found, the orders that the hook is about and what else is being entered.

    ``refuse_others``: another Patient is an error (a hook call), or is left out (a file of several patients).
    ``sole_patient``: what has no subject counts as the patient's. Raises :class:`WrongPatient`.
    """
    places = [*found, *entered]
    draft = _Draft(patient_id)
    aliases = _patients(draft, [*places, *drafts], refuse_others=refuse_others)
    for place in entered:
        if place.resource is not None and _whose(place.resource, patient_id, aliases) is False:
            raise WrongPatient("what is being entered is about another subject than the patient of the context", where=place.where)
    for place in places:
        _take(draft, place, aliases, sole_patient=sole_patient)
    orders = _orders(draft, drafts, aliases)
    return PatientRecord(
        patient_id=patient_id,
        patient=draft.patient,
        entries={kind: tuple(entries.values()) for kind, entries in draft.entries.items()},
        targets=draft.targets,
        draft_orders=orders,
        doubtful_types=frozenset(draft.doubtful),
        foreign_types=frozenset(draft.foreign),
        issues=draft.reported(),
    )


def _patients(draft: _Draft, places: Iterable[Item], *, refuse_others: bool) -> frozenset[str]:
    """Find the Patient; return every spelling (``urn:uuid:…``) by which others may name it as their subject."""
    aliases: set[str] = set()
    for place in places:
        if place.resource is None or place.resource["resourceType"] != "Patient":
            continue
        if _is_patient(place, draft.patient_id):
            draft.patient = draft.patient or place.resource
            aliases.update(filter(None, (place.full_url,)))
        elif refuse_others:
            raise WrongPatient("a Patient in the request is not the patient of the context", where=place.where)
    return frozenset(aliases)


def _is_patient(place: Item, patient_id: str | None) -> bool:
    """A Patient is ours by its id or by its entry's URL; one that has neither cannot be another's."""
    assert place.resource is not None
    own = place.resource.get("id")
    named = literal(place.full_url)
    if patient_id is None or patient_id == place.full_url:
        return True
    if isinstance(own, str) and own:
        return own == patient_id
    return named is None or named[1] == patient_id


def _take(draft: _Draft, place: Item, aliases: frozenset[str], *, sole_patient: bool) -> None:
    resource = place.resource
    if resource is None:
        draft.report("unreadable", place.where, "something that is not a FHIR resource was left out")
        return
    kind = str(resource["resourceType"])
    if kind in _NO_EVIDENCE:
        return
    reference = _reference(draft, place, kind)
    whose = _whose(resource, draft.patient_id, aliases)
    if whose is False or (whose is None and not sole_patient and kind in _OF_PATIENTS):
        draft.foreign.add(kind)
        draft.report("another-subject", reference, "belongs to another subject and was left out")
        return
    doubtful = other_version(resource)
    if doubtful is not None:
        draft.doubtful.add(doubtful)
        draft.report("another-version", reference, "is written in the shape of another FHIR version than R4 and was left out")
        return
    _keep(draft, kind, Entry(resource, reference), place.full_url)


def _reference(draft: _Draft, place: Item, kind: str) -> str:
    """``Type/id``, else the entry's own URL, else the position among the unnamed of its type."""
    assert place.resource is not None
    own = place.resource.get("id")
    if isinstance(own, str) and own:
        return f"{kind}/{own}"
    named = literal(place.full_url)
    if named is not None and named[0] == kind:
        return "/".join(named)
    if place.full_url is not None and place.full_url.startswith("urn:"):
        return place.full_url
    draft.unnamed[kind] = draft.unnamed.get(kind, 0) + 1
    return f"{kind}#{draft.unnamed[kind]}"


def _whose(resource: Resource, patient_id: str | None, aliases: frozenset[str]) -> bool | None:
    """Whether a resource is the patient's; ``None`` if it does not say (no subject, a logical or a contained one)."""
    written = [one for one in patients_of(resource) if not one.startswith("#")]
    if not written or patient_id is None:
        return None
    ours = {patient_id, f"urn:uuid:{patient_id}", *aliases}  # the urn survives where a Bundle's envelope was thrown away
    return any(one in ours or literal(one) == ("Patient", patient_id) for one in written)


def _keep(draft: _Draft, kind: str, entry: Entry, full_url: str | None) -> None:
    entries = draft.entries.setdefault(kind, {})
    known = entries.get(entry.reference)
    if known is None or _updated(entry.resource) > _updated(known.resource):
        entries[entry.reference] = entry
    kept = entries[entry.reference].resource
    draft.targets[entry.reference] = kept
    draft.targets[full_url or f"urn:uuid:{kept.get('id')}"] = kept


def _updated(resource: Resource) -> datetime:
    meta = resource.get("meta")
    moment = Temporal.parse(meta.get("lastUpdated")) if isinstance(meta, Mapping) else None
    return moment.earliest if moment else datetime.min.replace(tzinfo=UTC)


def _orders(draft: _Draft, drafts: Sequence[Item], aliases: frozenset[str]) -> tuple[Entry, ...]:
    """The hook's orders, named ``Type/id``, else ``draftOrders[i]``. Raises :class:`WrongPatient` for another's."""
    orders: list[Entry] = []
    for position, place in enumerate(drafts):
        resource = place.resource
        if resource is None:
            draft.report("unreadable", place.where, "an order did not come as a FHIR resource and was left out")
            continue
        if _whose(resource, draft.patient_id, aliases) is False:
            raise WrongPatient("an order is for another subject than the patient of the context", where=place.where)
        own, kind = resource.get("id"), str(resource["resourceType"])
        entry = Entry(as_r4(resource), f"{kind}/{own}" if isinstance(own, str) and own else f"draftOrders[{position}]")
        draft.targets.setdefault(entry.reference, entry.resource)
        if place.full_url is not None:
            draft.targets.setdefault(place.full_url, entry.resource)
        if kind not in _NO_ORDER:
            orders.append(entry)
        if other_version(resource) is not None:
            draft.report("another-version", entry.reference, "is written in the shape of another FHIR version: read as far as R4 has it")
    return tuple(orders)
