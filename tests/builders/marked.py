"""Calls of every route in which every place that can hold an identifier holds a mark, to be looked for where none belongs.

``MARK`` is in what may come back to the caller in cards and be nowhere else; ``KEPT`` is in what the store keeps on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.builders import anorectal_with_bone_and_inguinal, orders, request
from tests.builders.fhir_server import FhirServer, json_of, outcome, status
from tests.builders.request import service_of
from tests.builders.tokens import Issuer

MARK = "Zz4711"
KEPT = "Kk0815"
UUID_MARK = "47114711-4711-4711-8711-471147114711"
#: The longest body that is taken (``CDS_MAX_BODY_BYTES``)
LIMIT = 1024 * 1024
PATIENT = anorectal_with_bone_and_inguinal()
REGISTERED = Issuer(name="general-hospital", jku=None)
STRANGER = Issuer(issuer=f"https://{MARK}.example.org/issuer", jku=None, key_name="2")
_HEADERS = ("Origin", "User-Agent", "Referer", "Cookie", "X-Request-Id", "X-Forwarded-For", "From", "Accept-Language", f"X-{MARK}-Name")


def mark(what: str) -> str:
    """A marked identifier."""
    return f"{MARK}-{what}"


@dataclass(frozen=True)
class Site:
    """What calls are made for: the base address, who signs them (nobody where none is asked), and a FHIR server to read from."""

    url: str
    signer: Issuer | None = None
    fhir: str = f"https://{MARK}.example.org/fhir"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: ``endpoint`` is the name of the route in Flask, ``status`` and ``error`` (a class) what is expected."""

    name: str
    endpoint: str | None
    path: str
    method: str = "POST"
    body: Any = None
    status: int = 200
    error: str | None = None
    token: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_card_answer(self) -> bool:
        """Whether the answer may repeat what the call said."""
        return self.endpoint == "services._call" and self.status == 200

    @property
    def data(self) -> bytes | None:
        """The body as sent."""
        return self.body if self.body is None or isinstance(self.body, bytes) else json.dumps(self.body).encode()

    def sent_headers(self, site: Site) -> dict[str, str]:
        """Marked headers, and a token that is good once but for what ``token`` changes."""
        sent = {name: mark("header") for name in _HEADERS} | {"Content-Type": "application/json"}
        if site.signer is None:
            return sent | {"Authorization": mark("authorization")} | self.headers
        claims = {"sub": mark("subject"), "jti": f"{mark('jti')}-{uuid4()}", "tenant": f"{KEPT}-tenant", mark("claim"): mark("claim")}
        options = claims | {"header": {mark("member"): mark("member")}} | self.token
        signer = options.pop("signer", site.signer)
        return sent | signer.headers(site.url + self.path.partition("?")[0], **options) | self.headers


def hook_call(hook: str = "order-sign", **changes: Any) -> dict[str, Any]:
    """A hook call that gets cards, marked wherever there is room."""
    drafts = None if hook == "patient-view" else orders(PATIENT.id).surgery("inguinal-dissection")
    text = json.dumps(request(PATIENT, hook, drafts, instance=str(uuid4())))
    for name, written in (
        (PATIENT.id, "patient"),
        ("synthetic-oncologist", "user"),
        ("synthetic-visit", "encounter"),
        ("draft-1", "draft"),
    ):
        text = text.replace(name, mark(written))
    body: dict[str, Any] = json.loads(text)
    body["context"][mark("field")] = mark("field")
    body["extension"] = {mark("extension"): mark("extension")}
    body["prefetch"]["patient"] |= {
        "name": [{"family": mark("family")}],
        "identifier": [{"system": mark("system"), "value": mark("number")}],
    }
    body["prefetch"][mark("key")] = {"resourceType": mark("type"), "id": mark("id")}
    body["prefetch"][mark("odd")] = mark("odd")
    entries = body["prefetch"]["conditions"]["entry"]
    entries[0]["resource"]["code"] |= {"text": mark("text")}
    entries[0]["resource"]["code"]["coding"][0] |= {"display": mark("display"), "userSelected": mark("member")}
    entries.append({"resource": {"resourceType": "Condition", "id": mark("free"), "code": {"coding": [{"code": mark("code")}]}}})
    entries.append({"resource": mark("resource"), mark("member"): 1})
    return body | changes


def feedback(**changes: Any) -> dict[str, Any]:
    """A report; marked as kept is all that the store keeps of it."""
    coding = {name: f"{KEPT}-{name}" for name in ("code", "system", "display")} | {mark("member"): mark("member")}
    reason = {"reason": coding, "userComment": f"{KEPT} wrote this", "extension": {f"{KEPT}-name": f"{KEPT}-value"}, "more": mark("more")}
    report = {
        "card": f"{KEPT}-card",
        "outcome": "overridden",
        "acceptedSuggestions": [{"id": f"{KEPT}-suggestion", mark("member"): mark("member")}],
        "overrideReason": reason,
        "outcomeTimestamp": mark("time"),
        "extension": {mark("extension"): mark("extension")},
        mark("member"): mark("member"),
    }
    return {"feedback": [report | changes], mark("member"): mark("member")}


