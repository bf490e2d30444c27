"""Key sets: what becomes a key, for which algorithms, and what is left out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.tokens import NotAKeySet, read_jwks
from tests.builders.tokens import Issuer, jwk_of, private_key

EC = Issuer().jwk
RSA = Issuer(algorithm="RS384").jwk
BARE_RSA = {name: value for name, value in RSA.items() if name not in ("alg", "use")}


def read(*jwks, **members):
    return read_jwks(json.dumps({"keys": list(jwks)} | members).encode())


@pytest.mark.parametrize(
    ("jwk", "algorithms", "comment"),
    [
        (EC, {"ES384"}, "a curve has one algorithm"),
        (RSA, {"RS384"}, "alg binds it"),
        (BARE_RSA, {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}, "without alg: all of RSA, nothing else"),
        (jwk_of(private_key("ES256").public_key(), "k"), {"ES256"}, "P-256"),
        (jwk_of(private_key("ES512").public_key(), "k"), {"ES512"}, "P-521"),
        (jwk_of(private_key("EdDSA").public_key(), "k"), {"EdDSA"}, "Ed25519"),
        (EC | {"key_ops": ["verify"]}, {"ES384"}, "said to be for checking"),
        (EC | {"x5c": ["MII"], "exp": 1}, {"ES384"}, "other members do not matter"),
    ],
)
def test_a_key_serves_what_its_type_and_alg_say(jwk, algorithms, comment):
    [key] = read(jwk)
    assert key.algorithms == algorithms, comment


@pytest.mark.parametrize(
    ("jwk", "comment"),
    [
        (EC | {"use": "enc"}, "for encryption"),
        (EC | {"key_ops": ["sign"]}, "for signing only"),
        (EC | {"key_ops": "verify"}, "key_ops no list"),
        (EC | {"kid": None}, "no kid"),
        (EC | {"kid": ""}, "an empty kid"),
        (EC | {"kid": 7}, "kid a number"),
        (EC | {"alg": "ES256"}, "an algorithm that its curve cannot"),
        (RSA | {"alg": "HS384"}, "a secret's algorithm on a public key"),
        (RSA | {"alg": "none"}, "none"),
        (EC | {"kty": "RSA"}, "an EC key called RSA"),
        (RSA | {"kty": "EC"}, "an RSA key called EC"),
        (EC | {"crv": "P-256"}, "the wrong curve"),
        (EC | {"crv": "secp256k1"}, "a curve of no algorithm here"),
        (EC | {"crv": ["P-384"]}, "crv a list"),
        (EC | {"kty": 7}, "kty a number"),
        (EC | {"x": "AA"}, "a point that is on no curve"),
        (EC | {"x": 7}, "x a number"),
        (RSA | {"n": ""}, "no modulus"),
        (RSA | {"e": "AQ"}, "an exponent of 1"),
        (jwk_of(private_key("RS384", "weak", 1024).public_key(), "k"), "weak RSA"),
        (jwk_of(private_key("ES384"), "k"), "a private key in the open"),
        (jwk_of(private_key("RS384"), "k"), "a private RSA key"),
        ({"kty": "oct", "k": "c2VjcmV0", "kid": "k"}, "a secret"),
        ({"kty": "OKP", "crv": "X25519", "x": "AA", "kid": "k"}, "a key for agreement"),
        ({}, "nothing"),
        ("text", "no object"),
    ],
)
def test_other_keys_are_left_out_and_do_not_spoil_the_set(jwk, comment):
    assert [key.kid for key in read(jwk, EC)] == [EC["kid"]], comment


def test_a_set_without_keys_is_one():
    assert read() == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"[]", b"7", b"{}", b'{"keys": {}}', b'{"keys": null}', b"\xff", b"[" * 100_000, b'{"keys":' + b"[" * 100_000, b"<html/>"],
)
def test_what_is_no_key_set_is_refused(content):
    with pytest.raises(NotAKeySet):
        read_jwks(content)


VALUES = st.none() | st.text(max_size=9) | st.integers(-1, 9) | st.lists(st.text(max_size=9), max_size=2)


@given(st.sampled_from([RSA, EC]), st.dictionaries(st.sampled_from(["kid", "n", "e", "x", "y", "kty", "crv", "alg"]), VALUES, max_size=3))
def test_no_key_breaks_the_reading(jwk, changes):
    for key in read(jwk | changes):
        assert key.algorithms
