"""GET that ends in time, stays small and goes nowhere else, whatever the server does."""

import contextlib
import gzip
import logging
import os
import socket
import threading
from time import monotonic

import pytest

from cds_service.outbound.http import Http, Unanswered, Why
from tests.builders.certificates import self_signed
from tests.builders.fhir_server import Server, hang, json_of, raw, status, trickle

SOON = 0.25  # seconds that a call has; what hangs must be over long before the bound of the test
BOUND = 5.0
LIMIT = 100_000


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def http():
    http = Http(max_bytes=LIMIT)
    yield http
    http.close()


def get(http, url, within=BOUND, **options):
    return http.get(url, {"Accept": "application/json"}, monotonic() + within, **options)


def why(http, url, within=BOUND):
    with pytest.raises(Unanswered) as caught:
        get(http, url, within)
    assert url not in str(caught.value)
    return caught.value.why


def test_an_answer(server, http):
    server.script("/x", status(200, b'{"a": 1}', "Application/JSON; charset=utf-8"))
    reply = get(http, f"{server.origin}/x")
    assert (reply.status, reply.media_type, reply.body) == (200, "application/json", b'{"a": 1}')
    assert server.asked[0].headers["accept"] == "application/json"


def test_connections_are_kept(server, http):
    server.script("/x", json_of({"a": "b" * 5000}))
    server.script("/error", status(404, b"{}"))
    server.script("/packed", status(200, gzip.compress(b"{}"), Content_Encoding="gzip"))
    for path in ("/x", "/error", "/packed", "/x"):
        get(http, f"{server.origin}{path}")
    assert (len(server.asked), server.connections) == (4, 1)


def test_calls_run_beside_each_other(server, http):
    together = threading.Barrier(6)

    def script(exchange):
        together.wait(BOUND)
        exchange.send(b"{}")

    server.script("/x", script)
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(get(http, f"{server.origin}/x"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [reply.status for reply in replies] == [200] * 6


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("script", "comment"),
    [
        (hang(), "says nothing"),
        (trickle(b"", b"H"), "one byte of the status line after the other"),
        (trickle(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), "promises for ever"),
        (trickle(OK, b"X-More: y\r\n"), "one header after the other"),
        (trickle(OK + b"Content-Length: 50000\r\n\r\n"), "a body with a length"),
        (trickle(OK + b"\r\n"), "a body without a length"),
        (trickle(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), "chunks"),
        (trickle(OK + b"Content-Length: 5\r\n\r\n[1,2", b""), "all but the end"),
    ],
)
def test_a_slow_server_does_not_outlive_the_call(server, http, script, comment):
    server.script("/x", script)
    started = monotonic()
    assert why(http, f"{server.origin}/x", SOON) in (Why.TIMEOUT, Why.BROKEN), comment
    assert monotonic() - started < BOUND, comment


def test_no_time_left_is_no_request(server, http):
    assert why(http, f"{server.origin}/x", -1) is Why.TIMEOUT
    assert server.asked == []


BOMB = gzip.compress(b" " * (50 * LIMIT))


@pytest.mark.parametrize(
    ("script", "expected", "comment"),
    [
        (status(200, b" " * (LIMIT + 1)), Why.TOO_LARGE, "larger than allowed"),
        (raw(OK + b"\r\n" + b" " * (LIMIT + 1)), Why.TOO_LARGE, "without saying so"),
        (status(200, BOMB, Content_Encoding="gzip"), Why.TOO_LARGE, "a gzip bomb"),
        (status(200, gzip.compress(BOMB), Content_Encoding="gzip, gzip"), Why.BROKEN, "packed twice"),
        (status(200, b"x", Content_Encoding="br"), Why.BROKEN, "packed as was not asked for"),
        (status(200, b"{ }    ", Content_Encoding="gzip"), Why.BROKEN, "not packed at all"),
        (raw(OK + b"Content-Length: 9\r\n\r\n[1,2]"), Why.BROKEN, "cut off"),
        (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n[1,2]"), Why.BROKEN, "cut off within a chunk"),
        (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), Why.BROKEN, "no chunk"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000), Why.BROKEN, "an endless header"),
        (raw(b"SSH-2.0-x\r\n"), Why.BROKEN, "another protocol"),
        (raw(b""), Why.BROKEN, "nothing, and the end"),
    ],
)
def test_an_answer_that_cannot_be_used(server, http, script, expected, comment):
    server.script("/x", script)
    assert why(http, f"{server.origin}/x") is expected, comment


def test_an_answer_just_small_enough(server, http):
    server.script("/x", status(200, gzip.compress(b" " * LIMIT), Content_Encoding="gzip"))
    assert len(get(http, f"{server.origin}/x").body) == LIMIT
    assert len(get(http, f"{server.origin}/x", max_bytes=LIMIT).body) == LIMIT


def test_the_body_of_an_error_does_not_matter(server, http):
    server.script("/x", status(500, BOMB, Content_Encoding="gzip"))
    assert get(http, f"{server.origin}/x").body == b""


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(server, http, code):
    server.script("/x", status(code, b" " * 1_000_000, Location=f"{server.origin}/y"))
    assert get(http, f"{server.origin}/x").status == code
    assert server.paths == ["/x"]


