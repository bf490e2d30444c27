"""Most Bundles are taken into a record by a short way. It must lead where the careful one does, whatever they hold."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.errors import WrongPatient
from cds_service.fhir.bundles import each, entries_of, items
from cds_service.prefetch.record import gather

US, OTHER = "Patient/p1", "Patient/p2"
IDS = st.sampled_from(["a", "a", "b", "", None, 7, []])
SUBJECTS = st.sampled_from(
    [US, US, US, "https://ehr.example.org/fhir/Patient/p1", "urn:uuid:entry", "urn:uuid:p1", "p1", OTHER, "#p", "", 7, [], None]
)
KINDS = [
    "Condition",
    "Observation",
    "Procedure",
    "MedicationRequest",
    "MedicationOrder",
    "Medication",
    "Appointment",
    "Patient",
    "OperationOutcome",
]
CODES = st.sampled_from(
    [{"coding": []}, {"text": "t"}, {"concept": {}}, {"reference": {}}, {"coding": [], "concept": {}}, "reference", 7, [], None]
)
ODD = {
    "clinicalStatus": st.sampled_from(["active", {"text": "active"}]),
    "triggeredBy": st.just([]),
    "medication": st.just({"concept": {}}),
    "notPerformed": st.just(True),
    "subject": st.sampled_from([US, {}, [], None, {"identifier": {}}]),
    "patient": st.just({"reference": OTHER}),
    "meta": st.sampled_from([{"lastUpdated": "2026-01-01"}, {"lastUpdated": "2026-01-02"}, "x"]),
    "participant": st.just([{"actor": {"reference": OTHER}}]),
}
RESOURCES = st.builds(
    lambda kind, own, subject, code, odd: (
        {"resourceType": kind}
        | ({} if own is None else {"id": own})
        | {"subject": {"reference": subject}}
        | ({} if code is None else {"code": code})
        | odd
    ),
    st.sampled_from(KINDS),
    IDS,
    SUBJECTS,
    CODES,
    st.just({}) | st.just({}) | st.fixed_dictionaries({}, optional=ODD),
)
ENTRIES = st.builds(
    lambda resource, url: {"resource": resource} | ({} if url is None else {"fullUrl": url}),
    RESOURCES,
    st.sampled_from([None, "urn:uuid:entry", "urn:uuid:1", "https://ehr.example.org/fhir/Condition/a", 7]),
)
BUNDLES = st.builds(lambda entries: {"resourceType": "Bundle", "entry": entries}, st.lists(ENTRIES, max_size=6))
ODD_ENTRIES = st.sampled_from([
    None, 7, "x", [], {}, {"request": {}}, {"resource": None}, {"resource": []}, {"resource": {}}, {"resource": {"resourceType": ""}},
    {"resource": {"resourceType": 7}}, {"resource": {"resourceType": []}}, {"resource": {"resourceType": "Bundle"}},
])  # fmt: skip


def record(places, **options):
    """What stands in the record, or where the first resource of another patient is."""
    try:
        found = gather(places, "p1", **options)
    except WrongPatient as error:
        return error.where
    entries = [(kind, [(entry.reference, entry.resource) for entry in listed]) for kind, listed in found.entries.items()]
    return entries, dict(found.targets), found.patient, found.issues, found.foreign_types, found.doubtful_types


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BUNDLES, max_size=3), st.booleans(), st.booleans())
def test_the_short_way_and_the_careful_way_lead_to_the_same_record(bundles, refuse_others, sole_patient):
    options = {"refuse_others": refuse_others, "sole_patient": sole_patient}
    short = [entries_of(bundle, f"file[{number}]") for number, bundle in enumerate(bundles)]
    careful = [item for number, bundle in enumerate(bundles) for item in items(bundle, f"file[{number}]")]
    assert list(each(short)) == careful
    assert record(short, **options) == record(careful, **options)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BUNDLES, ODD_ENTRIES, st.integers(0, 6))
def test_a_bundle_with_anything_but_resources_is_taken_apart(bundle, odd, position):
    changed = copy.deepcopy(bundle)
    changed["entry"].insert(position, odd)
    assert entries_of(changed, "file") is None
    assert [item for item in items(changed, "file") if item.resource is not None] == [
        item._replace(position=item.position + (item.position >= position)) for item in items(bundle, "file")
    ]


def test_what_is_no_bundle_has_no_entries():
    for value in (None, 7, "x", [], {}, {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": {}}, {"resourceType": "Condition"}):
        assert entries_of(value, "file") is None
