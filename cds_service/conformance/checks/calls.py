"""Hook calls and feedback: form, statuses, data that is there or not, speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from cds_service.conformance.evidence import Evidence
from cds_service.conformance.requests import templates
from cds_service.conformance.target import Exchange
from cds_service.conformance.verdict import Verdict, broken, every, idle, met, unseen

_LIMIT_MS = 500
_NONE = "no hook call was answered with 200"
_MAY_BE_EMPTY = ("cards", "services")


def json(evidence: Evidence) -> Verdict:
    """Every answer is declared and written as JSON."""
    found = [("discovery", evidence.discovery), *evidence.answers()]
    return every(found, lambda exchange: exchange.is_json, "JSON", "nothing answered")


def nothing_empty(evidence: Evidence) -> Verdict:
    """No member is null or empty, but for the lists that may be."""
    found = [("discovery", evidence.discovery.body), *evidence.responses()]
    return every(found, _is_solid, "no null, no empty member", "nothing answered")


def _is_solid(value: Any, name: str = "") -> bool:
    if isinstance(value, Mapping):
        return (bool(value) or name == "") and all(_is_solid(one, key) for key, one in value.items())
    if isinstance(value, list):
        return (bool(value) or name in _MAY_BE_EMPTY) and all(_is_solid(one, "item") for one in value)
    return value is not None and value != ""


def cards(evidence: Evidence) -> Verdict:
    """A success is an object with a list of cards."""
    return every(evidence.responses(), _has_cards, "a list 'cards'", _NONE)


def _has_cards(body: object) -> bool:
    return isinstance(body, Mapping) and isinstance(body.get("cards"), list)


def no_guidance(evidence: Evidence) -> Verdict:
    """Nothing to say is 200 with an empty list."""
    found = [(where, exchange) for where, exchange in evidence.answers("no data", "nulls", "extension") if exchange.status != 412]
    return every(
        found,
        lambda exchange: exchange.ok and _has_cards(exchange.body),
        "200 with cards, empty or not",
        "no call without data was answered",
    )


def system_actions(evidence: Evidence) -> Verdict:
    """systemActions, where sent, is a list of actions."""
    found = [
        (where, body["systemActions"]) for where, body in evidence.responses() if isinstance(body, Mapping) and "systemActions" in body
    ]
    return every(found, lambda value: isinstance(value, list), "a list of actions", "no answer has systemActions")


def other_statuses(evidence: Evidence) -> Verdict:
    """Errors are 4xx, or 5xx."""
    status = evidence.others["unknown service"].status
    return met(f"an unknown service is {status}") if 400 <= status < 600 else broken(f"an unknown service is answered with {status}")


def discovery_statuses(evidence: Evidence) -> Verdict:
    """The same at discovery: seen where it fails."""
    status = evidence.discovery.status
    return idle("discovery succeeded") if status == 200 else met(f"discovery answers {status}")


def quick(evidence: Evidence) -> Verdict:
    """Within about 500 ms, measured here."""
    if not evidence.timed:
        return idle("there is no service to time")
    took = median(evidence.timed)
    text = f"median {took:.0f} ms of {len(evidence.timed)} calls"
    return met(text) if took <= _LIMIT_MS else broken(text)


def prefetched(evidence: Evidence) -> Verdict:
    """Prefetched data are taken."""
    return every(
        evidence.answers("no data", "sample"), lambda exchange: exchange.ok, "200 with prefetched data", "there is no service to call"
    )


def outcomes(evidence: Evidence) -> Verdict:
    """OperationOutcomes in the place of data are noticed: 412, or an answer that differs from the one for "no data".

    Where both answers are empty and no other request gave a card, nothing can be told.
    """
    compared = []
    for position, calls in evidence.calls.items():
        talks = any(_cards_of(exchange) for exchange in calls.values())
        for name, exchange in calls.items():
            empty = calls.get(name.replace("OperationOutcomes", "nulls"))
            if name.startswith("OperationOutcomes") and templates(evidence.services[position]) and empty is not None:
                same = exchange.ok and _cards_of(exchange) == _cards_of(empty)
                if not same or (talks and "sample" in name):
                    compared.append((f"services[{position}] ({name})", not same and exchange.status in (200, 412)))
    return every(compared, bool, "told from an empty result", "no answer rests on prefetch; give requests that yield cards (--request)")


def _cards_of(exchange: Exchange) -> list[Any]:
    """The cards of an answer without what differs from call to call."""
    cards = exchange.body.get("cards") if isinstance(exchange.body, Mapping) else None
    return (
        [card.get("detail", card.get("summary")) if isinstance(card, Mapping) else card for card in cards]
        if isinstance(cards, list)
        else []
    )


def unobtainable(evidence: Evidence) -> Verdict:
    """Without prefetch and FHIR server: 412, if the data are required."""
    found = [(where, exchange.status) for where, exchange in evidence.answers("no prefetch") if exchange.status != 200]
    return every(found, lambda status: status == 412, "412 without data", "every service answers without prefetch")


def from_fhir_server(evidence: Evidence) -> Verdict:
    """What is not prefetched is read from the client's FHIR server."""
    if evidence.fhir is None:
        return unseen("give the address of a FHIR server that the checker may open: --fhir-server")
    if not evidence.fhir.reads:
        return broken("the service read nothing from the FHIR server that it was given")
    return every(
        evidence.answers("FHIR server"),
        lambda exchange: exchange.ok,
        f"200 after {len(evidence.fhir.reads)} reads",
        "there is no service to call",
    )


