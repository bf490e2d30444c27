"""The published hooks (CDS Hooks hook library): what the standard says of each, as data.

What the fields of a context must look like is in ``hooks/schemas/contexts.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_USER_AND_PATIENT = ("userId", "patientId", "encounterId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDefinition:
    """One hook.

    ``version`` is the published version of the hook; ``tokens`` are the context fields that may stand in a prefetch token;
    ``orders`` is the field with the orders that the hook is about, drafts or references; ``resources`` are the fields with what else
    the user is entering.
    """

    name: str
    version: str = "1.0"
    tokens: tuple[str, ...] = _USER_AND_PATIENT
    orders: str | None = None
    resources: tuple[str, ...] = ()


LIBRARY: Mapping[str, HookDefinition] = {
    one.name: one
    for one in (
        HookDefinition(name="patient-view"),
        HookDefinition(name="order-select", orders="draftOrders"),
        HookDefinition(name="order-sign", orders="draftOrders"),
        HookDefinition(
            name="order-dispatch",
            version="1.1",
            tokens=("patientId", "dispatchedOrders", "performer"),
            orders="dispatchedOrders",
            resources=("fulfillmentTasks",),
        ),
        HookDefinition(name="encounter-start"),
        HookDefinition(name="encounter-discharge"),
        HookDefinition(name="appointment-book", resources=("appointments",)),
        HookDefinition(name="allergyintolerance-create", version="0.1.0", resources=("allergyIntolerance",)),
        HookDefinition(name="medication-refill", version="0.1.0", orders="medications"),
        HookDefinition(name="problem-list-item-create", version="0.1.0", resources=("conditions",)),
    )
}
_OTHER = HookDefinition(name="", tokens=())


def definition(hook: str) -> HookDefinition:
    """What is known of a hook; of one that the library lacks (withdrawn, or a client's own): nothing."""
    return LIBRARY.get(hook, _OTHER)
