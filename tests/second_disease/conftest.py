"""The test content, checked and compiled once."""

import pytest

from cds_service.served import load_content
from tests.second_disease.people import CONTENT


@pytest.fixture(scope="session")
def second():
    return load_content(CONTENT)
