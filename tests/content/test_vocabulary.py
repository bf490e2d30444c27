"""Every code of the vocabulary, read through the engine: a record that carries it says what the code means, or nothing at all.

``data/vocabulary.csv`` has a row for each code: where it stands (``place``, see :mod:`tests.builders.places`), what stands
beside it, and its ``meaning``: ``path=value`` (several by ``;``, a list's members by ``+``, ``-`` for unknown), or one of

* ``excluded``: nothing is read from it, the facts are those of the record without it;
* ``history``: the same, and no current disease follows;
* ``trap``: the same, and the record's oddities name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.builders import codes, request
from tests.builders.places import PLACES, systems
from tests.builders.reading import csv_rows, read_fact
from tests.builders.run import facts_of

pytestmark = pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
NOTHING = ("excluded", "history", "trap")


VOCABULARY = csv_rows("vocabulary.csv")


def facts(knowledge, place: str, code: Mapping[str, Any] | None, beside: str):
    record, drafts = PLACES[place](code, beside)
    return facts_of(knowledge, request(record, "order-select" if drafts else "patient-view", drafts))


def wrong(knowledge, row: Mapping[str, str]) -> str | None:
    """What is wrong with a row, in words; ``None`` if the engine reads it as the row says."""
    code = {"coding": [codes.coding(systems().get(row["system"], row["system"]), row["code"])]}
    found = facts(knowledge, row["place"], code, row["beside"])
    name = f"{row['system']} {row['code']} ({row['place']})"
    if row["meaning"] in NOTHING:
        without = facts(knowledge, row["place"], None, row["beside"])
        changed = sorted(path for path in {*found.tree, *without.tree} if str(found.tree.get(path)) != str(without.tree.get(path)))
        if changed:
            return f"{name}: {row['meaning']}, but it changes {[(path, str(found.tree.get(path))[:120]) for path in changed]}"
        if row["meaning"] == "history" and read_fact(found.tree, "primary.present") == "active" and row["place"] == "disorder":
            return f"{name}: is current"
        odd = {issue.code for issue in found.issues} - {issue.code for issue in without.issues}
        return None if row["meaning"] != "trap" or odd else f"{name}: is passed over in silence"
    expected = [part.strip().split("=") for part in row["meaning"].split(";")]
    got = {path: read_fact(found.tree, path) for path, _ in expected}
    return None if got == dict(expected) else f"{name}: {row['meaning']}, but {got}"


def all_wrong(knowledge, rows) -> list[str]:
    return [text for row in rows if (text := wrong(knowledge, row)) is not None]


@pytest.mark.parametrize("section", dict.fromkeys(row["section"] for row in VOCABULARY))
def test_every_code_is_read_as_what_it_means(knowledge, section):
    assert all_wrong(knowledge, [row for row in VOCABULARY if row["section"] == section]) == []
