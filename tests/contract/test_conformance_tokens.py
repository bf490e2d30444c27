"""The same with callers that authenticate: our checker signs its calls, and its false tokens are refused."""

import json
import socket
import threading

import pytest
from cryptography.hazmat.primitives import serialization
from werkzeug.serving import make_server

from cds_service.settings import Settings
from cds_service.web import create_app
from cds_service.wiring import build
from tests.builders import AS_OF
from tests.builders.tokens import Issuer
from tests.contract.test_conformance import REQUESTS, ask

EHR = Issuer(jku=None)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    EHR.write_jwks(folder / "keys.json")
    (folder / "clients.yaml").write_text(json.dumps({"clients": [EHR.entry(jwks_file="keys.json")]}))
    return folder


@pytest.fixture(scope="module")
def address(site):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    application = build(Settings(clients_file=site / "clients.yaml", port=port), today=lambda: AS_OF)
    server = make_server("127.0.0.1", port, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield application.settings.base_url
    server.shutdown()
    thread.join()
    server.server_close()
    application.store.close()


def test_a_client_that_signs_sees_every_shall_and_should(address, site):
    private = EHR.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    (site / "key.pem").write_bytes(private)
    result = ask(address, *REQUESTS, "--key", str(site / "key.pem"), "--issuer", EHR.issuer, "--kid", EHR.kid, "--json")
    report = json.loads(result.output)
    assert [row for row in report["requirements"] if row["status"] == "not met"] == []
    assert report["cards"] >= 8
    met = {row["id"] for row in report["requirements"] if row["status"] == "met"}
    assert met >= {176, 177, 195, 199, 200, 201, 203}, "what 2.0 asks of tokens"


def test_a_stranger_sees_nothing(address):
    result = ask(address, *REQUESTS, "--json")
    assert result.exit_code != 0
    assert "rectal" not in result.output
