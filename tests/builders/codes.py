"""The codes that the synthetic patients carry, as real records do; where each was seen is told in ``plan_definitions/terminology``."""

from __future__ import annotations

from typing import Any

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICDO3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
HGNC = "http://www.genenames.org"
OWN = "https://cds-service.example.org/CodeSystem/observation"
UCUM = "http://unitsofmeasure.org"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition"

HISTOLOGY_EXTENSION = f"{MCODE}/mcode-histology-morphology-behavior"
INTENT_EXTENSION = f"{MCODE}/mcode-procedure-intent"
RELATED_EXTENSION = "http://hl7.org/fhir/StructureDefinition/condition-related"

#: (site, histology) -> the SNOMED disorder that says both; other pairs take the site alone and a histology extension.
PRIMARIES = {
    ("rectum", "adenocarcinoma"): ("254582000", "Adenocarcinoma of rectum"),
    ("rectum", "squamous"): ("766979005", "Rectal squamous cell carcinoma"),
    ("rectosigmoid", "adenocarcinoma"): ("425178004", "Adenocarcinoma of rectosigmoid junction"),
    ("anorectal-overlap", "adenocarcinoma"): ("447886005", "Adenocarcinoma of anorectum"),
    ("anal-canal", "adenocarcinoma"): ("764845008", "Adenocarcinoma of anal canal"),
    ("anal-canal", "squamous"): ("722542000", "Squamous cell carcinoma of anal canal"),
    ("anal-canal", "cloacogenic"): ("721709000", "Cloacogenic carcinoma of anal canal"),
    ("anus", "adenocarcinoma"): ("423607006", "Adenocarcinoma of anus"),
    ("anus", "squamous"): ("723265000", "Squamous cell carcinoma of anus"),
}
SITES = {
    "rectum": ("363351006", "Malignant tumor of rectum"),
    "rectosigmoid": ("363414004", "Malignant tumor of rectosigmoid junction"),
    "anorectal-overlap": ("443488001", "Malignant neoplasm of anorectum"),
    "anal-canal": ("363352004", "Malignant tumor of anal canal"),
    "anus": ("363490009", "Malignant tumor of anus"),
    "anal-margin": ("255084004", "Squamous cell carcinoma of anal margin"),
    "colon": ("93761005", "Primary malignant neoplasm of colon"),
    "breast": ("254837009", "Malignant neoplasm of breast"),
}
MORPHOLOGIES = {
    "adenocarcinoma": ("8140/3", "Adenocarcinoma, NOS"),
    "mucinous": ("8480/3", "Mucinous adenocarcinoma"),
    "squamous": ("8070/3", "Squamous cell carcinoma, NOS"),
    "neuroendocrine": ("8240/3", "Neuroendocrine tumor"),
}

#: site -> (disorder, display, body site or None)
METASTASES: dict[str, tuple[str, str, str | None]] = {
    "bone": ("94222008", "Secondary malignant neoplasm of bone", None),
    "inguinal-node": ("94339008", "Secondary malignant neoplasm of inguinal lymph nodes", None),
    "para-aortic-node": ("94392001", "Secondary malignant neoplasm of lymph node", "245285004"),
    "retroperitoneal-node": ("94519005", "Secondary malignant neoplasm of retroperitoneal lymph nodes", None),
    "mesorectal-node": ("94466007", "Secondary malignant neoplasm of pararectal lymph nodes", None),
    "node": ("94392001", "Secondary malignant neoplasm of lymph node", None),
    "intra-abdominal-node": ("94347008", "Secondary malignant neoplasm of intra-abdominal lymph nodes", None),
    "supraclavicular-node": ("94614009", "Secondary malignant neoplasm of supraclavicular lymph nodes", None),
    "liver": ("94381002", "Secondary malignant neoplasm of liver", None),
    "lung": ("94391008", "Secondary malignant neoplasm of lung", None),
    "peritoneum": ("94627008", "Secondary malignant neoplasm of peritoneum", None),
    "brain": ("94225005", "Secondary malignant neoplasm of brain", None),
}
BODY_SITES = {
    "245285004": "Para-aortic lymph node group",
    "35783009": "Aortic lymph node",
    "8928004": "Inguinal lymph node",
    "279763008": "Inguinofemoral lymph node group",
    "12921003": "Pelvis",
    "34402009": "Rectum",
    "34381000": "Anal canal",
    "71341001": "Femur",
    "73903008": "Lumbar vertebra",
    "22356005": "Ilium",
}
FIELDS = {
    "pelvis": "12921003",
    "rectum": "34402009",
    "groin": "279763008",
    "para-aortic": "245285004",
    "femur": "71341001",
    "ilium": "22356005",
}

