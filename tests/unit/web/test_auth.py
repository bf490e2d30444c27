"""Who may call what, and what those learn who may not."""

import io
import json
import threading
import time

import pytest

from cds_service.cds_clients import CdsClients
from cds_service.errors import StoreUnavailable
from cds_service.tokens import Authenticator, KeysUnavailable, Refusal, read_jwks
from cds_service.tokens.keys import find_key
from cds_service.web.auth import is_guarded
from tests.builders.tokens import Issuer, private_key
from tests.unit.web.edge import CALL, Edge

EHR = Issuer()
BASE = "https://cds.example.org/base"
DISCOVERY, HOOK, FEEDBACK = "/cds-services", "/cds-services/s1", "/cds-services/s1/feedback"


class Memory:
    """Used ids, and the keys of the EHR."""

    def __init__(self):
        self.used = set()
        self.lock = threading.Lock()
        self.keys = read_jwks(json.dumps(EHR.jwks).encode())
        self.failure = None

    def first_use(self, issuer, jti, _):
        if self.failure:
            raise self.failure
        with self.lock:
            first = (issuer, jti) not in self.used
            self.used.add((issuer, jti))
            return first

    def find(self, _, kid, algorithm):
        if self.keys is None:
            raise KeysUnavailable
        return find_key(self.keys, kid, algorithm)


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def edge(memory):
    clients = CdsClients((EHR.client(), Issuer(name="south", issuer="https://south.example.org").client(tenants=("s",))))
    return Edge(authenticator=Authenticator(clients, memory, memory, 10), public_url=BASE)


def headers(path, **changes):
    return EHR.headers(BASE + path, **changes)


def ask(edge, path, method="GET", **options):
    return edge.client.open(path, method=method, **options)


def test_a_token_opens_discovery_and_calls(edge):
    assert ask(edge, DISCOVERY, headers=headers(DISCOVERY)).json == edge.discovery
    assert edge.call(headers=headers(HOOK, tenant="north")).json == {"cards": []}
    [caller] = edge.callers
    assert (caller.client.name, caller.issuer, caller.tenant) == (EHR.name, EHR.issuer, "north")
    assert [line["client"] for line in edge.lines] == [EHR.name] * 2


def test_below_the_base_path_too(edge):
    assert ask(edge, f"/base{DISCOVERY}", headers=headers(DISCOVERY)).status_code == 200
    assert ask(edge, f"/base{DISCOVERY}").status_code == 401


@pytest.mark.parametrize("path", [DISCOVERY, f"{DISCOVERY}/"])
@pytest.mark.parametrize("named", [DISCOVERY, f"{DISCOVERY}/"])
def test_a_slash_at_the_end_is_no_difference(edge, path, named):
    assert ask(edge, path, headers=headers(named)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "BREW"])
@pytest.mark.parametrize(
    "path",
    [DISCOVERY, f"{DISCOVERY}/", HOOK, f"{HOOK}/", FEEDBACK, "/cds-services/none", "/cds-services/none/feedback",
     "/cds-services/a/b/c", "/cds-services//s1", "/cds-services/../health/live", f"/base{HOOK}", "/openapi.json"],
)  # fmt: skip
def test_without_a_token_nothing_below_is_open(edge, path, method):
    answer = ask(edge, path, method)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert edge.lines[0]["refused"] == Refusal.NO_TOKEN


@pytest.mark.parametrize("path", [f"/{DISCOVERY}", f"//{HOOK}", f"/base/{DISCOVERY}", "/cds-services/s1\0", "/cds-services/\xff", ""])
def test_no_odd_path_leads_around_the_guard(edge, path):
    answer = edge.client.post("/", environ_overrides={"PATH_INFO": path}, json=CALL)
    assert answer.status_code in (401, 404)
    assert not edge.calls


def test_every_route_below_is_guarded(edge):
    rules = {rule.rule for rule in edge.app.url_map.iter_rules()}
    assert {rule for rule in rules if not is_guarded(rule)} == {"/health/live", "/health/ready"}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_open(edge, path):
    assert ask(edge, path).status_code == 200


