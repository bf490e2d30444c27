"""What a token must be: each refusal by name, and that real clients' habits pass."""

import base64
import hmac
import json
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from cds_service.cds_clients import CdsClients
from cds_service.errors import Unauthenticated
from cds_service.tokens import KeysUnavailable, Refusal, read_jwks, verify
from cds_service.tokens.keys import find_key
from cds_service.tokens.verify import MAX_LIFETIME, MAX_TOKEN
from tests.builders.tokens import Issuer, jwk_of, private_key

NOW = 1_800_000_000
LEEWAY = 10
BASE = "https://cds.example.org/cds-services"
URL = f"{BASE}/s1"
EHR = Issuer()
RSA = Issuer(algorithm="RS384")
OTHER = private_key("ES384", "other")


class Held:
    """Keys at hand; asked for any other client it has none."""

    def __init__(self, *jwks):
        self.keys = read_jwks(json.dumps({"keys": list(jwks)}).encode())
        self.asked = []

    def find(self, client, kid, algorithm):
        self.asked.append(client.name)
        return find_key(self.keys, kid, algorithm)


BOTH = Held(EHR.jwk, RSA.jwk)


REGISTERED = (EHR.client(),)


def check(header, clients=REGISTERED, keys=BOTH, endpoint=URL, now=NOW):
    return verify(header, CdsClients(tuple(clients)), keys, now, endpoint, LEEWAY)


def bearer(issuer=EHR, **changes):
    return f"Bearer {issuer.token(changes.pop('aud', URL), now=NOW, **changes)}"


def refused(header, **options):
    with pytest.raises(Unauthenticated) as caught:
        check(header, **options)
    return caught.value.reason


@pytest.mark.parametrize(
    ("header", "comment"),
    [
        (bearer(), "ES384"),
        (bearer(RSA), "RS384"),
        (bearer().replace("Bearer", "bEARER"), "the scheme in any case"),
        (bearer().replace(" ", "   "), "more spaces"),
        (bearer(header={"typ": "jwt"}), "typ in any case"),
        (bearer(header={"jku": None}), "keys are where they were registered, said or not"),
        (bearer(aud=[URL]), "aud as a list"),
        (bearer(aud=["https://other.example.org", URL]), "aud names us among others"),
        (bearer(aud=f"{URL}/"), "a slash at the end"),
        (bearer(iat=NOW + 2), "the sandbox rounds iat up"),
        (bearer(iat=NOW + 0.5, exp=NOW + 10.5), "times with a fraction"),
        (bearer(iat=NOW - 310, exp=NOW - 9), "expired within the leeway"),
        (bearer(RSA, nbf=NOW - 300, exp=NOW + 900, sub="client-id"), "Epic: nbf before iat, sub"),
        (bearer(RSA, exp=NOW + 1200), "twenty minutes"),
        (bearer(exp=NOW + MAX_LIFETIME), "as long as may be"),
        (bearer(tenant="north"), "a tenant, where none is registered"),
        (bearer(jti="a\0b" * 99 + "\ud800"), "a jti can be any text; the store keeps a digest"),
        (bearer(header={"jwk": jwk_of(OTHER.public_key(), "x"), "x5u": "https://x"}), "keys in it are not looked at"),
    ],
)
def test_a_token_of_a_registered_client_is_good(header, comment):
    token = check(header)
    assert (token.caller.client.name, token.caller.issuer) == (EHR.name, EHR.issuer), comment


def test_a_good_token_tells_who_and_until_when_it_must_be_remembered():
    token = check(bearer(jti="j1", tenant="north", exp=NOW + 60.2))
    assert (token.jti, token.expires, token.caller.tenant) == ("j1", NOW + 60 + LEEWAY + 1, "north")


