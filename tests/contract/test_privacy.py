"""Nothing of a patient, a user, an order or a token in the log, in errors, in headers or in the store: marked calls of every route.

What a real server writes besides is in ``test_privacy_running.py``.
"""

import importlib
import json
import pkgutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

import cds_service
from cds_service.errors import ServiceError
from cds_service.settings import Settings
from cds_service.store import Store
from cds_service.store.database import Database
from cds_service.wiring import build
from tests.builders import AS_OF, marked
from tests.builders.fhir_server import FhirServer
from tests.builders.kept import columns_with, files_with
from tests.builders.marked import KEPT, LIMIT, MARK, REGISTERED, UUID_MARK, Site, calls, hook_call
from tests.builders.stderr import bare
from tests.contract.conftest import Client

#: Errors that no request can cause, and who meets them
NOT_OF_REQUESTS = {
    "ContentError": "whoever starts the service or checks content",
    "SettingsError": "whoever starts the service",
    "ClientsError": "whoever starts the service",
    "Refused": "the command line, by a service under examination",
    "StoreError": "whoever starts the service or asks for a report",
    "UnreadableFile": "the command line",
    "CannotScaffold": "the command line",
    "Unreachable": "the command line",
}
#: Columns of the store that hold texts which a client chose: the table in docs/security.md
STORED = {
    ("feedback", "card"), ("feedback", "accepted"), ("feedback", "reasons"), ("feedback", "comment"), ("feedback", "extension"),
    ("feedback", "tenant"), ("invocations", "tenant"),
}  # fmt: skip


class Marked(Client):
    """A site whose answers and log are looked through after each call."""

    def __init__(self, application, site):
        super().__init__(application)
        self.site = site
        self.secrets = {MARK.lower(), KEPT.lower(), UUID_MARK}

    def send(self, call):
        """Make a call; the answer, and where a mark was found that does not belong there."""
        headers = call.sent_headers(self.site)
        self.secrets |= {part.lower() for part in headers["Authorization"].removeprefix("Bearer ").split(".") if len(part) > 20}
        before = len(self.log.getvalue())
        answer = self.http.open(call.path, method=call.method, data=call.data, headers=headers)
        places = {"headers": str(answer.headers), "log": self.log.getvalue()[before:].decode()}
        if not call.is_card_answer:
            places["body"] = answer.get_data(as_text=True)
        return answer, [place for place, text in places.items() if any(secret in text.lower() for secret in self.secrets)]

    @property
    def line(self):
        """The last line of the log."""
        return json.loads(self.log.getvalue().splitlines()[-1])


def site_of(folder, entry, **changes):
    """The service with one client, and a store of its own."""
    (folder / "clients.yaml").write_text(json.dumps({"clients": [entry]}))
    settings = Settings(
        clients_file=folder / "clients.yaml",
        database_url=f"sqlite:///{folder}/store.db",
        audit_patient_key="a key of sixteen characters",
        max_body_bytes=LIMIT,
        deadline_ms=10_000,
        log_level="debug",
    )
    application = build(settings, today=lambda: AS_OF)
    return Marked(application, Site(settings.base_url, **changes))


@pytest.fixture(scope="module")
def fhir():
    with FhirServer([]) as server:
        marked.scripted(server)
        yield server


@pytest.fixture(scope="module")
def open_site(tmp_path_factory, fhir):
    client = site_of(tmp_path_factory.mktemp("open"), {"name": "ehr", "fhir_servers": [fhir.base]}, fhir=fhir.base)
    yield client
    client.application.store.close()
    client.application.reader.close()


@pytest.fixture(scope="module")
def guarded_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    REGISTERED.write_jwks(folder / "keys.json")
    client = site_of(folder, REGISTERED.entry(jwks_file="keys.json"), signer=REGISTERED)
    yield client
    client.application.store.close()


@pytest.fixture(params=["open_site", "guarded_site"])
def client(request):
    return request.getfixturevalue(request.param)


def test_every_route_has_marked_calls(client):
    routes = {rule.endpoint for rule in client.http.application.url_map.iter_rules()}
    assert routes == {call.endpoint for call in calls(client.site) if call.endpoint}, "a new route needs calls in tests/builders/marked.py"


def test_no_call_of_any_route_leaves_a_trace(client):
    for call in calls(client.site):
        answer, traces = client.send(call)
        assert (answer.status_code, client.line.get("error")) == (call.status, call.error), (call.name, answer.data[:500])
        assert traces == [], call.name


def test_a_card_does_repeat_what_the_call_said(open_site):
    """Else the marks would prove nothing."""
    [answer] = [open_site.send(call)[0] for call in calls(open_site.site) if call.name == "cards at order-sign"]
    assert MARK in answer.get_data(as_text=True)


