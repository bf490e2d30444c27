"""How codes are written in real records: under which URI, in which spelling, beside which others, with which words.

The last column of a row says why it is as it is. What a code means is in ``data/vocabulary.csv``.
"""

from __future__ import annotations

import json

import pytest

from cds_service.fhir.codings import Concept
from cds_service.settings import shipped_content
from tests.builders import days_before, patient, request
from tests.builders.codes import ICD10CM, ICDO3, LOINC, NCIT, RXNORM, SNOMED, coding, concept
from tests.builders.places import PLACES
from tests.builders.reading import read_fact
from tests.builders.run import facts_of
from tests.builders.tables import rows

NAMING = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((shipped_content() / "terminology").glob("NamingSystem-*.json"))]
ALIASES = [
    (system["id"], item["value"], next(one["value"] for one in system["uniqueId"] if one.get("preferred")))
    for system in NAMING
    for item in system["uniqueId"]
]


def fill(knowledge, place, code, beside=""):
    record, drafts = PLACES[place](code, beside)
    return facts_of(knowledge, request(record, "order-select" if drafts else "patient-view", drafts))


@pytest.mark.parametrize(("system", "written", "preferred"), ALIASES, ids=[f"{name} {uri}" for name, uri, _ in ALIASES])
def test_every_alias_of_a_system_is_read_as_the_system(knowledge, system, written, preferred):
    spellings = [written, written.upper(), f"{written}/", f" {written} ", f"{written}|2026-01-01"]
    if written[0].isdigit():
        spellings += [f"urn:oid:{written}", f"URN:OID:{written}"]

    read = {spelling: knowledge.terminology.concepts({"coding": [coding(spelling, "X")]})[0].system for spelling in spellings}

    assert set(read.values()) == {preferred}, (system, read)


