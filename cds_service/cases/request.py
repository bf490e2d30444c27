"""From resources to the hook call that an EHR would make: every prefetch key answered, empty where the patient has nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from cds_service.cases.sentences import Resource
from cds_service.fhir.codings import codings
from cds_service.model.hook_library import definition
from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.plans.service import Service

USERS = ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson")  # of CDS Hooks
_BASE = "https://ehr.example.org/fhir"
_NAMESPACE = UUID("2d1b7d0c-9a4e-5f59-8d3f-6c0f1f0e7a55")


class Undeliverable(Exception):
    """A resource that no prefetch key of the content would bring; ``str(error)`` is its type."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which resource arrives under which prefetch key of a service.

    What only another service asks for does not arrive. ``arrives`` names a key for the types, and the codes, that none asks for.
    """

    service: Service
    every: tuple[DataRequirement, ...]
    arrives: Mapping[str, str]

    @staticmethod
    def of(service: Service, services: Iterable[Service], arrives: Mapping[str, str]) -> Delivery:
        """The delivery for one of the content's services."""
        return Delivery(service, tuple(dict.fromkeys(one for other in services for one in other.requirements)), arrives)

    def keys(self, resource: Resource) -> list[str]:
        """The keys under which a resource arrives; none if the service does not ask for it. Raises :class:`Undeliverable`."""
        keys = [one.key for one in self.service.requirements if _asks_for(one, resource)]
        if keys or any(_asks_for(one, resource) for one in self.every):
            return keys
        kind = resource["resourceType"]
        key = self.arrives.get(kind)
        if all(one.key != key for one in self.every):
            raise Undeliverable(kind)
        return [one.key for one in self.service.requirements if one.key == key]


def hook_request(
    name: str,
    delivery: Delivery,
    record: Sequence[Resource],
    drafts: Sequence[tuple[Resource, bool]],
    *,
    missing: Collection[str] = (),
    truncated: Collection[str] = (),
    user: str = USERS[0],
) -> dict[str, Any]:
    """The body of a hook call about the first resource, the Patient. ``name`` tells calls apart; raises :class:`Undeliverable`.

    ``user`` is the resource type of who is asking; a patient asks about herself.
    """
    hook, patient = delivery.service.hook, record[0]["id"]
    asking = f"{user}/{patient if user == 'Patient' else 'synthetic'}"
    context: dict[str, Any] = {"userId": asking, "patientId": patient, "encounterId": "synthetic", **_of_hook(hook, drafts)}
    dispatched = [resource for resource, _ in drafts] if hook == "order-dispatch" else []
    found = _answers(delivery, [*record, *dispatched])
    return {
        "hook": hook,
        "hookInstance": str(uuid5(_NAMESPACE, f"{name}/{hook}")),
        "context": context,
        "prefetch": {key: _truncated(value) if key in truncated else value for key, value in found.items() if key not in missing},
    }


def _of_hook(hook: str, drafts: Sequence[tuple[Resource, bool]]) -> dict[str, Any]:
    """What the context of a hook must have besides who is asking and about whom; what is being entered is left empty."""
    references = [(f"{resource['resourceType']}/{resource['id']}", selected) for resource, selected in drafts]
    bundle = _bundle("collection", [resource for resource, _ in drafts])
    if hook == "order-select":
        return {"draftOrders": bundle, "selections": [name for name, selected in references if selected]}
    if hook == "order-dispatch":
        return {"dispatchedOrders": [name for name, _ in references], "performer": "Organization/synthetic"}
    if hook == "allergyintolerance-create":
        return {"allergyIntolerance": {"resourceType": "AllergyIntolerance"}}
    known = definition(hook)
    return {name: bundle for name in (known.orders, *known.resources) if name is not None}


def _answers(delivery: Delivery, record: Sequence[Resource]) -> dict[str, Any]:
    """One answer for each key: the Patient itself, else a searchset of what the key's query would find."""
    wanted = delivery.service.requirements
    found: dict[str, list[Resource]] = {one.key: [] for one in wanted}
    for resource in record:
        for key in delivery.keys(resource):
            found[key].append(resource)
    return {one.key: found[one.key][0] if one.type == "Patient" else _bundle("searchset", found[one.key]) for one in wanted}


def _asks_for(requirement: DataRequirement, resource: Resource) -> bool:
    return requirement.type == resource["resourceType"] and all(_matches(resource, wanted) for wanted in requirement.filters)


def _matches(resource: Resource, wanted: CodeFilter) -> bool:
    return any(coding in _codes(wanted) for coding in codings(resource.get(wanted.path)))


@cache
def _codes(wanted: CodeFilter) -> frozenset[tuple[str, str]]:
    return frozenset(wanted.codes)


def _bundle(kind: str, resources: Sequence[Resource]) -> dict[str, Any]:
    entries = [{"fullUrl": f"{_BASE}/{item['resourceType']}/{item['id']}", "resource": item} for item in resources]
    total = {"total": len(entries)} if kind == "searchset" else {}
    return {"resourceType": "Bundle", "type": kind, **total, **({"entry": entries} if entries else {})}


def _truncated(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with a link to more that was never fetched."""
    rest = {key: value for key, value in answer.items() if key != "total"}
    return {**rest, "link": [{"relation": "next", "url": f"{_BASE}?page=2"}]}
