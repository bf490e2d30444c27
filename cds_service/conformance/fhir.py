"""A FHIR server of the checker's own, so that it can be seen whether and how a service reads what prefetch lacks.

It holds the resources of one request at a time, and answers reads and searches with them. Searches are told apart by type and
patient alone: more than was asked for, as a lenient server would.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from cds_service.conformance.requests import again
from cds_service.conformance.target import Exchange, Target


@dataclass(slots=True)
class FhirServer:
    """A server at ``url``, which the service must be able to reach and allowed to read. Use as a context manager."""

    url: str
    token: str = field(default_factory=lambda: str(uuid4()), repr=False)
    reads: list[bool] = field(default_factory=list)  # one per request: whether it carried the access token
    _held: list[Mapping[str, Any]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        parts = urlsplit(self.url)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # the name is http.server's
                outer.reads.append(self.headers.get("Authorization") == f"Bearer {outer.token}")
                status, body = outer.answer(self.path) if outer.reads[-1] else (401, _outcome("login"))
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/fhir+json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((parts.hostname or "127.0.0.1", parts.port or 80), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def call(self, target: Target, url: str, sample: Mapping[str, Any]) -> Exchange:
        """Call a service with a request whose prefetch is only to be had from this server."""
        prefetch = sample.get("prefetch")
        self._held = list(_resources(prefetch.values())) if isinstance(prefetch, Mapping) else []
        body = again({name: value for name, value in sample.items() if name != "prefetch"})
        body |= {"fhirServer": self.url, "fhirAuthorization": self._authorization(sample)}
        return target.send("FHIR server", url, body=body)

    def answer(self, path: str) -> tuple[int, Mapping[str, Any]]:
        """The status and body for a path below the base."""
        parts = urlsplit(path)
        steps = parts.path.removeprefix(urlsplit(self.url).path.rstrip("/")).strip("/").split("/")
        if steps == ["metadata"]:
            return 200, {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "kind": "instance",
                "fhirVersion": "4.0.1",
                "format": ["json"],
            }
        found = [resource for resource in self._held if resource.get("resourceType") == steps[0]]
        if len(steps) == 2:
            resource = next((one for one in found if one.get("id") == steps[1]), None)
            return (404, _outcome("not-found")) if resource is None else (200, resource)
        entries = [{"fullUrl": f"{self.url}/{one['resourceType']}/{one.get('id')}", "resource": one} for one in found]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        return 200, (bundle | {"entry": entries} if entries else bundle)

    def _authorization(self, sample: Mapping[str, Any]) -> dict[str, Any]:
        context = sample.get("context")
        patient = context.get("patientId") if isinstance(context, Mapping) else None
        return {
            "access_token": self.token, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "conformance",
            "patient": patient,
        }  # fmt: skip


def _resources(values: Any) -> Iterator[Mapping[str, Any]]:
    for value in values:
        if not isinstance(value, Mapping):
            continue
        if value.get("resourceType") == "Bundle":
            yield from (entry["resource"] for entry in value.get("entry", []) if isinstance(entry.get("resource"), Mapping))
        else:
            yield value


def _outcome(code: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}
