"""Discovery, and the prefetch templates in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from cds_service.conformance.evidence import Evidence
from cds_service.conformance.requests import templates
from cds_service.conformance.verdict import Instance, Verdict, broken, every, idle, met

_TOKEN = re.compile(r"{{(.*?)}}")
_USER_TOKENS = frozenset({"userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId"})
_NO_TOKENS = frozenset({"selections", "draftOrders", "appointments", "fulfillmentTasks", "allergyIntolerance", "medications", "conditions"})
_CONTEXT = re.compile(r"context\.([A-Za-z][A-Za-z0-9]*)\Z")
_READ = re.compile(r"[A-Z][A-Za-z]+/[^/?]+\Z")
_SEARCH = re.compile(r"[A-Z][A-Za-z]+\?(?P<query>[^?]+)\Z")
_SIMPLE = frozenset({"_count", "_sort"})
_NONE = "discovery lists no service"


def _services(evidence: Evidence) -> Iterator[Instance]:
    return ((f"services[{position}]", service) for position, service in enumerate(evidence.services))


def _templates(evidence: Evidence) -> Iterator[Instance]:
    for where, service in _services(evidence):
        yield from ((f"{where}.prefetch.{key}", template) for key, template in templates(service).items())


def _tokens(evidence: Evidence) -> Iterator[Instance]:
    return ((where, token.strip()) for where, template in _templates(evidence) for token in _TOKEN.findall(template))


def available(evidence: Evidence) -> Verdict:
    """Discovery answers a GET at its address."""
    if evidence.discovery.status == 0:
        return broken(f"no answer ({evidence.discovery.error})")
    return met("answers GET") if evidence.discovery.status == 200 else broken(f"answers {evidence.discovery.status}")


def always(evidence: Evidence) -> Verdict:
    """It does so each time."""
    codes = {evidence.discovery.status, evidence.discovered_again.status}
    return met("answers each time") if codes == {200} else broken(f"answers {sorted(codes)}")


def is_list(evidence: Evidence) -> Verdict:
    """An object with a list of services."""
    body = evidence.discovery.body
    if not isinstance(body, Mapping) or not isinstance(body.get("services"), list):
        return broken("the answer has no list 'services'")
    return met(f"{len(body['services'])} services")


def _has(name: str) -> Callable[[Evidence], Verdict]:
    def check(evidence: Evidence) -> Verdict:
        return every(_services(evidence), lambda one: isinstance(one.get(name), str) and bool(one[name]), f"a text '{name}'", _NONE)

    return check


def _may_have(name: str, kind: type) -> Callable[[Evidence], Verdict]:
    def check(evidence: Evidence) -> Verdict:
        found = [(where, one) for where, one in _services(evidence) if name in one]
        return every(
            found, lambda one: isinstance(one[name], kind) and bool(one[name]), f"'{name}' of its type", f"no service has '{name}'"
        )

    return check


def prefetch_is_texts(evidence: Evidence) -> Verdict:
    """Prefetch is an object from key to template."""
    found = [(where, one["prefetch"]) for where, one in _services(evidence) if "prefetch" in one]

    def is_texts(value: object) -> bool:
        return isinstance(value, Mapping) and bool(value) and all(isinstance(one, str) and one for one in value.values())

    return every(found, is_texts, "a template text for each key", "no service asks for prefetch")


def url_of_id(evidence: Evidence) -> Verdict:
    """The service answers at the address that its id makes."""
    found = [(where, exchange.status) for where, exchange in evidence.answers()]
    return every(found, lambda status: status not in (0, 404, 405), "answers at its address", _NONE)


def delimited(evidence: Evidence) -> Verdict:
    """Braces come in pairs of two, around one token."""

    def is_paired(template: str) -> bool:
        rest = _TOKEN.sub("", template)
        return "{" not in rest and "}" not in rest

    return every(_templates(evidence), is_paired, "tokens between {{ and }}", "no service asks for prefetch")


def known_tokens(evidence: Evidence) -> Verdict:
    """A token is a field of the context, or one of the four user ids."""
    return every(_tokens(evidence), _is_known, "a context field or a user id", "no template has a token")


def root_tokens(evidence: Evidence) -> Verdict:
    """Fields of the context that hold resources or lists are no tokens."""

    def is_primitive(token: str) -> bool:
        found = _CONTEXT.match(token)
        return token in _USER_TOKENS or (found is not None and found[1] not in _NO_TOKENS)

    return every(_tokens(evidence), is_primitive, "primitive root fields", "no template has a token")


def named_tokens(evidence: Evidence) -> Verdict:
    """They are written context.name."""
    found = ((where, token) for where, token in _tokens(evidence) if token not in _USER_TOKENS)
    return every(found, lambda token: _CONTEXT.match(token) is not None, "context.<field>", "no template uses a context field")


def has_tokens(evidence: Evidence) -> Verdict:
    """Templates may use tokens."""
    return every(_tokens(evidence), _is_known, "tokens used", "no template has a token")


def restricted(evidence: Evidence) -> Verdict:
    """Reads, and searches of one type without chaining, modifiers other than :in, includes or results parameters."""
    return every(_templates(evidence), _is_restricted, "within the recommended subset of queries", "no service asks for prefetch")


def same_id(evidence: Evidence) -> Verdict:
    """Several hooks under one id: each pair once."""
    pairs = [(one.get("id"), one.get("hook")) for one in evidence.services]
    ids = [identity for identity, _ in pairs]
    if len(set(pairs)) != len(pairs):
        return broken("a pair of id and hook is listed twice")
    shared = {identity for identity in ids if ids.count(identity) > 1}
    if not shared:
        return idle("every service has an id of its own: none updates another's cards")
    called = {evidence.services[place].get("id"): exchange.status for place, calls in evidence.calls.items() for exchange in calls.values()}
    return (
        met("one id at several hooks") if all(called.get(one) == 200 for one in shared) else broken("not every hook of a shared id answers")
    )


def _is_known(token: str) -> bool:
    return token in _USER_TOKENS or _CONTEXT.match(token) is not None


def _is_restricted(template: str) -> bool:
    plain = _TOKEN.sub("x", template)
    if _READ.match(plain):
        return True
    search = _SEARCH.match(plain)
    return search is not None and all(_is_simple(parameter) for parameter in search["query"].split("&"))


def _is_simple(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    if not value or "." in name or (name.startswith("_") and name not in _SIMPLE):
        return False
    return ":" not in name or name.endswith(":in")


CHECKS: Mapping[str, Callable[[Evidence], Verdict]] = {
    "available": available,
    "always": always,
    "is-list": is_list,
    "hook": _has("hook"),
    "title": _has("title"),
    "description": _has("description"),
    "id": _has("id"),
    "prefetch": _may_have("prefetch", dict),
    "usage-requirements": _may_have("usageRequirements", str),
    "prefetch-is-texts": prefetch_is_texts,
    "url-of-id": url_of_id,
    "delimited": delimited,
    "known-tokens": known_tokens,
    "root-tokens": root_tokens,
    "named-tokens": named_tokens,
    "has-tokens": has_tokens,
    "restricted": restricted,
    "same-id": same_id,
}