@pytest.mark.parametrize("path", [DISCOVERY, HOOK, f"/base{HOOK}"])
def test_a_browser_may_ask_beforehand(edge, path):
    asked = {"Origin": "https://sandbox.example.org", "Access-Control-Request-Headers": "authorization,content-type"}
    answer = ask(edge, path, "OPTIONS", headers=asked)
    assert answer.status_code == 204
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_a_page_can_read_that_it_was_refused(edge):
    answer = ask(edge, DISCOVERY, headers={"Origin": "https://sandbox.example.org"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, "*")


# Made when they are sent: the tokens of a long run would have expired
REFUSED = [
    (lambda: {"Authorization": "Basic YTpi"}, Refusal.NOT_BEARER, "another scheme"),
    (lambda: {"Authorization": "Bearer x"}, Refusal.MALFORMED, "no token"),
    (lambda: {"Authorization": f"Bearer {'x' * 9000}"}, Refusal.TOO_LARGE, "an oversize token"),
    (lambda: headers(HOOK, header={"alg": "none"}), Refusal.ALGORITHM, "C13: none"),
    (lambda: headers(HOOK, header={"alg": "HS384"}, key=b"k" * 48), Refusal.ALGORITHM, "C13: HS384"),
    (lambda: headers(HOOK, now=1_700_000_000), Refusal.EXPIRED, "C13: expired"),
    (lambda: headers(HOOK, header={"kid": "x"}), Refusal.KEY, "C13: an unknown kid"),
    (lambda: headers(HOOK, header={"jku": "https://evil.example.org"}), Refusal.JKU, "C13: a jku that is not registered"),
    (lambda: headers(HOOK, iss="https://south.example.org", tenant="n"), Refusal.TENANT, "C13: another tenant"),
    (lambda: headers(HOOK, iss="https://evil.example.org"), Refusal.ISSUER, "an unknown issuer"),
    (lambda: headers(HOOK, key=private_key("ES384", "other")), Refusal.SIGNATURE, "another key"),
    (lambda: headers(DISCOVERY), Refusal.AUDIENCE, "C13: another path"),
    (lambda: headers(FEEDBACK), Refusal.AUDIENCE, "the address of the feedback"),
    (lambda: EHR.headers(f"http://localhost{HOOK}"), Refusal.AUDIENCE, "the address behind the proxy"),
]


@pytest.mark.parametrize(("sent", "reason", "comment"), REFUSED)
def test_whatever_is_wrong_the_answer_is_the_same_and_the_log_says_why(edge, sent, reason, comment):
    answer = edge.call(headers=sent())
    assert (answer.status_code, edge.lines[0]["refused"]) == (401, reason), comment
    nobody = ask(edge, DISCOVERY)
    assert (answer.data, answer.headers["WWW-Authenticate"]) == (nobody.data, nobody.headers["WWW-Authenticate"])
    assert not edge.calls


def test_the_log_has_a_word_and_nothing_of_the_token(edge):
    edge.call(headers=headers(HOOK, iss="https://Margaret.example.org", jti="Margaret", sub="Margaret"))
    assert b"argaret" not in edge.log.getvalue()
    assert edge.lines[0].keys() >= {"refused", "status", "route"}
    assert "client" not in edge.lines[0]


def test_accepted_are_an_aud_list_and_an_iat_that_was_rounded_up(edge):
    sent = EHR.headers([BASE + HOOK, "https://other.example.org"], iat=int(time.time()) + 2)
    assert edge.call(headers=sent).status_code == 200


@pytest.mark.parametrize("path", [DISCOVERY, HOOK])
def test_a_token_is_good_once(edge, path):
    sent = headers(path)
    answers = [ask(edge, path, "GET" if path == DISCOVERY else "POST", json=CALL, headers=sent).status_code for _ in range(3)]
    assert answers == [200, 401, 401]
    assert [line.get("refused") for line in edge.lines] == [None, Refusal.REPLAYED, Refusal.REPLAYED]


def test_a_call_that_is_refused_later_has_used_its_token(edge):
    sent = headers(HOOK)
    assert edge.call(b"{", headers=sent).status_code == 400
    assert edge.call(headers=sent).status_code == 401


def test_of_twenty_calls_at_once_one_is_let_in(edge):
    sent, go, statuses = headers(HOOK), threading.Barrier(20), []

    def call():
        go.wait()
        statuses.append(edge.app.test_client().post(HOOK, json=CALL, headers=sent).status_code)

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [401] * 19


class Broken(io.RawIOBase):
    """A body that cannot be read."""

    def readinto(self, *_):
        raise OSError


@pytest.mark.parametrize(
    ("sent", "comment"),
    [
        ({"data": b"[" * 1_000_000}, "nested deeply"),
        ({"data": b"{}", "content_type": "text/plain"}, "not declared as JSON"),
        ({"data": b"x", "headers": {"Content-Encoding": "gzip"}}, "not gzip"),
        ({"environ_overrides": {"wsgi.input": Broken(), "CONTENT_LENGTH": "1000"}}, "cut off"),
        ({"environ_overrides": {"CONTENT_LENGTH": "-1"}}, "a length that is none"),
    ],
)
def test_the_body_of_a_stranger_is_not_looked_at(edge, sent, comment):
    assert edge.client.post(HOOK, **sent).status_code == 401, comment


def test_a_stranger_does_not_learn_which_services_there_are(edge):
    known, unknown = edge.call(), edge.call(service="none")
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert edge.call(service="none", headers=headers("/cds-services/none")).status_code == 404


def test_keys_that_cannot_be_had_refuse_like_anything_else(edge, memory):
    memory.keys = None
    answer = edge.call(headers=headers(HOOK))
    assert (answer.status_code, edge.lines[0]["refused"]) == (401, Refusal.NO_KEYS)


def test_without_the_memory_of_ids_nobody_is_let_in(edge, memory):
    memory.failure = StoreUnavailable("the database cannot be reached")
    answer = edge.call(headers=headers(HOOK))
    assert answer.status_code == 503
    assert not edge.calls


def test_where_nobody_authenticates_a_token_changes_nothing():
    edge = Edge()
    assert edge.call(headers={"Authorization": "Bearer x"}).status_code == 200
    assert edge.callers == [None]
