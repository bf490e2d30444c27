"""What the context of a hook holds of the patient's data: the orders that it is about, and what else the user is entering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from cds_service.errors import BodyTooLarge, DataUnavailable
from cds_service.fhir.bundles import Item, items
from cds_service.fhir.references import local_reference
from cds_service.model.hook_library import definition

MOST = 1000  # resources in a context


def orders(hook: str, context: Mapping[str, Any], found: Iterable[Item] = ()) -> tuple[Item, ...]:
    """The orders that a hook is about: the drafts in its context, or what was ``found`` of the orders that it refers to.

    An order that was not found is an item without resource. None at hooks without orders. Raises :class:`DataUnavailable` where
    orders are referred to and none was found: silence would look like consent.
    """
    name = definition(hook).orders
    value = context.get(name) if name is not None else None
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _referred(value, f"context.{name}", found)
    return _some(items(value, f"context.{name}"))


def entered(hook: str, context: Mapping[str, Any]) -> tuple[Item, ...]:
    """Everything else in a hook's context that is the patient's: what is being added to the record, appointments, tasks."""
    values = ((f"context.{name}", context.get(name)) for name in definition(hook).resources)
    return _some(item for where, value in values if value is not None for item in items(value, where))


def _some(found: Iterable[Item]) -> tuple[Item, ...]:
    """As many as somebody can enter. Raises :class:`BodyTooLarge` for more: each order is held against every recommendation."""
    taken = tuple(islice(found, MOST + 1))
    if len(taken) > MOST:
        raise BodyTooLarge(f"the context holds more than {MOST} resources", where="context", remedy="Send what is being entered now.")
    return taken


def _referred(references: Sequence[str], where: str, found: Iterable[Item]) -> tuple[Item, ...]:
    at_hand: dict[str, Item] = {}
    for item in found:
        if item.resource is not None:
            at_hand.setdefault(f"{item.kind}/{item.resource.get('id')}", item)
            at_hand.setdefault(item.full_url or "", item)
    items_of = [at_hand.get(written) or at_hand.get(local_reference(written)) for written in references]
    if items_of and not any(items_of):
        remedy = "Send the orders in the prefetch key that discovery lists for them."
        raise DataUnavailable("none of the orders that the hook is about came with the request", where=where, remedy=remedy)
    return tuple(item or Item(None, None, f"{where}[{number}]") for number, item in enumerate(items_of))
