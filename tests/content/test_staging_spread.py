"""Spread by node station and organ: what is regional or distant for which primary, and what M and stage follow.

From FHIR Conditions to facts; the registry's own tables (SEER EOD 3.3) are the second witness.
"""

import json
import re
from pathlib import Path

import pytest

from cds_service.facts.staging.loading import check_staging_tables
from tests.builders.answer import ask
from tests.builders.codes import ICD10CM, ICDO3, SNOMED, concept
from tests.builders.record import patient
from tests.builders.staging import NODE, facts_of, primary, spread, staged
from tests.builders.tables import rows

CONTENT = Path(__file__).parents[2] / "plan_definitions"
EOD = Path(__file__).parent / "data" / "seer-eod33"
R, D, OPEN = "regional", "distant", "ambiguous"


@pytest.fixture(scope="module")
def tables():
    return check_staging_tables(CONTENT / "staging")[0]


# -- node stations --------------------------------------------------------------------------------------------------------

STATIONS = [
    # station, rectum, rectosigmoid junction, anal canal and anus
    ("mesorectal", R, R, R, "perirectal and pararectal too"),
    ("perirectal", R, R, R, "mesorectal"),
    ("superior rectal", R, R, R, "in the registry's list of the anus"),
    ("middle rectal", R, R, OPEN, "not listed for the anus"),
    ("inferior rectal", R, D, R, "distant for the junction"),
    ("inferior hemorrhoidal", R, D, R, "inferior rectal"),
    ("inferior mesenteric", R, R, D, "not on the regional list of the anus"),
    ("sigmoid mesenteric", R, R, D, "not on the regional list of the anus"),
    ("internal iliac", R, D, R, "distant for the junction"),
    ("hypogastric", R, D, R, "internal iliac"),
    ("obturator", R, D, R, "distant for the junction"),
    ("lateral sacral", R, OPEN, R, "not listed for the junction"),
    ("presacral", R, OPEN, OPEN, "not listed for the junction; not verified for the anus"),
    ("promontory", R, OPEN, OPEN, "not listed for the junction; not verified for the anus"),
    ("inguinal", D, D, R, "M1a for the rectum, N1a for the anus"),
    ("external iliac", D, D, R, "N1b for the anus"),
    ("common iliac", D, D, OPEN, "not verified for the anus"),
    ("left colic", D, OPEN, D, "not listed for the junction"),
    ("superior mesenteric", D, D, D, "distant for all"),
    ("para-aortic", D, D, D, "distant for all"),
    ("supraclavicular", D, D, D, "distant for all"),
]


@pytest.mark.parametrize(("station", "rectum", "junction", "anal", "why"), STATIONS, ids=[row[0] for row in STATIONS])
def test_a_station_by_site_of_the_primary(knowledge, station, rectum, junction, anal, why):
    for site, role in (("rectum", rectum), ("rectosigmoid", junction), ("anal-canal", anal), ("anus", anal)):
        facts = facts_of(knowledge, spread(primary(site), f"{station} lymph nodes"))
        (found,) = facts.value("metastases")
        assert found["role"] == role, (site, why)
        assert (facts.value("stage.isIV") is True) == (role == D), (site, why)
        if found["site"] not in ("inguinal-node", "para-aortic-node"):
            assert found["site"] == {R: "regional-node", D: "other-distant-node", OPEN: "ambiguous-node"}[role], (site, why)


@pytest.mark.parametrize(
    ("station", "rectum", "anal", "why"), [(row[0], row[1], *row[3:]) for row in STATIONS], ids=[row[0] for row in STATIONS]
)
def test_a_station_of_an_overlapping_tumour_is_what_both_stagings_say(knowledge, station, rectum, anal, why):
    """T06: the overlap belongs to both; where they disagree the nodes are neither, and the staging that counts them is shown."""
    facts = facts_of(knowledge, spread(primary("anorectal-overlap"), f"{station} lymph nodes"))
    (found,) = facts.value("metastases")
    assert found["role"] == (rectum if rectum == anal else OPEN), why
    if (rectum, anal) == (D, R):
        assert (facts.value("stage.derived"), facts.value("stage.alternative")) == (None, "rectum IVA"), why


