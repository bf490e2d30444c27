"""Keys from a registered address or file: when they are asked for, what changes them, and what a bad server can do."""

import gzip
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from cds_service.outbound import jwks
from cds_service.outbound.http import Http
from cds_service.outbound.jwks import COOL_DOWN, FRESH, KEPT, RETRY, ClientKeys, KeysAtAddress, KeysInFile
from cds_service.tokens import KeysUnavailable, NotAKeySet
from cds_service.tokens.keys import MAX_BYTES
from tests.builders.fhir_server import Server
from tests.builders.tokens import Issuer, jwk_of, private_key

FIRST, SECOND = Issuer(key_name="1"), Issuer(key_name="2")
PATH = "/jwks"
PATIENCE = 30


def answering(*issuers, **options):
    """A script that sends the key set of issuers."""
    body = json.dumps({"keys": [issuer.jwk for issuer in issuers]}).encode()
    return lambda exchange: exchange.send(body, **({"kind": "application/jwk-set+json"} | options))


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server():
    with Server() as server:
        yield server.script(PATH, answering(FIRST))


@pytest.fixture
def http():
    with closing(Http()) as http:
        yield http


@pytest.fixture
def keys(server, http, clock):
    return KeysAtAddress("general-hospital", server.origin + PATH, http, PATIENCE, clock)


def found(keys, issuer):
    """Whether the key of an issuer is known; ``None`` where there are no keys at all."""
    try:
        return keys.find(issuer.kid, issuer.algorithm) is not None
    except KeysUnavailable:
        return None
    finally:
        settle(keys)


def settle(keys):
    """What was begun is waited for."""
    coming = keys._coming
    if coming is not None:
        assert coming.wait(PATIENCE)


def test_keys_are_fetched_once_and_kept(keys, server):
    assert [found(keys, FIRST) for _ in range(5)] == [True] * 5
    assert server.paths == [PATH]
    assert "authorization" not in server.asked[0].headers


def test_an_old_set_serves_while_a_new_one_comes(keys, server, clock):
    assert found(keys, FIRST)
    server.script(PATH, answering(SECOND))
    clock.now += FRESH
    assert found(keys, FIRST), "the call that causes the fetch does not wait for it"
    assert not found(keys, FIRST), "the client has taken this key back"
    assert found(keys, SECOND)


def test_a_new_key_is_fetched_when_a_token_names_it(keys, server):
    assert found(keys, FIRST)
    server.script(PATH, answering(FIRST, SECOND))
    assert found(keys, SECOND)
    assert found(keys, FIRST)
    assert len(server.asked) == 2


def test_a_flood_of_unknown_keys_causes_one_fetch_in_half_a_minute(keys, server, clock):
    flood = [Issuer(key_name=f"made-up-{number}") for number in range(50)]
    assert found(keys, FIRST)
    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            assert not any(pool.map(lambda issuer: keys.find(issuer.kid, "ES384"), flood))
        settle(keys)
        clock.now += COOL_DOWN - 1
        assert not any(found(keys, issuer) for issuer in flood)
        clock.now += 1
    assert len(server.asked) == 1 + 3


def test_many_calls_at_once_cause_one_fetch(keys, server):
    go = threading.Barrier(20)

    def call(_):
        go.wait()
        return keys.find(FIRST.kid, "ES384") is not None

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(call, range(20)))
    assert len(server.asked) == 1


