"""What stands in the synthetic charts: code, display, and what else an entry of its kind needs. Rows only, of public code systems."""

from __future__ import annotations

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"

# -- the patients in scope --------------------------------------------------------------------------------------------

PRIMARY = ("447886005", "Adenocarcinoma of anorectum", "C21.8")
BONE = ("94222008", "Secondary malignant neoplasm of bone", "C79.51")
NODES = ("94339008", "Secondary malignant neoplasm of inguinal lymph nodes", "C77.4")
RECURRENCE = ("314966008", "Local recurrence of malignant tumor of rectum", "C20")
ILIUM = ("22356005", "Ilium")
PELVIS = ("12921003", "Pelvis")
EDITION = ("897275008", "American Joint Commission on Cancer, Cancer Staging Manual, 8th edition neoplasm staging system")
#: (axis code, axis, value code, value)
STAGED_FIRST = (
    ("399504009", "cT category", "1228938002", "cT3"),
    ("399534004", "cN category", "1229967007", "cN0"),
    ("399387003", "cM category", "1229901006", "cM0"),
    ("399537006", "Clinical TNM stage grouping", "1222766008", "Stage IIA"),
)
STAGED_BY_SURGEON = (("384625004", "pT category", "1229859000", "pT3"), ("371494008", "pN category", "1229947003", "pN0"))
STAGED_NOW = (
    ("399387003", "cM category", "1229907005", "cM1b"),
    ("399537006", "Clinical TNM stage grouping", "1222841004", "Stage IVB"),
)
HISTOLOGY = ("59847-4", "Histology and Behavior ICD-O-3 Cancer", "8140/3", "Adenocarcinoma, NOS")
#: (LOINC test, its name, LOINC answer or None, answer)
GENES = (
    ("21702-6", "KRAS gene mutations found [Identifier] in Blood or Tissue by Molecular genetics method", None, "Wild type"),
    ("83060-4", "NRAS gene mutations found [Identifier] in Tissue by Molecular genetics method", None, "Wild type"),
    ("58415-1", "BRAF gene p.Val600Glu [Presence] in Blood or Tissue by Molecular genetics method", None, "Wild type"),
    ("81695-9", "Microsatellite instability [Interpretation] in Cancer specimen Qualitative", "LA14122-8", "Stable"),
    ("85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain", "LA6577-6", "Negative"),
)
RESECTION = ("265414003", "Abdominoperineal resection")
RADIOTHERAPY = ("1217123003", "Radiotherapy course of treatment")
REGIMEN = (("4492", "fluorouracil"), ("6313", "leucovorin"), ("32592", "oxaliplatin"))
CT = ("72254-6", "CT Chest and Abdomen and Pelvis W contrast IV", "CT")
MRI = ("446315002", "MRI of pelvis", "NMR")

# -- another cancer ---------------------------------------------------------------------------------------------------

OTHER_PRIMARY = ("254837009", "Malignant neoplasm of breast", "C50.919")
OTHER_STAGED = (("399504009", "cT category", "1228929004", "cT2"), ("399534004", "cN category", "1229973008", "cN1"))
OTHER_RESECTION = ("392021009", "Lumpectomy of breast")

# -- what most charts hold --------------------------------------------------------------------------------------------

