"""One service at each of the ten published hooks: content alone makes it, and what each hook's context holds is read."""

from dataclasses import replace

import pytest

from cds_service.cds_clients import CdsClient, CdsClients
from cds_service.errors import ContentError
from cds_service.model.hook_library import LIBRARY
from cds_service.settings import Settings
from cds_service.wiring import build
from tests.builders import AS_OF, plants
from tests.builders.fhir_server import FhirServer
from tests.contract.conftest import Client
from tests.unit.plans import world

DRY = plants.plant(dry=True)[1]
DRAFT = {"resourceType": "ServiceRequest", "id": "o1", "status": "draft", "category": {"text": "x"}, "subject": {"reference": "Patient/p1"}}
SIGNED = DRAFT | {"status": "active", "intent": "order"}


def bundle(*resources):
    return {"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]}


#: what the context holds besides its smallest form, so that there is an order where the hook is about orders
GIVEN = {
    "order-select": {"draftOrders": bundle(DRAFT)},
    "order-sign": {"draftOrders": bundle(DRAFT)},
    "medication-refill": {"medications": bundle({"resourceType": "MedicationRequest", "status": "draft"})},
    "appointment-book": {"userId": "Practitioner/g1", "appointments": bundle({"resourceType": "Appointment", "status": "proposed"})},
}


@pytest.fixture(scope="module")
def plants_client(tmp_path_factory):
    content = plants.write_content(tmp_path_factory.mktemp("content") / "plants", hooks=tuple(LIBRARY))
    return Client(build(settings(tmp_path_factory.mktemp("store"), content_dir=content), today=lambda: AS_OF))


def recent(query):
    """A data requirement with a query of its own."""
    url = f"{world.BASE}/StructureDefinition/prefetch-query"
    return {"id": "recent", "type": "Observation", "extension": [{"url": url, "valueString": query}]}


TODAY = "Observation?patient={{context.patientId}}&date=ge{{today() - 90 days}}"


def settings(folder, **more):
    return Settings(database_url=f"sqlite:///{folder}/store.db", **more)


def test_the_ballot_is_served_where_the_site_says_so(tmp_path):
    content = plants.write_content(tmp_path / "plants", input=[*plants.INPUT, recent(TODAY)])
    client = Client(build(settings(tmp_path, content_dir=content, hooks_version="3.0"), today=lambda: AS_OF))
    [entry] = client.http.get("/cds-services").json["services"]
    assert (entry["version"], entry["hookVersion"], entry["prefetch"]["recent"]) == ("3.0.0-ballot", "1.0", TODAY)
    assert len(client.call(plants.call(dry=True)).json["cards"]) == 1


def test_content_for_the_ballot_stops_the_start_elsewhere(tmp_path):
    content = plants.write_content(tmp_path / "plants", input=[*plants.INPUT, recent(TODAY)])
    with pytest.raises(ContentError, match=r"clients of CDS Hooks 2\.0 know: write a simpler one, or set CDS_HOOKS_VERSION=3\.0"):
        build(settings(tmp_path, content_dir=content))


def request(hook, dry=True, prefetch=None, **fields):
    body = plants.call(dry=dry) | {"hook": hook, "context": plants.context(hook, **GIVEN.get(hook, {}) | fields)}
    return body if prefetch is None else body | {"prefetch": body["prefetch"] | prefetch}


def test_discovery_lists_every_hook_under_the_one_id(plants_client):
    found = plants_client.http.get("/cds-services").json["services"]
    assert [(one["id"], one["hook"]) for one in found] == [("plants", hook) for hook in LIBRARY]


@pytest.mark.parametrize("hook", LIBRARY)
def test_a_card_at_every_hook(plants_client, hook):
    answer = plants_client.call(request(hook, prefetch={"orders": bundle(SIGNED)}), hook)
    assert [card["summary"] for card in answer.json["cards"]] == ["About water-it"]


@pytest.mark.parametrize("hook", LIBRARY)
def test_silence_at_every_hook(plants_client, hook):
    assert plants_client.call(request(hook, dry=False, prefetch={"orders": bundle(SIGNED)}), hook).json == {"cards": []}


def test_a_problem_that_is_being_entered_counts(plants_client):
    call = request("problem-list-item-create", dry=False, conditions=bundle(DRY))
    assert len(plants_client.call(call, "problem-list-item-create").json["cards"]) == 1


@pytest.mark.parametrize(
    ("hook", "fields"),
    [
        ("problem-list-item-create", {"conditions": bundle(DRY | {"subject": {"reference": "Patient/p2"}})}),
        (
            "allergyintolerance-create",
            {"allergyIntolerance": {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p2"}}},
        ),
        ("order-sign", {"draftOrders": bundle(DRAFT | {"subject": {"reference": "Patient/p2"}})}),
        ("order-dispatch", {"fulfillmentTasks": [{"resourceType": "Task", "for": {"reference": "Patient/p2"}}]}),
        ("appointment-book", {"appointments": bundle({"resourceType": "Patient", "id": "p2"})}),
    ],
)
def test_what_is_being_entered_for_another_patient_is_refused(plants_client, hook, fields):
    answer = plants_client.call(request(hook, prefetch={"orders": bundle(SIGNED)}, **fields), hook)
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (400, "business-rule")


def test_an_order_dispatch_is_about_the_orders_it_refers_to(plants_client):
    for reference in ("ServiceRequest/o1", "https://ehr.example.org/fhir/ServiceRequest/o1"):
        call = request("order-dispatch", prefetch={"orders": bundle(SIGNED)}, dispatchedOrders=[reference])
        [card] = plants_client.call(call, "order-dispatch").json["cards"]
        assert card["extension"]["org.cds-service.card"]["order"] == "ServiceRequest/o1"


def test_an_order_that_did_not_come_is_named_among_what_is_not_known(plants_client):
    orders = ["ServiceRequest/o1", "ServiceRequest/o2"]
    [card] = plants_client.call(
        request("order-dispatch", prefetch={"orders": bundle(SIGNED)}, dispatchedOrders=orders), "order-dispatch"
    ).json["cards"]
    assert r"context\.dispatchedOrders\[1\]" in card["detail"].partition("What is not known")[2]


@pytest.mark.parametrize(
    ("prefetch", "orders", "comment"),
    [
        (None, ["ServiceRequest/o1"], "nothing came"),
        ({"orders": bundle(SIGNED)}, ["ServiceRequest/o1"], "the orders came, the required key did not"),
        ({"orders": bundle(SIGNED)}, ["ServiceRequest/o1", "ServiceRequest/o2"], "nor one of the orders"),
        ({"conditions": bundle(DRY)}, ["ServiceRequest/o1"], "the required key came, the orders did not"),
    ],
)
def test_an_order_dispatch_without_the_data_is_no_silence(plants_client, prefetch, orders, comment):
    call = request("order-dispatch", dispatchedOrders=orders) | {"prefetch": prefetch}
    assert plants_client.call(call, "order-dispatch").status_code == 412, comment


def test_an_order_dispatch_is_read_for_though_its_orders_are_not_at_hand(plants_client):
    with FhirServer([DRY, {"resourceType": "Patient", "id": "p1"}]) as server:
        clients = CdsClients((CdsClient(name="ehr", fhir_servers=(server.base,)),))
        reading = Client(replace(plants_client.application, clients=clients))
        call = request("order-dispatch", dispatchedOrders=["ServiceRequest/o1"]) | {"prefetch": {}, "fhirServer": server.base}
        assert reading.call(call, "order-dispatch").status_code == 412, "the orders did not come"
        assert server.paths
        reading.application.reader.close()
