"""The record completed from a real FHIR server: the same cards as with everything prefetched."""

from __future__ import annotations

import pytest
import requests

from tests.builders.fhir_server import Server
from tests.builders.request import KEYS, request
from tests.e2e.conftest import HOSPITAL, PAGE
from tests.e2e.patients import ANORECTAL, CALLS

TOKEN = "token-for-the-fhir-server"
AUTHORIZATION = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "cds"}
IDS = [f"{patient.id}-{hook}" for patient, hook, _ in CALLS]


def reading(body, server, keys=()):
    """The call with only some keys prefetched, and the FHIR server for the others."""
    kept = {key: body["prefetch"][key] for key in keys}
    return body | {"fhirServer": server, "fhirAuthorization": AUTHORIZATION, "prefetch": kept}


def cards(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["cards"]


def searched(asked):
    """The types that were read or searched, first pages only."""
    return sorted(one.path.split("/")[2] for one in asked if one.path != "/fhir")


@pytest.fixture
def asked(proxy):
    """What the FHIR server is asked in one test."""
    proxy.asked.clear()
    return proxy.asked


def test_it_is_the_real_thing(fhir):
    answer = requests.get(f"{fhir}/metadata", timeout=60).json()
    assert (answer["fhirVersion"], answer["software"]["name"]) == ("4.0.1", "HAPI FHIR Server")


@pytest.mark.parametrize(("patient", "hook", "drafts"), CALLS, ids=IDS)
def test_without_prefetch_the_cards_are_those_of_a_full_prefetch(cds, proxy, asked, patient, hook, drafts):
    body = request(patient, hook, drafts)
    expected = cards(cds.call(HOSPITAL, body))
    assert expected
    assert not asked

    assert cards(cds.call(HOSPITAL, reading(body, proxy.base))) == expected
    assert len(searched(asked)) == len(KEYS)
    assert {one.headers.get("authorization") for one in asked} == {f"Bearer {TOKEN}"}


def test_only_what_is_missing_is_read(cds, proxy, asked):
    body = request(ANORECTAL)
    missing = ("conditions", "procedures")
    given = [key for key in KEYS if key not in missing]

    assert cards(cds.call(HOSPITAL, reading(body, proxy.base, given))) == cards(cds.call(HOSPITAL, body))
    assert searched(asked) == ["Condition", "Procedure"]


def test_pages_are_followed_in_what_is_read_and_in_what_is_prefetched(cds, proxy, asked):
    body = request(ANORECTAL)
    cards(cds.call(HOSPITAL, reading(body, proxy.base)))
    assert [one for one in asked if "_getpages" in one.parameters], f"more than {PAGE} matches have a next page"

    first = requests.get(f"{proxy.base}/Condition?patient={ANORECTAL.id}", headers={"Accept": "application/fhir+json"}, timeout=60).json()
    assert len(first["entry"]) == PAGE
    asked.clear()
    paged = reading(body, proxy.base, KEYS) | {"prefetch": body["prefetch"] | {"conditions": first}}
    assert cards(cds.call(HOSPITAL, paged)) == cards(cds.call(HOSPITAL, body))
    assert {one.path for one in asked} == {"/fhir"}
    assert all("_getpages" in one.parameters for one in asked)


def test_a_patient_whom_the_server_does_not_know_gets_no_cards(cds, proxy):
    body = reading(request(ANORECTAL), proxy.base)
    answer = cds.call(HOSPITAL, body | {"context": body["context"] | {"patientId": "nobody"}})
    assert (answer.status_code, answer.json()["cards"]) == (200, [])


def test_a_server_that_is_not_registered_is_never_asked(cds):
    with Server() as other:
        answer = cds.call(HOSPITAL, reading(request(ANORECTAL), f"{other.origin}/fhir"))
        assert (answer.status_code, other.connections) == (412, 0)


def test_pages_elsewhere_are_not_followed_and_the_cards_say_that_the_record_is_not_whole(cds, misnamed):
    misnamed.asked.clear()
    body = reading(request(ANORECTAL), misnamed.base)
    answer = cds.call(HOSPITAL, body)
    assert answer.status_code == 200
    assert not [one for one in misnamed.asked if "_getpages" in one.parameters]
    assert any("not known" in card["detail"] for card in answer.json()["cards"])
