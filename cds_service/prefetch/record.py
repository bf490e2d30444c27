"""From the places where resources stand to one patient's record: whose they are, each only once, odd ones reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from cds_service.errors import WrongPatient
from cds_service.fhir.bundles import Entries, Item, Place
from cds_service.fhir.record import EntriesByType, Entry, Issue, PatientRecord, Resource
from cds_service.fhir.references import literal
from cds_service.fhirpath.temporal import Temporal
from cds_service.prefetch.owner import Owner
from cds_service.prefetch.shapes import as_r4, is_former, other_version, shows_text, signs
from cds_service.prefetch.targets import Targets

_MOST_ISSUES = 50  # of one kind; a record of another patient must not become a page of issues
_NO_EVIDENCE = frozenset({"Patient", "OperationOutcome", "Bundle"})
_NO_ORDER = _NO_EVIDENCE | {"Medication"}  # some EHRs add the Medication that a draft refers to
# What is said of a patient; without a subject it cannot be attributed where several patients are mixed
_OF_PATIENTS = frozenset({
    "Condition", "Observation", "Procedure", "MedicationRequest", "MedicationAdministration", "MedicationStatement", "ServiceRequest",
    "DiagnosticReport", "ImagingStudy", "EpisodeOfCare", "ResearchSubject",
})  # fmt: skip


class Keys(NamedTuple):
    """What came of the prefetch keys, as a :class:`~cds_service.fhir.record.PatientRecord` has it, and what is odd about that."""

    answered: frozenset[str] = frozenset()
    truncated: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


NOTHING = Keys()


@dataclass(slots=True)
class _Draft:
    """The record while it is gathered: ``resources`` by type and reference, ``again`` the places of those that came before."""

    patient_id: str | None
    patient: Resource | None = None
    resources: dict[str, dict[str, Resource]] = field(default_factory=dict)
    again: list[tuple[Item, str]] = field(default_factory=list)
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
    found: Iterable[Place],
    patient_id: str | None,
    drafts: Sequence[Item] = (),
    entered: Sequence[Item] = (),
    *,
    refuse_others: bool = True,
    sole_patient: bool = True,
    keys: Keys = NOTHING,
) -> PatientRecord:
    """Build the record of ``patient_id`` from everything found, the orders that the hook is about and what else is being entered.

    ``refuse_others``: another Patient is an error (a hook call), or is left out (a file of several patients).
    ``sole_patient``: what has no subject counts as the patient's. ``keys``: what came of each. Raises :class:`WrongPatient`.
    """
    places: list[Place] = [*found, *entered]
    draft = _Draft(patient_id)
    owner = Owner(patient_id, _patients(draft, [*places, *drafts], refuse_others=refuse_others))
    for item in entered:
        if item.resource is not None and owner.owns(item.resource) is False:
            raise WrongPatient("what is being entered is about another subject than the patient of the context", where=item.where)
    for place in places:
        if isinstance(place, Entries):
            _take_all(draft, place, owner, sole_patient=sole_patient)
        else:
            _take(draft, place, owner, sole_patient=sole_patient)
    orders = _orders(draft, drafts, owner)
    return PatientRecord(
        patient_id=patient_id,
        patient=draft.patient,
        entries=EntriesByType(draft.resources),
        targets=Targets(draft.resources, places, draft.again, orders),
        draft_orders=tuple(order for _, order in orders if order.resource["resourceType"] not in _NO_ORDER),
        doubtful_types=frozenset(draft.doubtful),
        foreign_types=frozenset(draft.foreign),
        issues=(*draft.reported(), *keys.issues),
        answered=keys.answered,
        truncated=keys.truncated,
        unavailable=keys.unavailable,
    )


def _patients(draft: _Draft, places: Iterable[Place], *, refuse_others: bool) -> list[str]:
    """Find the Patient; return every spelling (``urn:uuid:…``) by which others may name it as their subject."""
    aliases: list[str] = []
    for place in places:
        if isinstance(place, Entries):
            patients = [item for item in place.items() if item.kind == "Patient"] if "Patient" in place.kinds else []
        else:
            patients = [place] if place.kind == "Patient" else []
        for item in patients:
            if _is_patient(item, draft.patient_id):
                draft.patient = draft.patient or item.resource
                aliases += filter(None, (item.full_url,))
            elif refuse_others:
                raise WrongPatient("a Patient in the request is not the patient of the context", where=item.where)
    return aliases


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


def _take_all(draft: _Draft, found: Entries, owner: Owner, *, sole_patient: bool) -> None:
    """Take each resource of a Bundle as :func:`_take` would, but straight away what nearly every resource is.

    That is: of a type with evidence, the patient's by a spelling that is known, with an id, in the shape of R4, and not seen before.
    A chart has a thousand Observations, so there is no call in the loop for these.
    """
    is_ours = owner.spellings
    last = None
    for position, entry in enumerate(found.entries):
        resource = entry["resource"]
        kind = resource["resourceType"]
        if kind != last:
            last, (foreign, coded) = kind, signs(kind)
            taken = draft.resources.get(kind, {})
            is_evidence = not (kind in _NO_EVIDENCE or is_former(kind))
        try:
            own, code = resource["id"], resource.get("code")
            is_plain = is_evidence and is_ours[resource["subject"]["reference"]] and isinstance(own, str)
            if code is not None and "coding" not in code and ("concept" in code or "reference" in code):
                is_plain = False
        except (KeyError, TypeError):  # no id, no subject, or a spelling that was not seen yet
            is_plain = False
        for name in foreign:
            if name in resource:
                is_plain = False
        if is_plain and own and not (coded and shows_text(resource, coded)):
            reference = f"{kind}/{own}"
            if not taken:
                draft.resources[kind] = taken
            if reference not in taken:
                taken[reference] = resource
                continue
        _take(draft, found.item(position), owner, sole_patient=sole_patient)
        taken = draft.resources.get(kind, taken)


def _take(draft: _Draft, place: Item, owner: Owner, *, sole_patient: bool) -> None:
    """Keep what is the patient's and can be read as R4, and report the rest."""
    resource, kind = place.resource, place.kind
    if resource is None or kind is None:
        draft.report("unreadable", place.where, "something that is not a FHIR resource was left out")
        return
    if kind in _NO_EVIDENCE:
        return
    own = resource.get("id")
    reference = f"{kind}/{own}" if isinstance(own, str) and own else _without_id(draft, place, kind)
    is_ours = owner.owns(resource)
    if is_ours is False or (is_ours is None and not sole_patient and kind in _OF_PATIENTS):
        draft.foreign.add(kind)
        draft.report("another-subject", reference, "belongs to another subject and was left out")
        return
    doubtful = other_version(resource, kind)
    if doubtful is not None:
        draft.doubtful.add(doubtful)
        draft.report("another-version", reference, "is written in the shape of another FHIR version than R4 and was left out")
        return
    taken = draft.resources.setdefault(kind, {})
    known = taken.setdefault(reference, resource)
    if known is not resource:
        draft.again.append((place, reference))
        if _updated(resource) > _updated(known):
            taken[reference] = resource


