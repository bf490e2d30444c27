"""The terminology content: valid FHIR, one code one place where it must be, every code with its source, and the readings that matter."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib import import_module

import pytest

from cds_service.fhir.codings import TEXT_SYSTEM, Concept, normalise_text
from cds_service.settings import shipped_content

BASE = "https://cds-service.example.org"
SEEN = f"{BASE}/StructureDefinition/code-seen"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_O = "http://terminology.hl7.org/CodeSystem/icd-o-3"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
CPT = "http://www.ama-assn.org/go/cpt"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
OPS = "http://fhir.de/CodeSystem/bfarm/ops"

FILES = sorted((shipped_content() / "terminology").glob("*.json"))
RESOURCES = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
KEYS = (
    r"M4|MX|TJ|PW|CT|MII|MT|BZ|EC|AN|ON|EO|IC|PCS|SE|SY|FDA|HL7|FHIR R4|OHDSI|LL|PC|FS|samply"  # explained in the README beside the files
)


@pytest.fixture(scope="module")
def terms(knowledge):
    return knowledge.terminology


def of(kind):
    return {resource["id"]: resource for resource in RESOURCES.values() if resource["resourceType"] == kind}


def value_set_parts(kind="include"):
    for name, resource in of("ValueSet").items():
        for part in resource["compose"].get(kind, ()):
            yield name, part


def elements():
    for name, resource in of("ConceptMap").items():
        for group in resource["group"]:
            for element in group["element"]:
                yield name, group, element


def listed():
    """(file id, system, concept) of every code that is not ours and not a spelling."""
    for kind in ("include", "exclude"):
        for name, part in value_set_parts(kind):
            for concept in part.get("concept", ()) if part.get("system") != TEXT_SYSTEM else ():
                yield name, part["system"], concept
    for name, group, element in elements():
        if group["source"] != TEXT_SYSTEM:
            yield name, group["source"], element


def source_of(concept):
    return next((item["valueString"] for item in concept.get("extension", ()) if item["url"] == SEEN), None)


@pytest.mark.parametrize("name", RESOURCES)
def test_a_file_is_valid_fhir_and_named_after_its_resource(name):
    resource = RESOURCES[name]
    kind = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)

    model.model_validate(resource)

    assert name == f"{kind}-{resource['id']}.json"
    assert kind == "NamingSystem" or resource["url"] == f"{BASE}/{kind}/{resource['id']}"
    assert resource["status"] == "draft"
    assert kind == "NamingSystem" or resource["experimental"] is True
    assert "approvalDate" not in resource


def test_the_loader_finds_no_fault():
    from cds_service.fhir.terminology import load_terminology

    _, problems = load_terminology(shipped_content())

    assert problems == ()


def test_a_uri_belongs_to_one_system():
    uris = Counter(
        item["value"].removeprefix("urn:oid:").rstrip("/").lower() for system in of("NamingSystem").values() for item in system["uniqueId"]
    )

    assert [uri for uri, times in uris.items() if times > 1] == []


def test_codes_are_listed_under_the_preferred_uri():
    preferred = {item["value"] for system in of("NamingSystem").values() for item in system["uniqueId"] if item.get("preferred")}
    aliases = {item["value"] for system in of("NamingSystem").values() for item in system["uniqueId"]} - preferred

    assert {system for _, system, _ in listed()} & aliases == set()


def test_every_code_says_where_it_was_seen():
    assert [(name, concept["code"]) for name, _, concept in listed() if not source_of(concept)] == []


def test_sources_are_known_keys_or_say_unverified():
    known = re.compile(rf"own code|unverified: .+|({KEYS})\b.*")

    assert sorted({source_of(concept) for _, _, concept in listed() if not known.fullmatch(source_of(concept) or "")}) == []


def test_no_cpt_descriptor_is_shipped():
    assert [(name, concept) for name, system, concept in listed() if system == CPT and "display" in concept] == []


def test_a_map_lists_a_code_once_per_target():
    seen = Counter((name, group["target"], group["source"], element["code"]) for name, group, element in elements())

    assert [key for key, times in seen.items() if times > 1] == []


def test_targets_exist_in_our_code_systems():
    codes = {name: {concept["code"] for concept in system.get("concept", ())} for name, system in of("CodeSystem").items()}
    wrong = [
        (name, element["code"], target.get("code"))
        for name, group, element in elements()
        for target in element["target"]
        if target["equivalence"] != "unmatched" and target["code"] not in codes[group["target"].rsplit("/", 1)[-1]]
    ]

    assert wrong == []


def test_what_is_not_read_says_why():
    silent = [
        (name, element["code"])
        for name, _, element in elements()
        for target in element["target"]
        if target["equivalence"] == "unmatched" and not target.get("comment")
    ]

    assert silent == []


def test_spellings_are_listed_in_normal_form():
    wrong = [
        (name, element["code"])
        for name, group, element in elements()
        if group["source"] == TEXT_SYSTEM and normalise_text(element["code"]) != element["code"]
    ]

    assert wrong == []


def test_snomed_codes_have_valid_check_digits():
    def times(left, right):  # the dihedral group of Verhoeff's scheme
        turned = (left + right) % 5 if left < 5 else (left - right) % 5
        return turned + 5 * ((left >= 5) != (right >= 5))

    permutations = [tuple(range(10))]
    for _ in range(7):
        permutations.append(tuple((1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit] for digit in permutations[-1]))

    def valid(code):
        check = 0
        for place, digit in enumerate(reversed(code)):
            check = times(check, permutations[place % 8][int(digit)])
        return check == 0

    assert sorted({concept["code"] for _, system, concept in listed() if system == SNOMED and not valid(concept["code"])}) == []


def test_loinc_codes_have_valid_check_digits():
    def valid(code):
        body, _, check = code.partition("-")
        digits = [int(digit) for digit in reversed(body)]
        total = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
        return (10 - total % 10) % 10 == int(check)

    numbered = {concept["code"] for _, system, concept in listed() if system == LOINC and concept["code"][0].isdigit()}

    assert sorted(code for code in numbered if not valid(code)) == []


@pytest.mark.parametrize("name", ["prefetch-staging", "prefetch-clinical", "prefetch-molecular"])
def test_a_prefetch_query_is_short_enough_for_servers(terms, name):
    query = "Observation?patient={{context.patientId}}&code=" + ",".join(str(concept) for concept in terms.expand(name))

    assert len(query) <= 1800


def test_every_observation_that_a_fact_reads_is_prefetched(terms):
    asked = {concept for name in ("prefetch-staging", "prefetch-clinical", "prefetch-molecular") for concept in terms.expand(name)}
    read = [name for name in of("ValueSet") if name.endswith("-tests") or name.startswith("local-")]
    read = [*read, "disease-status", "variant-assessment", "positive-nodes", "cea-not-comparable", "tnm-observations"]
    read.remove("local-recurrence")  # Conditions

    assert {str(concept) for name in read for concept in terms.expand(name)} - {str(concept) for concept in asked} == set()


def test_other_malignancies_and_primaries_do_not_overlap(terms):
    both = [concept for concept in terms.expand("primary-disorder") if terms.member("other-malignancy", concept)]

    assert both == []


def test_spread_and_primaries_do_not_overlap(terms):
    spread = set(terms.expand("spread-disorder")) | set(terms.expand("spread-direction-traps"))

    assert spread & (set(terms.expand("primary-disorder")) | set(terms.expand("generic-malignancy"))) == set()
    assert [concept for concept in spread if terms.member("other-malignancy", concept)] == []
    assert set(terms.expand("spread-disorder")) & set(terms.expand("spread-direction-traps")) == set()


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (ICD, "C18.7", True),  # sigmoid colon
        (ICD, "C50.912", True),
        (ICD, "C43.51", True),  # melanoma of anal skin
        (ICD, "C44.520", True),  # skin of the anal margin
        (ICD, "C4A.51", True),
        (ICD, "C7A.1", True),
        (ICD, "C20", False),
        (ICD, "C21.1", False),
        (ICD, "C77.2", False),
        (ICD, "C78.7", False),
        (ICD, "C79.51", False),
        (ICD, "C80.0", False),
        (ICD, "C7A.026", False),  # carcinoid of the rectum: a primary with its histology
        (ICD, "D01.2", False),
        (SNOMED, "255084004", True),  # squamous cell carcinoma of the anal margin
        (SNOMED, "93761005", True),  # colon
        (SNOMED, "363346000", False),
    ],
)
def test_other_malignancy(terms, system, code, expected):
    assert terms.member("other-malignancy", Concept(system, code)) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("M84.50XA", True),
        ("M84.551A", True),
        ("M84.58XA", True),
        ("M84.551D", True),
        ("M84.5", True),
        ("M84.551S", False),
        ("M84.451A", False),
    ],
)
def test_pathological_fracture_by_pattern(terms, code, expected):
    assert terms.member("pathological-fracture", Concept(ICD, code)) is expected


@pytest.mark.parametrize(
    ("concept_map", "target", "system", "code", "expected"),
    [
        ("primary-disorder", "primary-site", ICD, "C21.2", ("anal-canal",)),
        ("primary-disorder", "segment", SNOMED, "448994001", ("upper",)),
        ("primary-disorder", "histology", SNOMED, "276822007", ("melanoma",)),
        ("primary-disorder", "primary-site", SNOMED, "187760008", ()),  # site not named
        ("spread-site", "spread-site", SNOMED, "94217008", ("other",)),  # marrow is not bone
        ("spread-site", "spread-site", SNOMED, "314997007", ()),  # spread FROM the rectum
        ("spread-site", "spread-site", ICD, "C78.5", ()),  # spread TO the rectum
        ("spread-site", "spread-site", SNOMED, "94336001", ("ambiguous-node",)),
        ("body-site-spread", "spread-site", SNOMED, "35783009", ("para-aortic-node",)),
        ("body-site-field", "field", SNOMED, "22356005", ("bone",)),  # a bone, even in the pelvis
        ("body-site-field", "field", SNOMED, "53505006", ("pelvis",)),
        ("response-value", "response", SNOMED, "268910001", ("improved",)),  # not a documented response
        ("response-value", "response", SNOMED, "399409002", ()),  # distant disease present is not progression
        ("response-value", "response", LOINC, "LA28369-9", ("PR",)),
        ("procedure-modality", "modality", LOINC, "72254-6", ("ct-chest", "ct-abdomen", "ct-pelvis")),
        ("procedure-modality", "modality", LOINC, "24627-2", ("ct-chest",)),  # mislabelled as chest, abdomen and pelvis in public data
        ("drug-agent", "agent", RXNORM, "1736776", ("oxaliplatin",)),
        ("drug-agent", "agent", RXNORM, "105583", ()),  # topical cream
        ("regimen-agents", "agent", NCIT, "C11197", ("fluorouracil", "leucovorin", "oxaliplatin")),
        ("order-intent", "intent", SNOMED, "373847000", ("neoadjuvant",)),
        ("karnofsky-answer", "karnofsky-score", LOINC, "LA9627-6", ("0",)),
        ("ecog-answer", "ecog-score", LOINC, "LA9627-6", ("5",)),  # the same answer code, another list
    ],
)
def test_readings_that_matter(terms, concept_map, target, system, code, expected):
    assert terms.translate(concept_map, Concept(system, code), target) == expected


@pytest.mark.parametrize(
    ("concept_map", "target", "text", "expected"),
    [
        ("spread-site", "spread-site", "Para-aortic lymph node metastases", ("para-aortic-node",)),
        ("spread-site", "spread-site", "paraaortic node metastasis", ("para-aortic-node",)),
        ("spread-site", "spread-site", "No para-aortic lymph node metastases", ()),  # the whole text must be a listed spelling
        ("biomarker-result", "biomarker-status", "Wild-type", ("wild-type",)),
        ("biomarker-result", "biomarker-status", "KRAS p.G12D", ("mutated",)),
        ("biomarker-result", "biomarker-status", "No mutation detected", ("wild-type",)),
        ("mmr-result", "mismatch-repair", "MSI-H", ("deficient",)),
        ("her2-result", "her2-status", "3+", ("positive",)),
        ("response-value", "response", "RECIST 1.1 PR", ("PR",)),
        ("procedure-modality", "modality", "CT chest, abdomen and pelvis with contrast", ("ct-chest", "ct-abdomen", "ct-pelvis")),
        ("drug-agent", "agent", "5-FU", ("fluorouracil",)),
        ("drug-agent", "agent", "bevacizumab-awwb", ("bevacizumab",)),
        ("regimen-agents", "agent", "mFOLFOX6", ("fluorouracil", "leucovorin", "oxaliplatin")),
        ("order-intent", "intent", "neo-adjuvant", ("neoadjuvant",)),
        ("procedure-surgery", "surgery", "Abdomino-perineal resection", ("apr",)),
        ("reflection-answer", "reflection-relation", "above the peritoneal reflection", ("above",)),
    ],
)
def test_spellings_that_matter(terms, concept_map, target, text, expected):
    assert terms.translate_text(concept_map, text, target) == expected


@pytest.mark.parametrize(
    ("value_set", "system", "code"),
    [
        ("disease-status", LOINC, "88040-1"),  # pathologic response in one feed
        ("radiotherapy", SNOMED, "387713003"),  # a surgical procedure
        ("cea-tests", LOINC, "12515-3"),  # another fluid
        ("cea-tests", LOINC, "19166-8"),  # units that cannot be compared
        ("primary-disorder", SNOMED, "93761005"),  # colon
        ("primary-disorder", ICD, "Z85.048"),  # history
        ("bone-pain", ICD, "G89.3"),  # pain of any tumour
        ("bleeding", ICD, "K92.2"),  # bleeding from anywhere
    ],
)
def test_codes_that_must_not_count(terms, value_set, system, code):
    assert not terms.member(value_set, Concept(system, code))


#: every code of the project's vocabulary that has a verified source, by system
CODES = {
    SNOMED: """
        363351006 93984006 254582000 448994001 314966008 766979005 363414004 93980002 269544008 425178004 184881000119106
        254586002 443488001 447886005 109839004 187760008 363352004 93669004 285310000 764845008 722542000 721709000 363490009
        93676009 448315008 423607006 184741000119107 723265000 255084004 781382000 737058005 93761005 363346000 55342001
        34402009 34381000 53505006 281088000 1187332001 413448000 72495009 87737001 1162767002 94222008 91281000119103 94218003
        94219006 94220000 94221001 134421000 94217008 94339008 94612008 94299007 94340005 94423000 94588009 94198007 94519005
        94347008 94410007 94466007 94330007 94446003 94336001 94350006 94392001 94396003 94614009 94381002 94391008 94375005
        94376006 94522007 94523002 94524008 94329002 94627008 836274002 255121007 94472007 94479003 188445006 94628003 94225005
        314997007 314990009 315000005 315006004 94513006 96981000119102 1287652008 35783009 245285004 268910001 359746009
        271299001 709137006 550991000124107 551001000124108 103338009 103337004 399409002 419835002 260388006 84190002
        1259237005 255594003 255609007 58158008 255314001 266721009 407563006 443729008 423740007 761869008 443527007 444025001
        1217123003 1287742003 108290001 432037000 431206007 168609005 88914000 18529002 12921003 38864007 245294005 54268001
        1187336003 279763008 8928004 91394001 65349008 245357003 245299000 245295006 84219008 71341001 2812003 29627003 41111004
        37783008 22356005 3572006 73903008 35769007 87141009 265414003 46569000 312497000 314592008 708631001 448474003
        395136002 400988008 4558008 448143009 385341003 21486002 234256003 178286005 234252001 70866004 5998008 446776008
        786848000 89542003 33424003 66803004 708888002 399733007 445917006 11703007 1148700003 393161000119104 429864007
        74710000 75385009 450436003 443271005 446315002 399414003 708004003 373808002 363676003 399707004 12584003 268029009
        81060008 46420000 1220561009 261665006
    """,
    ICD: """
        C20 C19 C21.0 C21.1 C21.2 C21.8 C79.51 C79.52 C77.4 C77.2 C77.5 C77.8 C77.9 C78.7 C78.00 C78.01 C78.02 C78.6 C79.31
        C80.0 C79.9 C78.5 Z85.048 Z92.3 Z92.21 Z51.0 R97.0 K56.600 K56.609 K56.690 K56.699 K62.5 K92.2 K63.1 G89.3 M89.8X9
    """,
    ICD_O: "C20.9 C19.9 C21.0 C21.1 C21.2 C21.8 8140/3 8480/3 8255/3 8246/3 8154/3",
    LOINC: """
        2039-6 83085-1 19166-8 19167-6 12515-3 19168-4 19169-2 19170-0 2037-0 2038-8 10560-1 40621-5 40622-3 97747-0 89247-1
        89262-0 89243-0 LA9622-7 LA9623-5 LA9624-3 LA9625-0 LA9626-8 LA9627-6 LA29175-9 LA29176-7 LA29177-5 LA29178-3 LA29179-1
        LA29180-9 LA29181-7 LA29182-5 LA29183-3 LA29184-1 97509-4 LA28366-5 LA28369-9 LA28371-5 LA28370-7 LA9348-9 21976-6
        21702-6 21703-4 53620-1 75974-6 82535-6 83059-6 85509-8 81420-2 83060-4 85510-6 21720-8 21719-0 53621-9 93690-6 97025-1
        58415-1 85101-4 89861-9 85299-6 83061-2 53844-7 58483-9 85511-4 81705-6 81695-9 62862-8 43368-0 81691-8 81692-6 81693-4
        81694-2 LA14122-8 LA26202-4 LA26203-2 LA11884-6 48676-1 18474-7 72383-3 49683-6 96893-3 69548-6 LA9633-4 LA9634-2
        48018-6 48004-6 48005-3 48002-0 LA6684-0 LA6683-2 LA9658-1 59847-4 31206-6 77753-2 33732-9 33748-5 84880-4 21893-3
        21894-1 85343-2 72254-6 72253-8 87869-4 44139-4
    """,
    RXNORM: """
        4492 194000 32592 51499 253337 318341 263034 2555 40048 56946 1547545 1597876 1803932 1736776 1736781 1736784 1736786
        1797528 575971
    """,
    NCIT: "C93304 C133518 C11197 C63593 C11764",
    CPT: "45110 45111 45112 45113 45114 45119 45395 45397 38760 38765 38780 38570 38571 38572 71250 71260 71270 74176 74177 74178",
    PCS: "DD070ZZ 0DTP0ZZ 0DTQ0ZZ 07TD0ZZ 07TD4ZZ 07TH0ZZ 07TJ0ZZ",
    OPS: "5-484.55 5-484.52 5-485.02 5-402.a",
}


@pytest.mark.parametrize("system", CODES)
def test_the_codes_of_the_vocabulary_are_listed(system):
    known = {concept["code"] for _, uri, concept in listed() if uri == system}

    assert sorted(set(CODES[system].split()) - known) == []


@pytest.mark.parametrize(
    ("written", "code", "system"),
    [
        ("http://hl7.org/fhir/sid/icd-10", "c20", ICD),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "C218", ICD),
        ("urn:oid:2.16.840.1.113883.6.90", "C79.51", ICD),
        ("http://snomed.info/sct/731000124108", "94222008", SNOMED),
        ("urn:oid:2.16.840.1.113883.6.96", "94222008 |Secondary malignant neoplasm of bone|", SNOMED),
        ("http://hl7.org/fhir/sid/icd-10-pcs", "0DTP0ZZ", PCS),
        ("http://ncithesaurus-stage.nci.nih.gov", "C93304", NCIT),
    ],
)
def test_other_uris_and_spellings_of_a_system_are_read(terms, written, code, system):
    found = terms.concepts({"coding": [{"system": written, "code": code}]})

    assert [concept.system for concept in found] == [system]
    assert any(
        concept.code == found[0].code
        for _, uri, listed_concept in listed()
        if uri == system
        for concept in [Concept(uri, listed_concept["code"])]
    )
