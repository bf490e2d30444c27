"""Trap 18: version suffixes, OIDs, trailing slashes and national editions are one system; ICD without dot and in lower case is one code."""

import pytest

from tests.builders import patient
from tests.builders.codes import concept
from tests.builders.expect import expect
from tests.builders.tables import rows

SNOMED, ICD = "254582000", "C20"


@pytest.mark.parametrize(
    ("system", "code", "site", "why"),
    rows(
        ("http://snomed.info/sct", SNOMED, "rectum", "SNOMED CT"),
        ("http://snomed.info/sct/731000124108", SNOMED, "rectum", "with its edition"),
        ("http://snomed.info/sct/731000124108/version/20250901", SNOMED, "rectum", "with edition and version"),
        ("http://snomed.info/sct/", SNOMED, "rectum", "a trailing slash"),
        ("urn:oid:2.16.840.1.113883.6.96", SNOMED, "rectum", "as an OID"),
        ("2.16.840.1.113883.6.96", SNOMED, "rectum", "as a bare OID"),
        ("http://hl7.org/fhir/sid/icd-10-cm", ICD, "rectum", "ICD-10-CM"),
        ("urn:oid:2.16.840.1.113883.6.90", ICD, "rectum", "as an OID"),
        ("2.16.840.1.113883.6.90", ICD, "rectum", "as a bare OID"),
        ("http://hl7.org/fhir/sid/icd-10-cm/", ICD, "rectum", "a trailing slash"),
        ("http://hl7.org/fhir/sid/icd-10", ICD, "rectum", "ICD-10 of the WHO"),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", ICD, "rectum", "ICD-10-GM"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "C211", "anal-canal", "without the dot"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "c21.1", "anal-canal", "in lower case"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "c211", "anal-canal", "both"),
        ("http://hl7.org/fhir/sid/icd-10", "C210", "anus", "WHO without the dot"),
        ("urn:oid:1.2.840.114350.1.13.0.1.7.2.696871", ICD, None, "a vendor's own system: its codes are not ours"),
        ("", ICD, None, "no system: it may be anything"),
        ("http://example.org/codes", SNOMED, None, "another system"),
    ),
)
def test_trap_18_systems(knowledge, system, code, site, why):
    coded = concept(system, code) if system else {"coding": [{"code": code}]}
    record = patient().condition("primary", coded, onset="2026-01-01").metastasis("liver")

    expect(knowledge, record, {"primary.site": site}, "+staging-summary" if site else "none", why)


@pytest.mark.parametrize(
    ("codings", "why"),
    rows(
        ([("urn:oid:1.2.840.114350.1.13.0.1.7.2.696871", "12345"), ("http://hl7.org/fhir/sid/icd-10-cm", ICD)], "a vendor's code first"),
        ([("http://hl7.org/fhir/sid/icd-10-cm", "C80.1"), ("http://snomed.info/sct", SNOMED)], "an unspecific code first"),
    ),
)
def test_trap_18_one_of_several_codings(knowledge, codings, why):
    coded = {"coding": [{"system": system, "code": code} for system, code in codings]}
    record = patient().condition("primary", coded, onset="2026-01-01").metastasis("liver")

    expect(knowledge, record, {"primary.site": "rectum"}, "+staging-summary", why)
