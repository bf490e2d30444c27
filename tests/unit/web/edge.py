"""A web edge around an application that answers what a test tells it to: no content, no engine."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from cds_service.cds_clients import ANYONE, Caller
from cds_service.settings import Settings
from cds_service.web import create_app

CALL = {"hook": "patient-view", "hookInstance": "i-1", "context": {"patientId": "p1", "userId": "Practitioner/d1"}}


@dataclass
class Reply:
    """What :class:`~cds_service.respond.Answer` shows to the edge."""

    body: dict[str, Any] = field(default_factory=lambda: {"cards": []})
    cards: int = 0
    codes: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)


class Shelf:
    """A store that keeps what it is given in lists, until ``broken`` is what it raises instead."""

    def __init__(self) -> None:
        self.broken: Exception | None = None
        self.rows: list[Any] = []
        self.reports: list[Any] = []
        self.audit = SimpleNamespace(record=self._audit)
        self.feedback = SimpleNamespace(record=self._feedback)

    def check(self) -> None:
        """As told."""
        if self.broken:
            raise self.broken

    def _audit(self, call: Any) -> None:
        if call.cards:
            self.check()
        self.rows.append(call)

    def _feedback(self, *given: Any) -> None:
        self.check()
        self.reports.append(given)


class Edge:
    """``reply`` is what a hook call gets: a :class:`Reply`, or an exception to raise. Without ``authenticator`` anyone may call."""

    def __init__(self, reply: Reply | Exception | None = None, *, authenticator: Any = None, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.authenticator = authenticator
        self.services = {("s1", "patient-view"): SimpleNamespace(actions=(SimpleNamespace(plan="urn:x/p1", version="2"),))}
        self.knowledge = SimpleNamespace(version="c1")
        self.store = Shelf()
        self.discovery = {"services": [{"id": "s1", "hook": "patient-view", "description": "d"}]}
        self.reply = reply or Reply()
        self.read: Any = None
        self.log = io.BytesIO()
        self.calls: list[Any] = []
        self.callers: list[Any] = []
        self.app = create_app(self, self.log)
        self.client = self.app.test_client()

    def caller(self, _invocation: Any = None) -> Caller:
        """Nobody in particular."""
        return Caller(ANYONE)

    def reading(self, *_: Any, **__: Any) -> Any:
        """What the log may tell of reading from a FHIR server, as told."""
        return self.read

    def respond(self, invocation: Any, caller: Any = None, reading: Any = None) -> Reply:  # noqa: ARG002
        """Answer as told."""
        self.callers.append(caller)
        self.calls.append(invocation)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def call(self, body: object = None, service: str = "s1", **options: Any) -> Any:
        """POST a hook call."""
        data = body if isinstance(body, bytes) else json.dumps(CALL if body is None else body)
        return self.client.post(f"/cds-services/{service}", data=data, **{"content_type": "application/json"} | options)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The request log."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]
