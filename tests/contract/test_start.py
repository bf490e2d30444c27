"""The start of a server: what it needs of libraries, and what it does not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from cds_service.authoring.lock import write_lock
from cds_service.knowledge import shipped_content
from cds_service.served import load_content

#: Starts as a server does, answers one call, and tells which modules it has then
SERVER = """
import json, sys
from cds_service.web import from_environment
call = {"data": open(sys.argv[2], "rb"), "content_type": "application/json"}
answer = from_environment().test_client().post("/cds-services/" + sys.argv[1], **call)
print(json.dumps([answer.status_code, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """The shipped content as a release has it."""
    folder = tmp_path_factory.mktemp("content") / "content"
    shutil.copytree(shipped_content(), folder)
    write_lock(folder)
    return folder


def test_a_server_of_released_content_has_no_models_in_memory(locked, monkeypatch, tmp_path):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(locked))
    monkeypatch.setenv("CDS_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    call = [sys.executable, "-c", SERVER, "rectal-anal-patient-view", "docs/samples/patient-view.json"]
    told = subprocess.run(call, check=True, capture_output=True, text=True).stdout
    status, modules = json.loads(told.splitlines()[-1])
    assert status == 200
    assert [name for name in modules if name.split(".")[0] in ("fhir", "fhir_core")] == []


def test_the_shipped_content_fits_the_models():
    load_content(shipped_content(), anew=True)