def with_token(evidence: Evidence) -> Verdict:
    """Each read carries the access token."""
    if evidence.fhir is None:
        return unseen("give the address of a FHIR server that the checker may open: --fhir-server")
    if not evidence.fhir.reads:
        return idle("the service read nothing from the FHIR server")
    return (
        met(f"{len(evidence.fhir.reads)} reads, each with it")
        if all(evidence.fhir.reads)
        else broken("a read came without the access token")
    )


def extensions(evidence: Evidence) -> Verdict:
    """An extension's value is an object, wherever one stands."""
    found = [item for where, body in [("discovery", evidence.discovery.body), *evidence.responses()] for item in _extensions(where, body)]
    return every(found, lambda value: isinstance(value, Mapping), "an object", "nothing has an extension")


def extension_names(evidence: Evidence) -> Verdict:
    """Their names are unique by a domain."""
    found = [item for where, body in [("discovery", evidence.discovery.body), *evidence.responses()] for item in _extensions(where, body)]
    names = [(where, name) for where, value in found if isinstance(value, Mapping) for name in value]
    return every(names, lambda name: "." in name, "names like org.example.name", "nothing has an extension")


def _extensions(where: str, value: Any) -> list[tuple[str, Any]]:
    """The CDS Hooks extensions of an answer; inside FHIR resources the word means something else."""
    if isinstance(value, list):
        return [found for position, one in enumerate(value) for found in _extensions(f"{where}[{position}]", one)]
    if not isinstance(value, Mapping) or "resourceType" in value:
        return []
    own = [(f"{where}.extension", value["extension"])] if "extension" in value else []
    return own + [found for name, one in value.items() if name != "extension" for found in _extensions(f"{where}.{name}", one)]


def feedback(evidence: Evidence) -> Verdict:
    """A feedback endpoint takes a report, if there is one."""
    status = evidence.others["feedback"].status
    if status in (404, 405, 501):
        return idle("there is no feedback endpoint")
    return met(f"takes a report ({status})") if 200 <= status < 300 else broken(f"answers {status} to a report")


def uuids_for_feedback(evidence: Evidence) -> Verdict:
    """A card that is to be reported on has a uuid."""
    return every(evidence.cards(), lambda card: isinstance(card, Mapping) and "uuid" in card, "a uuid", "no card was seen")


def updates(evidence: Evidence) -> Verdict:
    """Guidance may be renewed at another hook."""
    hooks = {one.get("hook") for one in evidence.services}
    return met(f"{len(hooks)} hooks") if len(hooks) > 1 else idle("there is one hook")


CHECKS: Mapping[str, Callable[[Evidence], Verdict]] = {
    "json": json,
    "nothing-empty": nothing_empty,
    "cards": cards,
    "no-guidance": no_guidance,
    "system-actions": system_actions,
    "other-statuses": other_statuses,
    "discovery-statuses": discovery_statuses,
    "quick": quick,
    "prefetched": prefetched,
    "outcomes": outcomes,
    "unobtainable": unobtainable,
    "from-fhir-server": from_fhir_server,
    "with-token": with_token,
    "extensions": extensions,
    "extension-names": extension_names,
    "feedback": feedback,
    "uuids-for-feedback": uuids_for_feedback,
    "updates": updates,
}
