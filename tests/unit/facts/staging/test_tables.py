from pathlib import Path

import pytest

from cds_service.facts.staging.loading import check_staging_tables
from cds_service.facts.staging.tables import Role, Scale

SITES = (
    "kind: sites\ntitle: s\nepisode: {days: 90, source: assumption}\nfamilies: [I, II, III, IV]\n"
    "advanced: {group: IV, source: s}\n"
    "sites: [{site: organ, systems: [one], source: s}]\n"
)
SPREAD = (
    "kind: spread\ntitle: s\nrows: [{for: any, spread: [far, farther], role: distant, kind: organ, source: s, verification: verified}]\n"
)
PLACES = (
    "kind: places\ntitle: p\n"
    "places:\n  - {places: [groin, hip], stands: {regional: near, distant: far, ambiguous: unclear}}\n"
    "  - {places: [left, right, both], stands: far}\n"
    "together: [{whole: far, sides: {left: left, right: right, both: both}, source: s, verification: unverified}]\n"
)
M = (
    "kind: m-category\ntitle: m\nsystem: one\nedition: '8'\nrows:\n"
    "  - {surface: 'no', unspecified: any, chains: 0-1, organs: 0-1, m: M1a, source: s, verification: verified}\n"
    "  - {surface: 'no', unspecified: any, chains: 2+, organs: any, m: M1b, source: s, verification: verified}\n"
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
    for name, text in {"sites": SITES, "spread": SPREAD, "places": PLACES, "m": M, "stage": STAGE, **files}.items():
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
    assert edition.m_categories[False, True, 4, 0].value == "M1b"
    assert edition.m_categories[False, True, 1, 0].value == "M1a"


@pytest.mark.parametrize(
    ("site", "spread", "expected", "comment"),
    [
        ("organ", "far", Role(role="distant", kind="organ"), "by a row for all systems"),
        (None, "far", Role(role="distant", kind="organ"), "also where the primary site is not known"),
        ("organ", "elsewhere", Role(), "what no row names"),
    ],
)
def test_role(tmp_path, site, spread, expected, comment):
    assert check_staging_tables(folder(tmp_path))[0].role(site, spread) == expected, comment


def test_a_site_of_two_systems_that_disagree_is_ambiguous(tmp_path):
    spread = (
        "kind: spread\ntitle: s\nrows:\n"
        "  - {for: one, spread: groin, role: regional, kind: chain, source: s, verification: verified}\n"
        "  - {for: two, spread: groin, role: distant, kind: chain, source: s, verification: verified}\n"
        "  - {for: lone, spread: groin, role: distant, kind: chain, source: s, verification: verified}\n"
        "  - {for: [one, two], spread: hip, role: regional, kind: chain, source: s, verification: verified}\n"
        "  - {for: [one, two], spread: knee, role: distant, kind: chain, source: s, verification: unverified}\n"
    )
    sites = SITES.replace("systems: [one], source: s}]", "systems: [one, two], source: s}, {site: lone, systems: [one], source: s}]")
    two = {"m2": M.replace("system: one", "system: two"), "stage2": STAGE.replace("system: one", "system: two")}
    tables, _ = check_staging_tables(folder(tmp_path, spread=spread, sites=sites, **two))
    assert tables.role("organ", "groin") == Role(role="ambiguous", kind="chain")
    assert tables.role_in("organ", "two", "groin") == Role(role="distant", kind="chain")
    assert tables.role("lone", "groin") == Role(role="distant", kind="chain"), "a row for the site itself counts first"
    assert tables.role(None, "groin").role == "ambiguous", "site not known: the sites disagree"
    assert tables.role(None, "hip").role == "regional", "site not known: all agree"
    assert tables.role("lone", "knee") == Role(role="ambiguous", kind="chain", verified=False), "nobody verified it"
    assert [tables.site_of(site, "groin") for site in ("organ", "lone")] == ["unclear", "far"]
    assert tables.site_of("organ", "hip") == "near"


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
        ("stage", "kind: [\n", "line 2", "not YAML"),
        (
            "m",
            M + "  - {surface: any, unspecified: any, chains: 3, organs: 0, m: M1a, source: s, verification: verified}\n",
            "rows[2]",
            "contradicts",
        ),
        (
            "m",
            M + "  - {surface: maybe, unspecified: any, chains: 3, organs: 0, m: M1a, source: s, verification: verified}\n",
            "rows[2]",
            "not understood",
        ),
        (
            "m",
            M + "  - {surface: any, unspecified: any, chains: 9+, organs: 0, m: M1a, source: s, verification: verified}\n",
            "rows[2]",
            "not understood",
        ),
        ("m", "kind: m-category\ntitle: m\nsystem: one\nedition: '8'\nrows: none\n", "rows", "not a list"),
        ("spread", SPREAD.replace("role: distant", "role: far"), "rows[0]", "unknown role"),
        (
            "spread",
            SPREAD.replace("}]", "}, {for: any, spread: far, role: regional, kind: organ, source: s, verification: verified}]"),
            "rows[1]",
            "contradicts",
        ),
        ("sites", SITES.replace("{days: 90, source: assumption}", "{days: 90}"), "episode", "lacks"),
        ("sites", SITES.replace("}]", "}, {site: organ, systems: [one], source: s}]"), "sites[1].site", "twice"),
        ("sites", SITES.replace("[one]", "[one, three]"), "three", "no tables"),
        ("sites", SITES.replace("{group: IV, source: s}", "{group: IV}"), "advanced", "lacks"),
        ("sites", SITES.replace("{group: IV", "{group: V"), "advanced.group", "none of the families"),
        ("sites", SITES.replace("[I, II, III, IV]", "[II, III, IV]"), "one 8", "of no family"),
        ("places", PLACES.replace("ambiguous: unclear", "other: unclear"), "places[0].stands", "no site for some role"),
        ("places", PLACES.replace("[left, right, both]", "[left, right, both, hip]"), "places[1]", "twice"),
        ("places", PLACES.replace("left: left,", "left: wrong,"), "together[0]", "no place"),
        ("places", PLACES.replace("sides: {left: left, right: right, both: both}", "parts: [left, wrong]"), "together[0]", "no place"),
        ("places", PLACES.replace("sides: {left: left, right: right, both: both}, ", ""), "together[0]", "either parts or sides"),
        ("places", PLACES.replace("left: left,", "top: left,"), "together[0]", "either parts or sides"),
        (
            "m",
            M + "  - {surface: any, unspecified: any, chains: 2-1, organs: 0, m: M1a, source: s, verification: verified}\n",
            "rows[2]",
            "not understood",
        ),
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


@pytest.mark.parametrize(
    ("group", "number"),
    [("0", 0), ("0is", 0), ("I", 1), ("IIA", 2), ("IIIC2", 3), ("IV", 4), ("IVB", 4), (None, None), ("", None), ("X", None)],
)
def test_the_scale_orders_stage_groups_by_family(group, number):
    scale = Scale(families=("0", "I", "II", "III", "IV"), advanced="IV")
    assert scale.number(group) == number
    assert scale.is_advanced(group) is (number == 4)
    assert scale.is_below(group) is (number is not None and number < 4)


def test_another_scale_needs_no_other_code():
    scale = Scale(families=("limited", "extensive"), advanced="extensive")
    assert [scale.number(group) for group in ("limited", "extensive", "IV")] == [0, 1, None]
    assert (scale.is_below("limited"), scale.is_advanced("extensive"), scale.is_advanced("IV")) == (True, True, False)


def test_a_site_without_a_staging_system_is_allowed(tmp_path):
    """Its stage is only what is asserted."""
    tables, problems = check_staging_tables(folder(tmp_path, sites=SITES.replace("[one]", "[]")))
    assert (problems, tables.systems("organ")) == ((), ())
    assert tables.role("organ", "far").role == "distant"
