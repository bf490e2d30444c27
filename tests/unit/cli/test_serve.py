"""The server as it is started: a real process on this machine."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.cli.serve import Server, shipped, welcome
from cds_service.settings import Settings
from cds_service.wiring import build
from tests.builders import plants
from tests.builders.serving import free_port

PATIENCE = 60


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return plants.write_content(tmp_path_factory.mktemp("content") / "plants")


@pytest.fixture(scope="module")
def port():
    return free_port()


def start(content, port, **more):
    environment = {
        **os.environ,
        "CDS_CONTENT_DIR": str(content),
        "CDS_PORT": str(port),
        "CDS_WORKERS": "2",
        "PYTHONUNBUFFERED": "1",
        **more,
    }
    command = [sys.executable, "-m", "cds_service", "serve"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


@pytest.fixture(scope="module")
def server(content, port):
    with start(content, port) as process:
        told = process.stdout.readline().decode()
        wait_until_ready(process, port)
        yield process, told
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def wait_until_ready(process, port):
    """The kernel queues connections once a worker listens, so a refused one is tried again while the process lives."""
    while process.poll() is None:
        try:
            return fetch(port, "/health/ready")
        except ConnectionError:
            continue
    pytest.fail(process.stderr.read().decode())


def fetch(port, path, body=None):
    """The status and the parsed answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_it_says_where_it_is_and_answers(server, port):
    _, told = server
    assert told == f"CDS Hooks services: http://127.0.0.1:{port}/cds-services\n"
    _, discovery = fetch(port, "/cds-services")
    assert [one["id"] for one in discovery["services"]] == ["plants"]
    _, answer = fetch(port, "/cds-services/plants", json.dumps(plants.call(dry=True)).encode())
    assert [card["summary"] for card in answer["cards"]] == ["About water-it"]


@pytest.mark.usefixtures("server")
def test_a_port_that_is_taken_is_refused(content, port):
    with start(content, port) as second:
        _, said = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2
    assert f"CDS_PORT: cannot listen on 127.0.0.1:{port}" in said.decode()


def test_a_body_that_is_too_large_is_refused_over_the_wire(content):
    port = free_port()
    with start(content, port, CDS_MAX_BODY_BYTES="2048", CDS_WORKERS="1") as process:
        wait_until_ready(process, port)
        status, outcome = fetch(port, "/cds-services/plants", b" " * 100_000)
        assert (status, outcome["resourceType"]) == (413, "OperationOutcome")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_sigterm_stops_everything_that_was_started(content):
    port = free_port()
    with start(content, port) as process:
        wait_until_ready(process, port)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert not survivors(process.pid)
    with pytest.raises(ConnectionError):
        fetch(port, "/health/live")


def survivors(group):
    """Whether anything of a process group is left; what has ended may still wait to be collected, so it is asked again."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
    return True


@pytest.fixture
def application(content, port):
    return build(Settings(content_dir=content, port=port))


def test_gunicorn_takes_the_settings_and_nothing_of_the_command_line(application, port, monkeypatch):
    monkeypatch.setenv("CDS_PORT", str(port))
    monkeypatch.setenv("CDS_THREADS", "3")
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 9")
    monkeypatch.setattr(sys, "argv", ["cds-service", "serve", "--bind", "0.0.0.0:1"])
    server = Server(application)
    taken = {name: server.cfg.settings[name].get() for name in ("bind", "workers", "threads", "reuse_port", "preload_app", "accesslog")}
    assert taken == {"bind": [f"127.0.0.1:{port}"], "workers": 2, "threads": 3, "reuse_port": True, "preload_app": True, "accesslog": None}
    assert server.load().test_client().get("/health/ready").json["services"] == 1


def test_serving_warns_of_slips_of_the_pen(content, monkeypatch):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(content))
    monkeypatch.setenv("CDS_PORT", str(free_port()))
    monkeypatch.setenv("CDS_PROT", "1")
    monkeypatch.setattr(Server, "run", lambda _: None)
    result = CliRunner().invoke(main, ["serve"])
    assert result.exit_code == 0
    assert "CDS_PROT is not a setting of this service" in result.stderr
    assert "/cds-services" in result.stdout


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_a_taken_port_is_a_settings_error(content, host, family, monkeypatch):
    with socket.socket(family) as taken:
        taken.bind((host, 0))
        taken.listen()
        monkeypatch.setenv("CDS_CONTENT_DIR", str(content))
        monkeypatch.setenv("CDS_HOST", host)
        monkeypatch.setenv("CDS_PORT", str(taken.getsockname()[1]))
        result = CliRunner().invoke(main, ["serve"])
    assert (result.exit_code, "cannot listen on" in result.stderr) == (2, True), result.stderr


def test_the_configuration_and_the_sample_are_found():
    assert shipped("gunicorn.conf.py", "deploy/gunicorn.conf.py").exists()
    assert shipped("samples/patient-view.json", "docs/samples/patient-view.json").exists()


def test_the_welcome_has_a_command_to_paste():
    text = welcome(build(Settings(public_url="https://example.org/cds")))
    assert "curl -s -X POST" in text
    assert "https://example.org/cds/cds-services/" in text


def test_the_welcome_offers_no_patient_of_other_content(content):
    application = build(Settings(content_dir=content))
    told = ["  plants at patient-view", f"Content {application.knowledge.version}", f"Store: {application.store.location}"]
    assert welcome(application).splitlines()[1:] == told