def calls(site: Site) -> list[Call]:
    """Every call of a site."""
    found = [*_plain(), *_hooks(), *_feedback(), *_not_found()]
    return found + list(_reading(site) if site.signer is None else _refused_tokens())


def _plain() -> Iterator[Call]:
    for endpoint, path in (
        ("services._discover", "/cds-services"),
        ("openapi._describe", "/openapi.json"),
        ("health._live", "/health/live"),
        ("health._ready", "/health/ready"),
    ):
        marked = f"{path}?{mark('query')}={mark('query')}"
        yield Call(name=f"GET {path}", endpoint=endpoint, path=marked, method="GET")
        yield Call(name=f"PUT {path}", endpoint=None, path=marked, method="PUT", body=b"{}", status=405, error="MethodNotAllowed")
        yield Call(name=f"OPTIONS {path}", endpoint=endpoint, path=marked, method="OPTIONS", status=204)


def _hooks() -> Iterator[Call]:
    def call(name: str, body: Any, status: int = 200, error: str | None = None, hook: str = "order-sign", **more: Any) -> Call:
        path = f"/cds-services/{service_of(hook)}?{mark('query')}={mark('query')}"
        return Call(name=name, endpoint="services._call", path=path, body=body, status=status, error=error, **more)

    for hook in ("patient-view", "order-select", "order-sign"):
        yield call(f"cards at {hook}", hook_call(hook), hook=hook)
    yield call("hookInstance that is no UUID", hook_call(hookInstance=mark("instance")))
    yield call("patient id that is a UUID", json.loads(json.dumps(hook_call()).replace(mark("patient"), UUID_MARK)))
    whole = hook_call()
    context, prefetch = whole["context"], whole["prefetch"]
    bad = "MalformedRequest"
    yield call("no JSON", f'{{"{mark("key")}": {mark("value")}}}'.encode(), 400, bad)
    yield call("not an object", [mark("item")], 400, bad)
    yield call("nested too deeply", b'{"' + MARK.encode() + b'": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, bad)
    yield call("no user", whole | {"context": {"patientId": mark("patient"), mark("x"): 1}}, 400, bad)
    yield call("odd user", whole | {"context": context | {"userId": [mark("user")]}}, 400, bad)
    yield call("odd patient", whole | {"context": context | {"patientId": {mark("id"): mark("id")}}}, 400, bad)
    yield call("odd drafts", whole | {"context": context | {"draftOrders": {"resourceType": mark("type")}}}, 400, bad)
    yield call("odd prefetch", whole | {"prefetch": mark("prefetch")}, 400, bad)
    yield call("odd FHIR server", whole | {"fhirServer": {mark("host"): mark("host")}}, 400, bad)
    yield call("a hook of nobody", whole | {"hook": mark("hook")}, 400, "WrongHook")
    other = {"resourceType": "Patient", "id": mark("other")}
    yield call("another patient", whole | {"prefetch": prefetch | {"patient": other}}, 400, "WrongPatient")
    yield call("another patient, key of theirs", whole | {"prefetch": prefetch | {mark("theirs"): [other]}}, 400, "WrongPatient")
    strange = json.loads(json.dumps(context).replace(f"Patient/{mark('patient')}", f"Patient/{mark('other')}"))
    yield call("another's draft", whole | {"context": strange}, 400, "WrongPatient")
    yield call("no conditions", whole | {"prefetch": {mark("key"): None}}, 412, "DataUnavailable")
    failed = {"conditions": outcome(mark("code")) | {"id": mark("id")}}
    yield call("conditions that failed", whole | {"prefetch": failed}, 412, "DataUnavailable")
    server = {"fhirServer": f"https://{mark('host')}.example.org/{mark('path')}?{mark('q')}=1", "fhirAuthorization": _access()}
    yield call("a FHIR server of nobody", whole | server | {"prefetch": {}}, 412, "DataUnavailable")
    yield call("not JSON by its type", whole, 415, "WrongContentType", headers={"Content-Type": f"text/{MARK}"})
    yield call("unknown encoding", whole, 415, "WrongContentType", headers={"Content-Encoding": MARK})
    yield call("no gzip", whole, 400, bad, headers={"Content-Encoding": "gzip"})
    yield call("too large", MARK.encode() * (LIMIT // len(MARK) + 1), 413, "BodyTooLarge")


def _feedback() -> Iterator[Call]:
    def call(name: str, body: Any, status: int = 200, error: str | None = None) -> Call:
        path = f"/cds-services/{service_of('order-sign')}/feedback?{mark('query')}"
        return Call(name=f"feedback: {name}", endpoint="feedback._feedback", path=path, body=body, status=status, error=error)

    yield call("one", feedback())
    yield call("the plural", {"feedback": [feedback()["feedback"][0] | {"overrideReasons": [{"userComment": f"{KEPT} again"}]}]})
    yield call("no card", feedback(card=None, **{mark("member"): 1}), 400, "MalformedRequest")
    yield call("odd card", feedback(card=[mark("card")]), 400, "MalformedRequest")
    yield call("odd comment", feedback(overrideReason={"userComment": [mark("comment")]}), 400, "MalformedRequest")
    yield call("odd suggestion", feedback(acceptedSuggestions=[mark("suggestion")]), 400, "MalformedRequest")
    yield call("no list", {"feedback": mark("feedback")}, 400, "MalformedRequest")
    yield call("odd outcome", feedback(outcome=mark("outcome")), 400, "MalformedRequest")
    yield call("odd reason", feedback(overrideReason={"reason": {"code": {mark("code"): mark("code")}}}), 400, "MalformedRequest")
    yield call("long extension", feedback(overrideReason={"extension": {MARK: MARK * 4000}}), 400, "MalformedRequest")
    yield call("no JSON", mark("body").encode(), 400, "MalformedRequest")
    yield call("too many", {"feedback": feedback()["feedback"] * 1001, MARK: MARK}, 413, "BodyTooLarge")


def _not_found() -> Iterator[Call]:
    for path, endpoint in (
        (f"/cds-services/{MARK}", "services._call"),
        (f"/cds-services/{MARK}/feedback", "feedback._feedback"),
        (f"/cds-services/{MARK}/{MARK}", None),
        (f"/health/{MARK}", None),
        (f"/{MARK}/cds-services", None),
    ):
        yield Call(name=f"POST {path}", endpoint=endpoint, path=path, body=hook_call(), status=404, error="UnknownService")
        status, error = (405, "MethodNotAllowed") if endpoint else (404, "UnknownService")
        yield Call(name=f"{MARK} {path}", endpoint=None, path=path, method=MARK.upper(), status=status, error=error)


def _access() -> dict[str, Any]:
    return {
        "access_token": mark("token"), "token_type": mark("type"), "expires_in": 300, "scope": mark("scope"), "subject": mark("subject"),
        "patient": mark("patient"),
    }  # fmt: skip


def scripted(server: FhirServer) -> None:
    """Let a FHIR server fail in many ways, each time with marks."""
    marked = json.dumps(outcome(mark("code")) | {"text": mark("text")}).encode()
    server.script(
        f"{server.path}/Condition",
        status(403, marked),
        status(500, marked, X_Mark=mark("header")),
        status(302, marked, Location=f"{server.origin}/{mark('location')}"),
        json_of({"resourceType": mark("type"), mark("member"): 1}),
        status(200, f"<html>{MARK}".encode(), f"text/{MARK}"),
    )


def _reading(site: Site) -> Iterator[Call]:
    """Calls whose data are read from the site's FHIR server, which is :func:`scripted`."""
    body = hook_call("patient-view", prefetch={}, fhirServer=site.fhir, fhirAuthorization=_access())
    path = f"/cds-services/{service_of('patient-view')}"
    for number in range(5):
        one = body | {"hookInstance": str(uuid4())}
        yield Call(name=f"reading in vain {number}", endpoint="services._call", path=path, body=one, status=412, error="DataUnavailable")
    partly = hook_call("patient-view", fhirServer=site.fhir, fhirAuthorization=_access())
    del partly["prefetch"]["reports"]
    partly["prefetch"]["staging"] |= {"link": [{"relation": "next", "url": f"https://{mark('host')}.example.org/{mark('page')}"}]}
    yield Call(name="reading a part", endpoint="services._call", path=path, body=partly)


def _refused_tokens() -> Iterator[Call]:
    """Tokens that are refused, each for another reason, at a hook, at feedback and at discovery."""
    tokens: dict[str, dict[str, Any]] = {
        "issuer": {"signer": STRANGER},
        "tenant": {"tenant": [mark("tenant")]},
        "kid": {"header": {"kid": mark("kid")}},
        "jku": {"header": {"jku": f"https://{MARK}.example.org/keys", "kid": mark("kid")}},
        "crit": {"header": {"crit": [mark("crit")], mark("crit"): 1}},
        "type": {"header": {"typ": mark("typ")}},
        "algorithm": {"header": {"alg": "none", "kid": mark("kid")}},
        "signature": {"key": STRANGER.key},
        "audience": {"aud": f"https://{MARK}.example.org/aud"},
        "claims": {"exp": mark("exp")},
        "expired": {"exp": 1, "iat": 0},
    }
    targets = (
        ("services._call", f"/cds-services/{service_of('order-sign')}", "POST", hook_call()),
        ("feedback._feedback", f"/cds-services/{service_of('order-sign')}/feedback", "POST", feedback(card=mark("card"))),
        ("services._discover", "/cds-services", "GET", None),
    )
    refused = {"status": 401, "error": "Unauthenticated"}
    for name, token in tokens.items():
        for endpoint, path, method, body in targets:
            yield Call(name=f"token: {name} at {path}", endpoint=endpoint, path=path, method=method, body=body, token=token, **refused)
    for name, sent in {"no JWT": mark("token"), "not Bearer": f"Basic {mark('basic')}", "long": f"Bearer {MARK * 1300}"}.items():
        yield Call(
            name=f"token: {name}",
            endpoint="services._discover",
            path="/cds-services",
            method="GET",
            headers={"Authorization": sent},
            **refused,
        )
