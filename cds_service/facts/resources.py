"""What a resource's own status and dates say, the same for every reader (FHIR R4 resource status values)."""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.fhir.codings import first_code
from cds_service.fhir.elements import objects
from cds_service.fhir.record import Resource
from cds_service.fhirpath.temporal import Temporal

IGNORED = "ignored"
UNCLEAR = "unclear"

# resource type -> status -> what it means for us; a status that is not listed is IGNORED. UNCLEAR: something was meant to be
# given, and whether it was the status does not say; that is no evidence either way.
_RESULT = {
    "final": "final",
    "amended": "final",
    "corrected": "final",
    "registered": "preliminary",
    "preliminary": "preliminary",
    None: "preliminary",
}
_REQUEST: dict[str | None, str] = {"draft": "draft", "active": "active", "on-hold": "active", "completed": "completed"}
# What was stopped or paused had begun.
_GIVEN: dict[str | None, str] = {"completed": "done", "on-hold": "done", "stopped": "done", "unknown": UNCLEAR, None: UNCLEAR}
_STATES: Mapping[str, Mapping[str | None, str]] = {
    "Observation": _RESULT,
    "DiagnosticReport": _RESULT | {"appended": "final", "partial": "preliminary"},
    "ImagingStudy": {"available": "final", "registered": "preliminary", None: "preliminary"},
    "Procedure": {
        "completed": "done",
        "in-progress": "ongoing",
        "preparation": "planned",
        "not-done": "not-done",
    },
    "ServiceRequest": _REQUEST,
    "MedicationRequest": _REQUEST | dict.fromkeys(("on-hold", "stopped", "unknown", None), UNCLEAR),
    "Task": _REQUEST | {"requested": "active", "accepted": "active", "in-progress": "active", "ready": "active"},
    "MedicationAdministration": _GIVEN | {"in-progress": "done"},
    "MedicationStatement": _GIVEN | {"active": "done"},
    "EpisodeOfCare": {"active": "done", "finished": "done", "onhold": "done"},
    "ResearchSubject": {
        "on-study": "done",
        "on-study-intervention": "done",
        "on-study-observation": "done",
        "follow-up": "done",
        "eligible": "planned",
        "screening": "planned",
        "candidate": "planned",
    },
}

STATES = frozenset(
    {state for states in _STATES.values() for state in states.values()} | {"active", "suspected", "refuted", "past", "proposed"}
)
"""Everything that :func:`state` can say of a resource that is not ignored."""