BAD = {
    "down": (lambda exchange: exchange.raw(b""), "broken"),
    "an error": (lambda exchange: exchange.send(b"{}", 503), "status 503"),
    "a redirect": (lambda exchange: exchange.send(b"", 302, headers={"Location": "/elsewhere"}), "status 302"),
    "not JSON": (lambda exchange: exchange.send(b"<html/>", kind="text/html"), "not JSON"),
    "another JSON": (lambda exchange: exchange.send(b'{"issuer": "x"}'), "no 'keys'"),
    "nested deeply": (lambda exchange: exchange.send(b"[" * 200_000), "not JSON"),
    "huge": (lambda exchange: exchange.send(b" " * (MAX_BYTES + 1)), "too-large"),
    "huge once unpacked": (
        lambda exchange: exchange.send(gzip.compress(b" " * (MAX_BYTES + 1)), headers={"Content-Encoding": "gzip"}),
        "too-large",
    ),
    "cut off": (lambda exchange: exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), "broken"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_key_set_gives_no_keys_and_says_why(bad, keys, server, clock, caplog):
    script, said = BAD[bad]
    server.script("/elsewhere", answering(FIRST)).script(PATH, script)
    assert found(keys, FIRST) is None
    assert said in caplog.text
    assert "general-hospital" in caplog.text
    assert "/elsewhere" not in server.paths
    asked = len(server.asked)
    assert found(keys, FIRST) is None
    assert len(server.asked) == asked, "it is left alone for a moment"
    server.script(PATH, answering(FIRST))
    clock.now += RETRY
    assert found(keys, FIRST)


def test_old_keys_serve_for_a_day_while_no_new_ones_come(keys, server, clock, caplog):
    assert found(keys, FIRST)
    server.script(PATH, lambda exchange: exchange.send(b"", 500))
    clock.now += FRESH
    assert [found(keys, FIRST) for _ in range(9)] == [True] * 9
    assert len(server.asked) == 2, "one attempt in half a minute"
    clock.now += KEPT - FRESH - 1
    assert found(keys, FIRST)
    clock.now += COOL_DOWN
    assert found(keys, FIRST) is None
    assert caplog.text.count("status 500") == 3


def test_an_empty_set_takes_every_key_back(keys, server, clock):
    assert found(keys, FIRST)
    server.script(PATH, answering())
    clock.now += FRESH
    found(keys, FIRST)
    assert found(keys, FIRST) is False


def test_private_and_weak_keys_are_not_taken(keys, server):
    served = [
        jwk_of(private_key("ES384"), FIRST.kid),
        jwk_of(private_key("RS384", "weak", 1024).public_key(), "weak"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS384"},
    ]
    server.script(PATH, lambda exchange: exchange.send(json.dumps({"keys": served}).encode()))
    assert [keys.find(*asked) for asked in ((FIRST.kid, "ES384"), ("weak", "RS384"), ("secret", "HS384"))] == [None] * 3
    settle(keys)


def test_a_slow_server_costs_a_call_its_patience_and_no_more(server, http):
    release = threading.Event()

    def slow(exchange):
        release.wait(PATIENCE)
        answering(FIRST)(exchange)

    keys = KeysAtAddress("general-hospital", server.script(PATH, slow).origin + PATH, http, 0.01)
    with pytest.raises(KeysUnavailable):
        keys.find(FIRST.kid, "ES384")
    coming = keys._coming
    release.set()
    assert coming.wait(PATIENCE)
    assert keys.find(FIRST.kid, "ES384"), "what came late serves the next call"
    assert len(server.asked) == 1


def test_a_server_that_never_ends_is_left(server, http, monkeypatch, caplog):
    monkeypatch.setattr(jwks, "PATIENCE", 0.2)

    def drip(exchange):
        exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n")
        with suppress(OSError):
            while not server.closing.wait(0.02):
                exchange.wfile.write(b" ")
                exchange.wfile.flush()

    keys = KeysAtAddress("general-hospital", server.script(PATH, drip).origin + PATH, http, PATIENCE)
    assert found(keys, FIRST) is None
    assert "timeout" in caplog.text


def test_a_defect_of_ours_does_not_stop_later_fetches(keys, clock, monkeypatch, caplog):
    with monkeypatch.context() as broken:
        broken.setattr(jwks, "read_jwks", lambda _: 1 / 0)
        assert found(keys, FIRST) is None
    assert "ZeroDivisionError" in caplog.text
    clock.now += RETRY
    assert found(keys, FIRST)


@pytest.fixture
def file(tmp_path):
    return FIRST.write_jwks(tmp_path / "keys.json")


def in_file(path):
    return KeysInFile("general-hospital", path, ("ES384",))


def test_a_file_is_read_again_when_it_has_changed(file, tmp_path):
    keys = in_file(file)
    assert keys.find(FIRST.kid, "ES384")
    assert keys.find(SECOND.kid, "ES384") is None
    SECOND.write_jwks(tmp_path / "new.json").replace(file)
    assert keys.find(SECOND.kid, "ES384")
    assert keys.find(FIRST.kid, "ES384") is None


@pytest.mark.parametrize("content", ["", "{", '{"keys": []}', json.dumps(Issuer(algorithm="RS384").jwks)])
def test_a_bad_file_changes_nothing_later_and_is_told_once(file, content, caplog):
    keys = in_file(file)
    file.write_text(content)
    os.utime(file, ns=(1, 1))
    assert all(keys.find(FIRST.kid, "ES384") for _ in range(3))
    assert caplog.text.count("the keys that it held before serve on") == 1
    SECOND.write_jwks(file)
    assert keys.find(SECOND.kid, "ES384")


def test_a_file_that_is_gone_changes_nothing(file, caplog):
    keys = in_file(file)
    file.unlink()
    assert all(keys.find(FIRST.kid, "ES384") for _ in range(3))
    assert caplog.text.count("cannot be read") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x", "is not JSON"),
        ("{}", "no 'keys'"),
        ('{"keys": []}', "holds no public key with a kid for ES384"),
        (json.dumps({"keys": [jwk_of(private_key("ES384"), "k")]}), "holds no public key"),
        (json.dumps(Issuer(algorithm="RS384").jwks), "for ES384"),
        (" " * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_a_bad_file_at_the_start_is_refused(file, content, said):
    file.write_text(content)
    with pytest.raises(NotAKeySet, match="general-hospital") as caught:
        in_file(file)
    assert said in str(caught.value)


def test_each_client_has_its_own_keys(server, http, file):
    near = FIRST.client(name="near", jku=server.origin + PATH)
    far = SECOND.client(name="far", jku=None, jwks_file=SECOND.write_jwks(file))
    keys = ClientKeys([near, far, Issuer().client(name="none", issuer=None, jku=None)], http, PATIENCE)
    assert keys.find(near, FIRST.kid, "ES384")
    assert keys.find(far, SECOND.kid, "ES384")
    assert keys.find(near, SECOND.kid, "ES384") is None
    assert keys.find(far, FIRST.kid, "ES384") is None
    settle(keys._sources["near"])
