"""What every test may use: the shipped content, loaded once, and the flag that rewrites golden files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
    from cds_service.settings import shipped_content
    from cds_service.wiring import load_content

    return load_content(shipped_content())
