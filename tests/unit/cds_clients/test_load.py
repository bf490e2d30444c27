"""The clients file: every mistake stops the start and is named; what a call is told from."""

import json
from pathlib import Path

import pytest

from cds_service.cds_clients import ANYONE, ClientsError, load_clients

ISSUER = "https://ehr.example.org"
JKU = f"{ISSUER}/jwks"
FHIR = f"{ISSUER}/fhir"


@pytest.fixture
def load(tmp_path):
    def _load(*entries):
        file = tmp_path / "clients.yaml"
        file.write_text(json.dumps({"clients": list(entries)}))  # JSON is YAML
        return load_clients(file)

    (tmp_path / "keys.json").write_text('{"keys": []}')
    return _load


def test_the_shipped_sample_can_be_loaded():
    clients = load_clients(Path(__file__).resolve().parents[3] / "deploy" / "sample-clients.yaml")
    assert clients.authenticated
    assert [client.profile.name for client in clients.clients] == ["epic"]


def test_without_a_file_nobody_is_registered():
    clients = load_clients(None)
    assert not clients.authenticated
    assert clients.of_fhir_server(FHIR) is ANYONE


@pytest.mark.parametrize(
    ("entry", "named", "comment"),
    [
        ({}, "name", "no name"),
        ({"name": ""}, "name", "an empty name"),
        ({"name": "a", "isuer": "x"}, "isuer", "a slip of the pen"),
        ({"name": "a", "profile": "other"}, "profile", "no such profile"),
        ({"name": "a", "issuer": ISSUER}, "issuer", "an issuer without keys"),
        ({"name": "a", "jku": JKU}, "issuer", "keys without issuer"),
        ({"name": "a", "issuer": ISSUER, "jku": JKU, "jwks_file": "keys.json"}, "jku", "two sources of keys"),
        ({"name": "a", "issuer": ISSUER, "jku": "http://ehr.example.org/jwks"}, "jku", "keys over an open line"),
        ({"name": "a", "issuer": ISSUER, "jku": "https://u:p@ehr.example.org/jwks"}, "jku", "a password in the address of keys"),
        ({"name": "a", "issuer": ISSUER, "jwks_file": "none.json"}, "jwks_file", "no such file"),
        ({"name": "a", "issuer": ISSUER, "jku": JKU, "algorithms": ["HS384"]}, "algorithms", "a shared secret"),
        ({"name": "a", "issuer": ISSUER, "jku": JKU, "algorithms": ["none"]}, "algorithms", "no signature"),
        ({"name": "a", "issuer": ISSUER, "jku": JKU, "algorithms": []}, "algorithms", "no algorithm"),
        ({"name": "a", "fhir_servers": ["http://ehr.example.org/fhir"]}, "fhir_servers", "records over an open line"),
        ({"name": "a", "fhir_servers": ["https://u:p@ehr.example.org/fhir"]}, "fhir_servers", "a password in an address"),
        ({"name": "a", "fhir_servers": FHIR}, "fhir_servers", "a text for a list"),
        ({"name": 7}, "name", "a number for a text"),
        ("a", "clients[0]", "no entry"),
    ],
)
def test_a_mistake_is_named(load, entry, named, comment):
    with pytest.raises(ClientsError) as caught:
        load(entry)
    assert any(named in problem for problem in caught.value.problems), comment


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        (({"name": "a"}, {"name": "a"}), "twice"),
        (({"name": "a", "issuer": ISSUER, "jku": JKU}, {"name": "b", "issuer": ISSUER, "jku": JKU}), "issuer and tenant"),
        (({"name": "a", "issuer": ISSUER, "jku": JKU}, {"name": "b"}), "never call"),
    ],
)
def test_entries_that_do_not_go_together_are_named(load, entries, named):
    with pytest.raises(ClientsError, match=named):
        load(*entries)


@pytest.mark.parametrize("content", ["", "[]", "clients: []", "clients: {}", "clients: [\n", "other: 1\nclients: [{name: a}]"])
def test_a_file_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "clients.yaml").write_text(content)
    with pytest.raises(ClientsError):
        load_clients(tmp_path / "clients.yaml")


def test_a_token_tells_its_client_by_issuer_and_tenant(load):
    own = {"issuer": ISSUER, "jku": JKU}
    clients = load({"name": "any", **own}, {"name": "north", **own, "tenants": ["n", "n2"]})
    assert clients.authenticated
    rows = [("n", "north"), ("n2", "north"), ("s", "any"), (None, "any")]
    assert [(tenant, clients.of_token(ISSUER, tenant).name) for tenant, _ in rows] == rows
    assert clients.of_token("https://other.example.org", "n") is None


def test_without_a_token_the_fhir_server_tells(load):
    clients = load({"name": "a", "fhir_servers": [FHIR]}, {"name": "b", "fhir_servers": ["https://b.example.org:8443/r4/"]})
    same = [FHIR, FHIR + "/", "https://EHR.example.org:443/fhir", "https://ehr.example.org./fhir"]
    assert {clients.of_fhir_server(url).name for url in same} == {"a"}
    others = [f"{FHIR}2", f"{FHIR}?x", "http://ehr.example.org/fhir", "https://ehr.example.org:444/fhir", "x", "https://[", None]
    assert {clients.of_fhir_server(url) for url in others} == {ANYONE}
    assert clients.of_fhir_server("https://b.example.org:8443/r4").name == "b"


def test_the_only_client_is_meant_where_nothing_tells(load):
    assert load({"name": "a"}).of_fhir_server(None).name == "a"