def test_nothing_is_carried_from_one_call_to_the_next(server, http):
    server.script("/x", status(200, b"{}", Set_Cookie="session=1; Path=/"))
    http.get(f"{server.origin}/x", {"Authorization": "Bearer t"}, monotonic() + BOUND)
    get(http, f"{server.origin}/x")
    assert not {"cookie", "authorization"} & set(server.asked[1].headers)


def test_the_environment_is_not_used(server, http, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("default login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    server.script("/x", json_of({}))
    assert get(http, f"{server.origin}/x").status == 200
    assert "authorization" not in server.asked[0].headers


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(server, http):
    server.script("/x", json_of({}), raw(b""), json_of({"again": True}))
    get(http, f"{server.origin}/x")
    assert get(http, f"{server.origin}/x").body == b'{"again": true}'
    assert len(server.asked) == 3
    server.drop()
    assert get(http, f"{server.origin}/x").status == 200


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls_server(certificate):
    with Server(tls=certificate[0]) as server:
        server.script("/x", json_of({"a": 1}))
        server.script("/slow", trickle(OK + b"\r\n"))
        yield server


def test_tls(tls_server, certificate):
    http = Http(ca_file=certificate[1])
    for _ in range(3):
        assert get(http, f"{tls_server.origin}/x").body == b'{"a": 1}'
    assert tls_server.connections == 1
    assert why(http, f"{tls_server.origin}/slow", SOON) is Why.TIMEOUT
    http.close()


def test_tls_with_somebody_who_is_not_trusted(tls_server, http):
    assert why(http, f"{tls_server.origin}/x") is Why.UNREACHABLE
    assert tls_server.asked == []


def test_tls_with_the_wrong_name(tls_server, certificate):
    http = Http(ca_file=certificate[1])
    assert why(http, f"https://localhost:{tls_server.port}/x") is Why.UNREACHABLE
    http.close()


def test_a_server_that_takes_the_connection_and_no_more(http):
    """TLS is greeted by silence."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = monotonic()
        assert why(http, f"https://127.0.0.1:{silent.getsockname()[1]}/x", SOON) is Why.TIMEOUT
    assert monotonic() - started < BOUND


def test_a_server_that_takes_no_connection(http, monkeypatch):
    def connect(*_):
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert why(http, "http://127.0.0.1:9/x", SOON) is Why.TIMEOUT


@pytest.mark.parametrize(
    ("script", "within", "times", "comment"),
    [
        (raw(b""), BOUND, 2, "the connection may have been an old one"),
        (raw(OK + b"Content-Length: 9\r\n\r\n[1,2]"), BOUND, 1, "it had begun to answer"),
        (status(200, b"x", Content_Encoding="br"), BOUND, 1, "it answered"),
        (status(503), BOUND, 1, "it answered"),
        (hang(), SOON, 1, "there is no time left"),
    ],
)
def test_what_is_asked_again(server, http, script, within, times, comment):
    server.script("/x", script)
    with contextlib.suppress(Unanswered):
        get(http, f"{server.origin}/x", within)
    assert len(server.asked) == times, comment


def test_nobody_there(http):
    with socket.socket() as taken:  # bound, and not listening
        taken.bind(("127.0.0.1", 0))
        assert why(http, f"http://127.0.0.1:{taken.getsockname()[1]}/x") is Why.UNREACHABLE


@pytest.mark.parametrize("url", ["http://name.invalid/", f"http://{'a' * 70}.invalid/", "http://[::1", "http:///x", "ftp://127.0.0.1/"])
def test_addresses_that_lead_nowhere(http, url, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert why(http, url) in (Why.UNREACHABLE, Why.BROKEN)


def leading_to(*addresses, port):
    """A name service that gives one address after the other, whatever the name."""
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def test_a_name_that_leads_to_this_machine_is_refused(server, http, monkeypatch):
    server.script("/x", json_of({}))
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.1", port=server.port))
    assert why(http, f"http://fhir.example.org:{server.port}/x") is Why.ADDRESS
    assert server.connections == 0
    assert get(http, f"http://localhost:{server.port}/x").status == 200, "unless the site wrote this machine"


def test_of_several_addresses_only_permitted_ones_are_tried(server, http, monkeypatch):
    server.script("/x", json_of({}))
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("169.254.169.254", "127.0.0.2", "127.0.0.1", port=server.port))
    assert get(http, f"http://localhost:{server.port}/x").status == 200, "the second has nobody listening"


def test_no_line_of_a_library_names_an_address(server, http, caplog):
    caplog.set_level(logging.DEBUG)
    server.script("/Patient", json_of({}))
    get(http, f"{server.origin}/Patient?id=secret")
    assert caplog.text == ""


def test_a_forked_process_has_connections_of_its_own(server, http):
    server.script("/x", json_of({}))
    get(http, f"{server.origin}/x")
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        try:
            os._exit(0 if get(http, f"{server.origin}/x").status == 200 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server.connections == 2
    get(http, f"{server.origin}/x")
    assert server.connections == 2


def test_closing_closes(http):
    http.close()
    http.close()
