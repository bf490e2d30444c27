"""The marked calls at a real server: nothing of them on standard output, on standard error or in the files of its store.

With ``CDS_LOG_LEVEL=debug``: what is said least often counts, too.
"""

import json
import socket
import sqlite3
from contextlib import closing, contextmanager
from http.client import HTTPConnection

import pytest

from tests.builders import marked
from tests.builders.fhir_server import FhirServer
from tests.builders.kept import columns_with, files_with
from tests.builders.marked import KEPT, LIMIT, MARK, REGISTERED, UUID_MARK, Site, calls
from tests.builders.serving import PATIENCE, served
from tests.contract.test_privacy import STORED

CALL = "POST /cds-services/rectal-anal-patient-view HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
RAW = [
    (f"GET /{MARK} HTTP/9.9\r\n\r\n", "no such version"),
    (f"{MARK} {MARK}\r\n\r\n", "no HTTP at all"),
    (f"GET /{MARK} HTTP/1.1\r\nHost: x\r\n{MARK} : x\r\n\r\n", "no such header"),
    (f"GET /{MARK} HTTP/1.1\r\nHost: x\r\nContent-Length: {MARK}\r\n\r\n", "no length"),
    (f"GET /{MARK * 2000} HTTP/1.1\r\nHost: x\r\n\r\n", "a long path"),
    (f"GET / HTTP/1.1\r\nHost: x\r\nX: {MARK * 5000}\r\n\r\n", "a long header"),
    (f"POST /cds-services/{MARK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{MARK}\r\n", "no chunk"),
    (f"{CALL}Transfer-Encoding: chunked\r\n\r\n{MARK}\r\n", "no chunk of a call"),
    (f'{CALL}Content-Length: 999\r\n\r\n{{"hook": "{MARK}', "a body that breaks off"),
    (f"POST /{MARK} HTTP/1.1\r\nHost: x\r\nExpect: {MARK}\r\nContent-Length: 1\r\n\r\n", "no such expectation"),
]


def send(port, call, headers):
    """The status and all that comes back."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(call.method, call.path, call.data, headers)
        answer = connection.getresponse()
        return answer.status, f"{answer.headers}{'' if call.is_card_answer else answer.read().decode()}".lower()


def send_raw(port, text):
    """All that comes back to bytes that may be no HTTP."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@contextmanager
def site(folder, kind, fhir):
    """A running server, with or without authentication."""
    REGISTERED.write_jwks(folder / "keys.json")
    entry = {"name": "ehr", "fhir_servers": [fhir.base]} if kind == "open" else REGISTERED.entry(jwks_file="keys.json")
    (folder / "clients.yaml").write_text(json.dumps({"clients": [entry]}))
    settings = {
        "CDS_CLIENTS_FILE": str(folder / "clients.yaml"),
        "CDS_AUDIT_PATIENT_KEY": "a key of sixteen characters",
        "CDS_MAX_BODY_BYTES": str(LIMIT),
        "CDS_DEADLINE_MS": "10000",
        "CDS_LOG_LEVEL": "debug",
    }
    with served(folder, **settings) as running:
        yield running, Site(running.url, REGISTERED if kind == "guarded" else None, fhir.base)


@pytest.mark.parametrize("kind", ["open", "guarded"])
def test_a_server_leaves_no_trace(tmp_path, kind):
    secrets = {MARK.lower(), UUID_MARK}
    database = tmp_path / "cds-service.db"
    with FhirServer([]) as fhir, site(tmp_path, kind, fhir) as (running, where):
        marked.scripted(fhir)
        made = calls(where)
        for call in made:
            headers = call.sent_headers(where)
            secrets |= {part.lower() for part in headers["Authorization"].removeprefix("Bearer ").split(".") if len(part) > 20}
            status, told = send(running.port, call, headers)
            assert status == call.status, call.name
            assert [one for one in {*secrets, KEPT.lower()} if one in told] == [], call.name
        for text, comment in RAW:
            assert MARK.lower() not in send_raw(running.port, text).lower(), comment
        busy = [call for call in made if call.name in ("cards at order-sign", "feedback: one")]
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for call in busy if kind == "open" else ():  # to find the database busy takes seconds
                status, told = send(running.port, call, call.sent_headers(where))
                assert (status, MARK.lower() in told) == (503, False)
        assert files_with(database, secrets) == [], "while it runs, with what is not yet in the main file"
    log = (tmp_path / "log").read_text().lower()
    assert [one for one in {*secrets, KEPT.lower()} if one in log] == []
    assert log.count('"event":"request"') >= len(made)
    assert "traceback" not in log
    assert "a request could not be read" in log
    assert files_with(database, secrets) == []
    stored = STORED if kind == "guarded" else {(table, column) for table, column in STORED if column != "tenant"}
    assert columns_with(database, KEPT) == stored
