"""Nothing of a call is there after it: not even until garbage is next collected, which may be some thousand calls later."""

import gc
import runpy
import weakref

import pytest

from cds_service.cli.serve import shipped
from tests.builders import anorectal_with_bone_and_inguinal, orders, request

PATIENT = anorectal_with_bone_and_inguinal()
DRAFTS = orders(PATIENT.id).surgery("inguinal-dissection").drug("cisplatin")
VIEW = request(PATIENT)


@pytest.mark.parametrize(
    ("hook", "body", "status", "comment"),
    [
        ("patient-view", VIEW, 200, "cards"),
        ("order-select", request(PATIENT, "order-select", DRAFTS), 200, "cards about orders"),
        ("patient-view", VIEW | {"prefetch": {"patient": None, "conditions": None}}, 200, "nothing to say"),
        ("patient-view", VIEW | {"prefetch": {}}, 412, "data that did not come"),
        ("patient-view", VIEW | {"context": {**VIEW["context"], "patientId": "another"}}, 400, "another patient"),
        ("patient-view", VIEW | {"context": {}}, 400, "no hook request"),
        ("patient-view", b"{", 400, "no JSON"),
    ],
)
def test_what_a_call_made_goes_with_it(client, hook, body, status, comment):
    assert client.call(body, hook).status_code == status, comment  # what is made once is made here
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        client.call(body, hook)
        gc.collect()
        left = [thing for thing in gc.garbage if type(thing).__module__.startswith("cds_service") or _is_resource(thing)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert {type(thing).__name__ for thing in left} == set(), comment


def test_what_the_framework_leaves_goes_after_a_thousand_calls():
    """Of a thousand calls in a row some find their garbage gone, though too little of it came together for Python to look."""
    settings = runpy.run_path(str(shipped("gunicorn.conf.py", "deploy/gunicorn.conf.py")))
    gc.disable()
    try:
        left = {"itself": None, "name": _Named()}
        left["itself"] = left
        seen = weakref.ref(left["name"])
        del left
        for _ in range(1_000):
            settings["post_request"](None, None, None, None)
        assert seen() is None
    finally:
        gc.enable()


class _Named:
    """What a weak reference can look at."""


def _is_resource(thing):
    return isinstance(thing, dict) and "resourceType" in thing
