from pathlib import Path

import pytest

from cds_service.facts.staging.tables import check_staging_tables

SITES = (
    "kind: sites\ntitle: s\nepisode: {days: 90, source: assumption}\nadvanced: {group: IV, source: s}\n"
    "sites: [{site: organ, systems: [one], source: s}]\n"
)
SPREAD = "kind: spread\ntitle: s\nrows: [{systems: any, spread: [far, farther], role: distant, kind: organ, source: s}]\n"
M = (
    "kind: m-category\ntitle: m\nsystem: one\nedition: '8'\nrows:\n"
    "  - {surface: 'no', unspecified: any, sites: 1, m: M1a, source: s, verification: verified}\n"
    "  - {surface: 'no', unspecified: any, sites: 2+, m: M1b, source: s, verification: verified}\n"
)
STAGE = (
    "kind: stage-group\ntitle: t\nsystem: one\nedition: '8'\n"
    "categories: {t: [Tis, T1, T2], n: [N0, N1, N1a, N1b], m: [M0, M1, M1a, M1b]}\nrows:\n"
    "  - {t: [T1, T2], n: N0, m: M0, stage: I, source: s, verification: verified}\n"
    "  - {t: T1, n: 'N1*', m: M0, stage: III, source: s, verification: unverified}\n"
    "  - {t: Tis, n: any, m: M1, stage: none, source: s, verification: verified}\n"
    "  - {t: [any, '!Tis'], n: any, m: 'M1*', stage: IV, source: s, verification: verified}\n"
)


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in {"sites": SITES, "spread": SPREAD, "m": M, "stage": STAGE, **files}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_rows_are_expanded(tmp_path):
    tables, _ = check_staging_tables(folder(tmp_path))
    (edition,) = tables.editions["one"]
    assert (edition.system, edition.edition, tables.episode_days) == ("one", "8", 90)
    assert edition.stages["T2", "N0", "M0"].value == "I"
    assert [edition.stages["T1", n, "M0"].verified for n in ("N1", "N1a", "N1b")] == [False] * 3
    assert edition.stages["", "", "M1a"].value == "IV", "any is also what is not known"
    assert edition.stages["Tis", "", "M1"].value is None, "expressly no stage"
    assert ("Tis", "N0", "M1a") not in edition.stages
    assert edition.m_categories[False, True, 4].value == "M1b"


@pytest.mark.parametrize(
    ("site", "spread", "expected", "comment"),
    [
        ("organ", "far", ("distant", "organ"), "by a row for all systems"),
        (None, "far", ("distant", "organ"), "also where the primary site is not known"),
        ("organ", "elsewhere", ("ambiguous", "unspecified"), "what no row names"),
    ],
)
def test_role(tmp_path, site, spread, expected, comment):
    assert check_staging_tables(folder(tmp_path))[0].role(site, spread) == expected, comment


def test_a_site_of_two_systems_that_disagree_is_ambiguous(tmp_path):
    spread = (
        "kind: spread\ntitle: s\nrows:\n"
        "  - {systems: one, spread: near, role: regional, kind: chain, source: s}\n"
        "  - {systems: two, spread: near, role: distant, kind: chain, source: s}\n"
    )
    sites = SITES.replace("[one]", "[one, two]")
    two = {"m2": M.replace("system: one", "system: two"), "stage2": STAGE.replace("system: one", "system: two")}
    tables, _ = check_staging_tables(folder(tmp_path, spread=spread, sites=sites, **two))
    assert tables.role("organ", "near") == ("ambiguous", "chain")
    assert tables.system_role("two", "near") == ("distant", "chain")


@pytest.mark.parametrize(
    ("name", "text", "element", "problem"),
    [
        ("stage", STAGE + "  - {t: T1, n: N0, m: M0, stage: II, source: s, verification: verified}\n", "rows[4]", "contradicts"),
        ("stage", STAGE + "  - {t: T9, n: N0, m: M0, stage: II, source: s, verification: verified}\n", "rows[4].t", "no category"),
        ("stage", STAGE + "  - {t: T1, n: N0, m: M0, stage: I, verification: verified}\n", "rows[4].source", "missing"),
        ("stage", STAGE + "  - {t: T1, n: N0, m: M0, stage: I, source: s}\n", "rows[4].verification", "missing"),
        ("stage", STAGE + "  - {t: T1, n: N0, m: M0, stage: I, source: s, verification: perhaps}\n", "rows[4].verification", "unknown"),
        (
            "stage",
            STAGE + "  - {t: T1, n: N0, m: M0, stage: I, source: s, verification: verified, colour: red}\n",
            "rows[4].colour",
            "unknown column",
        ),
        ("stage", STAGE + "  - T1\n", "rows[4]", "not a mapping"),
        ("stage", STAGE.replace("edition: '8'\n", ""), "(top).edition", "missing"),
        ("stage", STAGE.replace("title: t\n", ""), "(top).title", "missing"),
        ("stage", STAGE.replace("n: [N0, N1, N1a, N1b], ", ""), "categories", "must list"),
        ("stage", STAGE.replace("kind: stage-group", "kind: other"), "kind", "unknown"),
        ("stage", "- a list\n", "kind", "missing"),
        ("stage", "kind: [\n", "(file)", "not YAML"),
        (
            "m",
            M + "  - {surface: any, unspecified: any, sites: 3, m: M1a, source: s, verification: verified}\n",
            "rows[2]",
            "contradicts",
        ),
        (
            "m",
            M + "  - {surface: maybe, unspecified: any, sites: 3, m: M1a, source: s, verification: verified}\n",
            "rows[2]",
            "not understood",
        ),
        (
            "m",
            M + "  - {surface: any, unspecified: any, sites: 9+, m: M1a, source: s, verification: verified}\n",
            "rows[2]",
            "not understood",
        ),
        ("m", "kind: m-category\ntitle: m\nsystem: one\nedition: '8'\nrows: none\n", "rows", "not a list"),
        ("spread", SPREAD.replace("role: distant", "role: far"), "rows[0]", "unknown role"),
        (
            "spread",
            SPREAD.replace("}]", "}, {systems: any, spread: far, role: regional, kind: organ, source: s}]"),
            "rows[1]",
            "contradicts",
        ),
        ("sites", SITES.replace("{days: 90, source: assumption}", "{days: 90}"), "episode", "lacks"),
        ("sites", SITES.replace("{group: IV, source: s}", "{group: IV}"), "advanced", "lacks"),
        ("sites", SITES.replace("}]", "}, {site: organ, systems: [one], source: s}]"), "sites[1].site", "twice"),
        ("sites", SITES.replace("[one]", "[one, three]"), "three", "no tables"),
    ],
)
def test_bad_content_is_reported(tmp_path, name, text, element, problem):
    _, problems = check_staging_tables(folder(tmp_path, **{name: text}))
    assert any(item.element == element and problem in item.problem and item.remedy for item in problems), problems


def test_an_edition_without_m_rules_is_reported(tmp_path):
    _, problems = check_staging_tables(folder(tmp_path, m=M.replace("'8'", "'7'")))
    assert {item.element for item in problems} == {"one 7", "one 8"}


def test_every_problem_is_reported_at_once(tmp_path):
    _, problems = check_staging_tables(folder(tmp_path, sites="kind: [", m="x: 1\n"))
    assert {item.file for item in problems} >= {"staging/sites.yaml", "staging/m.yaml"}


def test_rows_that_overlap_and_agree_are_fine(tmp_path):
    same = STAGE + "  - {t: T1, n: N0, m: M0, stage: I, source: another, verification: verified}\n"
    assert check_staging_tables(folder(tmp_path, stage=same))[1] == ()