def services_errors():
    """The name of every error of ours, wherever it is declared."""
    for module in pkgutil.walk_packages(cds_service.__path__, "cds_service."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, left = set(), [ServiceError]
    while left:
        children = [one for one in left.pop().__subclasses__() if one.__module__.startswith("cds_service.")]
        found |= {one.__name__ for one in children}
        left += children
    return found


def test_every_error_is_provoked_by_a_marked_call_or_cannot_be(open_site, guarded_site):
    provoked = {call.error for site in (open_site, guarded_site) for call in calls(site.site) if call.error}
    provoked |= {"InvalidResponse", "StoreUnavailable"}  # by the next two tests
    assert services_errors() == provoked | set(NOT_OF_REQUESTS)
    assert not provoked & set(NOT_OF_REQUESTS)


def raises(error):
    def fail(*_):
        raise error

    return fail


@pytest.mark.parametrize(
    ("render", "status", "error", "comment"),
    [
        (lambda *_: [{MARK: MARK, "summary": {MARK: [None]}}], 500, "InvalidResponse", "a card that breaks the contract"),
        (lambda *_: [{"summary": "s", "extension": {MARK: {MARK: None}}}], 500, "InvalidResponse", "a member that holds nothing"),
        (raises(ValueError(MARK)), 500, "ValueError", "a defect"),
        (raises(KeyError(MARK)), 500, "KeyError", "a defect that names a key"),
        (raises(ServiceError(f"{KEPT} in the words of an error of ours")), 500, "ServiceError", "what should not be"),
        (raises(RecursionError(MARK)), 400, "MalformedRequest", "a record that is nested too deeply"),
    ],
)
def test_a_defect_leaves_no_trace(open_site, monkeypatch, render, status, error, comment):
    monkeypatch.setattr("cds_service.respond.render_cards", render)
    [call] = [one for one in calls(open_site.site) if one.name == "cards at order-sign"]
    answer, traces = open_site.send(replace(call, status=status))
    assert (answer.status_code, open_site.line["error"]) == (status, error)
    assert traces == (["log"] if error == "ServiceError" else []), comment


def test_a_store_that_is_away_leaves_no_trace(open_site):
    store = Store(Database(open_site.application.store.location, patience=0.05))
    site = Marked(replace(open_site.application, store=store), open_site.site)
    wanted = ("cards at order-sign", "feedback: one", "GET /health/ready")
    with closing(sqlite3.connect(store.location.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for call in (one for one in calls(site.site) if one.name in wanted):
            answer, traces = site.send(replace(call, status=503))
            assert (answer.status_code, site.line["error"], traces) == (503, "StoreUnavailable", []), call.name
    store.close()


def test_an_answer_that_cannot_be_finished_leaves_no_trace(open_site, monkeypatch):
    """The log itself fails: then Flask speaks on standard error."""
    site = Marked(open_site.application, open_site.site)
    monkeypatch.setattr("cds_service.web.log.dumps", raises(OSError(MARK)))
    with bare() as said:
        assert site.http.get(f"/cds-services/{MARK}").status_code == 500
    assert "an answer could not be finished: OSError at" in said.getvalue()
    assert MARK not in said.getvalue()


def test_only_what_the_documents_name_is_stored(client):
    for call in calls(client.site):
        client.send(call)
    client.application.store.audit.flush()
    file = client.application.store.location.file
    stored = STORED if client.site.signer else {(table, column) for table, column in STORED if column != "tenant"}
    assert columns_with(file, KEPT) == stored
    assert files_with(file, client.secrets - {KEPT.lower()}) == []


def test_the_digest_of_a_patient_is_stored_where_the_site_wants_it(open_site):
    """Else that its id is not found would prove nothing."""
    open_site.send(next(one for one in calls(open_site.site) if one.name == "cards at order-sign"))
    with closing(sqlite3.connect(open_site.application.store.location.file)) as database:
        digests = {row[0] for row in database.execute("SELECT patient FROM invocations WHERE cards > 0")}
    assert digests
    assert all(len(digest) == 64 for digest in digests)


def test_nothing_shows_what_it_must_not_when_printed(open_site):
    """Whoever logs one of these by mistake tells nothing."""
    from cds_service.hooks.parse import parse_hook_request

    call = hook_call(fhirServer=f"https://{MARK}/", fhirAuthorization={"access_token": MARK}, hookInstance=MARK)
    settings = Settings(database_url=f"postgresql://cds:{MARK}@db/x", audit_patient_key=MARK * 4)
    shown = [parse_hook_request(call), settings, settings.audit_patient_key, open_site.application.store.location]
    for value in shown:
        assert MARK not in f"{value!r} {value!s}", type(value).__name__
