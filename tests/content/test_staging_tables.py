"""The shipped staging tables and terminology, against the registry's tables, named rules and codes seen in public data."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from cds_service.facts.staging.contradiction import contradiction
from cds_service.facts.staging.derive import derive_stage
from cds_service.facts.staging.model import Spread, TnmSet
from cds_service.facts.staging.reading import read_tnm
from cds_service.facts.staging.tables import check_staging_tables
from cds_service.facts.staging.values import read_concept
from cds_service.facts.staging.vocabulary import vocabulary
from cds_service.fhir.record import Entry
from cds_service.fhir.terminology import load_terminology
from cds_service.fhirpath.temporal import Temporal

CONTENT = Path(__file__).parents[2] / "plan_definitions"
DATA = Path(__file__).parent / "data"
ROMAN = {"0": "0", "1": "I", "2": "II", "3": "III", "4": "IV"}
SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"


@pytest.fixture(scope="module")
def tables():
    found, problems = check_staging_tables(CONTENT / "staging")
    assert problems == ()
    return found


@pytest.fixture(scope="module")
def terminology():
    return load_terminology(CONTENT)[0]


def words(terminology):
    """The vocabulary that the declaration of ``tnm`` names."""
    entries = yaml.safe_load((CONTENT / "facts" / "staging.yaml").read_text(encoding="utf-8"))["facts"]
    return vocabulary(terminology, next(entry["options"] for entry in entries if entry["path"] == "tnm"))


def categories(text, edition="8"):
    parts = text.split()
    return TnmSet(prefix="c", edition=edition, date=Temporal.parse("2020-01-01"), **{part[0].lower(): part for part in parts})


def spread(*sites):
    return [Spread(site=site, confirmed=True) for site in sites]


def seer(name):
    with (DATA / f"ajcc7_{name}_stage_seer.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def spelled(axis, code):
    return axis + {"IS": "is", "X": "X"}.get(code, code.lower())


def expected_stage(result):
    """The stage of a registry row; unknown (99), not applicable (88) and impossible combinations have none."""
    value = result.removeprefix("VALUE:") if result.startswith("VALUE:") else "99"
    return None if value in ("99", "88") else ROMAN[value[0]] + value[1:]


@pytest.mark.parametrize(("system", "site", "rows"), [("rectum", "rectum", 325), ("anus", "anal-canal", 71)])
def test_every_row_of_the_registry_table_of_the_7th_edition(tables, system, site, rows):
    table = seer(system)
    assert len(table) == rows
    different = []
    for row in table:
        one = categories(" ".join(spelled(axis.upper(), row[axis]) for axis in "tnm"), "7")
        derived = derive_stage(site, [one], [], tables).derived
        if derived != expected_stage(row["stage"]):
            different.append((row, derived))
    assert different == []


@pytest.mark.parametrize(
    ("site", "text", "edition", "expected", "comment"),
    [
        ("rectum", "T3 N0 M0", "8", "IIA", "as in the 7th"),
        ("rectum", "T4a N1c M0", "8", "IIIB", "as in the 7th"),
        ("rectum", "T4b N1 M0", "8", "IIIC", "as in the 7th"),
        ("rectum", "T2 N1 M1a", "8", "IVA", "as in the 7th"),
        ("rectum", "T2 N1 M1b", "8", "IVB", "as in the 7th"),
        ("rectum", "T2 N1 M1c", "8", "IVC", "new in the 8th"),
        ("rectum", "T2 N1 M1c", "7", None, "no category of the 7th"),
        ("rectosigmoid", "M1c", "8", "IVC", "T and N need not be known"),
        ("rectum", "Tis N0 M1a", "8", None, "impossible"),
        ("rectum", "T3 N0 M0", None, "IIA", "the editions agree"),
        ("rectum", "M1a", None, "IVA", "the editions agree"),
        ("rectum", "M1b", None, "IVB", "the editions agree"),
        ("rectum", "T3 N0 M0", "6", None, "no table"),
        ("rectum", "T3 N0 M0", "V9", None, "no table"),
        ("anal-canal", "T2 N0 M0", "7", "II", "7th"),
        ("anal-canal", "T2 N0 M0", "8", "IIA", "divided in the 8th"),
        ("anal-canal", "T3 N0 M0", "8", "IIB", "divided in the 8th"),
        ("anal-canal", "T2 N1a M0", "8", "IIIA", "8th"),
        ("anal-canal", "T4 N0 M0", "7", "IIIA", "7th"),
        ("anal-canal", "T4 N0 M0", "8", "IIIB", "changed in the 8th"),
        ("anal-canal", "T3 N1 M0", "8", None, "row not verified"),
        ("anal-canal", "T1 N2 M0", "8", None, "N2 is of the 7th and older"),
        ("anus", "T1 N1a M0", "V9", "IIB", "changed in version 9"),
        ("anus", "T3 N0 M0", "V9", "IIIA", "changed in version 9"),
        ("anus", "T1 N0 M0", "V9", None, "row not verified"),
        ("anus", "Tis N0 M0", "8", "0", "8th"),
        ("anus", "Tis N0 M0", "V9", None, "version 9 has no stage 0"),
        ("anus", "T4 N0 M0", None, None, "the editions differ"),
        ("anus", "M1", None, "IV", "all editions agree"),
    ],
)
def test_stage_group(tables, site, text, edition, expected, comment):
    assert derive_stage(site, [categories(text, edition)], [], tables).derived == expected, comment


@pytest.mark.parametrize(
    ("site", "sites", "edition", "m", "stage", "comment"),
    [
        ("rectum", ["para-aortic-node"], None, "M1a", "IVA", "one chain"),
        ("rectum", ["para-aortic-node", "inguinal-node"], None, "M1b", "IVB", "two chains"),
        ("rectum", ["bone", "inguinal-node"], None, "M1b", "IVB", "organ and chain"),
        ("rectum", ["bone"], None, "M1a", "IVA", "one organ"),
        ("rectum", ["liver", "lung"], None, "M1b", "IVB", "two organs"),
        ("rectum", ["peritoneum"], "8", "M1c", "IVC", "peritoneum alone"),
        ("rectum", ["peritoneum", "liver"], "8", "M1c", "IVC", "peritoneum and more"),
        ("rectum", ["peritoneum"], "7", "M1b", "IVB", "before the 8th edition"),
        ("rectum", ["peritoneum"], None, "M1", "IV", "the editions differ"),
        ("rectum", ["other"], None, "M1", "IV", "site not named"),
        ("rectum", ["other", "liver"], None, "M1", "IV", "it may be the liver again"),
        ("rectum", ["regional-node"], None, None, None, "regional"),
        ("rectum", ["ambiguous-node"], None, None, None, "cannot be told"),
        ("anal-canal", ["inguinal-node"], None, None, None, "regional"),
        ("anal-canal", ["inguinal-node", "bone"], None, "M1", "IV", "bone is distant"),
        ("anus", ["para-aortic-node"], None, "M1", "IV", "distant, no sub-categories"),
        ("anorectal-overlap", ["inguinal-node"], None, None, None, "the two stagings differ"),
        ("anorectal-overlap", ["bone", "inguinal-node"], None, "M1", "IV", "stage IV in both"),
        ("anorectal-overlap", ["para-aortic-node"], None, "M1", "IV", "stage IV in both"),
        (None, ["inguinal-node", "para-aortic-node"], None, None, None, "site not known"),
    ],
)
def test_spread_by_site(tables, site, sites, edition, m, stage, comment):
    sets = [TnmSet(prefix="c", t="T3", n="N0", m="M0", edition=edition)] if edition else []
    result = derive_stage(site, sets, spread(*sites), tables)
    assert (result.m_category, result.derived) == (m, stage), comment


def test_both_stagings_of_the_overlap_are_shown(tables):
    result = derive_stage("anorectal-overlap", [], spread("bone", "inguinal-node"), tables)
    assert (result.system, result.derived, result.alternative) == ("anus", "IV", "rectum IVB")
    nodes_only = derive_stage("anorectal-overlap", [], spread("inguinal-node"), tables)
    assert (nodes_only.derived, nodes_only.alternative, nodes_only.is_advanced) == (None, "rectum IVA", None)


@pytest.mark.parametrize(
    ("site", "spread_site", "role"),
    [
        ("rectum", "inguinal-node", "distant"),
        ("rectosigmoid", "inguinal-node", "distant"),
        ("anal-canal", "inguinal-node", "regional"),
        ("anus", "inguinal-node", "regional"),
        ("anorectal-overlap", "inguinal-node", "ambiguous"),
        (None, "inguinal-node", "ambiguous"),
        ("anus", "para-aortic-node", "distant"),
        ("rectum", "para-aortic-node", "distant"),
        ("anus", "regional-node", "regional"),
        ("rectum", "ambiguous-node", "ambiguous"),
        (None, "bone", "distant"),
    ],
)
def test_role_of_spread(tables, site, spread_site, role):
    assert tables.role(site, spread_site)[0] == role


@pytest.mark.parametrize("site", ["rectum", "rectosigmoid", "anorectal-overlap", "anal-canal", "anus"])
def test_every_spread_site_has_a_role_for_every_primary_site(tables, site):
    codes = {"bone", "inguinal-node", "para-aortic-node", "regional-node", "other-distant-node", "ambiguous-node"}
    codes |= {"liver", "lung", "peritoneum", "brain", "other"}
    assert {
        code for code in codes for system in tables.systems(site) if (system, code) in tables.roles or ("any", code) in tables.roles
    } == codes


@pytest.mark.parametrize(("site", "expected"), [("rectum", "later"), ("anus", None)])
def test_the_same_nodes_contradict_m0_only_where_they_are_distant(tables, site, expected):
    nodes = [Spread(site="inguinal-node", confirmed=True, date=Temporal.parse("2019-06-01"))]
    assert contradiction(site, [categories("T2 N1 M0")], nodes, tables) == expected


def test_the_map_and_the_value_sets_name_the_same_observation_codes(terminology):
    asked = set(terminology.expand("tnm-observations"))
    mapped = {concept for concept in terminology.maps["tnm-observation"]["tnm-observation"] if concept.system in (SNOMED, LOINC)}
    stage_types = {concept for concept in mapped if concept.code in ("260998006", "261023001")}
    assert mapped - stage_types == asked
    for axis, name in (("t", "tnm-t"), ("n", "tnm-n"), ("m", "tnm-m"), ("group", "stage-group")):
        for concept in terminology.expand(name):
            (kind,) = terminology.translate("tnm-observation", concept, "tnm-observation")
            assert kind.partition("-")[0] == axis


def test_every_coded_value_is_read(terminology):
    for target in ("tnm-category", "stage-group"):
        for concept, codes in terminology.maps["staging-category"][target].items():
            value = read_concept({"coding": [{"system": concept.system, "code": concept.code}]}, words(terminology))
            if concept.system.startswith("http") and "text" not in concept.system:
                assert value.state == ("absent" if codes == ("not-recorded",) else "read"), concept


@pytest.mark.parametrize(
    ("code", "system", "value_system", "value", "expected"),
    [
        ("399504009", SNOMED, SNOMED, "1228938002", ("c", "t", "T3")),
        ("21899-0", LOINC, SNOMED, "1229865000", ("p", "t", "T4a")),
        ("21906-3", LOINC, SNOMED, "46059003", ("c", "n", "N2")),
        ("399387003", SNOMED, SNOMED, "1229902004", ("c", "m", "M0")),
        ("399387003", SNOMED, SNOMED, "1229905002", ("c", "m", "M1a")),
        ("371497001", SNOMED, SNOMED, "55440008", ("p", "m", "M1")),
        ("1222595002", SNOMED, "https://www.uicc.org/resources/tnm", "T2", ("yp", "t", "T2")),
        ("1222585009", SNOMED, SNOMED, "1228884006", ("c", "t", "Tis")),
        ("399537006", SNOMED, SNOMED, "1222838008", ("c", "group", "IVA")),
        ("21914-7", LOINC, "http://cancerstaging.org", "c3A", ("c", "group", "IIIA")),
        ("399588009", SNOMED, SNOMED, "261642001", ("p", "group", "IVA")),
    ],
)
def test_codes_seen_in_real_data(terminology, code, system, value_system, value, expected):
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        "valueCodeableConcept": {"coding": [{"system": value_system, "code": value}]},
        "method": {"coding": [{"system": SNOMED, "code": "897275008"}]},
    }
    (one,) = read_tnm((Entry(resource, "Observation/1"),), words(terminology), primary=frozenset(), only_malignancy=True).sets
    prefix, axis, category = expected
    assert (one.prefix, one.axis(axis), one.edition) == (prefix, category, "8")


@pytest.mark.parametrize("letter", ["y", "r", "a"])
def test_descriptor_observations(terminology, letter):
    code, value = {"y": ("101658-3", "421755005"), "r": ("101659-1", "421188008"), "a": ("101660-9", "421426001")}[letter]
    day = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2021-10-05"}
    descriptor = day | {
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": value}]},
    }
    category = day | {"code": {"coding": [{"system": SNOMED, "code": "384625004"}]}, "valueString": "T2"}
    entries = (Entry(descriptor, "Observation/1"), Entry(category, "Observation/2"))
    (one,) = read_tnm(entries, words(terminology), primary=frozenset(), only_malignancy=True).sets
    assert one.prefix == {"y": "yp", "r": "rp", "a": "a"}[letter]


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


def test_terminology_files_are_drafts_with_an_address():
    names = [*CONTENT.glob("terminology/*-tnm-*.json"), *CONTENT.glob("terminology/*-stag*.json")]
    assert len(names) >= 14
    for path in names:
        resource = json.loads(path.read_text(encoding="utf-8"))
        assert path.name == f"{resource['resourceType']}-{resource['id']}.json"
        assert resource["url"] == f"https://cds-service.example.org/{resource['resourceType']}/{resource['id']}"
        assert (resource["status"], resource["experimental"]) == ("draft", True)
