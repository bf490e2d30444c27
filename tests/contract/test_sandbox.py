"""The hook calls of the public CDS Hooks Sandbox, re-addressed to our services."""

import json
from pathlib import Path

import pytest

CALLS = json.loads((Path(__file__).parent / "data" / "sandbox-hooks.json").read_text(encoding="utf-8"))
WITH_PREFETCH = [call for call in CALLS if "prefetch" in call["body"]]


def post(client, call, body=None):
    body = body or call["body"]
    headers = {name: value for name, value in call["headers"].items() if name != "Content-Type"}
    return client.call(body, body["hook"], headers=headers)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call['recorded_for']}-{call['body']['hook']}")
def test_every_call_is_answered(client, call):
    """The order-sign call was recorded against a service that asks for no prefetch; ours does, so the Sandbox would send some."""
    body = {"prefetch": WITH_PREFETCH[0]["body"]["prefetch"]} | call["body"]
    answer = post(client, call, body)
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert answer.headers["Access-Control-Allow-Origin"]


def test_without_any_prefetch_the_data_are_not_obtainable(client):
    [call] = [call for call in CALLS if "prefetch" not in call["body"]]
    assert post(client, call).status_code == 412
