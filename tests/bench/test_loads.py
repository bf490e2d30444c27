"""The loads are what the page about them says: so many resources, in scope or out, the same each time, and each variant another patient."""

import pytest

from bench.loads import OBSERVATIONS, load
from tests.builders.run import respond_to


def resources(body):
    """Every prefetched resource."""
    patient, *bundles = body["prefetch"].values()
    return [patient, *(entry["resource"] for bundle in bundles for entry in bundle.get("entry", ()))]


@pytest.mark.parametrize(
    ("name", "count", "cards", "comment"),
    [
        ("small", 12, 5, "in scope"),
        ("typical", 80, 6, "in scope"),
        ("order-sign", 80, 1, "the same chart, with drafts"),
        ("out", 80, 0, "another patient"),
    ],
)
@pytest.mark.parametrize("variant", [0, 3])
def test_a_load_is_what_it_is_called(knowledge, name, count, cards, comment, variant):
    body = load(name, variant)
    assert len(resources(body)) == count, comment
    assert respond_to(knowledge, body).cards == cards, comment


def test_the_large_load_is_the_typical_chart_among_a_thousand_observations(knowledge):
    body = load("large")
    assert sum(resource["resourceType"] == "Observation" for resource in resources(body)) == OBSERVATIONS
    assert respond_to(knowledge, body).codes == respond_to(knowledge, load("typical")).codes


def test_the_order_load_has_ten_drafts():
    assert len(load("order-sign")["context"]["draftOrders"]["entry"]) == 10


@pytest.mark.parametrize("name", ["small", "typical", "order-sign", "out"])
def test_a_variant_is_another_patient_and_always_the_same(name):
    assert load(name, 1) == load(name, 1)
    ids = [{resource["id"] for resource in resources(load(name, variant))} for variant in range(8)]
    assert len(set().union(*ids)) == sum(map(len, ids))
