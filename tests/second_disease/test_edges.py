"""The test content behind every edge: the command line, and the server as it is started, asked over the wire."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.second_disease.people import CONTENT, Person, call, drafts, woman

PATIENCE = 60
OPEN = woman().tnm("T2", "N0", "M0").category("stage", "IIB").receptor("stain", "2+")

SELECTED = call(OPEN, drafts("tamoxifen"))
SELECTED = SELECTED | {"hook": "order-select", "context": SELECTED["context"] | {"selections": ["MedicationRequest/d1"]}}


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(CONTENT))
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "record.json"
    path.write_text(json.dumps(OPEN.bundle()), encoding="utf-8")
    return path


def test_check(run):
    result = run("check", CONTENT)
    assert result.exit_code == 0, result.output
    assert "2 services, 8 recommendations" in result.output
    assert "is read by nothing" not in result.output, "what is used is found by this content's own addresses and names"


def test_facts(run, record):
    found = json.loads(run("facts", record, "--as-of", "2026-11-21").output)
    assert found["facts"]["anatomic"] == {"recorded": "IIB", "worked": "IIA", "far": False}
    assert found["facts"]["her2"] == {"score": "2", "inSituDone": False}
    assert set(found["facts"]) <= {
        "anatomic",
        "categories",
        "deposits",
        "drafts",
        "given",
        "heart",
        "her2",
        "person",
        "receptors",
        "tumour",
    } | {"received"}
    assert {item["path"] for item in found["unknown"]} >= {"menopause", "her2.status", "heart.ejection"}


def test_assess_with_a_trace(run, record, tmp_path):
    result = run("assess", record, "--hook", "patient-view", "--trace", "--as-of", "2026-11-21")
    assert "[WARNING] The stage on record is not the one that follows from its categories" in result.output
    assert "extent-differs: fired" in result.output
    assert "true    The stage as recorded is not the one worked out" in result.output
    orders = tmp_path / "orders.json"
    orders.write_text(json.dumps(drafts("anastrozole")), encoding="utf-8")
    result = run("assess", record, "--hook", "order-sign", "--orders", orders, "--trace", "--as-of", "2026-11-21")
    assert "before-menopause for MedicationRequest/d1: did not fire" in result.output
    assert "unknown The menopause has not come" in result.output


@pytest.fixture(scope="module")
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    environment = {**os.environ, "CDS_CONTENT_DIR": str(CONTENT), "CDS_PORT": str(number), "CDS_WORKERS": "1"}
    command = [sys.executable, "-m", "cds_service", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        wait_until_ready(process, number)
        yield number
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def wait_until_ready(process, port):
    while process.poll() is None:
        try:
            return fetch(port, "/health/ready")
        except ConnectionError:
            continue
    pytest.fail(process.stderr.read().decode())


def fetch(port, path, body=None):
    """The status and the parsed answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        data = None if body is None else json.dumps(body).encode()
        connection.request("GET" if body is None else "POST", path, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_discovery_lists_one_service_at_its_two_hooks_with_its_own_keys(port):
    status, found = fetch(port, "/cds-services")
    assert status == 200
    assert [(one["id"], one["hook"]) for one in found["services"]] == [("breast", "patient-view"), ("breast", "order-sign")]
    for one in found["services"]:
        assert list(one["prefetch"]) == ["person", "problems", "pathology", "heart", "drugs"]
        assert one["prefetch"]["heart"] == "Observation?patient={{context.patientId}}&code=http://loinc.org|10230-1"


def test_a_chart_that_is_opened(port):
    status, found = fetch(port, "/cds-services/breast", call(OPEN))
    assert status == 200
    assert [card["source"]["topic"]["code"] for card in found["cards"]] == ["extent-differs", "extent-at-a-glance", "in-situ-missing"]


def test_an_order_that_is_signed(port):
    status, found = fetch(port, "/cds-services/breast", call(woman().menopause("premenopausal"), drafts("anastrozole")))
    assert status == 200
    assert found["cards"][0]["summary"] == "Aromatase inhibitor before the menopause"
    assert fetch(port, "/cds-services/breast", call(woman(), drafts("a walk"))) == (200, {"cards": []})


@pytest.mark.parametrize(
    ("path", "body", "status", "comment"),
    [
        ("breast", call(OPEN.without("problems")), 412, "a required key of this content did not arrive"),
        ("breast", call(OPEN.without("pathology")), 412, "the other one"),
        ("breast", call(OPEN.without("person", "heart", "drugs")), 200, "the others are not required"),
        ("breast", SELECTED, 400, "no hook of this service"),
        ("rectal-anal-patient-view", call(OPEN), 404, "a service of the shipped content"),
        ("breast", call(Person()) | {"context": {"patientId": "someone-else", "userId": "Practitioner/p1"}}, 400, "two people in one call"),
        ("breast", {"hook": "patient-view"}, 400, "no call at all"),
    ],
)
def test_what_cannot_be_answered_says_so(port, path, body, status, comment):
    found, answer = fetch(port, f"/cds-services/{path}", body)
    assert found == status, (comment, answer)
    assert ("cards" in answer) == (status == 200), comment
    if status != 200:
        assert answer["resourceType"] == "OperationOutcome"