@pytest.mark.parametrize(
    ("header", "reason", "comment"),
    [
        (None, Refusal.NO_TOKEN, "no header"),
        ("", Refusal.NO_TOKEN, "an empty header"),
        ("Bearer", Refusal.NO_TOKEN, "nothing after the scheme"),
        ("Basic YTpi", Refusal.NOT_BEARER, "a password"),
        (bearer().removeprefix("Bearer "), Refusal.NOT_BEARER, "no scheme"),
        (f"{bearer()}, {bearer()}", Refusal.MALFORMED, "two headers, as servers join them"),
        ("Bearer é", Refusal.MALFORMED, "not ASCII"),
        ("Bearer a.b", Refusal.MALFORMED, "two parts"),
        (bearer() + ".a.b", Refusal.MALFORMED, "five parts, as encrypted tokens have"),
        (bearer(header={"typ": None}), Refusal.TYPE, "typ is required"),
        (bearer(header={"typ": "at+jwt"}), Refusal.TYPE, "a token for another purpose"),
        (bearer(header={"typ": 7}), Refusal.TYPE, "typ a number"),
        (bearer(header={"alg": "none"}), Refusal.ALGORITHM, "C13: none"),
        (bearer(header={"alg": "HS384"}, key=b"k" * 48), Refusal.ALGORITHM, "C13: a shared secret"),
        (bearer(Issuer(algorithm="RS256")), Refusal.ALGORITHM, "not among the client's algorithms"),
        (bearer(header={"kid": None}), Refusal.KEY, "kid is required"),
        (bearer(header={"kid": ""}), Refusal.KEY, "an empty kid"),
        (bearer(header={"kid": "unknown"}), Refusal.KEY, "C13: an unknown kid"),
        (bearer(header={"kid": RSA.kid}), Refusal.KEY, "ES384 with the id of an RSA key"),
        (bearer(RSA, header={"kid": EHR.kid}), Refusal.KEY, "RS384 with the id of an EC key"),
        (bearer(header={"kid": ["a"]}), Refusal.MALFORMED, "kid a list"),
        (bearer(header={"jku": "https://evil.example.org/jwks"}), Refusal.JKU, "C13: a jku that is not registered"),
        (bearer(header={"jku": f"{EHR.jku}/"}), Refusal.JKU, "nearly the registered one"),
        (bearer(header={"jku": 7}), Refusal.JKU, "jku a number"),
        (bearer(header={"crit": ["exp"]}), Refusal.MALFORMED, "an extension that must be understood"),
        (bearer(header={"crit": ["b64"], "b64": True}), Refusal.MALFORMED, "even one that the library knows"),
        (bearer(key=OTHER), Refusal.SIGNATURE, "signed with another key"),
        (bearer(key=OTHER, header={"jwk": jwk_of(OTHER.public_key(), EHR.kid)}), Refusal.SIGNATURE, "that brings its own key"),
        (bearer(iss="https://other.example.org"), Refusal.ISSUER, "an issuer that is not registered"),
        (bearer(iss=None), Refusal.CLAIMS, "no iss"),
        (bearer(iss=[EHR.issuer]), Refusal.CLAIMS, "iss a list"),
        (bearer(aud=None), Refusal.CLAIMS, "no aud"),
        (bearer(aud=[]), Refusal.CLAIMS, "aud an empty list"),
        (bearer(aud=[URL, 7]), Refusal.CLAIMS, "aud with a number"),
        (bearer(aud={"url": URL}), Refusal.CLAIMS, "aud an object"),
        (bearer(aud=BASE), Refusal.AUDIENCE, "C13: another path"),
        (bearer(aud=f"{URL}/feedback"), Refusal.AUDIENCE, "a longer path"),
        (bearer(aud=URL.upper()), Refusal.AUDIENCE, "in capitals"),
        (bearer(aud="https://other.example.org/cds-services/s1"), Refusal.AUDIENCE, "another host"),
        (bearer(exp=None), Refusal.CLAIMS, "no exp"),
        (bearer(iat=None), Refusal.CLAIMS, "no iat"),
        (bearer(jti=None), Refusal.CLAIMS, "no jti"),
        (bearer(jti=""), Refusal.CLAIMS, "an empty jti"),
        (bearer(jti=7), Refusal.CLAIMS, "jti a number"),
        (bearer(tenant=7), Refusal.CLAIMS, "tenant a number"),
        (bearer(tenant=""), Refusal.CLAIMS, "an empty tenant"),
        (bearer(tenant="x" * 256), Refusal.CLAIMS, "tenant too long to keep"),
        (bearer(tenant="a\nb"), Refusal.CLAIMS, "tenant with a line break"),
        (bearer(tenant="a\0b"), Refusal.CLAIMS, "tenant with NUL, which databases refuse"),
        (bearer(tenant="\ud800"), Refusal.CLAIMS, "tenant with half a character"),
        (bearer(exp=NOW - 10), Refusal.EXPIRED, "C13: expired, beyond the leeway"),
        (bearer(iat=NOW + 11), Refusal.EARLY, "issued in the future"),
        (bearer(nbf=NOW + 11), Refusal.EARLY, "not yet good"),
        (bearer(exp=NOW + MAX_LIFETIME + 1), Refusal.LIFETIME, "good for too long"),
        (bearer(exp=float("inf")), Refusal.CLAIMS, "good for ever"),
        (bearer(exp=float("nan")), Refusal.CLAIMS, "NaN"),
        (bearer(exp=10**400), Refusal.CLAIMS, "a number beyond floats"),
        (bearer(exp=str(NOW + 60)), Refusal.CLAIMS, "a text of digits"),
        (bearer(exp=True), Refusal.CLAIMS, "true"),
        (bearer(iat=-1), Refusal.CLAIMS, "before time"),
        (bearer(iat=False), Refusal.CLAIMS, "false"),
        (bearer(nbf="soon"), Refusal.CLAIMS, "nbf a text"),
        (f"Bearer {'a' * (MAX_TOKEN + 1)}", Refusal.TOO_LARGE, "one character too long"),
        (f"Bearer {'a' * MAX_TOKEN}", Refusal.MALFORMED, "as long as may be"),
    ],
)
def test_every_other_token_is_refused_with_a_reason_for_the_log(header, reason, comment):
    assert refused(header) == reason, comment