def _paths(written: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    return {kind: tuple(tuple(path.split(".")) for path in paths) for kind, paths in written.items()}


_DATES = _paths(
    {
        "Observation": ("effectiveDateTime", "effectivePeriod.end", "effectivePeriod.start", "effectiveInstant", "issued"),
        "DiagnosticReport": ("effectiveDateTime", "effectivePeriod.end", "effectivePeriod.start", "issued"),
        "ImagingStudy": ("started",),
        "Procedure": ("performedDateTime", "performedPeriod.end", "performedPeriod.start", "performedString"),
        "Condition": ("onsetDateTime", "onsetPeriod.start", "onsetString", "extension.assertedDate", "recordedDate"),
        "ServiceRequest": ("authoredOn",),
        "MedicationRequest": ("authoredOn",),
        "Task": ("authoredOn",),
        "ResearchSubject": ("period.start",),
        "EpisodeOfCare": ("period.start",),
    }
)
_STARTS = _paths(
    {
        "MedicationRequest": ("dosageInstruction.timing.repeat.boundsPeriod.start", "authoredOn"),
        "MedicationAdministration": ("effectiveDateTime", "effectivePeriod.start"),
        "MedicationStatement": ("effectiveDateTime", "effectivePeriod.start", "dateAsserted"),
        "EpisodeOfCare": ("period.start",),
        "Procedure": ("performedPeriod.start", "performedDateTime", "performedString"),
    }
)
_ENDS = _paths(
    {
        "MedicationRequest": ("dosageInstruction.timing.repeat.boundsPeriod.end",),
        "MedicationAdministration": ("effectivePeriod.end", "effectiveDateTime"),
        "MedicationStatement": ("effectivePeriod.end",),
        "EpisodeOfCare": ("period.end",),
        "Procedure": ("performedPeriod.end", "performedDateTime", "performedString"),
    }
)
_ASSERTED = ("extension", "assertedDate")
_ASSERTED_DATE = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
_NO_ORDER = frozenset({"proposal", "plan", "option"})
_UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
_CURRENT = frozenset({"active", "recurrence", "relapse"})
_RETURNED = frozenset({"recurrence", "relapse"})
_PAST = frozenset({"inactive", "remission", "resolved"})


def state(resource: Resource) -> str:
    """What the status of a resource means: see :data:`_STATES`; for Conditions ``active``, ``suspected``, ``refuted`` or ``past``."""
    kind = resource.get("resourceType")
    if kind == "Condition":
        return _condition_state(resource)
    if resource.get("doNotPerform") is True:  # a request that something shall not be done asks for nothing
        return IGNORED
    found = _STATES.get(str(kind), {}).get(first_code(resource.get("status")), IGNORED)
    if kind == "MedicationRequest" and first_code(resource.get("intent")) in _NO_ORDER and found != "draft":
        return "proposed"  # a proposed drug is neither ordered nor given
    return found


def is_draft(resource: Resource) -> bool:
    """Whether an order is no more than a draft: its status says so, or says nothing yet."""
    return first_code(resource.get("status")) in (None, "draft", "proposed")


def _condition_state(resource: Resource) -> str:
    verification = first_code(resource.get("verificationStatus"))
    if verification == "entered-in-error":
        return IGNORED
    if verification == "refuted":
        return "refuted"
    clinical = first_code(resource.get("clinicalStatus"))
    if clinical in _PAST or (clinical not in _CURRENT and _abated(resource)):
        return "past"
    return "suspected" if verification in _UNSURE else "active"


def _abated(resource: Resource) -> bool:
    return any(name.startswith("abatement") and resource[name] not in (None, False, "") for name in resource)


def says_current(resource: Resource) -> bool:
    """Whether a Condition's clinicalStatus says outright that it is there now; without one, or with an unknown one, it may be over."""
    return first_code(resource.get("clinicalStatus")) in _CURRENT


def has_returned(resource: Resource) -> bool:
    """Whether a Condition's clinicalStatus says that the disease came back."""
    return first_code(resource.get("clinicalStatus")) in _RETURNED


def confirmed(resource: Resource) -> bool:
    """Whether a Condition's verificationStatus is ``confirmed``."""
    return first_code(resource.get("verificationStatus")) == "confirmed"


def is_explicit(resource: Resource, said: str) -> bool:
    """Whether a resource's status is strong enough for a critical card: confirmed, or final, amended or corrected, or done.

    ``said`` is what :func:`state` says of it.
    """
    if resource.get("resourceType") == "Condition":
        return first_code(resource.get("verificationStatus")) in ("confirmed", "refuted")
    return said in ("final", "done", "not-done", "active", "completed")


def when(resource: Resource) -> Temporal | None:
    """The date that orders a resource among its like: effective, performed, onset or recorded, authored."""
    return _first_date(resource, _DATES.get(str(resource.get("resourceType")), ()))


def started(resource: Resource) -> Temporal | None:
    """When a treatment began."""
    return _first_date(resource, _STARTS.get(str(resource.get("resourceType")), ()))


def ended(resource: Resource) -> Temporal | None:
    """When a treatment ended, as far as the resource says."""
    return _first_date(resource, _ENDS.get(str(resource.get("resourceType")), ()))


def _first_date(resource: Resource, paths: tuple[tuple[str, ...], ...]) -> Temporal | None:
    """The first element that holds a date, by the names of the elements around it and its own."""
    for path in paths:
        first = resource.get(path[0])
        if first is not None:
            for value in (first,) if len(path) == 1 else _values(first, path):
                moment = Temporal.parse(value)
                if moment is not None:
                    return moment
    return None


def _values(first: object, path: tuple[str, ...]) -> list[object]:
    """What stands at a path of which the first element is given."""
    nodes = objects(first)
    if path == _ASSERTED:
        return [item.get("valueDateTime") for item in nodes if item.get("url") == _ASSERTED_DATE]
    for name in path[1:-1]:
        nodes = [item for node in nodes for item in objects(node.get(name))]
    return [node.get(path[-1]) for node in nodes]
