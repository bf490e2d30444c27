"""Cards within what a CDS Client takes: its profile leaves things out or spells them otherwise, and never changes what is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from cds_service.cds_clients.profile import Profile
from cds_service.model.assessment import Suggestion

MAX_TOPIC_CODE = 100
_NO_LETTER_OR_DIGIT = re.compile(r"[^A-Za-z0-9]")


def fitting(suggestions: Iterable[Suggestion], profile: Profile) -> Iterator[Suggestion]:
    """The suggestions that the client carries out as a whole; one of several actions as the one that stands for all, or not at all."""
    for suggestion in suggestions if profile.suggestions else ():
        whole = _in_one(suggestion) if profile.one_action else suggestion
        if whole is not None and _can_be_done(whole, profile):
            yield whole


def _in_one(suggestion: Suggestion) -> Suggestion | None:
    if len(suggestion.actions) == 1:
        return suggestion
    one = suggestion.as_one
    return None if one is None else replace(suggestion, label=one.description, actions=(one,))


def _can_be_done(suggestion: Suggestion, profile: Profile) -> bool:
    """Whether the client takes the resource types; what is withdrawn is an order that the client has made itself."""
    takes = profile.creates
    return takes is None or all(action.resource is None or action.resource["resourceType"] in takes for action in suggestion.actions)


def topic_code(code: str, profile: Profile) -> str:
    """A recommendation's code as the client takes it. Static, since clients keep overrides under it."""
    return _NO_LETTER_OR_DIGIT.sub("", code) if profile.alphanumeric_topics else code


def topic_problems(codes: Iterable[str], profile: Profile) -> list[str]:
    """Why codes cannot be told apart, or not be sent at all, in the client's spelling; one sentence each."""
    problems: list[str] = []
    owners: dict[str, str] = {}
    for code in dict.fromkeys(codes) if profile.alphanumeric_topics else ():
        sent = topic_code(code, profile)
        if not 0 < len(sent) <= MAX_TOPIC_CODE:
            problems.append(f"the code '{code}' has {len(sent)} letters and digits; the profile {profile.name} needs 1 to {MAX_TOPIC_CODE}")
        elif owners.setdefault(sent, code) != code:
            problems.append(
                f"the codes '{owners[sent]}' and '{code}' are one for the profile {profile.name}, which has no punctuation in codes"
            )
    return problems


def fitted(card: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """A card with its topic, override reasons and extension as the client takes them."""
    source = card["source"]
    topic = {**source["topic"], "code": topic_code(source["topic"]["code"], profile)}
    found = {**card, "source": {**source, "topic": topic}, "extension": {**card["extension"], **profile.card_extension}}
    if not profile.override_reasons:
        found.pop("overrideReasons", None)
    return found
