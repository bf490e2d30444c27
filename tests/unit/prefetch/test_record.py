"""Whose resources they are, each only once, and what is reported."""

from contextlib import nullcontext

import pytest

from cds_service.errors import WrongPatient
from cds_service.fhir.bundles import Item, items
from cds_service.fhir.record import PatientRecord
from cds_service.prefetch.record import gather


def resource(kind="Condition", id_="c1", subject="Patient/p1", **fields):
    named = {"id": id_} if id_ else {}
    return {"resourceType": kind, **named, **({"subject": {"reference": subject}} if subject else {}), **fields}


def entry(item, full_url=None):
    return Item(item, item["resourceType"], "prefetch.x", entry={"fullUrl": full_url})


def record_of(*resources, drafts=(), **options):
    return gather([entry(item) for item in resources], "p1", [entry(item) for item in drafts], **options)


def references(record, *kinds):
    return [item.reference for item in record.of(*(kinds or record.entries))]


@pytest.mark.parametrize(
    ("subject", "kept", "comment"),
    [
        ("Patient/p1", True, "relative"),
        ("https://ehr.example.org/fhir/Patient/p1", True, "absolute"),
        ("https://ehr.example.org/fhir/Patient/p1/_history/2", True, "versioned"),
        ("urn:uuid:p1", True, "a urn of the patient's own id"),
        ("#pat", True, "contained: says nothing of whose it is"),
        (None, True, "no subject: the search was for the patient"),
        ("Patient/p2", False, "another patient"),
        ("Patient/p11", False, "an id that only begins alike"),
        ("Group/p1", False, "a group of the same id"),
        ("urn:uuid:0000", False, "an entry that is not there"),
        ("somebody", False, "words"),
    ],
)
def test_only_the_patients_resources_are_kept(subject, kept, comment):
    record = record_of(resource(subject=subject))
    assert (references(record) == ["Condition/c1"]) is kept, comment
    assert [issue.code for issue in record.issues] == ([] if kept else ["another-subject"]), comment


def test_a_subject_may_name_the_patients_entry():
    patient = entry({"resourceType": "Patient", "id": "p1"}, "urn:uuid:abc")
    record = gather([patient, entry(resource(subject="urn:uuid:abc"))], "p1")
    assert references(record) == ["Condition/c1"]
    assert record.patient == patient.resource


PRACTITIONER = "Practitioner/a"


@pytest.mark.parametrize(
    ("actors", "taken", "comment"),
    [
        (["Patient/p1", PRACTITIONER], True, "the patient's"),
        (["https://ehr.example.org/fhir/Patient/p1"], True, "absolute"),
        (["Patient/p2", "Patient/p1"], True, "the patient and another, as mother and child"),
        ([PRACTITIONER, "Location/p2"], True, "no patient named"),
        ([], True, "nobody named"),
        (["Patient/p2"], False, "another's"),
        ([PRACTITIONER, "https://ehr.example.org/fhir/Patient/p2"], False, "another's, absolute"),
        ([{"reference": "urn:uuid:0000", "type": "Patient"}], False, "another's, by its type"),
        ([{"type": "Patient", "identifier": {"value": "x"}}, 7], True, "a logical reference, and rubbish"),
    ],
)
def test_an_appointment_is_of_the_patients_among_its_participants(actors, taken, comment):
    participants = [{"actor": {"reference": actor} if isinstance(actor, str) else actor} for actor in actors]
    booked = {"resourceType": "Appointment", "id": "a", "participant": participants}
    assert bool(references(record_of(booked))) is taken, comment
    with nullcontext() if taken else pytest.raises(WrongPatient):
        gather([], "p1", entered=[entry(booked)])


def test_a_logical_subject_counts_as_the_patients():
    record = record_of({"resourceType": "Condition", "id": "c1", "subject": {"identifier": {"value": "x"}}})
    assert references(record) == ["Condition/c1"]


def test_another_patient_is_refused_without_saying_who():
    with pytest.raises(WrongPatient) as caught:
        record_of({"resourceType": "Patient", "id": "p2"})
    assert "p2" not in str(caught.value) + str(caught.value.where) + caught.value.remedy


