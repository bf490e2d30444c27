"""A record is a record: prefetched, read from the FHIR server, or half and half, it gives the same cards."""

import json
from time import monotonic

import orjson
import pytest

from cds_service.cds_clients import CdsClient
from cds_service.hooks.parse import parse_hook_request
from cds_service.outbound.fhir import FhirReader
from cds_service.outbound.http import Http
from cds_service.respond import respond
from tests.builders import AS_OF, anorectal_with_bone_and_inguinal, orders, proximal_rectal_with_para_aortic, request, service_of
from tests.builders.codes import CISPLATIN_FU
from tests.builders.fhir_server import FhirServer
from tests.builders.request import KEYS

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
CALLS = {
    "anorectal, view": (ANORECTAL, request(ANORECTAL)),
    "anorectal, select": (ANORECTAL, request(ANORECTAL, "order-select", orders(ANORECTAL.id).drug(*CISPLATIN_FU))),
    "anorectal, sign": (ANORECTAL, request(ANORECTAL, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection"))),
    "proximal, view": (PROXIMAL, request(PROXIMAL)),
    "proximal, select": (PROXIMAL, request(PROXIMAL, "order-select", orders(PROXIMAL.id).surgery("lar"))),
    "proximal, sign": (PROXIMAL, request(PROXIMAL, "order-sign", orders(PROXIMAL.id).radiotherapy("pelvis", "curative"))),
}
SENT = {"nothing": (), "every other key": KEYS[::2], "the others": KEYS[1::2], "all but the required": tuple(set(KEYS) - {"conditions"})}


@pytest.fixture(scope="module", params=[2, 1000], ids=["two to a page", "one page"])
def server(request):
    with FhirServer(page=request.param) as server:
        yield server


@pytest.fixture(scope="module")
def reader():
    reader = FhirReader(Http(connections=10), 10)
    yield reader
    reader.close()


@pytest.mark.parametrize("sent", SENT)
@pytest.mark.parametrize("call", CALLS)
def test_the_cards_do_not_depend_on_how_the_record_came(knowledge, server, reader, call, sent):
    patient, whole = CALLS[call]
    server.resources = [patient.demographics(), *patient.resources]
    part = whole | {"prefetch": {key: whole["prefetch"][key] for key in SENT[sent]}, "fhirServer": server.base}

    expected, found = answered(knowledge, whole), answered(knowledge, part, reader, server)

    assert found == expected
    assert expected


def answered(knowledge, body, reader=None, server=None):
    invocation = parse_hook_request(body, service_of(body["hook"]))
    fetch = reader.reading(CdsClient(name="ehr", fhir_servers=(server.base,)), invocation, monotonic() + 30) if reader else None
    return json.loads(orjson.dumps(respond(invocation, knowledge, AS_OF, {}, fetch=fetch).body["cards"]))
