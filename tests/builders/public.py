"""The public example records that acceptance tests read where they are at hand; the project does not ship them."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public example records are not beside the checkout (../shared/data)")
