"""Asking the service: every call that the checks look at, made once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt

from cds_service.conformance import requests
from cds_service.conformance.fhir import FhirServer
from cds_service.conformance.target import Exchange, Target
from cds_service.conformance.verdict import Instance

Service = Mapping[str, Any]
ORIGIN = "https://browser.example.org"
_REPEATS = 5


@dataclass(slots=True)
class Evidence:
    """Everything that was seen. ``calls`` are the hook calls by the service's place in discovery and the name of the call."""

    target: Target
    discovery: Exchange
    discovered_again: Exchange
    services: list[Service]
    calls: dict[int, dict[str, Exchange]] = field(default_factory=dict)
    timed: list[float] = field(default_factory=list)
    others: dict[str, Exchange] = field(default_factory=dict)
    fhir: FhirServer | None = None

    def answers(self, *kinds: str) -> Iterator[tuple[str, Exchange]]:
        """Hook calls with where they were made: all of them, or those of some kinds (what a call's name begins with)."""
        for position, calls in self.calls.items():
            for name, exchange in calls.items():
                if not kinds or name.startswith(kinds):
                    yield f"services[{position}] ({name})", exchange

    def responses(self) -> Iterator[Instance]:
        """The bodies of successful hook calls."""
        return ((where, exchange.body) for where, exchange in self.answers() if exchange.status == 200)

    def cards(self) -> Iterator[Instance]:
        """Every card of every answer."""
        for where, body in self.responses():
            yield from members(where, body, "cards")

    def of_cards(self, *path: str) -> Iterator[Instance]:
        """What stands at a path below the cards; lists are walked, what is absent is left out."""
        return _below(self.cards(), path)

    @property
    def requires_token(self) -> bool:
        """Whether a call without a token is refused."""
        return self.others["no token"].status == 401


def members(where: str, holder: object, name: str) -> Iterator[Instance]:
    """A member of an object: its items if it is a list, itself if not, nothing if absent."""
    if not isinstance(holder, Mapping) or name not in holder:
        return
    value = holder[name]
    if isinstance(value, list):
        yield from ((f"{where}.{name}[{position}]", item) for position, item in enumerate(value))
    else:
        yield f"{where}.{name}", value


def _below(instances: Iterator[Instance], path: Sequence[str]) -> Iterator[Instance]:
    for name in path:
        instances = _members(instances, name)
    return instances


def _members(instances: Iterator[Instance], name: str) -> Iterator[Instance]:
    for where, value in instances:
        yield from members(where, value, name)


def gather(target: Target, samples: Sequence[Mapping[str, Any]], fhir: FhirServer | None = None) -> Evidence:
    """Call the service in every way that the checks need; ``samples`` are requests that should give cards."""
    discovery = target.send("discovery", target.discovery_url, method="GET")
    found = discovery.body.get("services") if isinstance(discovery.body, Mapping) else None
    services = [service for service in found if isinstance(service, Mapping)] if isinstance(found, list) else []
    evidence = Evidence(target, discovery, target.send("discovery again", target.discovery_url, method="GET"), services, fhir=fhir)
    for position, service in enumerate(services):
        if isinstance(service.get("id"), str):
            evidence.calls[position] = _hook_calls(evidence, service, samples)
    _other_calls(evidence)
    return evidence


def _hook_calls(evidence: Evidence, service: Service, samples: Sequence[Mapping[str, Any]]) -> dict[str, Exchange]:
    target, url = evidence.target, evidence.target.service_url(str(service["id"]))
    calls: dict[str, Exchange] = {}

    def send(name: str, body: Mapping[str, Any]) -> Exchange:
        calls[name] = target.send(name, url, body=body)
        return calls[name]

    empty = requests.generated(service, requests.no_data(service))
    for _ in range(_REPEATS):
        evidence.timed.append(send("no data", requests.again(empty)).ms)
    send("nulls", requests.generated(service, requests.nulls(service)))
    send("OperationOutcomes", requests.generated(service, requests.outcomes(service)))
    send("no prefetch", requests.generated(service, None))
    send("extension", {**requests.again(empty), "extension": {"org.example.conformance": {"any": ["thing", 1, True]}}})
    for number, sample in enumerate(body for body in samples if body.get("hook") == service.get("hook")):
        evidence.timed.append(send(f"sample {number + 1}", requests.again(sample)).ms)
        send(f"nulls, sample {number + 1}", requests.again({**sample, "prefetch": requests.nulls(service)}))
        send(f"OperationOutcomes, sample {number + 1}", requests.again({**sample, "prefetch": requests.outcomes(service)}))
        send(f"no prefetch, sample {number + 1}", requests.again({key: sample[key] for key in sample if key != "prefetch"}))
        if evidence.fhir is not None:
            calls[f"FHIR server, sample {number + 1}"] = evidence.fhir.call(target, url, sample)
    if evidence.fhir is not None and not samples:
        calls["FHIR server"] = evidence.fhir.call(target, url, empty)
    return calls


def _other_calls(evidence: Evidence) -> None:
    target = evidence.target
    others = evidence.others
    url = target.service_url(next((str(one["id"]) for one in evidence.services if isinstance(one.get("id"), str)), "none"))
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    others["unknown service"] = target.send("unknown service", target.service_url(f"no-such-{uuid4()}"), body=_first(evidence))
    others["preflight"] = target.send("preflight", url, method="OPTIONS", headers=preflight, signed=False)
    others["from a page"] = target.send("from a page", target.discovery_url, method="GET", headers={"Origin": ORIGIN})
    others["no token"] = target.send("no token", url, body=_first(evidence), signed=False)
    for name, token in _false_tokens(target, url).items():
        others[name] = target.send(name, url, body=_first(evidence), token=token)
    others["feedback"] = target.send("feedback", f"{url}/feedback", body=_feedback())


def _first(evidence: Evidence) -> dict[str, Any]:
    service = next(iter(evidence.services), {"hook": "patient-view"})
    return requests.generated(service, requests.no_data(service))


def _feedback() -> dict[str, Any]:
    """Feedback on a card that nobody was shown, so that no statistics of real ones are touched."""
    report = {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": datetime.now(UTC).isoformat()}
    return {"feedback": [report]}


def _false_tokens(target: Target, url: str) -> dict[str, str]:
    """Tokens that nobody may accept: unsigned, signed with a shared secret, and from an issuer that no one has registered."""
    signer = target.signer
    now = int(time.time())
    claims = {"iss": signer.issuer if signer else "https://ehr.example.org", "aud": url, "iat": now, "exp": now + 120, "jti": str(uuid4())}
    headers = {"kid": signer.kid if signer else "conformance", "typ": "JWT"}
    stranger = {**claims, "iss": "https://stranger.example.org", "jti": str(uuid4())}
    jku = {"jku": "https://stranger.example.org/jwks.json"}
    return {
        "alg none": jwt.encode(claims, None, "none", headers),  # type: ignore[arg-type]
        "alg HS384": jwt.encode(claims, "a secret of forty-eight bytes, shared by the parties", "HS384", headers),
        "unknown issuer": jwt.encode(stranger, _new_key(), "ES384", headers | jku),
    }


def _new_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec  # slow to import, and only needed here

    return ec.generate_private_key(ec.SECP384R1())
