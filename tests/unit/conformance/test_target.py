"""The checker over HTTP: what comes back is read whatever it is, and its FHIR server serves whoever has the token."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cds_service.conformance import FhirServer, Signer, Target, examine
from cds_service.conformance.run import Unreachable
from cds_service.conformance.verdict import Status
from tests.builders.serving import free_port

SERVICE = {
    "hook": "patient-view",
    "id": "one",
    "title": "One",
    "description": "A service",
    "prefetch": {"patient": "Patient/{{context.patientId}}"},
}
PATIENT = {"resourceType": "Patient", "id": "p"}
FINDINGS = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Observation", "id": "o"}}]}
SAMPLE = {"hook": "patient-view", "context": {"patientId": "p"}, "prefetch": {"patient": PATIENT, "labs": FINDINGS, "other": None}}


@pytest.fixture
def serve():
    """Start a server of one function: (method, path, body) -> (status, content type, bytes)."""
    running = []

    def _serve(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length", 0))
                status, kind, data = answer(self.command, self.path, self.rfile.read(length))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_OPTIONS = do_GET  # noqa: N815 the names are http.server's

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield _serve
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("kind", "data", "comment"),
    [
        ("text/html", b"<html>", "a page"),
        ("application/json", b"{", "half of it"),
        ("text/plain", b"{}", "undeclared"),
        ("application/json", b"\xff", "no text"),
    ],
)
def test_what_is_not_json_is_not_taken_for_it(serve, kind, data, comment):
    exchange = Target.at(serve(lambda *_: (200, kind, data))).send("x", serve(lambda *_: (200, kind, data)))
    assert not exchange.is_json, comment


def test_nothing_at_the_address_is_said():
    with pytest.raises(Unreachable):
        examine(Target.at("http://127.0.0.1:9", timeout=1))


def test_the_discovery_address_is_as_good_as_the_base():
    assert Target.at("https://x.example.org/base/cds-services/").discovery_url == "https://x.example.org/base/cds-services"


@pytest.mark.parametrize(
    ("base", "status"),
    [
        ("https://cds.example.org", Status.MET),
        ("http://cds.example.org", Status.NOT_MET),
        ("http://127.0.0.1:1", Status.NOT_APPLICABLE),
    ],
)
def test_an_open_line_is_blamed_beyond_this_machine(base, status):
    from cds_service.conformance.checks.security import https
    from cds_service.conformance.evidence import Evidence

    assert https(Evidence(Target.at(base), None, None, [])).status is status


def answering(read):
    """A service that takes anyone; ``read`` does with the request's FHIR server what it likes."""

    def answer(method, _path, data):
        if method == "GET":
            return 200, "application/json", json.dumps({"services": [SERVICE]}).encode()
        body = json.loads(data) if data else {}
        if "fhirServer" in body:
            read(body["fhirServer"], body["fhirAuthorization"]["access_token"])
        return 200, "application/json", b'{"cards": []}'

    return answer


def verdicts(serve, read):
    with FhirServer(f"http://127.0.0.1:{free_port()}/fhir") as fhir:
        report = examine(Target.at(serve(answering(read))), [SAMPLE], fhir)
    return {row.requirement.id: row.verdict.status for row in report.rows if row.requirement.id in (34, 60, 61)}


def get(url, token):
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)


def test_a_service_that_reads_with_the_token_is_seen(serve):
    found = {}

    def read(base, token):
        found.update(
            patient=get(f"{base}/Patient/p", token).json(),
            search=get(f"{base}/Observation?patient=p", token).json(),
            none=get(f"{base}/Condition?patient=p", token).json(),
            absent=get(f"{base}/Patient/q", token).status_code,
            about=get(f"{base}/metadata", token).json()["fhirVersion"],
        )

    assert set(verdicts(serve, read).values()) == {Status.MET}
    assert found["patient"] == PATIENT
    assert [entry["resource"]["id"] for entry in found["search"]["entry"]] == ["o"]
    assert found["none"] == {"resourceType": "Bundle", "type": "searchset", "total": 0}
    assert (found["absent"], found["about"]) == (404, "4.0.1")


def test_a_service_that_reads_without_the_token_is_seen(serve):
    found = verdicts(serve, lambda base, _: get(f"{base}/Patient/p", "another"))
    assert found[61] is Status.NOT_MET


def test_a_service_that_does_not_read_is_seen(serve):
    found = verdicts(serve, lambda *_: None)
    assert (found[34], found[61]) == (Status.NOT_MET, Status.NOT_APPLICABLE)


def test_an_open_service_on_another_machine_is_blamed(serve):
    from cds_service.conformance.checks.security import requires_token
    from cds_service.conformance.evidence import gather

    evidence = gather(Target.at(serve(answering(lambda *_: None))), [])
    evidence.target = Target.at("https://cds.example.org")
    assert requires_token(evidence).status is Status.NOT_MET


def test_calls_are_signed_for_the_address_that_is_called():
    import jwt

    private = ec.generate_private_key(ec.SECP384R1())
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    signer = Signer(issuer="https://ehr.example.org", key=pem, kid="k", jku="https://ehr.example.org/jwks", tenant="t")
    token = signer.token("http://127.0.0.1/cds-services")
    claims = jwt.decode(token, private.public_key(), ["ES384"], audience="http://127.0.0.1/cds-services")
    assert (claims["iss"], claims["tenant"]) == ("https://ehr.example.org", "t")
    assert jwt.get_unverified_header(token) == {"alg": "ES384", "kid": "k", "typ": "JWT", "jku": "https://ehr.example.org/jwks"}
    assert pem not in repr(signer)
