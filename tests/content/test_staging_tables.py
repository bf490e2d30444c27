"""TNM to stage by the shipped tables, from FHIR resources to facts: every registry row, every difference of the editions, every gap."""

import csv
from pathlib import Path

import pytest

from cds_service.facts.staging.loading import check_staging_tables
from cds_service.facts.staging.model import WHY
from tests.builders.answer import ask
from tests.builders.staging import facts_of, primary, staged

CONTENT = Path(__file__).parents[2] / "plan_definitions"
DATA = Path(__file__).parent / "data"
ROMAN = {"0": "0", "1": "I", "2": "II", "3": "III", "4": "IV"}


@pytest.fixture(scope="module")
def tables():
    found, problems = check_staging_tables(CONTENT / "staging")
    assert problems == ()
    return found


def derived(knowledge, site, text, edition):
    return facts_of(knowledge, staged(primary(site), text, edition)).value("stage.derived")


# -- the 7th edition: every row of the registry ---------------------------------------------------------------------------


def seer(name):
    with (DATA / f"ajcc7_{name}_stage_seer.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def spelled(axis, code):
    """``cT4a`` for 4A; nothing for 88, which says that the field does not apply."""
    return "" if code == "88" else f"c{axis.upper()}" + {"IS": "is", "X": "X"}.get(code, code.lower())


def expected_stage(result):
    """The stage of a registry row; unknown (99), not applicable (88) and impossible combinations have none."""
    value = result.removeprefix("VALUE:") if result.startswith("VALUE:") else "99"
    return None if value in ("99", "88") else ROMAN[value[0]] + value[1:]


@pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
@pytest.mark.parametrize(
    ("site", "table", "count", "with_stage"),
    [("rectum", "rectum", 325, 280), ("rectosigmoid", "rectum", 325, 280), ("anal-canal", "anus", 71, 55)],
)
def test_every_row_of_the_registry_table_of_the_7th_edition(knowledge, site, table, count, with_stage):
    """From Observations to the fact; that the categories themselves were read is looked at too, so that no row agrees by silence."""
    rows = seer(table)
    different, stages = [], 0
    for row in rows:
        text = " ".join(filter(None, (spelled(axis, row[axis]) for axis in "tnm")))
        facts = facts_of(knowledge, staged(primary(site), text, "7"))
        read = " ".join(f"c{one[axis]}" for one in facts.value("tnm") for axis in "tnm" if axis in one)
        expected = expected_stage(row["stage"])
        stages += expected is not None
        if (facts.value("stage.derived"), read) != (expected, text):
            different.append((row, facts.value("stage.derived"), read))
    assert different == []
    assert (len(rows), stages) == (count, with_stage)


# -- the editions, and what distinguishes them ----------------------------------------------------------------------------

RECTUM_SAME = [
    ("cTis cN0 cM0", "0"),
    ("cT1 cN0 cM0", "I"),
    ("cT2 cN0 cM0", "I"),
    ("cT3 cN0 cM0", "IIA"),
    ("cT4a cN0 cM0", "IIB"),
    ("cT4b cN0 cM0", "IIC"),
    ("cT2 cN1c cM0", "IIIA"),
    ("cT1 cN2a cM0", "IIIA"),
    ("cT4a cN1c cM0", "IIIB"),
    ("cT3 cN2a cM0", "IIIB"),
    ("cT2 cN2b cM0", "IIIB"),
    ("cT4a cN2a cM0", "IIIC"),
    ("cT3 cN2b cM0", "IIIC"),
    ("cT4b cN1 cM0", "IIIC"),
    ("cT2 cN1 cM1a", "IVA"),
    ("cT2 cN1 cM1b", "IVB"),
    ("cT2 cN1 cM1", "IV"),
    # Incomplete data, as the registry resolves them
    ("cT4 cN0 cM0", "II"),
    ("cT4 cN1 cM0", "IIIB"),
    ("cT4 cN2 cM0", "IIIC"),
    ("cT1 cN2 cM0", "III"),
    ("cT3 cN2 cM0", "III"),
    ("cTX cN1 cM0", "III"),
    ("cTX cN2b cM0", "III"),
    ("cTX cN0 cM0", None),
    ("cT3 cNX cM0", None),
    ("cT0 cN1 cM0", "IIIA"),
    ("cT0 cN2b cM0", "IIIB"),
    ("cT0 cN0 cM0", None),
    ("cTis cN1 cM0", None),
    ("cTis cN0 cM1a", None),
    ("cM1", "IV"),
    ("cTX cNX cM1a", "IVA"),
]


@pytest.mark.parametrize("edition", ["7", "8", None])
@pytest.mark.parametrize(("text", "stage"), RECTUM_SAME)
def test_rectum_what_the_editions_share(knowledge, edition, text, stage):
    assert derived(knowledge, "rectum", text, edition) == stage


@pytest.mark.parametrize(
    ("text", "edition", "stage", "comment"),
    [
        ("cT3 cN0 cM1c", "8", "IVC", "new in the 8th edition: peritoneal surface"),
        ("cM1c", "8", "IVC", "T and N need not be known"),
        ("cT3 cN0 cM1c", "7", None, "no category of the 7th, where such spread was M1b"),
        ("cT3 cN0 cM1c", None, "IV", "no edition: M1c is of one only, stage IV of both"),
        ("cT3 cN0 cM1b", "7", "IVB", "7th"),
        ("cTis cN0 cM1c", "8", None, "impossible"),
        ("cT3 cN0 cM0", "6", None, "no table"),
        ("cT3 cN0 cM0", "V9", None, "no table: version 9 is of the anus"),
    ],
)
def test_rectum_difference_of_the_8th_edition(knowledge, text, edition, stage, comment):
    assert derived(knowledge, "rectum", text, edition) == stage, comment


ANUS = [
    # text, 7th, 8th, version 9; "-": no category of the edition; "?": a row that is not verified, so that nothing is derived
    ("cTis cN0 cM0", "0", "0", None, "stage 0 was removed in version 9"),
    ("cT1 cN0 cM0", "I", "I", "?", "I"),
    ("cT2 cN0 cM0", "II", "IIA", "?", "II divided in the 8th"),
    ("cT3 cN0 cM0", "II", "IIB", "IIIA", "II divided in the 8th, then moved to IIIA"),
    ("cT1 cN1 cM0", "IIIA", "IIIA", "IIB", "moved to IIB in version 9"),
    ("cT2 cN1 cM0", "IIIA", "IIIA", "IIB", "moved to IIB in version 9"),
    ("cT2 cN1a cM0", "-", "IIIA", "IIB", "N1a, N1b and N1c are of the 8th and later"),
    ("cT2 cN1b cM0", "-", "IIIA", "IIB", "N1a, N1b and N1c are of the 8th and later"),
    ("cT2 cN1c cM0", "-", "IIIA", "IIB", "N1a, N1b and N1c are of the 8th and later"),
    ("cT3 cN1 cM0", "IIIA", "?", "IIIA", "IIIC in the 8th is from memory"),
    ("cT3 cN1a cM0", "-", "?", "IIIA", "IIIC in the 8th is from memory"),
    ("cT4 cN0 cM0", "IIIA", "IIIB", "?", "IIIB from the 8th on"),
    ("cT4 cN1 cM0", "IIIB", "?", "?", "IIIC from the 8th on is from memory"),
    ("cT4 cN1c cM0", "-", "?", "?", "IIIC from the 8th on is from memory"),
    ("cT1 cN2 cM0", "IIIB", "-", "-", "N2 is of the 7th and older"),
    ("cT1 cN3 cM0", "IIIB", "-", "-", "N3 is of the 7th and older"),
    ("cT4 cN3 cM0", "IIIB", "-", "-", "N3 is of the 7th and older"),
    ("cT2 cN1 cM1", "IV", "IV", "IV", "any T and N with M1"),
    ("cM1", "IV", "IV", "IV", "T and N need not be known"),
    ("cTis cN0 cM1", None, None, None, "impossible"),
]


@pytest.mark.parametrize("site", ["anal-canal", "anus"])
@pytest.mark.parametrize(("text", "seventh", "eighth", "ninth", "comment"), ANUS, ids=[row[0] for row in ANUS])
def test_anus_by_edition(knowledge, site, text, seventh, eighth, ninth, comment):
    for edition, expected in (("7", seventh), ("8", eighth), ("V9", ninth)):
        facts = facts_of(knowledge, staged(primary(site), text, edition))
        assert facts.value("stage.derived") == {"-": None, "?": None}.get(expected, expected), (edition, comment)
        why = {"-": ["no-category"], "?": ["unverified-row"], None: ["no-stage"]}.get(expected, [])
        assert [gap["why"] for gap in facts.value("stage.gaps")] == why, (edition, comment)


@pytest.mark.parametrize(
    ("text", "stage", "comment"),
    [
        ("cM1", "IV", "all editions agree"),
        ("cT2 cN1 cM1", "IV", "all editions agree"),
        ("cT1 cN0 cM0", None, "version 9 is not verified"),
        ("cT2 cN0 cM0", None, "the editions differ"),
        ("cT3 cN0 cM0", None, "the editions differ"),
        ("cT4 cN0 cM0", None, "the editions differ"),
        ("cT2 cN1a cM0", None, "8th and version 9 differ"),
        ("cT1 cN2 cM0", "IIIB", "N2 implies the 7th edition or an older one"),
        ("cT3 cN3 cM0", "IIIB", "N3 implies the 7th edition or an older one"),
        ("cTis cN0 cM0", None, "version 9 has no stage 0"),
    ],
)
def test_anus_without_an_edition(knowledge, text, stage, comment):
    assert derived(knowledge, "anal-canal", text, None) == stage, comment


def test_rows_that_nobody_verified_are_few_and_known(tables):
    unverified = {
        (edition.system, edition.edition, t, n[:2], m)
        for editions in tables.editions.values()
        for edition in editions
        for (t, n, m), cell in edition.stages.items()
        if not cell.verified
    }
    assert unverified == {
        ("anus", "8", "T3", "N1", "M0"),
        ("anus", "8", "T4", "N1", "M0"),
        ("anus", "V9", "T1", "N0", "M0"),
        ("anus", "V9", "T2", "N0", "M0"),
        ("anus", "V9", "T4", "N0", "M0"),
        ("anus", "V9", "T4", "N1", "M0"),
    }
    assert {(name, spread) for (name, spread), role in tables.roles.items() if not role.verified} == {
        ("anus", "presacral"),
        ("anus", "promontory"),
        ("anus", "common-iliac"),
    }
    assert [group.whole for group in tables.together if group.verified] == []


def test_every_spread_site_has_a_role_for_every_primary_site(tables, knowledge):
    codes = knowledge.terminology.codes("spread-site") | knowledge.terminology.codes("spread-place")
    missing = [
        (site, code)
        for site, systems in tables.sites.items()
        for code in sorted(codes)
        for system in systems
        if not {(site, code), (system, code), ("any", code)} & set(tables.roles)
    ]
    assert missing == []
    assert set(tables.sites) == knowledge.terminology.codes("primary-site")


def test_the_tables_say_nothing_of_unknown_places(tables, knowledge):
    """A row for a place that no code leads to would look like knowledge and be none."""
    known = knowledge.terminology.codes("spread-site") | knowledge.terminology.codes("spread-place")
    assert {spread for _, spread in tables.roles} - known == set()


def test_a_row_that_is_not_verified_is_told_to_the_clinician(knowledge):
    record = staged(primary("anal-canal"), "cT3 cN1a cM0", "8").stage_group("IIIC")
    facts = facts_of(knowledge, record)
    (why,) = (item.why for item in facts.unknown if item.path == "stage.derived")
    assert why == "the row of the table is not verified (anus, edition 8, T3 N1a M0)"
    assert facts.value("stage.asserted") == "IIIC"
    detail = ask(knowledge, record).card("staging-summary")["detail"]
    assert "this row of the table is not yet checked against the manual" in detail.replace("\\", "")
    assert "T3 N1a M0, edition 8" in detail


def test_the_content_has_words_for_every_reason(knowledge):
    assert knowledge.terminology.codes("stage-gap") == set(WHY)
