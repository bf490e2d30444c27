"""An open store, on each kind of database in turn."""

import pytest

from cds_service.store import open_store


@pytest.fixture
def store(database_url):
    opened = open_store(database_url)
    yield opened
    opened.close()