def segment(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def segments(header, payload, signature=b"x"):
    return "Bearer " + ".".join(map(segment, (header, payload, signature)))


HEAD = json.dumps({"alg": "ES384", "typ": "JWT", "kid": EHR.kid}).encode()
DEEP = b"[" * 2500


@pytest.mark.parametrize(
    ("header", "comment"),
    [
        (segments(b"x", b"{}"), "a header that is not JSON"),
        (segments(b"[]", b"{}"), "a header that is a list"),
        (segments(b'{"alg": "ES384"', b"{}"), "a header cut off"),
        (segments(DEEP, b"{}"), "a header nested deeply"),
        (segments(b'{"a":' * 800, b"{}"), "objects nested deeply"),
        (segments(b"\xff\xfe", b"{}"), "bytes that are no text"),
        (segments(b'{"n":' + b"9" * 5000 + b"}", b"{}"), "an endless number"),
        (segments(HEAD, b"x"), "claims that are not JSON"),
        (segments(HEAD, b"7"), "claims that are a number"),
        (segments(HEAD, DEEP), "claims nested deeply"),
        (segments(HEAD, b"{}").replace(".", "\0"), "NUL"),
        (segments(HEAD, b"{}") + "!", "not base64"),
        ("Bearer ...", "only dots"),
        (segments(HEAD[:-1] + b', "b64": false}', b"{}"), "a detached payload"),
    ],
)
def test_what_is_no_token_is_malformed(header, comment):
    assert refused(header) == Refusal.MALFORMED, comment


@given(st.text(max_size=200), st.binary(max_size=80), st.recursive(st.none() | st.floats() | st.text() | st.booleans(), st.lists))
def test_no_header_breaks_the_check(text, raw, value):
    for header in (text, f"Bearer {text}", segments(raw, raw, raw), segments(HEAD, json.dumps({"iss": value}).encode())):
        assert refused(header) in set(Refusal)


@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "jti", "tenant", "sub"]),
        st.none() | st.floats() | st.integers() | st.text() | st.booleans() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
        min_size=1,
    )
)
def test_no_signed_claims_break_the_check(claims):
    with suppress(Unauthenticated):
        check(bearer(**claims))


def test_a_public_key_is_no_shared_secret():
    """Key confusion: whoever knows the public key signs with it as if it were a secret."""
    for form in (serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1):
        public = RSA.key.public_key().public_bytes(serialization.Encoding.PEM, form)
        for algorithm in ("HS256", "HS384", "HS512"):
            head = {"alg": algorithm, "typ": "JWT", "kid": RSA.kid}
            forged = hmac_signed(head, {"iss": EHR.issuer, "aud": URL, "iat": NOW, "exp": NOW + 60, "jti": "1"}, public)
            assert refused(f"Bearer {forged}") == Refusal.ALGORITHM


