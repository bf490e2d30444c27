"""The same with everything on: our checker signs its calls, has its own FHIR server read, and its false tokens are refused."""

import json
import threading

import pytest
from cryptography.hazmat.primitives import serialization
from werkzeug.serving import make_server

from cds_service.settings import Settings
from cds_service.web import create_app
from cds_service.wiring import build
from tests.builders import AS_OF
from tests.builders.serving import free_port
from tests.builders.tokens import Issuer
from tests.contract.test_conformance import REQUESTS, ask

EHR = Issuer(jku=None)


#: What only a service shows that has everything: reading from a FHIR server, feedback, tokens
WITH_EVERYTHING = {34, 60, 61, 148, 176, 177, 195, 199, 200, 201, 203}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A clients file: the checker signs, and may have its own FHIR server read."""
    folder = tmp_path_factory.mktemp("site")
    EHR.write_jwks(folder / "keys.json")
    private = EHR.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    (folder / "key.pem").write_bytes(private)
    (folder / "fhir").write_text(f"http://127.0.0.1:{free_port()}/fhir")
    entry = EHR.entry(jwks_file="keys.json", fhir_servers=[(folder / "fhir").read_text()])
    (folder / "clients.yaml").write_text(json.dumps({"clients": [entry]}))
    return folder


@pytest.fixture(scope="module")
def address(site):
    port = free_port()
    application = build(
        Settings(clients_file=site / "clients.yaml", port=port, database_url=f"sqlite:///{site}/store.db", deadline_ms=10_000),
        today=lambda: AS_OF,
    )
    server = make_server("127.0.0.1", port, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield application.settings.base_url
    server.shutdown()
    thread.join()
    server.server_close()
    application.store.close()


def test_with_everything_on_every_shall_and_should_is_met(address, site):
    """Signed calls, a FHIR server to read from, feedback."""
    identity = ("--key", str(site / "key.pem"), "--issuer", EHR.issuer, "--kid", EHR.kid)
    result = ask(address, *REQUESTS, *identity, "--fhir-server", (site / "fhir").read_text(), "--json")
    report = json.loads(result.output)
    assert [row for row in report["requirements"] if row["status"] == "not met"] == []
    assert result.exit_code == 0
    assert report["cards"] >= 8
    met = {row["id"] for row in report["requirements"] if row["status"] == "met"}
    assert met >= WITH_EVERYTHING
    assert report["summary"]["SHALL"]["met"] >= 56
    assert report["summary"]["SHOULD"]["met"] >= 11


def test_a_stranger_sees_nothing(address):
    result = ask(address, *REQUESTS, "--json")
    assert result.exit_code != 0
    assert "rectal" not in result.output
