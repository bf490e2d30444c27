"""What stands on a card, member by member. Each check names where its instances stand below the cards, and what must hold of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from cds_service.conformance.evidence import Evidence
from cds_service.conformance.verdict import Instance, Verdict, broken, every, idle, met

_SUMMARY = 140
Holds = Callable[[Any], bool]
Check = Callable[[Evidence], Verdict]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_absolute(value: Any) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme) and bool(urlsplit(value).netloc)


def _is_coding(value: Any) -> bool:
    return _is_object(value) and _is_text(value.get("code")) and _is_text(value.get("system"))


def _has(name: str, holds: Holds) -> Holds:
    return lambda value: _is_object(value) and name in value and holds(value[name])


def _one_of(*allowed: str) -> Holds:
    return lambda value: value in allowed


def _check(path: tuple[str, ...], holds: Holds, what: str, *, when: Holds | None = None) -> Check:
    """Every instance at a path below the cards (``()`` is the card itself) holds; ``when`` narrows the instances."""
    absent = f"no card has {'.'.join(path)}" if path else "no card was seen; give requests that yield some (--request)"
    if when is not None:
        absent = f"no {'.'.join(path) or 'card'} of this kind was seen"

    def check(evidence: Evidence) -> Verdict:
        found = (item for item in evidence.of_cards(*path) if when is None or when(item[1]))
        return every(found, holds, what, absent)

    return check


def _member(path: tuple[str, ...], holds: Holds, what: str) -> Check:
    """The last step of a path is a member of one value: where it is present, it holds as it stands, list or not."""
    *above, name = path

    def check(evidence: Evidence) -> Verdict:
        holders = ((where, holder) for where, holder in evidence.of_cards(*above) if _is_object(holder) and name in holder)
        return every(((f"{where}.{name}", holder[name]) for where, holder in holders), holds, what, f"no card has {'.'.join(path)}")

    return check


def _list(path: tuple[str, ...], name: str) -> Check:
    """A member, where present, is a list."""
    return _check(
        path,
        lambda holder: isinstance(holder[name], list),
        f"'{name}' is a list",
        when=lambda holder: _is_object(holder) and name in holder,
    )


def _is_action_of(kind: str) -> Holds:
    return lambda action: _is_object(action) and action.get("type") == kind


def _is_resource(value: Any) -> bool:
    return _is_object(value) and _is_text(value.get("resourceType"))


def one_recommended(evidence: Evidence) -> Verdict:
    """More than one suggestion is preselected only where any may be chosen."""
    cards = [
        (where, card) for where, card in evidence.cards() if _is_object(card) and any(map(_is_recommended, card.get("suggestions") or []))
    ]

    def is_allowed(card: Any) -> bool:
        return card.get("selectionBehavior") == "any" or sum(map(_is_recommended, card["suggestions"])) == 1

    return every(cards, is_allowed, "one, or any", "nothing is preselected")


def _is_recommended(suggestion: Any) -> bool:
    return _is_object(suggestion) and suggestion.get("isRecommended") is True


def unique(evidence: Evidence) -> Verdict:
    """A uuid names one card of an answer."""
    cards: dict[str, list[Instance]] = {}
    for where, card in evidence.cards():
        if _is_object(card) and "uuid" in card:
            cards.setdefault(where.partition(".cards")[0], []).append((where, card["uuid"]))
    if not cards:
        return idle("no card has a uuid")
    for answer, uuids in cards.items():
        values = [value for _, value in uuids]
        if len(set(map(str, values))) != len(values) or not all(map(_is_text, values)):
            return broken(f"uuids are no texts, or stand twice: {answer}")
    return met(f"{sum(map(len, cards.values()))} seen, each once in its answer")


def _coding(name: str) -> Check:
    """A member that every coding has, of a topic or of an override reason."""

    def check(evidence: Evidence) -> Verdict:
        codings = [*evidence.of_cards("source", "topic"), *evidence.of_cards("overrideReasons")]
        return every(codings, _has(name, _is_text), f"a {name}", "no card has a coding")

    return check


_ACTION = ("suggestions", "actions")
CHECKS: Mapping[str, Check] = {
    "uuid": unique,
    "uuid-optional": _check((), _has("uuid", _is_text), "uuid present"),
    "summary": _check((), _has("summary", lambda text: _is_text(text) and len(text) < _SUMMARY), f"a summary below {_SUMMARY} characters"),
    "detail": _member(("detail",), _is_text, "a text"),
    "indicator": _check((), _has("indicator", _is_text), "an indicator"),
    "indicator-values": _member(("indicator",), _one_of("info", "warning", "critical"), "info, warning or critical"),
    "source": _check((), _has("source", _is_object), "a source"),
    "suggestions": _list((), "suggestions"),
    "selection-behavior": _check(
        (),
        _has("selectionBehavior", _is_text),
        "selectionBehavior beside suggestions",
        when=lambda card: _is_object(card) and "suggestions" in card,
    ),
    "selection-values": _member(("selectionBehavior",), _one_of("at-most-one", "any"), "at-most-one or any"),
    "override-reasons": _list((), "overrideReasons"),
    "override-codings": _check(("overrideReasons",), _is_coding, "codings"),
    "override-display": _check(("overrideReasons",), _has("display", _is_text), "a display"),
    "links": _list((), "links"),
    "source-label": _check(("source",), _has("label", _is_text), "a label"),
    "source-url": _member(("source", "url"), _is_absolute, "absolute"),
    "source-icon": _member(("source", "icon"), _is_absolute, "absolute"),
    "source-topic": _member(("source", "topic"), _is_coding, "a coding"),
    "topic-display": _member(("source", "topic", "display"), _is_text, "a text"),
    "suggestion-label": _check(("suggestions",), _has("label", _is_text), "a label"),
    "suggestion-uuid": _member(("suggestions", "uuid"), _is_text, "a text"),
    "recommended": _member(("suggestions", "isRecommended"), lambda value: isinstance(value, bool), "true or false"),
    "one-recommended": one_recommended,
    "actions": _list(("suggestions",), "actions"),
    "action-type": _check(_ACTION, _has("type", _one_of("create", "update", "delete")), "create, update or delete"),
    "action-description": _check(_ACTION, _has("description", _is_text), "a description"),
    "action-resource": _member((*_ACTION, "resource"), _is_resource, "a FHIR resource"),
    "create": _check(_ACTION, _has("resource", _is_resource), "a resource to create", when=_is_action_of("create")),
    "update": _check(_ACTION, _has("resource", _is_resource), "the whole resource", when=_is_action_of("update")),
    "delete-resource": _check(_ACTION, lambda action: "resource" not in action, "no resource", when=_is_action_of("delete")),
    "delete-id": _check(_ACTION, _has("resourceId", _is_text), "a resourceId", when=_is_action_of("delete")),
    "resource-id": _member((*_ACTION, "resourceId"), _is_text, "a text"),
    "link-label": _check(("links",), _has("label", _is_text), "a label"),
    "link-url": _check(("links",), _has("url", _is_absolute), "an absolute address"),
    "link-type": _check(("links",), _has("type", _is_text), "a type"),
    "link-values": _check(("links",), _has("type", _one_of("absolute", "smart")), "absolute or smart"),
    "app-context": _member(("links", "appContext"), lambda value: isinstance(value, str), "a text"),
    "app-context-smart": _check(
        ("links",), _has("type", _one_of("smart")), "smart", when=lambda link: _is_object(link) and "appContext" in link
    ),
    "app-context-absolute": _check(
        ("links",),
        lambda link: "appContext" not in link,
        "no appContext",
        when=lambda link: _is_object(link) and link.get("type") == "absolute",
    ),
    "coding-code": _coding("code"),
    "coding-system": _coding("system"),
}
