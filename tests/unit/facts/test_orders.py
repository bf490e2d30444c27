"""Orders in a vocabulary of its own: what rests on words, what stands already, what is not to be done."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.facts.chart import Chart
from cds_service.facts.context import Context
from cds_service.facts.declarations import Spec
from cds_service.facts.readers.orders import read_orders
from cds_service.facts.sheet import without
from cds_service.facts.wording import said
from cds_service.fhir.codings import TEXT_SYSTEM, Concept
from cds_service.fhir.record import Entry, PatientRecord
from cds_service.fhir.terminology import Systems, Terminology

SYSTEM = "urn:garden"
MAPS = {
    "tools": {"tool": {Concept(SYSTEM, "saw"): ("saw",), Concept(TEXT_SYSTEM, "pruning saw"): ("saw",)}},
    "why": {
        "why": {
            Concept(TEXT_SYSTEM, "pre frost"): ("before",),
            Concept(TEXT_SYSTEM, "frost"): ("after",),
            Concept(SYSTEM, "early"): ("before",),
        }
    },
    "none": {},
}
TERMS = Terminology(
    systems=Systems({}, {}),
    members={"spray": frozenset(), "leafy": frozenset({Concept(TEXT_SYSTEM, "dust")})},
    patterns={"spray": (), "leafy": ()},
    excluded={"spray": frozenset(), "leafy": frozenset()},
    maps=MAPS,
    displays={},
)
NONE = {"map": "none", "target": "none"}
INTENT = {"map": "why", "target": "why", "negations": ["not"], "extensions": ["urn:why"]}
OPTIONS = {
    "of": "drafts",
    "keys": [],
    "agents": {"map": "none", "regimens": "none", "target": "none", "topical": "leafy"},
    "supportive": [],
    "procedure": {"map": "tools", "target": "tool"},
    "modality": NONE,
    "radiotherapy": "spray",
    "field": {"fieldMap": "none", "codeMap": "none", "target": "none"},
    "intent": INTENT,
    "kinds": {"agents": "feed", "radiotherapy": "spray", "procedure": "cut", "modality": "look", "else": "other"},
    "combined": {"as": "together", "fields": [], "agents": []},
}
SAW = {"coding": [{"system": SYSTEM, "code": "saw", "display": "Saw"}]}


def context(drafts, record=()):
    entries: dict[str, list[Entry]] = {}
    for resource in record:
        kind = resource["resourceType"]
        entries.setdefault(kind, []).append(Entry(resource, f"{kind}/{resource['id']}"))
    return Context(
        chart=Chart(
            PatientRecord(
                entries={kind: tuple(found) for kind, found in entries.items()},
                draft_orders=tuple(
                    Entry(item, f"{item['resourceType']}/{item['id']}" if item.get("id") else f"draftOrders[{n}]")
                    for n, item in enumerate(drafts)
                ),
                whole=True,
            ),
            TERMS,
        ),
        parameters={},
        as_of=date(2026, 11, 21),
    )


def read(*drafts, record=()):
    (finding,) = read_orders(context(drafts, record), Spec(file="f", path="orders", reader="orders", options=OPTIONS)).findings
    return finding


def order(**fields):
    return {"resourceType": "ServiceRequest", "id": "1", "status": "draft", "code": SAW, **fields}


@pytest.mark.parametrize(
    ("draft", "procedure", "intent", "weak", "why"),
    [
        (order(), "saw", None, set(), "by code"),
        (order(code={"text": "Pruning saw"}), "saw", None, {"procedure", "procedures", "kind"}, "in words"),
        (
            order(code={"coding": [{"system": "urn:local", "code": "9", "display": "Pruning saw"}]}),
            "saw",
            None,
            {"procedure", "procedures", "kind"},
            "by a display",
        ),
        (
            order(code={"text": "Pruning saw, pre-frost"}),
            "saw",
            "before",
            {"procedure", "procedures", "kind", "intent"},
            "the intent in the same words",
        ),
        (order(note=[{"text": "pre frost"}]), "saw", "before", {"intent"}, "the intent in a note"),
        (order(reasonCode=[{"coding": [{"system": SYSTEM, "code": "early"}]}]), "saw", "before", set(), "the intent as a code"),
        (order(doNotPerform=True), None, None, set(), "not to be done"),
        (
            order(code={"coding": [{"system": SYSTEM, "code": "early", "display": "Pruning saw"}]}),
            None,
            None,
            set(),
            "the display of a listed code is not read",
        ),
    ],
)
def test_what_an_order_is_for_and_what_rests_on_words(draft, procedure, intent, weak, why):
    finding = read(draft)
    (element,) = finding.value

    assert (element.get("procedure"), element.get("intent")) == (procedure, intent), why
    assert {name for name in finding.weak_members[0] if element.get(name) not in (None, ())} == weak, why


@pytest.mark.parametrize(
    ("draft", "record", "standing", "why"),
    [
        (order(), (), False, "a draft"),
        (order(status=None), (), False, "no status yet"),
        (order(status="active"), (), True, "active itself"),
        (order(), (order(status="active"),), True, "active in the record"),
        (order(), (order(status="draft"),), False, "a draft there too"),
    ],
)
def test_what_stands_already(draft, record, standing, why):
    (element,) = read(draft, record=record).value

    assert element["standing"] is standing, why


@pytest.mark.parametrize("name", [None, "", "two words", "a/b"])
def test_an_order_that_nobody_can_name_has_no_id(name):
    (element,) = read(order(id=name)).value

    assert "id" not in element


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("Pre-frost pruning", {"before"}, "pruning"),  # the longer spelling wins
        ("after frost", {"after"}, "after"),
        ("not frost", set(), "not"),  # taken back
        ("pruning", set(), "pruning"),
        ("", set(), ""),
    ],
)
def test_what_a_text_says(text, found, rest):
    assert said(TERMS, INTENT, Chart(PatientRecord(), TERMS).words(text)) == (found, rest)


def test_facts_without_some_paths():
    tree = {"a": {"b": 1, "c": {"d": 2, "e": 3}}, "f": 4}

    assert without(tree, ["a.c.d", "f", "x.y"]) == {"a": {"b": 1, "c": {"e": 3}}}
    assert tree["f"] == 4
