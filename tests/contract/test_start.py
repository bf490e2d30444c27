"""The start of a server: what it needs of libraries, and what it does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache

import pytest

from cds_service.authoring.lock import write_lock
from cds_service.knowledge import shipped_content
from cds_service.served import load_content
from cds_service.store import open_store

#: Starts as a server does, answers one call, and tells which modules it has then
SERVER = """
import json, sys
from cds_service.web import from_environment
call = {"data": open("docs/samples/patient-view.json", "rb"), "content_type": "application/json"}
answer = from_environment().test_client().post("/cds-services/rectal-anal-patient-view", **call)
assert answer.status_code == 200
print(json.dumps(sorted(sys.modules)))
"""
COMMAND = """
import json, sys
from click.testing import CliRunner
from cds_service.cli import main
assert CliRunner().invoke(main, ["facts", "docs/samples/patient-view.json"]).exit_code == 0
print(json.dumps(sorted(sys.modules)))
"""
MODELS = {"fhir", "fhir_core"}
#: what runs | what it must not have in memory | why it needs none of it
PROGRAMS = [
    (SERVER, MODELS, "what was released is known to fit the models"),
    (SERVER, {"alembic", "mako"}, "the tables are there"),
    (SERVER, {"jwt", "cryptography"}, "no client authenticates"),
    (COMMAND, MODELS | {"flask", "gunicorn", "sqlalchemy", "requests", "jwt", "cryptography"}, "nothing is served, stored or fetched"),
]


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """The shipped content as a release has it."""
    folder = tmp_path_factory.mktemp("content") / "content"
    shutil.copytree(shipped_content(), folder)
    write_lock(folder)
    return folder


@pytest.fixture(scope="module")
def modules(locked, tmp_path_factory):
    """The libraries that a program has in memory at its end; its database was made before."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/store.db"
    open_store(url).close()
    environment = {**os.environ, "CDS_CONTENT_DIR": str(locked), "CDS_DATABASE_URL": url}

    @cache
    def run(program):
        told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment).stdout
        return {name.split(".")[0] for name in json.loads(told.splitlines()[-1])}

    return run


@pytest.mark.parametrize(("program", "without", "why"), PROGRAMS, ids=[item[2] for item in PROGRAMS])
def test_a_program_has_nothing_in_memory_that_it_does_not_need(modules, program, without, why):
    assert modules(program) & without == set(), why


def test_the_shipped_content_fits_the_models():
    load_content(shipped_content(), anew=True)