def test_another_patient_is_left_out_of_a_file():
    record = record_of({"resourceType": "Patient", "id": "p2"}, {"resourceType": "Patient", "id": "p1"}, refuse_others=False)
    assert record.patient == {"resourceType": "Patient", "id": "p1"}


def test_a_patient_without_id_is_told_by_its_entry():
    assert gather([entry({"resourceType": "Patient"}, "https://x/Patient/p1")], "p1").patient is not None
    assert gather([entry({"resourceType": "Patient"})], "p1").patient is not None
    with pytest.raises(WrongPatient):
        gather([entry({"resourceType": "Patient"}, "https://x/Patient/p2")], "p1")


@pytest.mark.parametrize(
    ("id_", "full_url", "expected", "comment"),
    [
        ("c1", "urn:uuid:abc", "Condition/c1", "its own id first"),
        (None, "https://x/Condition/c9", "Condition/c9", "else the id in its URL"),
        (None, "urn:uuid:abc", "urn:uuid:abc", "else the entry's urn"),
        (None, None, "Condition#1", "else its place among the unnamed of its type"),
        (None, "https://x/Other/c9", "Condition#1", "a URL of another type names nothing"),
    ],
)
def test_a_resource_is_named(id_, full_url, expected, comment):
    record = gather([entry(resource(id_=id_), full_url)], "p1")
    assert references(record) == [expected], comment


@pytest.mark.parametrize(
    ("first", "second", "expected", "comment"),
    [
        (None, None, "first", "the first, if none says when"),
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "second", "the newer"),
        ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "first", "the newer, whichever comes first"),
        ("2026-01-01T01:00:00+02:00", "2026-01-01T00:00:00Z", "second", "moments, not letters"),
        (None, "2026-01-01T00:00:00Z", "second", "one that says when before one that does not"),
        ("2026-01-01T00:00:00Z", "gibberish", "first", "a time that cannot be read is none"),
    ],
)
def test_what_comes_twice_counts_once(first, second, expected, comment):
    def version(name, updated):
        return resource(note=name, **({"meta": {"lastUpdated": updated}} if updated else {}))

    record = record_of(version("first", first), version("second", second))
    assert [item.resource["note"] for item in record.of("Condition")] == [expected], comment
    assert record.targets["Condition/c1"]["note"] == expected, comment


def test_targets_are_found_as_written():
    medication = {"resourceType": "Medication", "id": "m1"}
    record = gather([entry(medication, "https://x/Medication/m1"), entry({"resourceType": "Medication"}, "urn:uuid:m2")], "p1")
    assert record.targets["Medication/m1"] is medication
    assert record.targets["https://x/Medication/m1"] is medication
    assert record.targets["urn:uuid:m2"] == {"resourceType": "Medication"}


def test_what_is_no_resource_is_reported_by_its_place():
    record = gather([*items({"resourceType": "Bundle", "entry": ["x", {"resource": resource()}]}, "prefetch.conditions")], "p1")
    assert [(issue.code, issue.where) for issue in record.issues] == [("unreadable", "prefetch.conditions.entry[0]")]
    assert references(record) == ["Condition/c1"]


def test_a_flood_of_issues_is_counted_and_not_listed():
    record = record_of(*(resource(id_=f"c{number}", subject="Patient/p2") for number in range(500)))
    assert len(record.issues) == 51
    assert record.issues[-1].text == "450 more of the same kind"


@pytest.mark.parametrize(
    ("item", "doubtful", "comment"),
    [
        (resource("MedicationRequest", medication={"concept": {"text": "x"}}), "MedicationRequest", "R5: CodeableReference"),
        (resource("ServiceRequest", code={"concept": {"text": "x"}}), "ServiceRequest", "R5: code as CodeableReference"),
        (resource("Procedure", occurrenceDateTime="2026"), "Procedure", "R5: occurrence for performed"),
        (resource("Condition", clinicalStatus="active"), "Condition", "STU3: status as a code"),
        (resource("Condition", subject=None, patient={"reference": "Patient/p1"}), "Condition", "DSTU2: patient for subject"),
        (resource("Procedure", notPerformed=True), "Procedure", "DSTU2: a negation that R4 lacks"),
        (resource("MedicationStatement", taken="n"), "MedicationStatement", "STU3: a negation that R4 lacks"),
        (resource("MedicationOrder"), "MedicationRequest", "DSTU2: the former name of a type"),
    ],
)
def test_other_fhir_versions_are_reported_and_left_out(item, doubtful, comment):
    record = record_of(item)
    assert record.doubtful_types == {doubtful}, comment
    assert [issue.code for issue in record.issues] == ["another-version"], comment
    assert not record.entries, comment