def test_iliac_nodes_without_a_name_are_asked_for(knowledge):
    """The registry counts them as distant for the rectum, but internal iliac nodes are regional there."""
    record = primary("rectum").condition("metastasis", NODE, body_site="84219008")
    assert facts_of(knowledge, record).value("metastases")[0]["role"] == OPEN
    assert "nodes-ambiguous" in ask(knowledge, record).codes


@pytest.mark.parametrize("site", ["rectosigmoid", "anal-canal", "anorectal-overlap"])
def test_a_named_station_is_not_asked_for_again(knowledge, site):
    """Presacral nodes: the station is named; what is not known is what the tables make of it, and the card says so."""
    record = spread(primary(site), "presacral lymph nodes").stage_group("IIIB")
    answer = ask(knowledge, record)
    assert "nodes-ambiguous" not in answer.codes
    assert answer.fact("stage.isIV") is None
    detail = answer.card("staging-summary")["detail"]
    assert "presacral nodes" in detail
    assert "Not derived" in detail


def test_an_undecided_station_keeps_sole_distant_site_and_isolation_open(knowledge):
    record = spread(primary("rectosigmoid"), "para-aortic-node", "presacral lymph nodes")
    assert facts_of(knowledge, record).value("paraAortic.soleDistantSite") is None
    record = spread(primary("rectosigmoid"), "inguinal-node", "presacral lymph nodes")
    assert facts_of(knowledge, record).value("inguinal.isolated") is None


# -- the registry as second witness ---------------------------------------------------------------------------------------

NAMES = {
    # how the registry writes a station: (word, words in brackets) -> places
    "hemorrhoidal": {"middle": "middle-rectal", "superior": "superior-rectal", "inferior": "inferior-rectal"},
    "rectal": {"middle": "middle-rectal", "superior": "superior-rectal", "inferior": "inferior-rectal"},
    "iliac": {
        "common": "common-iliac",
        "external": "external-iliac",
        "hypogastric": "internal-iliac",
        "internal": "internal-iliac",
        "obturator": "obturator",
    },
    "mesenteric": {"inferior": "inferior-mesenteric"},
    "sigmoid": {"mesenteric": "sigmoid-mesenteric"},
    "sigmoidal": {"sigmoid mesenteric": "sigmoid-mesenteric"},
    "colic": {"left": "left-colic"},
}
PLAIN = {
    "mesorectal": "mesorectal",
    "perirectal": "mesorectal",
    "lateral sacral": "lateral-sacral",
    "middle sacral": "promontory",
    "presacral": "presacral",
    "superior mesenteric": "superior-mesenteric",
    "inferior hemorrhoidal": "inferior-rectal",
    "inguinal": "inguinal-node",
    "internal iliac": "internal-iliac",
    "obturator": "obturator",
    "superior rectal": "superior-rectal",
    "external iliac node": "external-iliac",
}
NOT_A_STATION_OF_OURS = {"pericolic", "sacral", "anorectal"}


def eod(name):
    return json.loads((EOD / f"eod33-{name}.json").read_text(encoding="utf-8"))


def description(table, code):
    return next(row[1] for row in table["rows"] if row[0] == code)


