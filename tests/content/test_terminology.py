"""The terminology content: valid FHIR, one code one place where it must be, every code with its source, and the readings that matter."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib import import_module

import pytest

from cds_service.fhir.codings import TEXT_SYSTEM, Concept, normalise_text
from cds_service.settings import shipped_content
from tests.builders.places import systems
from tests.builders.reading import csv_rows

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
    from cds_service.fhir.terminology_load import load_terminology

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
    known = re.compile(rf"own code|unverified: .+|seen: .+|({KEYS})\b.*")

    assert sorted({source_of(concept) for _, _, concept in listed() if not known.fullmatch(source_of(concept) or "")}) == []


def test_no_cpt_descriptor_is_shipped():
    assert [(name, concept) for name, system, concept in listed() if system == CPT and "display" in concept] == []
    assert [
        row
        for row in csv_rows("vocabulary.csv")
        if row["system"] == "cpt" and row["comment"] not in ("", "sampling, or nodes of the pelvis")
    ] == []


def test_the_vocabulary_and_the_content_agree_on_what_is_unverified():
    """A mark cannot be cleaned up in one of them alone. Codes that the content does not list are excluded ones, or come by a pattern."""
    marks: dict[tuple[str, str], list[bool]] = {}
    for _, system, concept in listed():
        marks.setdefault((system, concept["code"]), []).append("unverified" in (source_of(concept) or ""))
    rows = {(systems().get(row["system"], row["system"]), row["code"]): row["state"] == "unverified" for row in csv_rows("vocabulary.csv")}

    assert {key: marked for key, marked in rows.items() if key in marks and marked is not all(marks[key])} == {}


def test_the_readme_names_every_unverified_code():
    marks: dict[tuple[str, str], list[bool]] = {}
    for _, system, concept in listed():
        marks.setdefault((system, concept["code"]), []).append("unverified" in (source_of(concept) or ""))
    text = (shipped_content() / "terminology" / "README.md").read_text(encoding="utf-8")
    table = text.split("| System | Unverified |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]

    assert set(re.findall(r"\b\d{3,}\b", table)) == {code for (_, code), unverified in marks.items() if all(unverified)}


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
    assert tuple(code for code, _ in terms.translations(concept_map, {"text": text}, target)) == expected


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