#: (SNOMED CT, display, ICD-10-CM)
COMORBIDITIES = (
    ("38341003", "Hypertensive disorder", "I10"),
    ("44054006", "Diabetes mellitus type 2", "E11.9"),
    ("55822004", "Hyperlipidemia", "E78.5"),
    ("235595009", "Gastroesophageal reflux disease", "K21.9"),
    ("396275006", "Osteoarthritis", "M19.90"),
    ("40930008", "Hypothyroidism", "E03.9"),
    ("433144002", "Chronic kidney disease stage 3", "N18.30"),
    ("271737000", "Anemia", "D64.9"),
    ("197480006", "Anxiety disorder", "F41.9"),
    ("414916001", "Obesity", "E66.9"),
    ("13645005", "Chronic obstructive pulmonary disease", "J44.9"),
    ("49436004", "Atrial fibrillation", "I48.91"),
    ("195967001", "Asthma", "J45.909"),
    ("35489007", "Depressive disorder", "F32.A"),
    ("73430006", "Sleep apnea", "G47.30"),
    ("64859006", "Osteoporosis", "M81.0"),
    ("193462001", "Insomnia", "G47.00"),
    ("266569009", "Benign prostatic hyperplasia", "N40.0"),
    ("24700007", "Multiple sclerosis", "G35"),
    ("84757009", "Epilepsy", "G40.909"),
    ("53741008", "Coronary arteriosclerosis", "I25.10"),
    ("84114007", "Heart failure", "I50.9"),
    ("279039007", "Low back pain", "M54.50"),
    ("37796009", "Migraine", "G43.909"),
    ("34713006", "Vitamin D deficiency", "E55.9"),
    ("302914006", "Ankle sprain", "S93.409A"),
)
#: (SNOMED CT, display)
PROCEDURES = (
    ("73761001", "Colonoscopy"),
    ("86273004", "Biopsy"),
    ("80146002", "Appendectomy"),
    ("38102005", "Cholecystectomy"),
    ("233604007", "Insertion of tunneled central venous catheter"),
    ("29303009", "Electrocardiographic procedure"),
    ("40701008", "Echocardiography"),
    ("310861008", "Influenza vaccination"),
    ("52734007", "Total replacement of hip"),
    ("10190003", "Cataract extraction"),
)
#: (RxNorm, display)
DRUGS = (
    ("29046", "lisinopril"),
    ("6809", "metformin"),
    ("83367", "atorvastatin"),
    ("7646", "omeprazole"),
    ("161", "acetaminophen"),
    ("10582", "levothyroxine"),
    ("17767", "amlodipine"),
    ("36437", "sertraline"),
    ("435", "albuterol"),
    ("11289", "warfarin"),
    ("4603", "furosemide"),
    ("25480", "gabapentin"),
    ("6918", "metoprolol"),
    ("5487", "hydrochlorothiazide"),
    ("52175", "losartan"),
    ("26225", "ondansetron"),
    ("3264", "dexamethasone"),
    ("5640", "ibuprofen"),
    ("7052", "morphine"),
    ("5224", "heparin"),
)
#: (LOINC, name, UCUM unit, lowest, highest usual value)
LABS = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 12, 16),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 4, 11),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 150, 400),
    ("789-8", "Erythrocytes [#/volume] in Blood by Automated count", "10*6/uL", 4, 6),
    ("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "%", 36, 48),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.6, 1.3),
    ("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", "mg/dL", 7, 20),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 135, 145),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 3.5, 5.1),
    ("2075-0", "Chloride [Moles/volume] in Serum or Plasma", "mmol/L", 98, 107),
    ("17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", 8.5, 10.5),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 70, 140),
    ("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 7, 56),
    ("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 10, 40),
    ("6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 44, 147),
    ("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.1, 1.2),
    ("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 3.4, 5.4),
    ("2532-0", "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 140, 280),
    ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 4, 6),
    ("13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", "mg/dL", 50, 130),
)
#: (LOINC, name, UCUM unit, lowest, highest usual value)
VITALS = (
    ("8867-4", "Heart rate", "/min", 55, 100),
    ("9279-1", "Respiratory rate", "/min", 12, 20),
    ("8310-5", "Body temperature", "Cel", 36, 38),
    ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%", 92, 100),
    ("29463-7", "Body weight", "kg", 50, 110),
    ("39156-5", "Body mass index (BMI) [Ratio]", "kg/m2", 18, 35),
)
BLOOD_PRESSURE = ("85354-9", "Blood pressure panel with all children optional")
PRESSURES = (("8480-6", "Systolic blood pressure", 100, 150), ("8462-4", "Diastolic blood pressure", 60, 95))
CEA = ("2039-6", "Carcinoembryonic Ag [Mass/volume] in Serum or Plasma", "ng/mL", 0, 5)
ECOG = ("89247-1", "ECOG Performance Status score")
KARNOFSKY = ("89243-0", "Karnofsky Performance Status score")
STATUS = ("97509-4", "Cancer disease progression", "LA28370-7", "Progressive disease")
#: (LOINC, name, modality)
REPORTS = (
    ("36643-5", "XR Chest 2 Views", "RX"),
    ("24627-2", "CT Chest", "CT"),
    ("24558-9", "US Abdomen", "RUS"),
    ("36554-4", "XR Knee Views", "RX"),
)
#: (SNOMED CT, display)
REFERRALS = (
    ("103697008", "Patient referral for dental care"),
    ("306163007", "Referral to physiotherapy service"),
    ("103699006", "Patient referral to dietitian"),
    ("183519002", "Referral to cardiology service"),
)
