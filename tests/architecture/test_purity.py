"""The assessment is pure: it runs without sockets, clock, files, environment and randomness, and twice gives the same."""

import builtins
import os
import random
import re
import socket
import sys
import time
import uuid
from pathlib import Path

import pytest

import cds_service
from cds_service.assess import assess
from cds_service.cards import render_cards
from cds_service.hooks.parse import parse_hook_request
from cds_service.prefetch.complete import complete_prefetch
from tests.builders import AS_OF, anorectal_with_bone_and_inguinal, orders, proximal_rectal_with_para_aortic, request, service_of

PURE = ("assess", "plans", "facts", "cards", "model", "fhir", "fhirpath", "knowledge")
IMPURE = ("flask", "werkzeug", "requests", "urllib3", "sqlalchemy", "gunicorn", "socket", "random", "secrets", "structlog")


def refuse(*_, **__):
    raise AssertionError("the assessment reached out of itself")


@pytest.fixture
def sealed(monkeypatch):
    """Nothing outside can be reached; imports made so far stay."""
    for owner, name in [
        (socket, "socket"), (socket, "create_connection"), (time, "time"), (time, "time_ns"), (random, "random"), (uuid, "uuid4"),
        (os, "urandom"), (os, "getenv"), (builtins, "open"),
    ]:  # fmt: skip
        monkeypatch.setattr(owner, name, refuse)


CALLS = [
    request(anorectal_with_bone_and_inguinal()),
    request(proximal_rectal_with_para_aortic(), "order-sign", orders(proximal_rectal_with_para_aortic().id).surgery("lar", "curative")),
]


@pytest.mark.parametrize("body", CALLS, ids=["patient-view", "order-sign"])
def test_the_same_record_gives_the_same_cards_with_the_world_shut_out(knowledge, body, request):
    service = service_of(body["hook"])
    invocation = parse_hook_request(body, service)
    record = complete_prefetch(invocation, knowledge.requirements(service, body["hook"]), {})
    first = render_cards(assess(record, invocation.hook, knowledge, AS_OF), knowledge)
    request.getfixturevalue("sealed")
    assert render_cards(assess(record, invocation.hook, knowledge, AS_OF), knowledge) == first
    assert first


@pytest.mark.parametrize("part", PURE)
def test_the_pure_parts_import_nothing_that_reaches_out(part):
    modules = [module for name, module in sys.modules.items() if name == f"cds_service.{part}" or name.startswith(f"cds_service.{part}.")]
    assert modules
    for module in modules:
        taken = {getattr(value, "__module__", None) or getattr(value, "__name__", "") for value in vars(module).values()}
        assert not {name.split(".")[0] for name in taken if isinstance(name, str)} & set(IMPURE), module.__name__


@pytest.mark.parametrize("part", PURE)
def test_the_pure_parts_do_not_look_at_the_clock(part):
    home = Path(cds_service.__file__).parent / part
    for path in [home.with_suffix(".py")] if home.with_suffix(".py").exists() else home.rglob("*.py"):
        assert not re.search(r"\.(?:now|today|utcnow)\(|perf_counter|monotonic|uuid[14]\(", path.read_text(encoding="utf-8")), path.name