SYMPTOMS = {
    "obstruction": ("81060008", "Intestinal obstruction"),
    "bleeding": ("K62.5", "Hemorrhage of anus and rectum"),
    "perforation": ("K63.1", "Perforation of intestine (nontraumatic)"),
}
BONE_EVENTS = {
    "pain": ("12584003", "Bone pain"),
    "pathological-fracture": ("268029009", "Pathological fracture"),
    "fracture-at-metastasis": ("134421000", "Pathologic fracture of bone at site of metastatic neoplasm"),
}

#: axis -> observation code by prefix
AXES = {
    "T": {"c": "399504009", "p": "384625004", "": "78873005"},
    "N": {"c": "399534004", "p": "371494008", "": "277206009"},
    "M": {"c": "399387003", "p": "371497001", "": "277208005"},
    "group": {"c": "399537006", "p": "399588009", "": "399390009"},
}
CATEGORIES = {
    "cT2": "1228929004", "cT3": "1228938002", "cT4a": "1228945002", "cT4b": "1228946001",
    "pT2": "1229852009", "pT3": "1229859000", "pT4a": "1229865000",
    "cN0": "1229967007", "cN1": "1229973008", "cN1a": "1229975001", "cN1b": "1229976000", "cN2a": "1229981009", "cN2b": "1229982002",
    "pN0": "1229947003", "pN1a": "1229954009", "pN1b": "1229955005", "pN2a": "1229959004",
    "cM0": "1229901006", "cM1": "1229903009", "cM1a": "1229904003", "cM1b": "1229907005", "cM1c": "1229910003",
    "pM1": "1229916009", "pM1a": "1229917000", "pM1b": "1229920008",
}  # fmt: skip
GROUPS = {
    "I": "1222723001", "II": "1222765007", "IIA": "1222766008", "III": "1222801008", "IIIA": "1222802001", "IIIB": "1222805004",
    "IIIC": "1222806003", "IV": "1222837003", "IVA": "1222838008", "IVB": "1222841004", "IVC": "1222842006",
}  # fmt: skip
EDITIONS = {7: ("443830009", "AJCC 7th edition"), 8: ("897275008", "AJCC 8th edition"), 9: ("1269566009", "AJCC Version 9")}

CEA = ("2039-6", "Carcinoembryonic Ag [Mass/volume] in Serum or Plasma")
ECOG = ("89247-1", "ECOG Performance Status score")
KARNOFSKY = ("89243-0", "Karnofsky Performance Status score")
DISEASE_STATUS = ("97509-4", "Cancer disease progression")
ANAL_VERGE = ("33748-5", "Distance from anal verge")
PERITONEAL_REFLECTION = ("84880-4", "Tumor location relative to peritoneal reflection")
HISTOLOGY = ("59847-4", "Histology and Behavior ICD-O-3 Cancer")
VARIANT = ("69548-6", "Genetic variant assessment")
RESPONSES = {
    "CR": ("LA28366-5", "Complete response"),
    "PR": ("LA28369-9", "Partial response"),
    "SD": ("LA28371-5", "Stable disease"),
    "PD": ("LA28370-7", "Progressive disease"),
}
RESPONSE_FINDINGS = {"improved": ("268910001", "Patient's condition improved"), "worsened": ("271299001", "Patient's condition worsened")}
GENES = {"KRAS": ("21702-6", "HGNC:6407"), "NRAS": ("83060-4", "HGNC:7989"), "BRAF": ("58415-1", "HGNC:1097")}
GENE_RESULTS = {"wild-type": "Wild type", "mutated": "Mutated", "indeterminate": "Indeterminate"}
MMR = ("81695-9", "Microsatellite instability [Interpretation] in Cancer specimen")
MMR_RESULTS = {"deficient": ("LA26203-2", "MSI-H"), "proficient": ("LA14122-8", "Stable")}

