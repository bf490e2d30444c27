"""A token is good once; only a token that is good otherwise counts as used."""

import pytest

from cds_service.cds_clients import CdsClients
from cds_service.errors import Unauthenticated
from cds_service.tokens import Authenticator, Refusal
from tests.builders.tokens import Issuer, private_key
from tests.unit.tokens.test_verify import BOTH, LEEWAY, NOW, URL

EHR = Issuer()


class StoreDown(Exception):
    """The memory of ids cannot be reached."""


class Used:
    """The ids that were noted."""

    def __init__(self):
        self.noted = {}

    def first_use(self, issuer, jti, expires):
        first = (issuer, jti) not in self.noted
        self.noted.setdefault((issuer, jti), expires)
        return first


@pytest.fixture
def used():
    return Used()


@pytest.fixture
def authenticator(used):
    return Authenticator(CdsClients((EHR.client(),)), BOTH, used, LEEWAY, clock=lambda: NOW)


def bearer(**changes):
    return f"Bearer {EHR.token(URL, now=NOW, **changes)}"


def test_the_second_use_is_refused(authenticator, used):
    header = bearer(jti="j1")
    assert authenticator.caller(header, URL).client.name == EHR.name
    with pytest.raises(Unauthenticated) as caught:
        authenticator.caller(header, URL)
    assert caught.value.reason == Refusal.REPLAYED
    assert used.noted == {(EHR.issuer, "j1"): NOW + 300 + LEEWAY}


@pytest.mark.parametrize("changes", [{"key": private_key("ES384", "other")}, {"aud": "https://elsewhere"}, {"exp": NOW - 60}])
def test_a_token_that_is_not_good_uses_up_no_id(authenticator, used, changes):
    with pytest.raises(Unauthenticated):
        authenticator.caller(bearer(jti="j1", **changes), URL)
    assert not used.noted
    assert authenticator.caller(bearer(jti="j1"), URL)


def test_a_memory_of_ids_that_fails_lets_nobody_in(authenticator, used, monkeypatch):
    def fail(*_):
        raise StoreDown

    monkeypatch.setattr(used, "first_use", fail)
    with pytest.raises(StoreDown):
        authenticator.caller(bearer(), URL)
