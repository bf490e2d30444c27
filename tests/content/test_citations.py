"""What the content cites, held against what was looked up: links lead to verified works only, and no state is better than it is.

``LITERATURE`` is the one list of works of these tests. ``state`` is that of the work itself: ``verified`` (somebody found it),
``probable`` (found, but that the source means it is our guess), ``not-listed`` (the source prints no title).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from cds_service.knowledge import shipped_content
from tests.builders.answer import ask
from tests.builders.situations import SITUATIONS

VERIFICATION = "https://cds-service.example.org/StructureDefinition/verification"

#: words (a pattern) that name the work in a citation | doi, if one was verified | state | comment
LITERATURE = (
    ("Luna-Perez", "10.1002/(SICI)1096-9098(199903)70:3<177::AID-JSO6>3.0.CO;2-0", "verified", "source 1, reference 2; 32 patients"),
    ("Am J Surg 1994", None, "probable", "10.1016/S0002-9610(05)80204-1 exists; that it is meant is our guess"),
    ("Guideline Directed Topic Overview", None, "probable", "source 1, reference 1: the publisher's own digest"),
    ("J Natl Compr Canc Netw 2010", None, "verified", "anal carcinoma; what source 1's digest agrees with"),
    ("J Natl Compr Canc Netw 2018", None, "verified", "anal carcinoma, later version; the guideline itself is behind a login"),
    ("Graham", "10.1007/BF02134182", "verified", "Dis Colon Rectum 1990, 40 patients"),
    ("Tanabe", "10.1186/s12885-019-5956-y", "verified", "31 patients, 55.2 % at five years"),
    ("Hagemans", None, "verified", "34 % at five years, 52 % if isolated"),
    ("Ueta", None, "verified", "Anticancer Res 2019"),
    ("Asia-Pac J Clin Oncol", "10.1111/ajco.13924", "verified", "our match for source 2, reference 1: its abstract says the same"),
    ("Zizzo", None, "verified", "Cancers 2022"),
    ("Wang", "10.1186/s12957-023-02908-y", "verified", "20 studies, up to 4 nodes"),
    ("Bae", "10.4143/crt.2017.100", "verified", "up to 7 nodes, CEA up to 5"),
    ("Weiser", None, "verified", "the 8th edition for colon and rectum"),
    ("Janczewski", "10.3322/caac.21780", "verified", "version 9 for the anus"),
    ("Cervantes", "10.1016/j.annonc.2022.10.003", "verified", "ESMO, metastatic colorectal cancer"),
    ("Rao", "10.1016/j.annonc.2021.06.015", "verified", "ESMO, anal cancer"),
    ("Analkarzinom", "10.3238/arztebl.m2021.0027", "verified", "German guideline"),
)  # fmt: skip
PROBABLE = "Guideline Directed Topic Overview"
VERIFIED_LINKS = {doi for _, doi, state, _ in LITERATURE if doi and state == "verified"}

#: source | number that it prints | state of the work | words that name it | comment
REFERENCES = (
    ("source-1", "1", "probable", "Guideline Directed Topic Overview", "a digest of the publisher's own"),
    ("source-1", "2", "verified", "Luna-Perez", "the one title that source 1 lists in full"),
    ("source-1", "3", "probable", "Am J Surg 1994", "no title in the source"),
    ("source-2", "1", "verified", "Asia-Pac J Clin Oncol", "no title in the source; our match"),
    *(("source-2", str(number), "not-listed", None, "no title in the source, and none found") for number in range(2, 8)),
)

#: T07 | a later series that must stand beside the figures of 1999 | its figures on the card
BESIDE_OLD_FIGURES = [("Tanabe", "55"), ("Hagemans", "34")]


def resources(kind: str) -> Iterator[Mapping[str, Any]]:
    for path in sorted(shipped_content().glob(f"*/{kind}-*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def entries(node: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every documentation entry and related work, with the id of what it belongs to."""
    if isinstance(node, dict):
        where = f"{where}/{node['id']}" if "id" in node else where
        for key, value in node.items():
            if key in ("documentation", "relatedArtifact"):
                yield from ((f"{where} {item.get('label')}", item) for item in value)
            else:
                yield from entries(value, where)
    elif isinstance(node, list):
        for item in node:
            yield from entries(item, where)


ENTRIES = [
    entry for kind in ("PlanDefinition", "Library", "ActivityDefinition") for resource in resources(kind) for entry in entries(resource)
]


