"""The server as it is started, with clients that authenticate: several workers, a restart, keys that change."""

import json
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.cli.serve import Server as Gunicorn
from tests.builders import plants
from tests.builders.fhir_server import Server
from tests.builders.tokens import Issuer
from tests.unit.cli.test_serve import PATIENCE, free_port, start, wait_until_ready

CALL = json.dumps(plants.call(dry=True)).encode()


def send(port, path, body=None, headers=None):
    """The status, the headers and the parsed answer of a request on a connection of its own."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"} | (headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return plants.write_content(tmp_path_factory.mktemp("content") / "plants")


@pytest.fixture
def jwks():
    with Server() as server:
        yield server


def serve_keys(jwks, *issuers):
    body = json.dumps({"keys": [issuer.jwk for issuer in issuers]}).encode()
    jwks.script("/jwks", lambda exchange: exchange.send(body))


@pytest.fixture
def run(content, tmp_path, jwks):
    """Starts the server for one client, on a database that outlives it."""
    ehr = Issuer(jku=f"{jwks.origin}/jwks")
    (tmp_path / "clients.yaml").write_text(json.dumps({"clients": [ehr.entry()]}))
    port = free_port()

    @contextmanager
    def _run():
        more = {
            "CDS_CLIENTS_FILE": str(tmp_path / "clients.yaml"),
            "CDS_DATABASE_URL": f"sqlite:///{tmp_path}/store.db",
            "CDS_DEADLINE_MS": "10000",
        }
        with start(content, port, **more) as process:
            try:
                wait_until_ready(process, port)
                yield port
            finally:
                process.send_signal(signal.SIGTERM)
                out, err = process.communicate(timeout=PATIENCE)
            _run.said = out.decode() + err.decode()

    _run.ehr = ehr
    _run.url = f"http://127.0.0.1:{port}/cds-services"
    return _run


def test_a_token_is_good_once_for_all_workers_and_after_a_restart(run, jwks):
    serve_keys(jwks, run.ehr)
    sent, again = run.ehr.headers(f"{run.url}/plants"), run.ehr.headers(f"{run.url}/plants")
    with run() as port:
        go = threading.Barrier(20)

        def call(_):
            go.wait()
            return send(port, "/cds-services/plants", CALL, sent)[0]

        with ThreadPoolExecutor(20) as pool:
            assert sorted(pool.map(call, range(20))) == [200] + [401] * 19
        assert send(port, "/cds-services/plants", CALL, again)[0] == 200
        discovery = run.ehr.headers(run.url)
        assert [send(port, "/cds-services", headers=discovery)[0] for _ in range(2)] == [200, 401]
    with run() as port:
        assert [send(port, "/cds-services/plants", CALL, token)[0] for token in (sent, again)] == [401, 401]
        assert send(port, "/cds-services/plants", CALL, run.ehr.headers(f"{run.url}/plants"))[0] == 200
    assert '"authentication":"on","clients":["general-hospital"]' in run.said
    assert f"Callers authenticate by signed tokens of:\n  {run.ehr.issuer}" in run.said
    assert "curl" not in run.said
    assert [line for line in run.said.splitlines() if "Traceback" in line] == []


def test_a_client_may_change_its_keys_while_we_run(run, jwks):
    old, new = run.ehr, Issuer(jku=run.ehr.jku, key_name="2")
    serve_keys(jwks, old)
    with run() as port:
        assert send(port, "/cds-services", headers=old.headers(run.url))[0] == 200
        serve_keys(jwks, new)
        assert send(port, "/cds-services", headers=new.headers(run.url))[0] == 200


def test_a_stranger_is_refused_whatever_it_sends(run, jwks):
    serve_keys(jwks, run.ehr)
    with run() as port:
        status, headers, outcome = send(port, "/cds-services/plants", b"[" * 10_000_000)
        assert (status, headers["WWW-Authenticate"], outcome["resourceType"]) == (401, "Bearer", "OperationOutcome")
        status, _, outcome = send(port, "/cds-services", headers={"Authorization": f"Bearer {'x' * 20_000}"})
        assert (status, outcome["resourceType"]) == (431, "OperationOutcome")
        assert send(port, "/cds-services", headers=run.ehr.headers(run.url))[0] == 200
        assert jwks.paths == ["/jwks"], "strangers cause no fetch"


@pytest.mark.parametrize(
    ("settings", "who"),
    [
        ({}, "any program on this machine may call"),
        ({"CDS_HOST": "0.0.0.0", "CDS_ALLOW_UNAUTHENTICATED": "1"}, "anyone who reaches 0.0.0.0:"),
    ],
)
def test_that_nobody_authenticates_is_said_aloud(content, monkeypatch, settings, who):
    for name, value in (settings | {"CDS_CONTENT_DIR": str(content), "CDS_PORT": str(free_port())}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Gunicorn, "run", lambda _: None)
    result = CliRunner().invoke(main, ["serve"])
    assert "warning: callers do not authenticate" in result.stderr
    assert who in result.stderr
    assert '"level":"warning"' in result.stdout
    assert '"authentication":"off"' in result.stdout


def test_who_may_call_is_said(content, monkeypatch, tmp_path):
    ehr = Issuer(jku=None)
    ehr.write_jwks(tmp_path / "keys.json")
    (tmp_path / "clients.yaml").write_text(json.dumps({"clients": [ehr.entry(jwks_file="keys.json")]}))
    for name, value in {"CONTENT_DIR": content, "PORT": free_port(), "CLIENTS_FILE": tmp_path / "clients.yaml"}.items():
        monkeypatch.setenv(f"CDS_{name}", str(value))
    monkeypatch.setattr(Gunicorn, "run", lambda _: None)
    result = CliRunner().invoke(main, ["serve"])
    assert f"Callers authenticate by signed tokens of:\n  {ehr.issuer}" in result.stdout
    assert '"authentication":"on","clients":["general-hospital"]' in result.stdout
    assert "warning" not in result.output
