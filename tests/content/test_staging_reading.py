"""Stages and categories as records spell them: codes, texts, suffixes, prefixes, panels, dates, conflicts; and real public data."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from cds_service.facts.staging.reading import read_tnm
from cds_service.facts.staging.values import read_concept
from cds_service.facts.staging.vocabulary import vocabulary
from cds_service.fhir.record import Entry
from cds_service.prefetch.files import read_file
from cds_service.settings import shipped_content
from tests.builders.answer import ask
from tests.builders.clock import AS_OF, days_before
from tests.builders.codes import AXES, LOINC, SNOMED, concept
from tests.builders.public import DATA, needs_data
from tests.builders.staging import UICC, facts_of, primary, spread, staged
from tests.builders.tables import rows
from tests.builders.tiny import seen

CONTENT = shipped_content()
AJCC = "http://cancerstaging.org"
EIGHTH = concept(SNOMED, "897275008")
PANEL = concept(SNOMED, "399566009")


@pytest.fixture(scope="module")
def terms(knowledge):
    (options,) = (spec.options for spec, _ in knowledge.facts_engine.steps if spec.reader == "staging")
    return vocabulary(knowledge.terminology, options)


def lines(facts):
    """Every set in one line: ``c T3 N1a M0 IIIB ed8``."""
    return [
        " ".join(
            [one.get("prefix", "-"), *(one[axis] for axis in ("t", "n", "m", "group") if axis in one)]
            + ([f"ed{one['edition']}"] if "edition" in one else [])
        )
        for one in facts.value("tnm")
    ]


def observation(record, code, on=None, **value):
    return record.observation("tnm", code, on or days_before(30), **value)


# -- the value and its suffixes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "expected", "why"),
    rows(
        (("M", "c"), concept(UICC, "M1a(1)"), ["c M1a"], "M1a(1): the marker suffix does not change the category"),
        (("M", "c"), concept(SNOMED, "1229905002"), ["c M1a"], "M1a(0), coded"),
        (("M", "c"), concept(SNOMED, "1229902004"), ["c M0"], "cM0(i+), coded: isolated cells are M0"),
        (("N", "p"), concept(UICC, "N1b(sn)"), ["p N1b"], "N1b(sn): by sentinel node"),
        (("N", "p"), concept(UICC, "pN0(i-)"), ["p N0"], "pN0(i-)"),
        (("N", "p"), concept(UICC, "pN0(i-)(sn)"), ["p N0"], "two suffixes"),
        (("N", "p"), concept(UICC, "N1a (2/15)"), ["p N1a"], "counts of nodes"),
        (("T", "c"), concept(UICC, "uT2a2"), ["c T2a2"], "uT2a2: ultrasound is clinical"),
        (("T", "c"), concept(UICC, "T3(m)"), ["c T3"], "several tumours"),
        (("T", "c"), concept(UICC, "Tis(DCIS)"), ["c Tis"], "a form of Tis that the content lists"),
        (("group", "c"), concept(AJCC, "c3A"), ["c IIIA"], "c3A: the prefix in the code"),
        (("group", ""), concept(AJCC, "p3A"), ["p IIIA"], "where the Observation names no prefix, the code's counts"),
        (("group", "c"), concept(AJCC, "4A"), ["c IVA"], "arabic"),
        (("group", "c"), concept(SNOMED, "1222838008"), ["c IVA"], "coded"),
        (("group", "p"), concept(SNOMED, "261642001"), ["p IVA"], "an older qualifier"),
        (("group", "c"), {"text": "Stage IVA"}, ["c IVA"], "text only"),
        (("T", ""), {"text": "ypT2"}, ["yp T2"], "text only, with its prefix"),
        (("T", "c"), {"text": "T3?"}, [], "doubt is not read"),
        (("T", "c"), {"text": "T3-4"}, [], "a range is not read"),
        (("N", "c"), {"text": "N+"}, [], "no category"),
        (("M", "c"), concept(UICC, "MX"), [], "MX says that nothing is known"),
        (("M", "c"), concept(SNOMED, "1220561009"), [], "trap 9: not recorded"),
        (("M", "c"), concept(SNOMED, "261665006"), [], "trap 9: unknown"),
        (("M", "c"), concept("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK"), [], "trap 9: null flavour"),
        (("T", "c"), concept(SNOMED, "1229967007"), [], "trap 17: an N value under the code of T"),
        (("N", "c"), concept(SNOMED, "1229901006", "cN0"), [], "trap 17: the code is cM0, whatever its display says"),
    ),
)
def test_a_value(knowledge, code, value, expected, why):
    axis, prefix = code
    record = observation(primary(), concept(SNOMED, AXES[axis][prefix]), valueCodeableConcept=value)
    assert lines(facts_of(knowledge, record)) == expected, why


@pytest.mark.parametrize(
    ("value", "expected", "why"),
    rows(
        ({"valueString": "pT3 pN1b"}, ["p T3 N1b"], "trap 10: both axes in one string"),
        ({"valueString": "pT3 pN1 cM0"}, ["c M0", "p T3 N1"], "each axis with its own prefix: two sets"),
        ({"valueString": "ypT2N0"}, ["yp T2 N0"], "the prefix holds for what follows"),
        ({"valueCodeableConcept": {"text": "cT3 cN1a cM0 Stage IIIB"}}, ["c T3 N1a M0 IIIB"], "with the stage"),
        ({"valueCodeableConcept": concept(UICC, "T3N1M0")}, ["- T3 N1 M0"], "without prefix"),
        ({"dataAbsentReason": concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown")}, [], "trap 9"),
    ),
)
def test_a_panel_with_a_value(knowledge, value, expected, why):
    assert lines(facts_of(knowledge, observation(primary(), PANEL, **value))) == expected, why


def components(**values):
    return [
        {"code": concept(SNOMED, AXES[axis]["c"]), "valueCodeableConcept": concept(UICC, value)}
        if value
        else {"code": concept(SNOMED, AXES[axis]["c"]), "dataAbsentReason": {"text": "unknown"}}
        for axis, value in values.items()
    ]


@pytest.mark.parametrize(
    ("values", "expected", "why"),
    rows(
        ({"T": "T3", "N": "N1a", "M": "M0"}, ["c T3 N1a M0 ed8"], "all three"),
        ({"T": "T3", "N": "N1a", "M": None}, ["c T3 N1a ed8"], "M absent stays absent"),
        ({"T": "T3", "N": "N1a", "M": "M0", "group": "IIIB"}, ["c T3 N1a M0 IIIB ed8"], "with the group"),
    ),
)
def test_a_panel_of_components(knowledge, values, expected, why):
    facts = facts_of(knowledge, observation(primary(), PANEL, component=components(**values), method=EIGHTH))
    assert lines(facts) == expected, why


@pytest.mark.parametrize("contained", [False, True])
def test_a_panel_of_members(knowledge, contained):
    """Members take day and edition of their panel; contained ones are found too (traps 10 and 12)."""
    members = [
        {"resourceType": "Observation", "id": f"m-{axis}", "status": "final", "code": concept(SNOMED, AXES[axis]["c"])}
        | {"valueCodeableConcept": concept(UICC, value), "subject": {"reference": "Patient/synthetic"}}
        for axis, value in (("T", "T3"), ("N", "N1a"), ("M", "M0"))
    ]
    record = primary()
    if contained:
        named = [{"reference": f"#{member['id']}"} for member in members]
        record = observation(record, PANEL, hasMember=named, method=EIGHTH, contained=members)
    else:
        for member in members:
            record = record.add(
                "Observation", member["id"], **{k: v for k, v in member.items() if k not in ("resourceType", "id", "subject")}
            )
        record = observation(record, PANEL, hasMember=[{"reference": f"Observation/{member['id']}"} for member in members], method=EIGHTH)
    facts = facts_of(knowledge, record)
    assert lines(facts) == ["c T3 N1a M0 ed8"]
    assert facts.value("stage.derived") == "IIIB"


# -- prefixes: c, p, yc, yp, r and a kept apart -----------------------------------------------------------------------------

FIRST, SURGERY, LATE = days_before(200), days_before(90), days_before(20)


@pytest.mark.parametrize(
    ("record", "derived", "prefix", "why"),
    rows(
        (staged(primary(), "cT3 cN1a cM0", on=FIRST), "IIIB", "c", "clinical alone"),
        (staged(staged(primary(), "cT3 cN1a cM0", on=FIRST), "pT2 pN0", on=SURGERY), "I", "p", "pT pN with cM of the episode"),
        (staged(staged(primary(), "cT3 cN1a cM0", on=FIRST), "ypT2 ypN0", on=SURGERY), "I", "yp", "ypT ypN with cM of the episode"),
        (staged(staged(primary(), "ycT3 ycN0 ycM0", on=FIRST), "ypT2 ypN0", on=SURGERY), "I", "yp", "ypT ypN with ycM"),
        (staged(staged(primary(), "cT3 cN1a", on=FIRST), "pM1a", on=SURGERY), "IVA", "p", "never cT cN with pM; M1 alone is IVA"),
        (staged(staged(primary(), "cT3 cN1a", on=FIRST), "pM0", on=SURGERY), None, None, "never cT cN with pM"),
        (staged(staged(primary(), "cT3", on=FIRST), "cN1a cM0", on=LATE), None, None, "axes of two days are not mixed"),
        (staged(staged(primary(), "cT3 cN1a cM0", on=FIRST), "ypT0 ypN0", on=SURGERY), None, None, "a complete response has no stage"),
        (
            staged(staged(primary(), "cT3 cN1a cM1a", on=FIRST), "ypT2 ypN0 ypM0", on=SURGERY),
            "IVA",
            "c",
            "treatment does not undo M1",
        ),
        (staged(staged(primary(), "cT3 cN1a cM0", on=FIRST), "rpT2 rpN0", on=LATE), None, None, "a recurrence has its own M"),
        (staged(staged(primary(), "cT3 cN1a cM0", on=FIRST), "rcT2 rcN0 rcM1a", on=LATE), "IVA", "rc", "a recurrence"),
        (staged(staged(primary(), "cT3 cN1a cM0", "7", on=FIRST), "pT2 pN0", "8", on=SURGERY), None, None, "cM of another edition"),
        (staged(staged(primary(), "cT3 cN1a cM0", on=days_before(390)), "pT2 pN0", on=LATE), None, None, "cM of another episode"),
    ),
)
def test_one_prefix_at_a_time(knowledge, record, derived, prefix, why):
    facts = facts_of(knowledge, record)
    assert (facts.value("stage.derived"), facts.value("stage.derivedPrefix")) == (derived, prefix), why


def test_stagings_of_every_prefix_are_listed_apart(knowledge):
    record = primary()
    for text, on in (("cT3 cN1a cM0", FIRST), ("ypT2 ypN0", SURGERY), ("rcT4b rcN0 rcM0", LATE), ("pT2 pN1a", days_before(100))):
        record = staged(record, text, on=on)
    assert lines(facts_of(knowledge, record)) == ["c T3 N1a M0 ed8", "p T2 N1a ed8", "yp T2 N0 ed8", "rc T4b N0 M0 ed8"]


def test_the_summary_says_which_staging_a_stage_is(knowledge):
    record = staged(staged(primary(), "cT3 cN1a cM0", on=FIRST).stage_group("IIIB", on=FIRST), "ypT2 ypN1a", on=SURGERY)
    detail = ask(knowledge, record).card("staging-summary")["detail"]
    assert detail.startswith("Stage IIIA from findings; recorded: IIIB (c) (yp, rectum rules).")


def test_a_lower_stage_after_treatment_does_not_hide_the_summary(knowledge):
    """The stage before treatment was III; the newest, after it, is I."""
    record = primary().stage_group("III", "c", on=FIRST).observation("yp", concept(SNOMED, "1222594003"), SURGERY)
    record = record.changed("yp", valueCodeableConcept=concept(UICC, "ypI"))
    assert facts_of(knowledge, record).value("stage.asserted") == "I"
    assert "staging-summary" in ask(knowledge, record).codes


@pytest.mark.parametrize("letter", ["y", "r", "a"])
def test_descriptor_observations(terms, letter):
    code, value = {"y": ("101658-3", "421755005"), "r": ("101659-1", "421188008"), "a": ("101660-9", "421426001")}[letter]
    day = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2021-10-05"}
    descriptor = day | {"code": concept(LOINC, code), "valueCodeableConcept": concept(SNOMED, value)}
    category = day | {"code": concept(SNOMED, "384625004"), "valueString": "T2"}
    entries = (Entry(descriptor, "Observation/1"), Entry(category, "Observation/2"))
    (one,) = read_tnm(seen(entries, terms.terminology), terms, primary=frozenset(), only_malignancy=True).sets
    assert one.prefix == {"y": "yp", "r": "rp", "a": "a"}[letter]


# -- order in time, and values that disagree --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "asserted", "why"),
    rows(
        ((days_before(30), days_before(20)), "IVA", "trap 7: the later one"),
        ((days_before(20), days_before(30)), "IIIB", "trap 6: an older one entered later replaces nothing"),
        ((days_before(20), days_before(20)), None, "trap 7: a tie with different values is a conflict"),
        (("2026", days_before(20)), None, "trap 7: a year does not say which is later"),
        ((days_before(20), None), "IIIB", "a dated one before an undated one"),
    ),
)
def test_the_newest_stage(knowledge, dates, asserted, why):
    first, second = dates
    record = primary().stage_group("IIIB", on=first).stage_group("IVA", on=second)
    facts = facts_of(knowledge, record)
    assert facts.value("stage.asserted") == asserted, why
    assert ("stage.asserted" in {item.path for item in facts.conflicts}) == (asserted is None), why


@pytest.mark.parametrize(
    ("statuses", "asserted", "why"),
    rows(
        (("final", "entered-in-error"), "IIIB", "trap 8: entered in error"),
        (("final", "cancelled"), "IIIB", "trap 8: cancelled"),
        (("preliminary", "amended"), "IVA", "trap 8: amended counts as final"),
        (("final", "amended"), None, "two Observations that count, of one day: a conflict"),
        (("preliminary", "final"), "IVA", "trap 8: a final value replaces a preliminary one of the same day"),
    ),
)
def test_status_of_a_stage(knowledge, statuses, asserted, why):
    record = primary().stage_group("IIIB", on=days_before(20)).stage_group("IVA", on=days_before(20))
    for name, status in zip(("stage-group", "stage-group-2"), statuses, strict=True):
        record = record.changed(name, status=status)
    assert facts_of(knowledge, record).value("stage.asserted") == asserted, why


def test_m0_at_diagnosis_does_not_negate_a_later_metastasis(knowledge):
    """Trap 6; and the later entry of an older M0 does not turn M1 into M0."""
    record = staged(staged(primary(), "cT3 cN1a cM0", on=FIRST), "cT3 cN1a cM1a", on=SURGERY)
    assert facts_of(knowledge, spread(staged(primary(), "cT3 cN1a cM0", on=FIRST), "liver")).value("stage.derived") == "IVA"
    assert facts_of(knowledge, record).value("stage.derived") == "IVA"
    reuploaded = staged(record, "cM0", on=days_before(250))
    assert facts_of(knowledge, reuploaded).value("stage.isIV") is True


def test_the_order_of_the_resources_does_not_matter(knowledge):
    record = staged(spread(staged(primary(), "cT3 cN1a cM0", on=FIRST), "liver"), "ypT2 ypN0", on=SURGERY)
    found = set()
    for order in permutations(record.resources[1:], 3):
        rest = tuple(item for item in record.resources[1:] if item not in order)
        facts = facts_of(knowledge, record.__class__(record.id, record.born, (*order, record.resources[0], *rest)))
        found.add((facts.value("stage.derived"), facts.value("stage.isIV"), tuple(lines(facts))))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("record", "asked", "why"),
    rows(
        (staged(staged(primary(), "cM0"), "cM1a"), True, "M0 and M1 on one day"),
        (staged(staged(primary(), "cM0"), "pM1"), True, "clinical M0 and pathological M1 on one day"),
        (staged(staged(primary(), "cM0", on=days_before(30)), "cM1a", on=days_before(20)), False, "M1 is newer"),
        (staged(primary(), "cM0"), False, "M0 alone: whether there is spread is not asked for"),
        (primary(), False, "nothing is recorded: not asked for"),
    ),
)
def test_conflicting_m_alone_may_be_asked_for(knowledge, record, asked, why):
    facts = facts_of(knowledge, record)
    assert ("stage.isIV" in {item.path for item in facts.conflicts}) is asked, why
    answer = ask(knowledge, record)
    assert (answer.indicators.get("data-needed") == "info" and "Stage:" in answer.card("data-needed")["detail"]) is asked, why


@pytest.mark.parametrize(
    ("record", "kinds", "why"),
    rows(
        (staged(spread(primary(), "liver"), "cM0", on=days_before(20)), ("later",), "M0 after the metastasis"),
        (
            staged(staged(spread(primary(), "liver"), "cM0", on=days_before(20)), "cT3 cT4b", on=days_before(20)),
            ("later", "same-instant"),
            "and two values of T",
        ),
        (
            staged(staged(spread(primary(), "liver"), "cM0", on=None), "cT3 cT4b", on=days_before(20)),
            ("same-instant", "undated"),
            "M0 without a date, and two values of T",
        ),
        (staged(spread(primary("anal-canal"), "inguinal-node"), "cM0", on=days_before(20)), (), "regional for the anus"),
        (staged(spread(primary(), "inguinal-node"), "cM0", on=days_before(20)), ("later",), "distant for the rectum"),
        (
            staged(spread(primary("rectosigmoid"), "obturator lymph nodes"), "cM0", on=days_before(20)),
            ("later",),
            "distant for the junction",
        ),
        (staged(spread(primary(), "obturator lymph nodes"), "cM0", on=days_before(20)), (), "regional for the rectum"),
    ),
)
def test_every_contradiction_is_told(knowledge, record, kinds, why):
    answer = ask(knowledge, record)
    assert answer.fact("stage.contradictions") == kinds, why
    assert answer.fact("stage.contradiction") == (kinds[0] if kinds else None), why
    assert (answer.indicators.get("stage-inconsistency") == "warning") is bool(kinds), why
    detail = answer.card("stage-inconsistency")["detail"] if kinds else ""
    words = {
        "later": "was recorded on or after the first evidence",
        "same-instant": "two values with the same prefix and date",
        "undated": "as one of them has no date",
    }
    assert {kind for kind, text in words.items() if text in detail} == set(kinds), why


def test_asserted_and_derived_are_compared_and_never_merged(knowledge):
    record = staged(spread(primary(), "para-aortic-node"), "cT3 cN1a cM0", on=FIRST).stage_group("IIIB", on=FIRST)
    facts = facts_of(knowledge, record)
    assert (facts.value("stage.asserted"), facts.value("stage.derived"), facts.value("stage.isIV")) == ("IIIB", "IVA", True)
    assert facts.value("stage.contradiction") is None, "the stage was recorded before the nodes"


def test_positive_nodes_beside_pn0_are_a_conflict(knowledge):
    """Trap 21."""
    record = staged(primary(), "pT3 pN0").observation("positive", concept(LOINC, "21893-3"), days_before(30), valueInteger=3)
    assert any("positive nodes" in item.why for item in facts_of(knowledge, record).conflicts)


# -- editions ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "expected", "why"),
    rows(
        (concept(SNOMED, "897275008"), ["c T3 ed8"], "AJCC 8"),
        (concept(SNOMED, "443830009"), ["c T3 ed7"], "AJCC 7"),
        (concept(SNOMED, "1269566009"), ["c T3 edV9"], "AJCC version 9"),
        (concept("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C146985"), ["c T3 ed8"], "AJCC 8 by NCIt"),
        ({"text": "UICC 8th edition"}, ["c T3 ed8"], "trap 15: UICC by text"),
        (concept("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C188404"), ["c T3"], "trap 15: UICC without an edition"),
        (None, ["c T3"], "trap 15: the date alone is no edition"),
    ),
)
def test_the_edition_is_read_from_the_method(knowledge, method, expected, why):
    record = observation(primary(), concept(SNOMED, AXES["T"]["c"]), method=method, valueCodeableConcept=concept(UICC, "T3"))
    assert lines(facts_of(knowledge, record)) == expected, why


@pytest.mark.parametrize("on", ["2015-03-01", "2019-03-01", "2025-03-01"])
def test_a_date_never_decides_the_edition(knowledge, on):
    """Trap 15: before or after 2018 or 2023 is a hint, and no more."""
    assert facts_of(knowledge, staged(primary("anal-canal"), "cT2 cN0 cM0", None, on=on)).value("stage.derived") is None


# -- the terminology --------------------------------------------------------------------------------------------------------


def test_the_map_and_the_value_sets_name_the_same_observation_codes(knowledge):
    terminology = knowledge.terminology
    asked = set(terminology.expand("tnm-observations"))
    mapped = {item for item in terminology.maps["tnm-observation"]["tnm-observation"] if item.system in (SNOMED, LOINC)}
    stage_types = {item for item in mapped if item.code in ("260998006", "261023001")}
    assert mapped - stage_types == asked
    for axis, name in (("t", "tnm-t"), ("n", "tnm-n"), ("m", "tnm-m"), ("group", "stage-group")):
        for item in terminology.expand(name):
            (kind,) = terminology.translate("tnm-observation", item, "tnm-observation")
            assert kind.partition("-")[0] == axis


def test_every_coded_value_is_read(terms):
    for target in ("tnm-category", "stage-group"):
        for item, codes in terms.terminology.maps["staging-category"][target].items():
            value = read_concept(concept(item.system, item.code), terms)
            if item.system.startswith("http") and "text" not in item.system:
                assert value.state == ("absent" if codes == ("not-recorded",) else "read"), item


@pytest.mark.parametrize(
    ("code", "system", "value_system", "value", "expected"),
    [
        ("399504009", SNOMED, SNOMED, "1228938002", ("c", "t", "T3")),
        ("21899-0", LOINC, SNOMED, "1229865000", ("p", "t", "T4a")),
        ("21906-3", LOINC, SNOMED, "46059003", ("c", "n", "N2")),
        ("399387003", SNOMED, SNOMED, "1229902004", ("c", "m", "M0")),
        ("399387003", SNOMED, SNOMED, "1229905002", ("c", "m", "M1a")),
        ("371497001", SNOMED, SNOMED, "55440008", ("p", "m", "M1")),
        ("1222595002", SNOMED, UICC, "T2", ("yp", "t", "T2")),
        ("1222585009", SNOMED, SNOMED, "1228884006", ("c", "t", "Tis")),
        ("399537006", SNOMED, SNOMED, "1222838008", ("c", "group", "IVA")),
        ("21914-7", LOINC, AJCC, "c3A", ("c", "group", "IIIA")),
        ("399588009", SNOMED, SNOMED, "261642001", ("p", "group", "IVA")),
    ],
)
def test_codes_seen_in_real_data(knowledge, code, system, value_system, value, expected):
    prefix, axis, category = expected
    record = observation(primary(), concept(system, code), valueCodeableConcept=concept(value_system, value), method=EIGHTH)
    (one,) = facts_of(knowledge, record).value("tnm")
    assert (one["prefix"], one[axis], one["edition"]) == (prefix, category, "8")


def test_terminology_files_are_drafts_with_an_address():
    names = [
        *CONTENT.glob("terminology/*-tnm-*.json"),
        *CONTENT.glob("terminology/*-stag*.json"),
        *CONTENT.glob("terminology/*-place.json"),
    ]
    assert len(names) >= 18
    for path in names:
        resource = json.loads(path.read_text(encoding="utf-8"))
        assert path.name == f"{resource['resourceType']}-{resource['id']}.json"
        assert resource["url"] == f"https://cds-service.example.org/{resource['resourceType']}/{resource['id']}"
        assert (resource["status"], resource["experimental"]) == ("draft", True)


# -- real public data -------------------------------------------------------------------------------------------------------

REAL = {
    # every Observation with a TNM category or stage group of the public examples, read one by one
    "mii-onko-examples": {
        "tnm-klassifikation-TisN0M0": "c 0 ed8",
        "tnm-klassifikation-uT2a2pN0023i-sncM1": "p IVC ed8",
        "tnm-m-kategorie-M0": "c M0 ed8",
        "tnm-m-kategorie-cM1": "c M1 ed8",
        "tnm-n-kategorie-N0": "c N0 ed8",
        "tnm-n-kategorie-pN0i-sn": "p N0 ed8",
        "tnm-t-kategorie-Tis": "c Tis ed8",
        "tnm-t-kategorie-uT2a2": "c T2a2 ed8",
    },
    "mcode-stu4-examples": {
        "tnm-clinical-distant-metastases-category-cM0": "c M0 ed8",
        "tnm-clinical-distant-metastases-category-jenny-m": "c M0 ed8",
        "tnm-clinical-primary-tumor-category-cT3": "c T3 ed8",
        "tnm-clinical-primary-tumor-category-jenny-m": "c T3 ed8",
        "tnm-clinical-regional-nodes-category-cN3": "c N3 ed8",
        "tnm-clinical-regional-nodes-category-jenny-m": "c N0 ed8",
        "tnm-clinical-stage-group-3c": "c IIIC ed8",
        "tnm-clinical-stage-group-jenny-m": "c IIB ed8",
        "tnm-pathologic-primary-tumor-category-jenny-m": "p T3 ed8",
        "tnm-pathologic-regional-nodes-category-jenny-m": "p N0 ed8",
        "tnm-pathologic-stage-group-jenny-m": "p IIB ed8",
    },
    "ccrr-ig": {
        "cancer-stage-group-example": "c IIA ed8",
        "tnm-clinical-distant-metastases-category-cm0-example": "c M0 ed8",
        "tnm-clinical-primary-tumor-category-ct2-example": "c T2 ed8",
        "tnm-clinical-regional-nodes-category-cn0-example": "c N0 ed8",
    },
}


@needs_data
@pytest.mark.parametrize("folder", REAL)
def test_public_examples_are_read_without_invented_values(terms, folder):
    """Every Observation of a folder: what states a stage is read as it stands, and nothing else is read as one."""
    found = {}
    for path in sorted((DATA / folder).glob("*.json")):
        resource = json.loads(path.read_text(encoding="utf-8"))
        if resource.get("resourceType") == "Observation":
            read = read_tnm(seen((Entry(resource, "Observation/1"),), terms.terminology), terms, primary=frozenset(), only_malignancy=True)
            for one in read.sets:
                said = [one.prefix or "-", *(one.axis(axis) for axis in ("t", "n", "m", "group") if one.axis(axis)), f"ed{one.edition}"]
                name = path.stem.removeprefix("Observation-").removeprefix("mii-exa-onko-")
                found[name] = " ".join(said)
    assert found == REAL[folder]


@needs_data
def test_a_panel_whose_members_have_another_prefix(terms):
    """mCODE's Jenny: the clinical stage group lists the pathological categories, which keep their own prefix and day."""
    names = [
        "tnm-clinical-stage-group-jenny-m",
        *(f"tnm-pathologic-{axis}-category-jenny-m" for axis in ("primary-tumor", "regional-nodes")),
    ]
    entries = tuple(
        Entry(json.loads((DATA / "mcode-stu4-examples" / f"Observation-{name}.json").read_text(encoding="utf-8")), f"Observation/{name}")
        for name in names
    )
    sets = read_tnm(
        seen(entries, terms.terminology), terms, primary=frozenset({"Condition/primary-cancer-condition-jenny-m"}), only_malignancy=True
    ).sets
    assert [(one.prefix, one.t, one.n, one.group, one.date.text) for one in sets] == [
        ("c", None, None, "IIB", "2018-03-16"),
        ("p", "T3", "N0", None, "2018-04-01"),
    ]


@needs_data
def test_two_stage_groups_of_one_instant_are_a_conflict(knowledge, terms):
    """Trap 7: Maryam has stage 3 and 3A at the same instant, of a cancer that is none of ours."""
    record = read_file(DATA / "mcode-pathways-demo" / "Maryam.json")
    assert knowledge.facts_engine.build(record, AS_OF).value("stage.asserted") is None
    entries = record.of("Observation")
    reading = read_tnm(seen(entries, terms.terminology), terms, primary=frozenset(), only_malignancy=True)
    assert any(set(values) >= {"III", "IIIA"} for one in reading.sets for axis, values in one.disagreements if axis == "group")