@pytest.mark.parametrize(
    ("place", "system", "code", "path", "value", "why"),
    rows(
        ("disorder", "http://hl7.org/fhir/sid/icd-10", "C20", "primary.site", "rectum", "ICD-10 of the WHO"),
        ("disorder", "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "C20", "primary.site", "rectum", "ICD-10-GM"),
        (
            "disorder",
            "http://fhir.de/CodeSystem/dimdi/icd-10-gm",
            "c218",
            "primary.site",
            "anorectal-overlap",
            "its former URI, lower case, no dot",
        ),
        ("disorder", "urn:oid:1.2.276.0.76.5.409", "C20", "primary.site", "rectum", "ICD-10-GM by its OID"),
        ("disorder", ICD10CM, "C210", "primary.site", "anus", "no dot"),
        ("disorder", ICD10CM, "C21.", "primary.site", "-", "a heading with a dot and no more: says too little"),
        ("disorder", ICD10CM, " c21.1 ", "primary.site", "anal-canal", "blanks"),
        ("beside-rectum", ICD10CM, "c7951", "metastases.site", "bone", "lower case, no dot"),
        ("body-site", ICDO3, "c209", "primary.site", "rectum", "topography in lower case without its dot"),
        ("body-site", "http://terminology.hl7.org/CodeSystem/icd-o-3-topography", "C20.9", "primary.site", "rectum", "topography alone"),
        ("morphology", "urn:oid:2.16.840.1.113883.6.43.1", "8140/3", "primary.histology", "adenocarcinoma", "ICD-O-3 by its OID"),
        (
            "disorder",
            "http://snomed.info/sct/900000000000207008/version/20240201",
            "254582000",
            "primary.site",
            "rectum",
            "edition and version",
        ),
        ("disorder", "http://snomed.info/sct/731000124108", "254582000", "primary.site", "rectum", "an edition"),
        ("disorder", "http://snomed.info/sctx", "254582000", "primary.site", "-", "another system that begins alike"),
        ("disorder", "", "254582000", "primary.site", "-", "a code without a system is no code"),
        ("disorder", "http://example.org/diagnoses", "C20", "primary.site", "-", "a local system that uses the same letters"),
        ("stage-value", "http://www.cancerstaging.org", "c3A", "tnm.group", "IIIA", "AJCC"),
        ("stage-value", "https://www.uicc.org/resources/tnm", "IIA", "tnm.group", "IIA", "UICC"),
        ("question", "https://loinc.org/", "2039-6", "cea.value", "3.2", "https and a trailing slash"),
        ("drug", "urn:oid:2.16.840.1.113883.6.88", "32592", "orders.agents", "oxaliplatin", "RxNorm by its OID"),
        ("drug", "http://fhir.de/CodeSystem/bfarm/atc", "L01XA03", "orders.agents", "oxaliplatin", "the German ATC"),
        ("drug", "http://ncithesaurus-stage.nci.nih.gov", "C11197", "systemic.regimen", "FOLFOX", "another address of NCIt"),
        ("procedure", "http://hl7.org/fhir/sid/icd-10-pcs", "0DTP0ZZ", "surgery.procedure", "lar", "ICD-10-PCS by HL7"),
        ("procedure", "http://fhir.de/CodeSystem/dimdi/ops", "5-485.02", "surgery.procedure", "apr", "OPS, former URI"),
        ("gene", "http://www.genenames.org/geneId", "HGNC:6407", "biomarkers.kras", "mutated", "HGNC"),
    ),
)
def test_systems_and_spellings_through_the_engine(knowledge, place, system, code, path, value, why):
    facts = fill(knowledge, place, {"coding": [coding(system, code)]}, "3.2 ng/mL" if place == "question" else "")

    assert read_fact(facts.tree, path) == value, why


@pytest.mark.parametrize(
    ("written", "site", "why"),
    rows(
        ("94381002", "liver", "as it is"),
        ("94381002:260716003=93761005", "liver", "a refinement (public data)"),
        ("94381002 |Secondary malignant neoplasm of liver| : 363698007 = 10200004", "liver", "with terms and blanks"),
        ("=== 94381002 : 363698007 = 10200004", "liver", "with the sign of equivalence"),
        ("(94381002)", "liver", "in brackets"),
        ("94381002+94222008", "liver", "two focus concepts: the first"),
        ("363346000:363698007=10200004", "-", "a focus that names no spread, whatever its refinement says"),
    ),
)
def test_a_composed_expression_is_read_by_its_focus(knowledge, written, site, why):
    assert read_fact(fill(knowledge, "beside-rectum", concept(SNOMED, written)).tree, "metastases.site") == site, why


def codes(*pairs, text=None):
    return {"coding": [coding(*pair) for pair in pairs]} | ({"text": text} if text else {})


LOCAL = ("urn:oid:1.2.840.114350.1.13.0.1.7.2.696871", "4711")


@pytest.mark.parametrize(
    ("place", "beside", "code", "path", "value", "why"),
    rows(
        ("disorder", "", codes(LOCAL, (SNOMED, "254582000")), "primary.site", "rectum", "a local code first"),
        ("disorder", "", codes((SNOMED, "363346000"), (ICD10CM, "C20")), "primary.site", "rectum", "a general code first"),
        ("disorder", "", codes((ICD10CM, "C20"), (SNOMED, "254582000")), "primary.histology", "adenocarcinoma", "each says a part"),
        ("beside-rectum", "", codes(LOCAL, (ICD10CM, "C78.7"), (SNOMED, "94381002")), "metastases.site", "liver", "both say the same"),
        ("question", "3.2 ng/mL", codes(LOCAL, (LOINC, "2039-6")), "cea.value", "3.2", "a local test code first"),
        ("question", "mutated", codes(LOCAL, (LOINC, "21702-6")), "biomarkers.kras", "mutated", "idem"),
        ("answer", "loinc 97509-4", codes(LOCAL, (LOINC, "LA28369-9")), "response.category", "PR", "a local answer first"),
        ("drug", "", codes(LOCAL, (RXNORM, "32592")), "orders.agents", "oxaliplatin", "a formulary's own code first"),
        ("procedure", "", codes(LOCAL, (SNOMED, "265414003")), "surgery.procedure", "apr", "idem"),
        ("imaging", "", codes(LOCAL, (LOINC, "72254-6")), "imaging.ctChest", "dated", "idem"),
        ("intent", "", codes(LOCAL, (SNOMED, "363676003")), "orders.intent", "palliative", "idem"),
        (
            "stage-question",
            "T3",
            codes((SNOMED, "78873005"), (LOINC, "21905-5")),
            "tnm.prefix",
            "c",
            "the code that names the prefix makes it precise",
        ),
        (
            "stage-value",
            "T",
            codes((SNOMED, "1228938002"), ("https://www.uicc.org/resources/tnm", "cT3")),
            "tnm.t",
            "T3",
            "two systems agree",
        ),
    ),
)
def test_any_coding_counts(knowledge, place, beside, code, path, value, why):
    assert read_fact(fill(knowledge, place, code, beside).tree, path) == value, why


@pytest.mark.parametrize(
    ("place", "beside", "code", "path", "value", "why"),
    rows(
        ("disorder", "", codes((ICD10CM, "C20"), (ICD10CM, "C21.1")), "primary.site", "-", "two sites"),
        ("disorder", "", codes((SNOMED, "254582000"), (SNOMED, "766979005")), "primary.histology", "-", "two histologies"),
        (
            "answer",
            "loinc 97509-4",
            codes((LOINC, "LA28369-9"), (LOINC, "LA28370-7")),
            "response.category",
            "-",
            "partial response and progression",
        ),
        (
            "answer",
            "loinc 21702-6",
            codes((LOINC, "LA9658-1"), (LOINC, "LA11882-0")),
            "biomarkers.kras",
            "conflicting",
            "wild type and detected",
        ),
        ("answer", "loinc 89262-0", codes((LOINC, "LA9622-7"), (LOINC, "LA9625-0")), "performanceStatus.ecog", "-", "0 and 3"),
        ("stage-value", "T", codes((SNOMED, "1228938002"), (SNOMED, "1228929004")), "tnm.t", "-", "T3 and T2"),
        (
            "stage-question",
            "T3",
            codes((LOINC, "21905-5"), (LOINC, "21899-0")),
            "tnm.prefix",
            "-",
            "clinical and pathological: the prefix is open",
        ),
        ("intent", "", codes((SNOMED, "373808002"), (SNOMED, "363676003")), "orders.intent", "-", "curative and palliative"),
    ),
)
def test_codings_that_contradict_each_other_are_not_chosen_between(knowledge, place, beside, code, path, value, why):
    assert read_fact(fill(knowledge, place, code, beside).tree, path) == value, why


@pytest.mark.parametrize(
    ("place", "beside", "code", "why"),
    rows(
        ("disorder", "", codes((ICD10CM, "C20"), (ICD10CM, "C21.1")), "two sites"),
        ("disorder", "", codes((SNOMED, "254582000"), (SNOMED, "766979005")), "two histologies"),
        ("answer", "loinc 97509-4", codes((LOINC, "LA28369-9"), (LOINC, "LA28370-7")), "two responses"),
        ("answer", "loinc 21702-6", codes((LOINC, "LA9658-1"), (LOINC, "LA11882-0")), "two results"),
        ("answer", "loinc 89262-0", codes((LOINC, "LA9622-7"), (LOINC, "LA9625-0")), "two scores"),
        ("stage-value", "T", codes((SNOMED, "1228938002"), (SNOMED, "1228929004")), "two categories"),
        ("draft", "", codes((SNOMED, "265414003"), (SNOMED, "314592008")), "two operations in one order"),
    ),
)
def test_codings_that_contradict_each_other_are_reported(knowledge, place, beside, code, why):
    facts, without = fill(knowledge, place, code, beside), fill(knowledge, place, None, beside)

    assert len(facts.conflicts) > len(without.conflicts) or len(facts.issues) > len(without.issues), why


BONE, LIVER, NODE = (SNOMED, "94222008"), (SNOMED, "94381002"), (SNOMED, "94392001")


@pytest.mark.parametrize(
    ("code", "confirmed", "suspected", "reported", "why"),
    rows(
        (
            codes((ICD10CM, "C79.51"), (ICD10CM, "C78.7")),
            "bone+liver",
            "-",
            False,
            "one entry of a problem list, two codes of one classification",
        ),
        (codes(BONE, (ICD10CM, "C79.51"), (ICD10CM, "C78.7")), "bone+liver", "-", False, "one system names both"),
        (codes(LIVER, (ICD10CM, "C79.51")), "-", "bone+liver", True, "two systems disagree: neither is certain"),
        (codes((SNOMED, "314997007"), (ICD10CM, "C78.7")), "-", "liver", True, "spread from the rectum, and to the liver"),
        (codes(NODE, (SNOMED, "94339008")), "inguinal-node", "-", False, "a general node code beside the station"),
        (codes((ICD10CM, "C77.2"), NODE), "ambiguous-node", "-", False, "two codes that name no station"),
        (codes((ICD10CM, "C20"), (ICD10CM, "C78.7")), "liver", "-", False, "a primary and its spread in one entry"),
        (codes((ICD10CM, "C79.51"), text="Bone metastasis"), "bone", "-", False, "the words beside a code change nothing"),
    ),
)
def test_spread_that_is_coded_more_than_once(knowledge, code, confirmed, suspected, reported, why):
    facts = fill(knowledge, "beside-rectum", code)
    found = {
        name: "+".join(sorted({item["site"] for item in facts.tree["metastases"] if item[name]})) or "-"
        for name in ("confirmed", "suspected")
    }

    assert found == {"confirmed": confirmed, "suspected": suspected}, why
    assert any(issue.code == "coding" for issue in facts.issues) is reported, why


@pytest.mark.parametrize(
    ("place", "beside", "text", "path", "value", "why"),
    rows(
        ("disorder", "", "Adenocarcinoma of rectum", "primary.site", "rectum", "a primary in words"),
        ("beside-rectum", "", "Para-aortic lymph node metastasis", "metastases.site", "para-aortic-node", "what no code says"),
        ("beside-rectum", "", "Liver metastases", "metastases.site", "liver", "in the plural"),
        ("drug", "", "Oxaliplatin 85 mg/m2", "orders.agents", "oxaliplatin", "a drug within words"),
        ("drug", "", "mFOLFOX6", "orders.agents", "fluorouracil+leucovorin+oxaliplatin", "a regimen in words"),
        ("procedure", "", "Abdominoperineal resection", "surgery.procedure", "apr", "an operation in words"),
        ("procedure", "", "Resection of liver metastases", "surgery.procedure", "metastasectomy", "no code says it"),
        ("draft", "", "Prophylactic fixation of femur", "orders.procedure", "orthopaedic", "an order in words"),
        ("imaging", "", "CT chest, abdomen and pelvis with contrast", "imaging.ctChest", "dated", "an examination in words"),
        ("draft", "", "Inguinal lymph node dissection", "orders.procedure", "inguinal-dissection", "an order in words"),
    ),
)
def test_what_only_words_say_is_read_and_marked(knowledge, place, beside, text, path, value, why):
    facts = fill(knowledge, place, {"text": text}, beside)
    proof = [item for name, items in facts.evidence.items() if name.startswith(path.split(".", maxsplit=1)[0]) for item in items]

    assert read_fact(facts.tree, path) == value, why
    assert any(item.confidence == "text" and not item.explicit for item in proof), why


@pytest.mark.parametrize(
    ("place", "beside", "text", "path", "why"),
    rows(
        ("disorder", "", "Rule out cancer of the rectum", "primary.site", "not a listed spelling"),
        ("beside-rectum", "", "No para-aortic lymph node metastasis", "metastases.site", "a denial"),
        ("beside-rectum", "", "Family history of liver metastases", "metastases.site", "of another person"),
        ("procedure", "", "Discussed abdominoperineal resection", "surgery.procedure", "only talked about"),
        ("draft", "", "Consider inguinal lymph node dissection", "orders.procedure", "not an order for it"),
    ),
)
def test_words_around_a_spelling_make_it_unread(knowledge, place, beside, text, path, why):
    assert read_fact(fill(knowledge, place, {"text": text}, beside).tree, path) == "-", why


@pytest.mark.parametrize(
    ("place", "beside", "code", "path", "value", "why"),
    rows(
        ("disorder", "", concept(ICD10CM, "C20", "Malignant neoplasm of colon"), "primary.site", "rectum", "the code is the rectum"),
        ("stage-value", "N", concept(SNOMED, "1229901006", "N0"), "tnm.m", "-", "cM0 displayed as N0 in public data: not an N"),
        ("stage-question", "Stage III", concept(LOINC, "21902-2", "Stage group.clinical"), "tnm.prefix", "p", "the code is pathological"),
        (
            "gene",
            "",
            concept("http://www.genenames.org", "HGNC:7989", "KIT"),
            "biomarkers.nras",
            "mutated",
            "labels swapped in an official example",
        ),
        ("drug", "", concept(RXNORM, "32592", "Cisplatin"), "orders.agents", "oxaliplatin", "the code is oxaliplatin"),
        (
            "draft",
            "",
            concept(SNOMED, "265414003", "Low anterior resection"),
            "orders.procedure",
            "apr",
            "the code is the abdominoperineal one",
        ),
        (
            "imaging",
            "",
            concept(LOINC, "24627-2", "CT Chest and Abdomen and Pelvis"),
            "imaging.ctPelvis",
            "-",
            "the code is the chest alone",
        ),
        ("procedure", "", concept(NCIT, "C93304", "Chemotherapy"), "review.multidisciplinary", "yes", "the code is the board"),
    ),
)
def test_a_code_is_trusted_before_its_display(knowledge, place, beside, code, path, value, why):
    assert read_fact(fill(knowledge, place, code, beside).tree, path) == value, why


def test_a_refuted_code_beside_a_text_that_says_it_is_not_read_as_present(knowledge):
    record = (
        patient()
        .rectum()
        .condition("spread", codes((SNOMED, "94381002"), text="Liver metastases"), verification="refuted", onset=days_before(9))
    )

    assert read_fact(facts_of(knowledge, request(record)).tree, "metastases.site") == "-"


def test_the_tables_name_codes_of_the_content(knowledge):
    """A row on an unknown code would pass for the wrong reason."""
    assert knowledge.terminology.translate("primary-disorder", Concept(ICD10CM, "C20"), "primary-site") == ("rectum",)
