"""What the references of a record name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cds_service.fhir.bundles import Item, Place, each
from cds_service.fhir.record import Entry, Resource


class Targets(Mapping[str, Resource]):
    """The resource that a reference names: by ``Type/id``, else by the URL of its entry, else one of the hook's orders.

    The URLs are laid out when the first of them is asked for: in most records that is never.
    """

    def __init__(
        self,
        resources: Mapping[str, Mapping[str, Resource]],
        places: Sequence[Place],
        again: Sequence[tuple[Item, str]],
        orders: Sequence[tuple[Item, Entry]],
    ) -> None:
        """``resources`` are those of the record by type and reference.

        ``again`` are the places of those that came more than once, with the reference.
        """
        self._resources = resources
        self._places = places
        self._again = again
        self._orders = orders
        self._laid_out: dict[str, Resource] | None = None

    def __getitem__(self, written: str) -> Resource:
        found = self._resources.get(written.partition("/")[0], {}).get(written)
        return self._all()[written] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, Resource]:
        if self._laid_out is None:
            laid_out: dict[str, Resource] = {}
            for found in self._resources.values():
                laid_out |= found
            laid_out.update(self._by_url())
            for place, order in self._orders:
                for name in (order.reference, place.full_url):
                    if name is not None:
                        laid_out.setdefault(name, order.resource)
            self._laid_out = laid_out
        return self._laid_out

    def _by_url(self) -> Iterator[tuple[str, Resource]]:
        kept = {id(resource) for found in self._resources.values() for resource in found.values()}
        for place in each(self._places):
            if place.resource is not None and id(place.resource) in kept:
                yield _url(place, place.resource), place.resource
        for place, reference in self._again:
            resource = self._resources[str(place.kind)][reference]
            yield _url(place, resource), resource


def _url(place: Item, resource: Resource) -> str:
    """The URL of an entry; one that has none may still be named by its id, as in a Bundle whose envelope was thrown away."""
    return place.full_url or f"urn:uuid:{resource.get('id')}"
