"""From the clients file to an application that knows its callers."""

import json
from datetime import date

import pytest

from cds_service.errors import Unauthenticated
from cds_service.settings import Settings, SettingsError
from cds_service.wiring import build
from tests.builders import plants
from tests.builders.tokens import Issuer

EHR = Issuer(jku=None)
URL = "https://cds.example.org/cds-services"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return plants.write_content(tmp_path_factory.mktemp("content") / "plants")


@pytest.fixture
def settings(content, tmp_path):
    def _settings(*entries, **more):
        file = tmp_path / "clients.yaml"
        file.write_text(json.dumps({"clients": entries or [EHR.entry(jwks_file="keys.json")]}))
        return Settings(**{"content_dir": content, "clients_file": file, "public_url": "https://cds.example.org"} | more)

    EHR.write_jwks(tmp_path / "keys.json")
    return _settings


def test_a_registered_client_is_known_by_its_token(settings):
    application = build(settings(), today=lambda: date(2026, 11, 21))
    token = f"Bearer {EHR.token(URL)}"
    assert application.authenticator.caller(token, URL).client == application.clients.clients[0]
    with pytest.raises(Unauthenticated, match="could not be authenticated"):
        application.authenticator.caller(token, URL)
    application.store.close()


def test_without_an_issuer_nobody_is_asked(settings):
    application = build(settings({"name": "a"}))
    assert application.authenticator is None


def test_the_leeway_is_a_setting(settings):
    late = EHR.token(URL, now=1_700_000_000)
    application = build(settings(token_leeway_seconds=0))
    with pytest.raises(Unauthenticated):
        application.authenticator.caller(f"Bearer {late}", URL)
    assert application.authenticator.leeway == 0


@pytest.mark.parametrize("keys", ["", "{}", '{"keys": []}', json.dumps(Issuer(algorithm="RS256").jwks)])
def test_a_bad_key_file_stops_the_start(settings, tmp_path, keys):
    (tmp_path / "keys.json").write_text(keys)
    with pytest.raises(SettingsError, match="CDS_CLIENTS_FILE: the jwks_file of general-hospital"):
        build(settings())


def test_beyond_this_machine_the_public_address_must_be_known(settings):
    with pytest.raises(SettingsError, match="CDS_PUBLIC_URL: is needed where clients authenticate"):
        build(settings(host="0.0.0.0", public_url=None))
    assert build(settings(host="0.0.0.0")).authenticator
    assert build(settings(public_url=None)).authenticator
