"""Our own service keeps every SHALL and SHOULD of CDS Hooks 2.0 that can be seen from outside: asked over HTTP by our own checker."""

import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.serving import make_server

from cds_service.cli import main
from cds_service.web import create_app
from tests.builders.tokens import private_key

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
REQUESTS = [option for hook in ("patient-view", "order-select", "order-sign") for option in ("--request", str(SAMPLES / f"{hook}.json"))]


@pytest.fixture(scope="module")
def address(application):
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(*arguments):
    return CliRunner().invoke(main, ["conformance", *arguments])


def test_every_shall_and_should_is_met(address):
    result = ask(address, *REQUESTS, "--json")
    report = json.loads(result.output)
    assert [row for row in report["requirements"] if row["status"] == "not met"] == []
    assert result.exit_code == 0
    assert report["services"] == 3
    assert report["cards"] >= 8


def test_the_report_can_be_read(address):
    text, markdown = ask(address, *REQUESTS).output, ask(address, *REQUESTS, "--markdown").output
    assert "SHALL NOT" in text
    assert markdown.startswith("# CDS Hooks 2.0 conformance of http://127.0.0.1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://127.0.0.1:9", "--timeout", "1"], "nothing answers"),
        (["http://127.0.0.1:9", "--request", __file__], "is not a CDS Hooks request"),
        (["http://127.0.0.1:9", "--key", __file__], "--key needs --issuer and --kid"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, said):
    result = ask(*arguments)
    assert result.exit_code != 0
    assert said in result.output


def test_a_key_of_another_kind_is_told_before_anything_is_sent(tmp_path):
    pem = private_key("RS384").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "rsa.pem").write_bytes(pem)
    identity = ["--key", str(tmp_path / "rsa.pem"), "--issuer", "https://ehr.example.org", "--kid", "1"]
    result = ask("http://127.0.0.1:9", *identity)
    assert (result.exit_code, "an RSA key needs --algorithm RS384" in result.output) == (2, True)
    assert "nothing answers" in ask("http://127.0.0.1:9", *identity, "--algorithm", "RS384", "--timeout", "1").output
