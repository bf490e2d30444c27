"""What must not matter does not: the order of entries, unrelated resources, and rubbish inside resources."""

from __future__ import annotations

import contextlib
import copy
import random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cds_service.errors import DataUnavailable, MalformedRequest, WrongPatient
from tests.builders import anorectal_with_bone_and_inguinal, days_before, orders, proximal_rectal_with_para_aortic, request
from tests.builders.answer import answer_to
from tests.builders.codes import FOLFOX

pytestmark = pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33)).response("PR", days_before(9)).response("PD", days_before(2))
CALLS = {
    "anorectal, view": request(ANORECTAL),
    "anorectal, sign": request(ANORECTAL, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection")),
    "proximal, view": request(PROXIMAL),
    "proximal, select": request(PROXIMAL, "order-select", orders(PROXIMAL.id).surgery("lar").drug("cetuximab")),
    "treated, sign": request(
        TREATED, "order-sign", orders(PROXIMAL.id).surgery("para-aortic-dissection").radiotherapy("pelvis", "curative")
    ),
}
#: Drawn the same on every run, and not shrunk: a failure names its call, and a record is small enough to read.
FIXED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def said(knowledge, body) -> bytes:
    """The cards as they would be sent."""
    return orjson.dumps(list(answer_to(knowledge, body).cards), option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", CALLS)
def test_the_order_of_entries_does_not_matter(knowledge, name, seed):
    body, shuffle = copy.deepcopy(CALLS[name]), random.Random(seed).shuffle
    for bundle in body["prefetch"].values():
        shuffle(bundle.get("entry", []))

    assert said(knowledge, body) == said(knowledge, CALLS[name])


@pytest.mark.parametrize("name", CALLS)
def test_the_order_of_keys_does_not_matter(knowledge, name):
    body = CALLS[name] | {"prefetch": dict(reversed(CALLS[name]["prefetch"].items()))}

    assert said(knowledge, body) == said(knowledge, CALLS[name])


@pytest.mark.parametrize(
    ("record", "hook", "drafts"),
    [
        (ANORECTAL, "patient-view", None),
        (PROXIMAL, "patient-view", None),
        (ANORECTAL, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection")),
        (TREATED, "order-sign", orders(PROXIMAL.id).surgery("lar")),
    ],
)
def test_unrelated_resources_do_not_matter(knowledge, record, hook, drafts):
    assert said(knowledge, request(record.unrelated(), hook, drafts)) == said(knowledge, request(record, hook, drafts))


def test_the_same_call_twice_is_the_same_answer(knowledge):
    for body in CALLS.values():
        assert said(knowledge, body) == said(knowledge, copy.deepcopy(body))


def test_a_resource_sent_twice_counts_once(knowledge):
    for body in CALLS.values():
        doubled = copy.deepcopy(body)
        for bundle in doubled["prefetch"].values():
            if bundle.get("entry"):
                bundle["entry"] = [*bundle["entry"], *copy.deepcopy(bundle["entry"])]
        assert said(knowledge, doubled) == said(knowledge, body)


RUBBISH = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([1e308, -0.0, 10**30]),
    st.sampled_from(
        [
            "",
            " ",
            "2026-13-45",
            "2026-02-30",
            "0000",
            "urn:uuid:",
            "#",
            "Patient/",
            "//",
            "\x00",
            "<b>",
            "😀",
            "a" * 5000,
            "%facts",
            "{{ x }}",
        ]
    ),
    st.sampled_from([[], {}, [[]], [None], [{}], {"coding": None}, {"coding": [None]}, {"reference": 5}, {"value": "x"}, {"start": []}]),
)


def places(node: Any, path: tuple = ()) -> list[tuple]:
    """Every place inside a resource."""
    found = [path] if path else []
    if isinstance(node, dict):
        found += [place for key, value in node.items() for place in places(value, (*path, key))]
    if isinstance(node, list):
        found += [place for index, value in enumerate(node) for place in places(value, (*path, index))]
    return found


def put(node: Any, path: tuple, value: Any) -> None:
    """Replace what stands at a place."""
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value


@pytest.mark.parametrize("name", CALLS)
@FIXED
@given(data=st.data())
def test_rubbish_inside_resources_never_raises(knowledge, name, data):
    """An answer, or one of our own refusals (an altered subject is another patient's draft): never another exception."""
    body = copy.deepcopy(CALLS[name])
    resources = [entry["resource"] for bundle in body["prefetch"].values() for entry in bundle.get("entry", [])]
    resources += [entry["resource"] for entry in body["context"].get("draftOrders", {}).get("entry", [])]
    resource = data.draw(st.sampled_from(resources))
    for _ in range(data.draw(st.integers(1, 3))):
        put(resource, data.draw(st.sampled_from(places(resource))), copy.deepcopy(data.draw(RUBBISH)))

    with contextlib.suppress(MalformedRequest, WrongPatient, DataUnavailable):
        assert not answer_to(knowledge, body).assessment.failures
