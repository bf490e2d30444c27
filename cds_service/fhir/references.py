"""References as FHIR servers write them: relative, absolute, versioned, ``urn:uuid:`` and contained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.fhir.elements import objects
from cds_service.fhir.record import Resource

_LITERAL = re.compile(r"(?:^|/)([A-Z][A-Za-z]{1,63})/([^/?#|\s]{1,256})(?:/_history/[^/?#|\s]+)?(?:[?#|].*)?\Z")


def text_of(reference: object) -> str | None:
    """The ``reference`` of a Reference, or the string itself; ``None`` for logical references and anything else."""
    value = reference.get("reference") if isinstance(reference, Mapping) else reference
    return value if isinstance(value, str) and value else None


def literal(reference: object) -> tuple[str, str] | None:
    """The last ``(Type, id)`` that a literal reference names, without server and version; ``None`` if it names none."""
    text = text_of(reference)
    match = _LITERAL.search(text) if text is not None and len(text) <= 4096 else None
    return (match[1], match[2]) if match else None


def subject_of(resource: Resource) -> object:
    """The element that says whose data a resource is (``for`` in a Task); ``None`` if there is none."""
    return next((resource[name] for name in ("subject", "patient", "individual", "for") if resource.get(name)), None)


def patients_of(resource: Resource) -> tuple[str, ...]:
    """How a resource writes whose data it is: its subject, or the Patients among an Appointment's participants."""
    subject = text_of(subject_of(resource))
    if subject is not None or resource.get("resourceType") != "Appointment":
        return (subject,) if subject is not None else ()
    actors = [actor for one in objects(resource.get("participant")) for actor in objects(one.get("actor"))]
    written = [(text_of(actor), actor.get("type") == "Patient") for actor in actors]
    return tuple(text for text, is_patient in written if text is not None and (is_patient or (literal(text) or ("",))[0] == "Patient"))


def references(value: Any) -> Iterator[str]:
    """The reference strings of a Reference or a list of them."""
    for item in objects(value):
        written = item.get("reference")
        if isinstance(written, str):
            yield written


def local_reference(written: str) -> str:
    """``Type/id`` of a relative, absolute or versioned reference; anything else (``urn:uuid:…``, ``#id``) as it is."""
    named = literal(written)
    return "/".join(named) if named else written


def resolve(written: str, resource: Resource, targets: Mapping[str, Resource]) -> Resource | None:
    """The target of a reference: contained (``#id``), or among the resources received."""
    if written.startswith("#"):
        return next((item for item in objects(resource.get("contained")) if item.get("id") == written[1:]), None)
    return targets.get(written) or targets.get(local_reference(written))
