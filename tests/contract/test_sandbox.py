"""The hook calls of the public CDS Hooks Sandbox, re-addressed to our services."""

import json
from pathlib import Path

import pytest

CALLS = json.loads((Path(__file__).parent / "data" / "sandbox-hooks.json").read_text(encoding="utf-8"))


def post(client, call, body=None):
    body = body or call["body"]
    headers = {name: value for name, value in call["headers"].items() if name != "Content-Type"}
    return client.call(body, body["hook"], headers=headers)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call['recorded_for']}-{call['body']['hook']}")
def test_every_call_is_answered(client, call):
    answer = post(client, call)
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert answer.headers["Access-Control-Allow-Origin"]


def test_without_prefetch_an_order_that_nothing_is_about_needs_no_data_but_a_drug_does(client):
    [call] = [call for call in CALLS if "prefetch" not in call["body"]]
    assert post(client, call).status_code == 200

    [entry] = call["body"]["context"]["draftOrders"]["entry"]
    chosen = entry["resource"] | {"medicationCodeableConcept": {"text": "cetuximab"}}
    orders = call["body"]["context"]["draftOrders"] | {"entry": [{"resource": chosen}]}
    body = call["body"] | {"context": call["body"]["context"] | {"draftOrders": orders}}
    assert post(client, call, body).status_code == 412