def hmac_signed(header, claims, secret):
    head, body = (segment(json.dumps(part).encode()) for part in (header, claims))
    digest = hmac.digest(secret, f"{head}.{body}".encode(), f"sha{header['alg'][2:]}")
    return f"{head}.{body}.{segment(digest)}"


def test_the_same_key_does_not_serve_another_algorithm_of_its_kind():
    issuer = Issuer(algorithm="RS384")
    both = [issuer.client(algorithms=("RS256", "RS384"))]
    other = bearer(issuer, header={"alg": "RS256"})
    assert refused(other, clients=both, keys=Held(issuer.jwk)) == Refusal.KEY
    free = {name: value for name, value in issuer.jwk.items() if name != "alg"}
    assert check(other, clients=both, keys=Held(free)), "without alg it serves what its type can"


@pytest.mark.parametrize("algorithm", ["ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512", "EdDSA"])
def test_a_site_may_register_other_algorithms(algorithm):
    issuer = Issuer(algorithm=algorithm)
    assert check(bearer(issuer), clients=[issuer.client(algorithms=(algorithm,))], keys=Held(issuer.jwk))


def test_a_changed_token_is_refused():
    head, body, signature = bearer().removeprefix("Bearer ").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = segment(json.dumps(claims | {"tenant": "other"}).encode())
    assert refused(f"Bearer {head}.{changed}.{signature}") == Refusal.SIGNATURE
    assert refused(f"Bearer {head}.{body}.{signature[:-4]}AAAA") == Refusal.SIGNATURE
    assert refused(f"Bearer {head}.{body}.") == Refusal.SIGNATURE


def test_the_tenant_tells_clients_of_one_issuer_apart():
    north, south = (EHR.client(name=name, tenants=(name,)) for name in ("north", "south"))
    assert check(bearer(tenant="south"), clients=[north, south]).caller.client is south
    assert refused(bearer(tenant="west"), clients=[north, south]) == Refusal.TENANT
    assert refused(bearer(), clients=[north, south]) == Refusal.TENANT


def test_the_keys_are_those_of_the_tenant():
    other = Issuer(key_name="other")
    north, south = EHR.client(name="north", tenants=("north",)), EHR.client(name="south", tenants=("south",))

    class Each:
        def find(self, client, kid, algorithm):
            return (Held(EHR.jwk) if client is north else Held(other.jwk)).find(client, kid, algorithm)

    assert check(bearer(tenant="north"), clients=[north, south], keys=Each())
    assert refused(bearer(tenant="south"), clients=[north, south], keys=Each()) == Refusal.KEY


def test_a_registered_audience_is_as_good_as_the_address():
    epic = EHR.client(audience=("hand-typed",))
    assert check(bearer(aud="hand-typed"), clients=[epic])
    assert check(bearer(), clients=[epic])
    assert refused(bearer(aud="hand-typed/"), clients=[epic]) == Refusal.AUDIENCE


def test_where_keys_are_in_a_file_the_jku_of_a_token_means_nothing(tmp_path):
    out_of_band = EHR.client(jku=None, jwks_file=tmp_path / "keys.json")
    assert check(bearer(header={"jku": "https://anywhere.example.org"}), clients=[out_of_band])


def test_no_key_is_asked_for_before_the_client_is_known():
    keys = Held()
    early = [{"iss": "https://other.example.org"}, {"header": {"alg": "none"}}, {"header": {"jku": "https://x"}}]
    for header in ["Bearer x", *(bearer(**changes) for changes in early)]:
        refused(header, keys=keys)
    assert keys.asked == []


def test_keys_that_cannot_be_had_are_a_reason_of_their_own():
    class Nowhere:
        def find(self, *_):
            raise KeysUnavailable

    assert refused(bearer(), keys=Nowhere()) == Refusal.NO_KEYS


def test_the_error_says_nothing_of_the_reason():
    texts = {(str(error), error.remedy, error.where) for error in map(Unauthenticated, Refusal)}
    assert len(texts) == 1
