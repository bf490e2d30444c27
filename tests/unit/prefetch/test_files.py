"""Files of every form, read as the whole record of one patient."""

import json

import pytest

from cds_service.errors import MalformedRequest, UnreadableFile, WrongPatient
from cds_service.prefetch.files import read_file, request_hook

PATIENT = {"resourceType": "Patient", "id": "p1"}
OTHER = {"resourceType": "Patient", "id": "p2"}
CONDITION = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}
THEIRS = {"resourceType": "Condition", "id": "c2", "subject": {"reference": "Patient/p2"}}
DRAFT = {"resourceType": "ServiceRequest", "id": "s1", "subject": {"reference": "Patient/p1"}}
REQUEST = {
    "hook": "order-sign",
    "hookInstance": "i",
    "context": {"patientId": "p1", "userId": "Practitioner/d1", "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": DRAFT}]}},
    "prefetch": {"patient": PATIENT, "conditions": {"resourceType": "Bundle", "entry": [{"resource": CONDITION}]}, "labs": None},
}


@pytest.fixture
def write(tmp_path):
    def _write(content, name="record.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return _write


def references(record):
    return [entry.reference for entry in record.of(*record.entries)]


@pytest.mark.parametrize(
    ("content", "comment"),
    [
        ({"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": PATIENT}, {"resource": CONDITION}]}, "a Bundle"),
        ([PATIENT, CONDITION], "an array"),
        (b"\n".join(json.dumps(item).encode() for item in (PATIENT, CONDITION)) + b"\n\n", "NDJSON"),
        (b"\xef\xbb\xbf" + json.dumps([PATIENT, CONDITION]).encode(), "a byte order mark before it"),
        (REQUEST, "a CDS Hooks request"),
    ],
)
def test_every_form_gives_the_same_record(write, content, comment):
    record = read_file(write(content))
    assert (record.patient_id, record.patient, references(record)) == ("p1", PATIENT, ["Condition/c1"]), comment
    assert record.whole, comment
    assert record.has_answered("anything"), comment


def test_one_resource_is_a_record(write):
    record = read_file(write(CONDITION))
    assert (record.patient_id, references(record)) == ("p1", ["Condition/c1"])


def test_a_request_brings_what_is_being_entered(write):
    entered = {"resourceType": "Bundle", "entry": [{"resource": CONDITION}]}
    request = {"hook": "problem-list-item-create", "hookInstance": "i", "context": {"patientId": "p1", "conditions": entered}}
    assert [entry.resource for entry in read_file(write(request)).of("Condition")] == [CONDITION]


def test_a_request_brings_its_drafts_and_its_hook(write):
    path = write(REQUEST)
    assert [order.reference for order in read_file(path).draft_orders] == ["ServiceRequest/s1"]
    hook = request_hook(path)
    assert (hook.name, hook.instance, hook.user_type) == ("order-sign", "i", "Practitioner")
    assert request_hook(write(CONDITION)) is None


def test_a_request_that_is_none_is_refused(write):
    with pytest.raises(MalformedRequest):
        request_hook(write({"hook": "patient-view"}))


def test_a_request_with_odd_parts_is_an_empty_record(write):
    record = read_file(write({"hook": "patient-view", "context": 7, "prefetch": []}))
    assert (record.patient_id, record.entries) == (None, {})


def test_drafts_may_come_from_a_file_of_their_own(write):
    orders = write([{**DRAFT, "id": "s9"}], "orders.json")
    assert [order.reference for order in read_file(write(REQUEST), orders=orders).draft_orders] == ["ServiceRequest/s9"]


def test_drafts_of_another_patient_are_refused(write):
    with pytest.raises(WrongPatient):
        read_file(write([PATIENT]), orders=write({**DRAFT, "subject": {"reference": "Patient/p2"}}, "orders.json"))


@pytest.mark.parametrize(("chosen", "expected"), [("p1", ["Condition/c1"]), ("p2", ["Condition/c2"])])
def test_one_of_several_patients_is_chosen(write, chosen, expected):
    record = read_file(write([PATIENT, OTHER, CONDITION, THEIRS]), chosen)
    assert references(record) == expected
    assert record.patient["id"] == chosen


def test_several_patients_without_a_choice_are_refused_with_their_ids_alone(write):
    named = {**PATIENT, "name": [{"family": "Secret"}]}
    with pytest.raises(UnreadableFile) as caught:
        read_file(write([named, OTHER]))
    assert "2 patients" in str(caught.value)
    assert "p1, p2" in caught.value.remedy
    assert "Secret" not in caught.value.remedy


def test_a_crowd_of_patients_is_not_listed_in_full(write):
    with pytest.raises(UnreadableFile) as caught:
        read_file(write([{"resourceType": "Patient", "id": f"p{number}"} for number in range(30)]))
    assert caught.value.remedy.endswith("and 10 more.")


def test_a_patient_that_is_not_there_is_refused(write):
    with pytest.raises(UnreadableFile) as caught:
        read_file(write([PATIENT, CONDITION]), "p9")
    assert "p1" in caught.value.remedy


def test_a_patient_without_id_is_told_by_its_entry(write):
    entries = [
        {"fullUrl": "urn:uuid:abc", "resource": {"resourceType": "Patient"}},
        {"fullUrl": "urn:uuid:def", "resource": {"resourceType": "Condition", "subject": {"reference": "urn:uuid:abc"}}},
    ]
    record = read_file(write({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    assert (record.patient_id, references(record)) == ("urn:uuid:abc", ["urn:uuid:def"])


def test_an_outcome_in_a_file_is_reported(write):
    record = read_file(write([PATIENT, {"resourceType": "OperationOutcome"}]))
    assert [issue.code for issue in record.issues] == ["outcome"]


@pytest.mark.parametrize(
    ("content", "word", "comment"),
    [
        (b"", "empty", "nothing"),
        (b" \n ", "empty", "blank"),
        (b"hello", "not JSON", "text"),
        (b'{"resourceType": "Patient",', "not JSON", "cut off"),
        (b'{"resourceType": "Patient", "x": NaN}', "not JSON", "NaN is no JSON"),
        (b'{"resourceType": "Patient"}\n{"resour', "not JSON", "NDJSON cut off"),
        (b"\xff\xfe", "not JSON", "no UTF-8"),
        ({"a": 1}, "no FHIR resource", "an object without resourceType"),
        ([], "no FHIR resource", "an empty array"),
        (7, "no FHIR resource", "a number"),
        (["x", 7], "no FHIR resource", "an array of anything"),
    ],
)
def test_what_holds_no_fhir_is_refused(write, content, word, comment):
    with pytest.raises(UnreadableFile) as caught:
        read_file(write(content))
    assert word in str(caught.value), comment


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_file(tmp_path)