def _without_id(draft: _Draft, place: Item, kind: str) -> str:
    """What a resource without id is named by: the entry's URL, else the position among the unnamed of its type."""
    named = literal(place.full_url)
    if named is not None and named[0] == kind:
        return "/".join(named)
    if place.full_url is not None and place.full_url.startswith("urn:"):
        return place.full_url
    draft.unnamed[kind] = draft.unnamed.get(kind, 0) + 1
    return f"{kind}#{draft.unnamed[kind]}"


def _updated(resource: Resource) -> datetime:
    meta = resource.get("meta")
    moment = Temporal.parse(meta.get("lastUpdated")) if isinstance(meta, Mapping) else None
    return moment.earliest if moment else datetime.min.replace(tzinfo=UTC)


def _orders(draft: _Draft, drafts: Sequence[Item], owner: Owner) -> list[tuple[Item, Entry]]:
    """The hook's orders and what else stands among them, named ``Type/id``, else ``draftOrders[i]``.

    Raises :class:`WrongPatient` for another's.
    """
    orders: list[tuple[Item, Entry]] = []
    for position, place in enumerate(drafts):
        resource, kind = place.resource, place.kind
        if resource is None or kind is None:
            draft.report("unreadable", place.where, "an order did not come as a FHIR resource and was left out")
            continue
        if owner.owns(resource) is False:
            raise WrongPatient("an order is for another subject than the patient of the context", where=place.where)
        own = resource.get("id")
        entry = Entry(as_r4(resource), f"{kind}/{own}" if isinstance(own, str) and own else f"draftOrders[{position}]")
        orders.append((place, entry))
        if other_version(resource, kind) is not None:
            draft.report("another-version", entry.reference, "is written in the shape of another FHIR version: read as far as R4 has it")
    return orders
