"""Registration sheets, word for word: a change here is a change of what somebody types into an EHR. ``--update-golden`` rewrites them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cds_service.registration import as_markdown, as_text, registration_sheet
from cds_service.settings import Settings

HERE = Path(__file__).parent / "registration"
SHEETS = ("epic.txt", "oracle.txt", "generic.txt", "epic.json", "oracle.md")
FORMS = {".txt": as_text, ".md": as_markdown, ".json": lambda sheet: json.dumps(sheet, indent=2, ensure_ascii=False)}


@pytest.mark.parametrize("name", SHEETS)
def test_the_whole_sheet(knowledge, update_golden, name):
    path = HERE / name
    text = FORMS[path.suffix](registration_sheet(path.stem, Settings(public_url="https://cds.example.org/base"), knowledge)) + "\n"
    if update_golden:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_no_sheet_is_left_over():
    assert {path.name for path in HERE.iterdir()} == set(SHEETS)
