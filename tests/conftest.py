"""What every test may use: the shipped content, loaded once, databases, and the flag that rewrites golden files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.builders.postgres import REQUIRED, Missing, Postgres, running

if TYPE_CHECKING:
    from cds_service.knowledge import Knowledge


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites ``tests/golden/*.json`` and ``docs/samples/*.json`` from the code as it is."""
    parser.addoption("--update-golden", action="store_true", default=False, help="rewrite golden files and samples; review the diff")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped content, checked and compiled."""
    from tests.builders import shipped

    return shipped.knowledge()


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """No content folder is read twice in a module that only asks what commands say of one that stays as it is."""
    from cds_service import served

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served, "load_knowledge", cache(served.load_knowledge))
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_database_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test may leave a database where it is run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDS_DATABASE_URL", f"sqlite:///{tmp_path_factory.mktemp('database')}/store.db")
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started for whoever asks first."""
    try:
        with running() as server:
            yield server
    except Missing as missing:
        if os.environ.get(REQUIRED) or os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {missing}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_schema()