@pytest.mark.parametrize("kind", ["Observation", "Condition", "Procedure", "MedicationRequest", "ServiceRequest"])
def test_an_r4_resource_is_not_taken_for_another_version(kind):
    codeable = {"coding": [{"system": "s", "code": "1"}]}
    item = resource(kind, code=codeable, clinicalStatus=codeable, medicationCodeableConcept=codeable, performedDateTime="2026")
    assert record_of(item).doubtful_types == frozenset()


CODE, REFERENCE = {"text": "x"}, {"reference": "Medication/m"}


@pytest.mark.parametrize(
    ("draft", "read", "comment"),
    [
        ({"medication": {"concept": CODE}}, {"medicationCodeableConcept": CODE}, "R5: a concept"),
        ({"medication": {"reference": REFERENCE}}, {"medicationReference": REFERENCE}, "R5: a reference"),
        ({"code": {"concept": CODE}}, {"code": CODE}, "R5: the code"),
        ({"reason": [{"concept": CODE}, {"reference": REFERENCE}]}, {"reasonCode": [CODE], "reasonReference": [REFERENCE]}, "R5: reasons"),
        ({"medicationCodeableConcept": CODE, "medication": {"concept": {}}}, {"medicationCodeableConcept": CODE}, "what R4 says stands"),
        ({"code": CODE}, {"code": CODE}, "R4"),
    ],
)
def test_drafts_in_the_shape_of_r5_are_read_as_r4(draft, read, comment):
    [order] = gather([], "p1", [entry(resource("ServiceRequest", "s1") | draft)]).draft_orders
    assert {name: order.resource.get(name) for name in read} == read, comment


def test_drafts_are_named_and_kept_in_order():
    drafts = [resource("ServiceRequest", "s1"), {"resourceType": "Medication", "id": "m1"}, resource("MedicationRequest", None)]
    record = record_of(drafts=drafts)
    assert [order.reference for order in record.draft_orders] == ["ServiceRequest/s1", "draftOrders[2]"]
    assert record.targets["Medication/m1"] is drafts[1]


def test_a_draft_for_another_subject_is_refused():
    with pytest.raises(WrongPatient):
        record_of(drafts=[resource("ServiceRequest", "s1", "Patient/p2")])


def test_a_draft_without_subject_is_the_patients():
    assert record_of(drafts=[resource("ServiceRequest", "s1", None)]).draft_orders


def test_odd_drafts_are_reported():
    record = gather(
        [], "p1", [Item(None, None, "context.draftOrders.entry[0]"), entry(resource("MedicationRequest", medication={"concept": {}}))]
    )
    assert [issue.code for issue in record.issues] == ["unreadable", "another-version"]


def test_among_several_patients_nothing_is_attributed_by_default():
    record = record_of(resource(subject=None), {"resourceType": "Medication", "id": "m1"}, sole_patient=False)
    assert references(record) == ["Medication/m1"]


def test_the_entries_of_a_type_can_be_asked_for_by_an_element():
    record = record_of(
        resource(id_="c1", code="x"), resource(id_="c2", code="y"), resource(id_="c3"), resource("Observation", "o1", code="x")
    )
    assert [item.reference for item in record.where("Condition", "code", lambda code: code in ("x", None))] == [
        "Condition/c1",
        "Condition/c3",
    ]
    assert record.where("Procedure", "code", bool) == ()
    listed = PatientRecord(entries=dict(record.entries))
    assert listed.where("Condition", "code", bool) == record.where("Condition", "code", bool) == record.of("Condition")[:2]
