"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

from cds_service.cds_clients import load_clients
from cds_service.tokens import Refusal
from tests.builders.tokens import Issuer

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_every_reason_of_the_log_is_explained():
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", (DOCS / "security.md").read_text(encoding="utf-8"), re.MULTILINE)
    explained = [reason for row in rows for reason in re.findall(r"`([a-z-]+)`", row)]
    assert set(Refusal) <= set(explained)


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(clients:.*?)```", (DOCS / "clients.md").read_text(encoding="utf-8"), re.DOTALL))
def test_the_examples_can_be_used(tmp_path, example):
    Issuer().write_jwks(tmp_path / "vendor-keys.json")
    (tmp_path / "clients.yaml").write_text(example, encoding="utf-8")
    assert load_clients(tmp_path / "clients.yaml").clients