def section(text, heading):
    """The lines below a heading, up to the next one."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip("* ").startswith(heading))
    found = []
    for line in lines[start + 1 :]:
        if not line.strip() or not line.lstrip().startswith(("-", "+")):
            break
        found.append(line.strip(" -+"))
    return found


def places(line):
    """The places that one line of the registry names."""
    word = re.split(r"[,(]", line.lower().removesuffix(", nos"))[0].strip().removesuffix("(s)")
    bracket = re.search(r"\(([^)]*)\)", line.lower())
    inside = [part.strip() for part in bracket[1].split(",")] if bracket else []
    after = [part.strip() for part in line.lower().split(",")[1:] if "(" not in part]
    if word in NAMES:
        return {NAMES[word][part] for part in (*inside, *after) if part in NAMES[word]}
    plain = next((place for name, place in PLAIN.items() if word.startswith(name)), None)
    assert plain or word in NOT_A_STATION_OF_OURS, f"the registry names '{line}', which the test does not know"
    return {plain} if plain else set()


def seer_lists():
    """(site, place) -> what the registry says."""
    nodes, mets = description(eod("nodes_dan"), "300"), eod("mets_hae")["notes"]
    said = {}
    for site, heading in (("rectum", "Rectum (C209)"), ("rectosigmoid", "Rectosigmoid (C199)")):
        said |= {(site, place): R for line in section(nodes, heading) for place in places(line)}
    for site, heading in (("rectum", "Rectum**"), ("rectosigmoid", "Rectosigmoid**")):
        said |= {(site, place): D for line in section(mets, heading.removesuffix("**")) for place in places(line)}
    for table in ("nodes_dab", "eod_regional_nodes_30921"):
        for code in ("300", "400"):
            said |= {("anus", place): R for line in description(eod(table), code).splitlines() for place in places(line)}
    return said


def test_the_station_table_agrees_with_the_registry(tables):
    said = seer_lists()
    assert {key: tables.role(*key).role for key in said} == said
    assert {site: sum(key[0] == site for key in said) for site in ("rectum", "rectosigmoid", "anus")} == {
        "rectum": 15,
        "rectosigmoid": 11,
        "anus": 8,
    }, "fewer would mean that lines of the registry were not read"


def test_what_the_registry_does_not_list_is_open_or_has_another_source(tables):
    """Every other row of the station table, so that none stands there unnoticed."""
    said, stations = seer_lists(), {spread for (_, spread), role in tables.roles.items() if role.kind == "chain"}
    general = {"regional-node", "ambiguous-node"}
    beyond = {"neck", "supraclavicular", "cervical", "thoracic", "mediastinal", "hilar", "axillary"}
    rest = {
        (site, station): tables.role(site, station).role
        for site in ("rectum", "rectosigmoid", "anus")
        for station in stations - general - beyond
        if (site, station) not in said
    }
    assert rest == {
        ("rectum", "inguinal-node"): D,  # AJCC 8, statement T06
        ("rectum", "para-aortic-node"): D,  # source 2 (S2-02)
        ("rectum", "mesenteric"): R,  # vocabulary: mesenteric nodes that are not named further
        ("rectosigmoid", "inguinal-node"): D,
        ("rectosigmoid", "para-aortic-node"): D,
        ("rectosigmoid", "mesenteric"): R,
        ("rectosigmoid", "left-colic"): OPEN,
        ("rectosigmoid", "lateral-sacral"): OPEN,
        ("rectosigmoid", "presacral"): OPEN,
        ("rectosigmoid", "promontory"): OPEN,
        ("anus", "para-aortic-node"): D,  # not regional: distant
        ("anus", "inferior-mesenteric"): D,
        ("anus", "sigmoid-mesenteric"): D,
        ("anus", "mesenteric"): D,
        ("anus", "superior-mesenteric"): D,
        ("anus", "left-colic"): D,
        ("anus", "middle-rectal"): OPEN,
        ("anus", "presacral"): OPEN,
        ("anus", "promontory"): OPEN,
        ("anus", "common-iliac"): OPEN,
    }


@pytest.mark.parametrize(("name", "years"), [("schema_selection_anus", "2018-2022"), ("schema_selection_anus_v9_2023", "2023")])
def test_registries_stage_the_overlap_as_anus(tables, name, years):
    """C21.8 goes to the anus schema whatever its histology (adenocarcinoma is 8140)."""
    (row,) = eod(name)["rows"]
    assert (row[0], row[1]) == ("C210-C212,C218", "8000-8700, 8720-8790")
    assert row[2].startswith(years)
    assert [tables.systems(site)[0] for site in ("anal-canal", "anus", "anorectal-overlap")] == ["anus"] * 3
    assert [tables.systems(site) for site in ("rectum", "rectosigmoid")] == [("rectum",)] * 2


# -- M by the registry's codes --------------------------------------------------------------------------------------------

CHAIN, CHAIN_2, NODES_NOS = "para-aortic-node", "inguinal-node", "distant lymph node metastases"
EOD_METS = {
    # code of mets_hae -> spread that it describes, M of the 7th and of the 8th edition
    "10": ([(CHAIN,), (CHAIN_2,), ("supraclavicular lymph nodes",)], "M1a", "M1a"),
    "20": ([("liver",), ("lung",), ("bone",), ("brain",), ("C79.71",)], "M1a", "M1a"),
    "30": (
        [(CHAIN, "liver"), (CHAIN, CHAIN_2), (CHAIN, CHAIN_2, "bone"), ("common iliac lymph nodes", "supraclavicular lymph nodes")],
        "M1b",
        "M1b",
    ),
    "40": ([("liver", "lung"), ("liver", "lung", CHAIN), ("bone", "brain"), ("C79.60", "liver")], "M1b", "M1b"),
    "50": ([("peritoneum",), ("peritoneum", "liver"), ("peritoneum", CHAIN), ("peritoneum", "liver", "lung", CHAIN)], "M1b", "M1c"),
    "70": ([("C79.9",), ("C80.0",), (NODES_NOS,), ("C79.9", "liver"), ("C79.9", CHAIN)], "M1", "M1"),
}
STAGE = {"M1": "IV", "M1a": "IVA", "M1b": "IVB", "M1c": "IVC"}


def metastatic(site, names, edition):
    record = primary(site)
    for name in names:
        record = record.condition("nodes", {"text": name}) if name == NODES_NOS else spread(record, name)
    return staged(record, "cT3 cN1", edition)


def test_the_registry_has_no_other_code_of_distant_spread():
    codes = {row[0] for row in eod("mets_hae")["rows"]}
    assert codes - {"00", "99"} == set(EOD_METS), "00: none or unknown, from which nothing is derived; 99: death certificate only"


@pytest.mark.parametrize("site", ["rectum", "rectosigmoid"])
@pytest.mark.parametrize("code", EOD_METS)
def test_m_of_the_rectum_by_the_code_of_the_registry(knowledge, site, code):
    examples, seventh, eighth = EOD_METS[code]
    for names in examples:
        for edition, m in (("7", seventh), ("8", eighth)):
            facts = facts_of(knowledge, metastatic(site, names, edition))
            assert (facts.value("stage.mCategory"), facts.value("stage.derived")) == (m, STAGE[m]), (names, edition)


@pytest.mark.parametrize("edition", ["7", "8", "V9", None])
@pytest.mark.parametrize("names", [("liver",), (CHAIN,), ("liver", "lung"), ("peritoneum",), ("C79.9",)])
def test_m_of_the_anus_has_no_sub_categories(knowledge, names, edition):
    facts = facts_of(knowledge, metastatic("anal-canal", names, edition))
    assert (facts.value("stage.mCategory"), facts.value("stage.derived")) == ("M1", "IV")


@pytest.mark.parametrize(
    ("site", "names", "m", "stage", "why"),
    rows(
        ("rectum", ("para-aortic-node",), "M1a", "IVA", "para-aortic nodes only"),
        ("rectum", ("para-aortic-node", "inguinal-node"), "M1b", "IVB", "T18: two chains"),
        ("rectum", ("bone", "inguinal-node"), "M1b", "IVB", "organ and chain: the patient of source 1, were it rectal"),
        ("rectum", ("bone",), "M1a", "IVA", "bone only"),
        ("rectum", ("peritoneum",), "M1c", "IVC", "peritoneum"),
        ("rectum", ("liver", "lung"), "M1b", "IVB", "two organs"),
        ("anal-canal", ("bone", "inguinal-node"), "M1", "IV", "the same patient with anal cancer: inguinal nodes are N1a, bone is M1"),
        ("anal-canal", ("inguinal-node",), None, None, "not M at all"),
        ("anorectal-overlap", ("bone", "inguinal-node"), "M1", "IV", "stage IV by both"),
        ("anorectal-overlap", ("inguinal-node",), None, None, "by one staging only"),
        ("anorectal-overlap", ("para-aortic-node",), "M1", "IV", "stage IV by both"),
        ("rectum", ("mesorectal-node",), None, None, "regional"),
        ("rectum", ("intra-abdominal-node",), None, None, "cannot be told"),
        ("rectum", ("C78.01",), "M1a", "IVA", "one lung"),
        ("rectum", ("C78.00", "C78.01"), "M1a", "IVA", "one lung, recorded twice"),
        ("rectum", ("C78.01", "C78.02"), "M1", "IV", "both lungs: that they count as one organ is not verified"),
        ("rectum", ("C78.01", "C78.02", "liver"), "M1b", "IVB", "more than one organ either way"),
        ("rectum", ("C79.63",), "M1", "IV", "both ovaries, in one code"),
        ("rectum", ("liver", "liver"), "M1a", "IVA", "one site recorded twice"),
        ("rectum", ("common iliac lymph nodes", "external iliac lymph nodes"), "M1", "IV", "that these are one chain is not verified"),
        ("rectum", ("common iliac lymph nodes", "para-aortic-node"), "M1b", "IVB", "two chains"),
        ("rectum", ("C77.0", "supraclavicular lymph nodes"), "M1a", "IVA", "the same nodes, named coarsely and finely"),
    ),
)
def test_case_consequences(knowledge, site, names, m, stage, why):
    record = staged(spread(primary(site), *names), "cT3 cN1" if site != "anal-canal" else "cT3", "8")
    facts = facts_of(knowledge, record)
    assert (facts.value("stage.mCategory"), facts.value("stage.derived")) == (m, stage), why


def test_both_lungs_are_told_to_the_clinician(knowledge):
    answer = ask(knowledge, spread(primary(), "C78.01", "C78.02"))
    assert (answer.fact("stage.derived"), answer.fact("stage.isIV")) == ("IV", True)
    assert "whether these count as one site is not yet checked" in answer.card("staging-summary")["detail"]


def test_both_stagings_of_the_overlap_are_shown(knowledge):
    """T06: stage IV because both give it; what the other staging says beside it."""
    answer = ask(knowledge, spread(primary("anorectal-overlap"), "bone", "inguinal-node"))
    assert (answer.fact("stage.derived"), answer.fact("stage.system"), answer.fact("stage.alternative")) == ("IV", "anus", "rectum IVB")
    assert "rectum IVB" in answer.card("staging-summary")["detail"]


@pytest.mark.parametrize(
    ("text", "derived", "alternative", "why"),
    rows(
        ("cT2 cN1a cM0", "IIIA", None, "both give it"),
        ("cT3 cN0 cM0", None, "anus IIB; rectum IIA", "they differ: both are shown"),
        ("cT3 cN2a cM0", None, "rectum IIIB", "N2a is no category of the anus in the 8th edition"),
        ("cT2 cN1 cM1a", "IV", "rectum IVA", "M1a is M1 for the anus"),
        ("cTis cN0 cM0", "0", None, "both give it"),
    ),
)
def test_tnm_of_the_overlap(knowledge, text, derived, alternative, why):
    facts = facts_of(knowledge, staged(primary("anorectal-overlap"), text, "8"))
    assert (facts.value("stage.derived"), facts.value("stage.alternative")) == (derived, alternative), why


def test_an_unknown_site_makes_no_m_of_nodes_that_the_sites_disagree_on(knowledge):
    """T06: 187760008 says rectum, junction or anus, and not which."""
    record = patient().condition("primary", concept(SNOMED, "187760008", "Malignant neoplasm of rectum, rectosigmoid junction and anus"))
    assert facts_of(knowledge, spread(record, "inguinal-node")).value("stage.isIV") is None
    assert facts_of(knowledge, spread(record, "external iliac lymph nodes")).value("stage.isIV") is None
    assert facts_of(knowledge, spread(record, "para-aortic-node")).value("stage.isIV") is True, "distant for all of them"
    assert facts_of(knowledge, spread(record, "mesorectal lymph nodes")).value("metastases")[0]["role"] == R, "regional for all"


@pytest.mark.parametrize(
    ("names", "fields", "derived", "why"),
    rows(
        (("liver",), {"verification": "provisional"}, None, "suspected"),
        (("liver",), {"verification": "refuted"}, None, "refuted"),
        (("liver",), {"verification": None}, "IVA", "active without a verification status"),
        (("liver",), {"clinical": "resolved"}, None, "past"),
    ),
)
def test_only_active_spread_makes_a_stage(knowledge, names, fields, derived, why):
    facts = facts_of(knowledge, staged(spread(primary(), *names, **fields), "cT3 cN1", "8"))
    assert facts.value("stage.derived") == derived, why


def test_body_sites_of_icd_o_name_places_too(knowledge):
    record = primary().condition("metastasis", NODE).changed("metastasis", bodySite=[concept(ICDO3, "C77.4")])
    assert [item["site"] for item in facts_of(knowledge, record).value("metastases")] == ["inguinal-node"]


def coded(*codes):
    return primary().condition("metastasis", {"coding": [{"system": system, "code": code} for system, code in codes]})


@pytest.mark.parametrize(
    ("codes", "m", "why"),
    rows(
        (((ICD10CM, "C78.01"), (SNOMED, "94391008")), "M1a", "the lung, named coarsely and finely"),
        (((ICD10CM, "C78.01"), (ICD10CM, "C78.02")), "M1", "both lungs, as two codes of one Condition"),
        (((ICD10CM, "C78.01"), (SNOMED, "94375005")), "M1a", "right or left: the lung is certain, the side is not"),
        (((ICD10CM, "C77.0"), (ICD10CM, "C77.1")), "M1b", "two chains, as two codes of one Condition"),
    ),
)
def test_places_of_one_condition_that_is_coded_more_than_once(knowledge, codes, m, why):
    assert facts_of(knowledge, coded(*codes)).value("stage.mCategory") == m, why


LATERALITY = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier"


def sided(record, side, code="94391008", site="39607008"):
    """A metastasis whose side is the laterality of its body site, as in mCODE."""
    qualifier = {"url": LATERALITY, "valueCodeableConcept": concept(SNOMED, side)}
    found = record.condition("metastasis", concept(SNOMED, code))
    return found.changed(found.resources[-1]["id"], bodySite=[{**concept(SNOMED, site), "extension": [qualifier]}])


LEFT, RIGHT, BOTH = "7771000", "24028007", "51440002"


@pytest.mark.parametrize(
    ("record", "m", "why"),
    rows(
        (sided(primary(), LEFT), "M1a", "one lung"),
        (sided(sided(primary(), LEFT), LEFT), "M1a", "the same lung twice"),
        (sided(sided(primary(), LEFT), RIGHT), "M1", "both lungs: not verified that they count as one"),
        (sided(primary(), BOTH), "M1", "both lungs in one Condition"),
        (spread(sided(primary(), LEFT), "C78.01"), "M1", "the other side by its code"),
        (spread(sided(primary(), LEFT), "lung"), "M1a", "the other record does not say which side"),
        (sided(primary(), LEFT, "94381002", "10200004"), "M1a", "the liver is no pair"),
    ),
)
def test_the_side_of_a_pair(knowledge, record, m, why):
    assert facts_of(knowledge, record).value("stage.mCategory") == m, why