def state(item: Mapping[str, Any]) -> str | None:
    return next((extension["valueCode"] for extension in item.get("extension", ()) if extension["url"] == VERIFICATION), None)


def work(item: Mapping[str, Any]) -> tuple[str, str | None, str, str] | None:
    return next((row for row in LITERATURE if re.search(rf"\b(?:{row[0]})\b", item.get("citation", ""))), None)


def doi(url: str) -> str:
    return unquote(url.removeprefix("https://doi.org/"))


def test_there_is_much_to_look_at():
    assert len(ENTRIES) > 150
    assert sum("url" in item for _, item in ENTRIES) > 15


@pytest.mark.parametrize(("where", "item"), ENTRIES, ids=[where for where, _ in ENTRIES])
def test_no_work_is_called_better_known_than_it_is(where, item):
    found = work(item)
    if found is None:
        assert "url" not in item, f"{where}: an address of a work that is not in the list"
        assert state(item) in (None, "not-listed"), f"{where}: a state of a work that is not in the list"
    else:
        assert state(item) == found[2], f"{where}: {found[3]}"
    if state(item) is None:
        assert item["type"] == "justification", f"{where}: only comparisons of ours need no state"
    if state(item) == "not-listed":
        assert re.search(r"not listed in source|no reference given", item["citation"], re.IGNORECASE), where


@pytest.mark.parametrize(
    ("where", "item"), [entry for entry in ENTRIES if "url" in entry[1]], ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_address_is_that_of_its_work(where, item):
    found = work(item)
    assert found is not None, where
    assert (doi(item["url"]), state(item)) == (found[1], "verified"), where


@pytest.mark.parametrize(("source", "number", "expected", "named", "comment"), REFERENCES)
def test_a_reference_of_a_source_is_known_as_far_as_it_is(source, number, expected, named, comment):
    (library,) = (resource for resource in resources("Library") if resource["id"] == source)
    (item,) = (item for item in library["relatedArtifact"] if item["label"] == number)
    assert state(item) == expected, comment
    assert ("Not listed in source" in item["citation"]) == ((source, number) not in {("source-1", "1"), ("source-1", "2")}), comment
    assert named is None or named in item["citation"], comment


def test_a_statement_cites_the_numbers_that_its_source_prints():
    """``statements.yaml`` says which numbers stand behind a sentence: no entry may name another one, and together they name all."""
    told = yaml.safe_load((shipped_content() / "sources" / "statements.yaml").read_text(encoding="utf-8"))
    printed = {name: str(row["reference"]) for source in ("source-1", "source-2") for name, row in told[source].items()}
    cited: dict[str, set[str]] = {}
    for where, item in ENTRIES:
        if item["type"] == "derived-from":
            numbers = re.findall(r"\d", (re.search(r"references? (\d(?: and \d)*)", item["citation"]) or [""])[0])
            assert set(numbers) <= set(re.findall(r"\d", printed[item["label"]])), where
            assert bool(numbers) == (printed[item["label"]] != "none"), where
            cited.setdefault(f"{where}", set()).update(numbers)
    incomplete = {where for where, numbers in cited.items() if numbers != set(re.findall(r"\d", printed[where.split()[-1]]))}
    assert incomplete == set()


@pytest.fixture(scope="module")
def cards(knowledge):
    return [card for _, record, hook, drafts in SITUATIONS for card in ask(knowledge, record, hook, drafts).cards]


def test_links_of_cards_lead_to_verified_works_only(cards):
    urls = {link["url"] for card in cards for link in card.get("links", ())} | {
        card["source"]["url"] for card in cards if "url" in card["source"]
    }
    assert len(urls) > 5
    assert {doi(url) for url in urls} <= VERIFIED_LINKS


def test_what_is_only_probable_is_said_to_be_not_verified(cards):
    sources = [card["detail"].partition("**Sources**")[2] for card in cards]
    probable = [text for text in sources if PROBABLE in text]
    assert len(probable) > 10
    assert [text for text in probable if "not verified" not in text] == []


@pytest.mark.parametrize(("name", "figure"), BESIDE_OLD_FIGURES)
def test_newer_series_stand_beside_the_figures_of_1999(cards, name, figure):
    old = [card["detail"] for card in cards if re.search(r"\b32 patients\b|series of 32", card["detail"])]
    assert old
    assert [detail for detail in old if name not in detail or figure not in detail] == []
