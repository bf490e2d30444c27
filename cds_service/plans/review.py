"""What the content says about its own reliability: who reviewed a resource, and whether a citation was verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.plans import rules
from cds_service.plans.expressions import extension_values
from cds_service.plans.problems import Place

VERIFIED = "verified"
UNVERIFIED = ("probable", "not-verified")
VERIFICATIONS = (VERIFIED, *UNVERIFIED, "not-listed")
NOT_VERIFIED = "not verified"  # what cards say of such a work; that it is not listed, the citation says itself
_REVIEW_DATES = ("approvalDate", "lastReviewDate")
_REVIEWERS = ("reviewer", "endorser")


def is_reviewed(resource: Mapping[str, Any]) -> bool:
    """Whether a named person is on record as having approved the resource."""
    return bool(resource.get("approvalDate")) and _is_named(resource)


def check_review(resource: Mapping[str, Any], place: Place) -> None:
    """A date of review, or the status active, needs somebody by name; a name needs the date on which it was given."""
    named, dates = _is_named(resource), [name for name in _REVIEW_DATES if resource.get(name)]
    remedy = "name the person in reviewer or endorser, or leave this out until somebody has reviewed it"
    for name in dates if not named else ():
        place.child(name).add("is stated without a named reviewer", remedy)
    if resource.get("status") == "active" and not (named and resource.get("approvalDate")):
        place.child("status").add(
            "is active without a named reviewer and an approvalDate", "keep it draft until a named person approves it"
        )
    for name in _REVIEWERS:
        people = rules.mappings(resource.get(name))
        if any(not _has_name(person) for person in people):
            place.child(name).add("does not say who", "write the name of the person")
        if people and not dates:
            place.child(name).add("is stated without a date of review", f"add {' or '.join(_REVIEW_DATES)}, or remove it")


def check_verification(item: Mapping[str, Any], place: Place, *, required: bool) -> str | None:
    """The verification state of a cited work; reported where it is missing, or where an address is given that nobody verified."""
    url = item.get("url")
    states = extension_values(item, rules.VERIFICATION)
    at = place.child("extension[verification]")
    if len(states) > 1 or any(state not in VERIFICATIONS for state in states):
        at.add("is no verification state", f"state one, as valueCode: {', '.join(VERIFICATIONS)}")
        return None
    if not states and (required or url is not None):
        at.add("is missing", f"say whether somebody looked the work up, as valueCode: {', '.join(VERIFICATIONS)}")
        return None
    if url is not None and (not isinstance(url, str) or not url.startswith("https://")):
        place.child("url").add("is not an https address", "give a verified https address, or none")
    elif url is not None and states != (VERIFIED,):
        place.child("url").add("is an address that nobody verified", "verify it and say so, or leave the address out")
    return str(states[0]) if states else None


def _is_named(resource: Mapping[str, Any]) -> bool:
    return any(_has_name(person) for name in _REVIEWERS for person in rules.mappings(resource.get(name)))


def _has_name(person: Mapping[str, Any]) -> bool:
    return isinstance(person.get("name"), str) and bool(person["name"].strip())
