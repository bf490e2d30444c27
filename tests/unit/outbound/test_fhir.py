"""Reading from a FHIR server: what it may answer, where links may lead, what becomes of the token, and when it is over."""

import json
import threading
from contextlib import contextmanager
from time import monotonic

import pytest

from cds_service.cds_clients import CdsClient
from cds_service.hooks.invocation import Invocation
from cds_service.model.assessment import Hook
from cds_service.outbound import fhir
from cds_service.outbound.fhir import FhirReader, within
from cds_service.outbound.http import Http
from cds_service.prefetch.fetch import Failure
from tests.builders.fhir_server import FhirServer, Server, hang, json_of, outcome, raw, status, trickle

SOON, BOUND = 0.25, 8.0  # seconds in which nothing comes, and in which anything must be over
WHILE = 1.5  # in which something else comes, also on a busy machine
LIMIT = 200_000
TOKEN = "secret-token"
SEARCH = "Condition?patient=p1"


def condition(number):
    return {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": "Patient/p1"}}


RECORD = [{"resourceType": "Patient", "id": "p1"}, *map(condition, range(7))]


@contextmanager
def threads(count=10):
    reader = FhirReader(Http(LIMIT, count), count)
    try:
        yield reader
    finally:
        reader.close()


@pytest.fixture
def server():
    with FhirServer(RECORD) as server:
        yield server


@pytest.fixture
def reader():
    with threads() as reader:
        yield reader


def reading(reader, server, within=BOUND, token=TOKEN, registered=None):
    client = CdsClient(name="ehr", fhir_servers=(registered or server.base,))
    invocation = Invocation(hook=Hook(name="patient-view", patient_id="p1"), fhir_server=server.base, access_token=token)
    return reader.reading(client, invocation, monotonic() + within)


def ask(reader, server, query=SEARCH, **options):
    return reading(reader, server, **options)({"key": query})["key"]


def ids(fetched):
    return [entry["resource"]["id"] for page in fetched.pages for entry in page.get("entry", ())]


def bundle(*entries, **more):
    return {"resourceType": "Bundle", "type": "searchset", "entry": list(entries)} | more


def paged(url):
    return bundle({"resource": condition(0)}, link=[{"relation": "next", "url": url}])


def test_a_search_and_a_read(reader, server):
    fetched = reading(reader, server)({"conditions": SEARCH, "patient": "Patient/p1"})
    assert ids(fetched["conditions"]) == [f"c{number}" for number in range(7)]
    assert fetched["patient"].pages == (RECORD[0],)
    assert {one.headers["authorization"] for one in server.asked} == {f"Bearer {TOKEN}"}
    assert {one.headers["accept"] for one in server.asked} == {"application/fhir+json"}


def test_a_server_that_is_open_is_read_without_a_token(reader, server):
    assert ask(reader, server, token=None).failure is None
    assert "authorization" not in server.asked[0].headers


def test_an_empty_search_is_an_answer(reader, server):
    fetched = ask(reader, server, "Condition?patient=p2")
    assert (len(fetched.pages), ids(fetched), fetched.failure) == (1, [], None)


def test_codes_arrive_as_they_were_written(reader, server):
    ask(reader, server, "Observation?patient=p1&code=http://loinc.org|1-8,urn:x|a%20b%26c")
    assert server.asked[0].parameters["code"] == ["http://loinc.org|1-8,urn:x|a b&c"]
    assert "|" not in server.asked[0].query, "some servers refuse it unless encoded"


HTML = b"<!DOCTYPE html><title>Sign in</title>"
XML = b'<Bundle xmlns="http://hl7.org/fhir"/>'
OTHER = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"}}


@pytest.mark.parametrize(
    ("script", "expected", "comment"),
    [
        (status(301, Location="/fhir/elsewhere"), Failure.REFUSED, "a redirect"),
        (status(304), Failure.REFUSED, "not modified"),
        (status(400, json.dumps(outcome("invalid")).encode()), Failure.REFUSED, "a query that the server does not know"),
        (status(401), Failure.UNAUTHORIZED, "the token is not accepted"),
        (status(403, json.dumps(outcome("forbidden")).encode()), Failure.FORBIDDEN, "outside the user's scope"),
        (status(404, json.dumps(outcome("not-found")).encode()), Failure.NOT_FOUND, "no such resource, or type"),
        (status(410), Failure.NOT_FOUND, "deleted"),
        (status(429, Retry_After="1"), Failure.THROTTLED, "too many requests"),
        (status(500, HTML, "text/html"), Failure.SERVER_ERROR, "failed"),
        (status(503, Retry_After="1"), Failure.SERVER_ERROR, "not there now"),
        (status(201, json.dumps(bundle()).encode()), Failure.REFUSED, "a status that makes no sense"),
        (json_of(outcome("processing")), Failure.OUTCOME, "an error with status 200"),
        (status(200, HTML, "text/html"), Failure.NOT_FHIR, "a page to sign in"),
        (status(200, XML, "application/fhir+xml"), Failure.NOT_FHIR, "XML"),
        (status(200, b""), Failure.NOT_FHIR, "nothing"),
        (status(200, b'{"resourceType": "Bundle", "entry": ['), Failure.NOT_FHIR, "half of it"),
        (status(200, b"[" * 100_000), Failure.NOT_FHIR, "nested without end"),
        (status(200, b'{"resourceType": "Bundle", "total": NaN}'), Failure.NOT_FHIR, "no JSON number"),
        (status(200, b'{"resourceType": "Bundle\xff"}'), Failure.NOT_FHIR, "not UTF-8"),
        (json_of([]), Failure.NOT_FHIR, "no resource"),
        (json_of({"resourceType": "Patient", "id": "p1"}), Failure.NOT_FHIR, "a resource for a search"),
        (json_of(bundle({"resource": condition(0)}, {"resource": OTHER})), Failure.NOT_FHIR, "matches of another type"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), Failure.NOT_FHIR, "cut off"),
        (status(200, b" " * (LIMIT + 1)), Failure.TOO_LARGE, "too large"),
        (raw(b""), Failure.NOT_FHIR, "hangs up"),
        (hang(), Failure.TIMEOUT, "says nothing"),
        (trickle(b"HTTP/1.1 200 OK\r\n\r\n"), Failure.TIMEOUT, "a byte now and then"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_has_a_name(reader, server, script, expected, comment):
    server.script("/fhir/Condition", script)
    started = monotonic()
    fetched = ask(reader, server, within=SOON if expected is Failure.TIMEOUT else BOUND)
    assert (fetched.pages, fetched.failure) == ((), expected), comment
    assert monotonic() - started < BOUND
    assert set(server.paths) == {"/fhir/Condition"}, "nobody is asked elsewhere"
    assert fetched.failure.problem, comment
    assert fetched.failure.remedy, comment


@pytest.mark.parametrize(
    ("answer", "failure", "comment"),
    [
        ({"resourceType": "Patient", "id": "p1"}, None, "the Patient"),
        ({"resourceType": "Patient"}, None, "without its id"),
        ({"resourceType": "Patient", "id": "p2"}, Failure.NOT_FHIR, "another"),
        ({"resourceType": "Person", "id": "p1"}, Failure.NOT_FHIR, "another type"),
        (bundle(), Failure.NOT_FHIR, "a Bundle for a read"),
    ],
)
def test_a_read_gives_the_very_resource(reader, server, answer, failure, comment):
    server.script("/fhir/Patient/p1", json_of(answer))
    assert ask(reader, server, "Patient/p1").failure is failure, comment


def test_outcomes_and_included_resources_belong_to_a_search(reader, server):
    entries = [
        {"resource": condition(0)},
        {"resource": OTHER, "search": {"mode": "include"}},
        {"resource": outcome("informational", "warning"), "search": {"mode": "outcome"}},
    ]
    server.script("/fhir/Condition", json_of(bundle(*entries)))
    assert ask(reader, server).failure is None


# Where may be read


def test_a_server_that_is_not_registered_is_never_asked(reader, server):
    asked = reading(reader, server, registered="https://other.example.org/fhir")
    assert asked({"a": SEARCH, "b": "Patient/p1"})["b"].failure is Failure.NOT_REGISTERED
    assert (server.connections, asked.noted["fetched"], asked.noted["fetch_failed"]) == (0, 0, ["not-registered"])


def test_a_call_that_names_no_server_reads_nothing(reader, server):
    client = CdsClient(name="ehr", fhir_servers=(server.base,))
    assert reader.reading(client, Invocation(hook=Hook(name="patient-view")), monotonic()) is None


def test_the_registered_spelling_is_asked(reader, server):
    server.path = "/fhir"
    fetched = ask(reader, server, registered=f"http://127.0.0.1:{server.port}/fhir/")
    assert (fetched.failure, server.paths) == (None, ["/fhir/Condition"])


@pytest.mark.parametrize("token", ["a b", "a\r\nX-Evil: 1", "é", "", "a\x00"])
def test_a_token_that_is_none_is_not_sent(reader, server, token):
    failure = ask(reader, server, token=token).failure
    assert failure is Failure.BAD_TOKEN
    assert "401" not in failure.problem, "nobody was asked"
    assert server.asked == []


def test_the_token_is_not_shown(reader, server):
    asked = reading(reader, server)
    asked({"a": SEARCH})
    assert TOKEN not in repr(asked) + str(asked.noted)


BASE = "https://ehr.example.org/api/fhir"


@pytest.mark.parametrize(
    ("written", "expected", "comment"),
    [
        ("Condition?patient=1", "/Condition?patient=1", "a query"),
        ("Patient/1", "/Patient/1", "a read"),
        ("?_getpages=a", "?_getpages=a", "relative, the base itself"),
        ("/api/fhir?_getpages=a", "?_getpages=a", "relative to the host"),
        ("https://ehr.example.org/api/fhir?_getpages=a&_count=2", "?_getpages=a&_count=2", "as HAPI writes it"),
        ("https://ehr.example.org/api/fhir/Condition?page=2", "/Condition?page=2", "in full"),
        ("https://EHR.example.org:443/api/fhir/Condition?page=2", "/Condition?page=2", "in another spelling"),
        ("https://ehr.example.org/api/fhir/Condition?a=b c|d#f", "/Condition?a=b%20c%7Cd", "not encoded"),
        ("Condition?a=b\r\nX-Evil: 1", "/Condition?a=bX-Evil:%201", "a line break is none in an address"),
        ("http://ehr.example.org/api/fhir/Condition?page=2", None, "without TLS"),
        ("https://evil.example.org/api/fhir/Condition?page=2", None, "another host"),
        ("https://ehr.example.org:8443/api/fhir/Condition", None, "another port"),
        ("https://ehr.example.org:port/api/fhir", None, "no port"),
        ("https://[::1/api/fhir", None, "no address"),
        ("//evil.example.org/api/fhir/Condition", None, "another host, without a scheme"),
        ("\\\\evil.example.org\\api\\fhir", None, "backslashes"),
        ("https://ehr.example.org@evil.example.org/api/fhir/Condition", None, "a user name that looks like the host"),
        ("https://evil@ehr.example.org/api/fhir/Condition", None, "a user name"),
        ("https://ehr.example.org.evil.org/api/fhir/Condition", None, "a host that begins alike"),
        ("https://ehr.example.org/api/fhirevil/Condition", None, "a path that begins alike"),
        ("https://ehr.example.org/admin", None, "beside the base"),
        ("../admin", None, "up"),
        ("Patient/../../admin", None, "down and up"),
        ("Patient/%2e%2e/%2E%2e/admin", None, "up, encoded"),
        ("Patient/%252e%252e/admin", None, "up, encoded twice"),
        ("Patient/..%5c..%5cadmin", None, "up, with backslashes"),
        ("file:///etc/passwd", None, "another scheme"),
        ("javascript:alert(1)", None, "no address of a server"),
    ],
)
def test_links_stay_below_the_base(written, expected, comment):
    found = within(BASE, written)
    assert found == (None if expected is None else BASE + expected), comment


def test_a_base_without_a_path():
    assert within("https://ehr.example.org", "https://ehr.example.org/?_getpages=a") == "https://ehr.example.org?_getpages=a"
    assert within("https://ehr.example.org", "Patient/1") == "https://ehr.example.org/Patient/1"


# Pages


def test_pages_are_followed_with_the_token(reader, server):
    server.page = 3
    fetched = ask(reader, server)
    assert ids(fetched) == [f"c{number}" for number in range(7)]
    assert (len(fetched.pages), fetched.failure) == (3, None)
    assert server.paths == ["/fhir/Condition", "/fhir", "/fhir"]
    assert {one.headers["authorization"] for one in server.asked} == {f"Bearer {TOKEN}"}


def test_the_next_page_of_what_was_prefetched(reader, server):
    server.page = 3
    assert len(ids(ask(reader, server, f"{server.base}?_getpages=Condition&patient=p1&_offset=3"))) == 4


def test_pages_elsewhere_are_not_read(reader, server):
    with Server() as other:
        server.script("/fhir/Condition", json_of(paged(f"{other.origin}/fhir?_getpages=a")))
        fetched = ask(reader, server)
    assert (len(fetched.pages), fetched.failure) == (1, Failure.LINK)
    assert other.connections == 0


def test_pages_in_a_circle_end(reader, server):
    server.script("/fhir", json_of(paged("?_getpages=b")))
    server.script("/fhir/Condition", json_of(paged("?_getpages=b")))
    fetched = ask(reader, server)
    assert (len(fetched.pages), fetched.failure) == (2, Failure.LINK)


def test_pages_without_end_end(reader, server, monkeypatch):
    monkeypatch.setattr(fhir, "MAX_PAGES", 5)
    server.script("/fhir/Condition", *(json_of(paged(f"Condition?page={number}")) for number in range(10)))
    fetched = ask(reader, server)
    assert (len(fetched.pages), fetched.failure) == (5, Failure.LINK)


def test_pages_together_are_no_larger_than_one_answer_may_be(reader, server):
    large = paged("Condition?page=2") | {"meta": {"tag": [{"display": "x" * (LIMIT // 2)}]}}
    server.script("/fhir/Condition", json_of(large))
    fetched = ask(reader, server)
    assert (len(fetched.pages), fetched.failure) == (1, Failure.TOO_LARGE)


def test_what_came_before_the_end_is_kept(reader, server, monkeypatch):
    monkeypatch.setattr(fhir, "GRACE", BOUND)  # a busy machine may be slow to hand over
    server.script("/fhir/Condition", json_of(paged("?_getpages=b")))
    server.script("/fhir", hang())
    fetched = ask(reader, server, within=WHILE)
    assert (ids(fetched), fetched.failure) == (["c0"], Failure.TIMEOUT)


# Time, threads and connections


def test_everything_is_asked_at_once_over_kept_connections(reader, server):
    together = threading.Barrier(10)

    def script(exchange):
        together.wait(BOUND)
        exchange.send(json.dumps(bundle()).encode())

    wanted = {f"key{number}": f"Condition?patient=p{number}" for number in range(10)}
    server.script("/fhir/Condition", script)
    for _ in range(3):
        asked = reading(reader, server)
        assert {fetched.failure for fetched in asked(wanted).values()} == {None}
        assert asked.noted["fetched"] == 10
        assert asked.noted["fetch_failed"] == []
    assert (len(server.asked), server.connections) == (30, 10)


def test_what_answers_counts_though_something_else_hangs(reader, server):
    server.script("/fhir/Observation", hang())
    asked = reading(reader, server, within=WHILE)
    fetched = asked({"conditions": SEARCH, "labs": "Observation?patient=p1"})
    assert (len(ids(fetched["conditions"])), fetched["labs"].failure) == (7, Failure.TIMEOUT)
    assert asked.noted["fetch_failed"] == ["timeout"]
    assert WHILE * 900 < asked.noted["fetch_ms"] < BOUND * 1000


def test_threads_are_free_again_when_the_time_of_a_call_is_over(server):
    """Two threads, and more calls on a server that hangs than there are threads; afterwards there is one that answers."""
    server.script("/fhir/Observation", hang())
    with threads(2) as reader:
        for _ in range(3):
            fetched = reading(reader, server, within=SOON)({f"k{number}": "Observation?patient=p1" for number in range(6)})
            assert {answer.failure for answer in fetched.values()} == {Failure.TIMEOUT}
        assert ask(reader, server).failure is None


def test_what_finds_no_thread_is_not_answered_in_time(server):
    """A thread that nothing can end (a name that is not looked up) holds up others no longer than their own time."""
    free = threading.Event()
    with threads(1) as reader:
        reader._threads.get().submit(free.wait, BOUND)
        started = monotonic()
        assert ask(reader, server, within=SOON).failure is Failure.TIMEOUT
        assert monotonic() - started < BOUND
        free.set()
        assert ask(reader, server).failure is None
    assert len(server.asked) == 1, "what was given up before it began is not asked for later"


def test_no_time_left_is_no_request(reader, server):
    assert ask(reader, server, within=-1).failure is Failure.TIMEOUT
    assert server.asked == []


def test_nobody_there(reader):
    with FhirServer() as gone:
        pass
    assert ask(reader, gone).failure is Failure.UNREACHABLE


def test_closing_twice_closes(reader, server):
    ask(reader, server)
    reader.close()
    reader.close()
