"""The public example records that acceptance tests read where they are at hand; the project does not ship them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public example records are not beside the checkout (../shared/data)")

#: data set -> what is no patient's data in it
_NO_RECORDS = {"ccrr-ig": "plandefinition"}
#: data sets about other cancers, and how many files each holds
OUT_OF_SCOPE = {
    "mcode-stu4-examples": 179,
    "ccrr-ig": 22,
    "mii-onko-examples": 36,
    "mcode-ctms": 2,
    "mcode-pathways-demo": 1,
    "inferno-ccrr": 1,
}
IN_SCOPE = {"eucanimage-uc45-rectal": 3}


def files(name: str) -> list[Path]:
    """The files of a data set that hold patients' data."""
    left_out = _NO_RECORDS.get(name)
    return [path for path in sorted((DATA / name).glob("*.json")) if not (left_out and left_out in path.name)]


def resources(path: Path) -> Iterator[dict[str, Any]]:
    """Every resource in a file, those inside Bundles included."""
    yield from _within(json.loads(path.read_text(encoding="utf-8")))


def _within(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _within(item)
    elif isinstance(value, dict) and value.get("resourceType") == "Bundle":
        for entry in value.get("entry", ()):
            yield from _within(entry.get("resource"))
    elif isinstance(value, dict) and "resourceType" in value:
        yield value


def patients(name: str) -> list[str]:
    """The patients whom the resources of a data set name as their subject, in all files together."""
    written = {
        str(resource.get(element, {}).get("reference", ""))
        for path in files(name)
        for resource in resources(path)
        for element in ("subject", "patient")
        if isinstance(resource.get(element), dict)
    }
    return sorted(reference.removeprefix("Patient/") for reference in written if reference.startswith("Patient/"))
