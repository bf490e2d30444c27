"""Transport, tokens and browsers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cds_service.conformance.evidence import ORIGIN, Evidence
from cds_service.conformance.verdict import Verdict, broken, idle, met

_OPEN = "the service takes calls without a token"
_REFUSED = (400, 401, 403)


def https(evidence: Evidence) -> Verdict:
    """Only over TLS."""
    if evidence.target.is_https:
        return met("https")
    if evidence.target.is_loopback:
        return idle("looked at on its own machine, behind whatever ends TLS")
    return broken("http to another machine")


def requires_token(evidence: Evidence) -> Verdict:
    """Strangers are refused."""
    if evidence.requires_token:
        return met("401 without a token")
    status = evidence.others["no token"].status
    if status in _REFUSED:
        return met(f"{status} without a token")
    return idle(f"{_OPEN}, on its own machine") if evidence.target.is_loopback else broken(_OPEN)


def takes_tokens(evidence: Evidence) -> Verdict:
    """A signed token of a registered client is taken."""
    if not evidence.requires_token:
        return idle(_OPEN)
    if evidence.target.signer is None:
        return idle("give a registered client's key to sign with: --key")
    statuses = {exchange.status for _, exchange in evidence.answers()} or {evidence.discovery.status}
    return met("signed calls are answered") if statuses - {0, 401, 403} else broken("calls signed with the given key are refused")


def _refuses(name: str) -> Callable[[Evidence], Verdict]:
    def check(evidence: Evidence) -> Verdict:
        if not evidence.requires_token:
            return idle(_OPEN)
        status = evidence.others[name].status
        return met(f"{status} for a token of {name}") if status in _REFUSED else broken(f"a token of {name} is answered with {status}")

    return check


def out_of_band(evidence: Evidence) -> Verdict:
    """Without jku in the token, the keys are known otherwise."""
    if not evidence.requires_token:
        return idle(_OPEN)
    if evidence.target.signer is None or evidence.target.signer.jku is not None:
        return idle("give a key without --jku to see this")
    return takes_tokens(evidence)


def recommended_algorithm(evidence: Evidence) -> Verdict:
    """ES384 or RS384 is understood."""
    verdict = takes_tokens(evidence)
    signer = evidence.target.signer
    return verdict if signer is None or signer.algorithm in ("ES384", "RS384") else idle("give a key for ES384 or RS384 to see this")


def cors(evidence: Evidence) -> Verdict:
    """A browser's preflight is answered without a token, and answers may be read by its page."""
    preflight, simple = evidence.others["preflight"], evidence.others["from a page"]
    if not 200 <= preflight.status < 300:
        return broken(f"the preflight is answered with {preflight.status}")
    headers = {name.lower(): value for name, value in preflight.headers.items()}
    allowed = headers.get("access-control-allow-headers", "").lower()
    lacking = [name for name in ("authorization", "content-type") if name not in allowed and allowed != "*"]
    if lacking:
        return broken(f"the preflight does not allow {', '.join(lacking)}")
    origins = {name.lower(): value for name, value in simple.headers.items()}.get("access-control-allow-origin")
    return met("preflight and answer allow a page to call") if origins in ("*", ORIGIN) else idle("this origin is not allowed to call")


CHECKS: Mapping[str, Callable[[Evidence], Verdict]] = {
    "https": https,
    "requires-token": requires_token,
    "takes-tokens": takes_tokens,
    "allow-list": _refuses("unknown issuer"),
    "refuses-none": _refuses("alg none"),
    "refuses-shared-secrets": _refuses("alg HS384"),
    "out-of-band": out_of_band,
    "recommended-algorithm": recommended_algorithm,
    "cors": cors,
}