INGREDIENTS = {
    "fluorouracil": "4492",
    "capecitabine": "194000",
    "leucovorin": "6313",
    "oxaliplatin": "32592",
    "irinotecan": "51499",
    "bevacizumab": "253337",
    "cetuximab": "318341",
    "panitumumab": "263034",
    "cisplatin": "2555",
    "carboplatin": "40048",
    "paclitaxel": "56946",
    "ibuprofen": "5640",
}
FOLFOX = ("fluorouracil", "leucovorin", "oxaliplatin")
FOLFIRI = ("fluorouracil", "leucovorin", "irinotecan")
CISPLATIN_FU = ("cisplatin", "fluorouracil")

SURGERY = {
    "apr": ("265414003", "Abdominoperineal resection"),
    "lar": ("314592008", "Low anterior resection of rectum"),
    "ar": ("4558008", "Anterior resection of rectum"),
    "tme": ("395136002", "Total mesorectal excision"),
    "inguinal-dissection": ("178286005", "Block dissection of inguinal lymph nodes"),
    "para-aortic-dissection": ("786848000", "Excision of aortic lymph node"),
    "cholecystectomy": ("38102005", "Cholecystectomy"),
}
FIXATION = ("1653007", "Internal fixation of bone without fracture reduction")
RADIOTHERAPY = ("1217123003", "Radiotherapy course of treatment")
TUMOR_BOARD = (NCIT, "C93304", "Tumor Board Review")
TRIAL = ("709491003", "Enrollment in clinical trial")
#: name -> (system, code, display)
IMAGING = {
    "ct-chest-abdomen-pelvis": (LOINC, "72254-6", "CT Chest and Abdomen and Pelvis W contrast IV"),
    "ct-chest-abdomen": (SNOMED, "429864007", "CT of thorax and abdomen"),
    "ct-pelvis": (SNOMED, "74710000", "CT of pelvis"),
    "pet-ct": (SNOMED, "450436003", "PET CT"),
    "mri-pelvis": (SNOMED, "446315002", "MRI of pelvis"),
}
INTENTS: dict[str, str | None] = {
    "curative": "373808002",
    "palliative": "363676003",
    "supportive": "399707004",
    "neoadjuvant": None,
    "adjuvant": None,
}
KRAS_TEST = (LOINC, "21702-6", "KRAS gene mutation analysis")
CT_ORDER = IMAGING["ct-chest-abdomen-pelvis"]

FHIR = dict[str, Any]


def coding(system: str, code: str, display: str | None = None) -> FHIR:
    """A Coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(system: str, code: str, display: str | None = None) -> FHIR:
    """A CodeableConcept with one coding."""
    return {"coding": [coding(system, code, display)]}


def snomed(pair: tuple[str, str]) -> FHIR:
    """A SNOMED CT CodeableConcept from (code, display)."""
    return concept(SNOMED, *pair)


def loinc(pair: tuple[str, str]) -> FHIR:
    """A LOINC CodeableConcept from (code, display)."""
    return concept(LOINC, *pair)


def body_site(code: str) -> FHIR:
    """A SNOMED CT body site by its code."""
    return concept(SNOMED, code, BODY_SITES.get(code))
