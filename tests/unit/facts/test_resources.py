"""What a resource's own status and dates mean."""

import pytest

from cds_service.facts.resources import ended, is_explicit, started, state, when


def condition(clinical=None, verification=None):
    resource = {"resourceType": "Condition"}
    if clinical:
        resource["clinicalStatus"] = {"coding": [{"code": clinical}]}
    if verification:
        resource["verificationStatus"] = {"coding": [{"code": verification}]}
    return resource


@pytest.mark.parametrize(
    ("resource", "meaning", "_why"),
    [
        (condition("active", "confirmed"), "active", "the plain case"),
        (condition(), "active", "feeds without any status"),
        (condition("recurrence"), "active", "recurrence is active"),
        (condition("relapse"), "active", "relapse is active"),
        (condition("remission", "confirmed"), "past", "remission is history"),
        (condition("resolved"), "past", ""),
        (condition("inactive"), "past", ""),
        (condition("active", "provisional"), "suspected", "provisional never counts as active"),
        (condition("active", "differential"), "suspected", ""),
        (condition("active", "unconfirmed"), "suspected", ""),
        (condition("active", "refuted"), "refuted", "evidence of absence"),
        (condition("inactive", "refuted"), "refuted", "refuted whatever the clinical status"),
        (condition("active", "entered-in-error"), "ignored", "never happened"),
        ({"resourceType": "Observation", "status": "final"}, "final", ""),
        ({"resourceType": "Observation", "status": "amended"}, "final", ""),
        ({"resourceType": "Observation", "status": "preliminary"}, "preliminary", ""),
        ({"resourceType": "Observation", "status": "cancelled"}, "ignored", ""),
        ({"resourceType": "Observation", "status": 7}, "preliminary", "a status of the wrong type is no status"),
        ({"resourceType": "Observation"}, "preliminary", "no status: used, never for a critical card"),
        (condition("unknown"), "active", "a clinical status that says nothing"),
        (condition() | {"abatementDateTime": "2020-01-01"}, "past", "abated, and no clinical status says otherwise"),
        (condition("active") | {"abatementDateTime": "2020-01-01"}, "active", "con-4 violated: the status is believed"),
        (condition() | {"abatementBoolean": False}, "active", "not abated"),
        ({"resourceType": "MedicationAdministration", "status": "unknown"}, "unclear", "unknown is no evidence of receipt"),
        ({"resourceType": "MedicationAdministration", "status": "stopped"}, "done", "what was stopped had begun"),
        ({"resourceType": "MedicationAdministration", "status": "not-done"}, "ignored", ""),
        ({"resourceType": "MedicationStatement", "status": "stopped"}, "done", "taken until it was stopped"),
        ({"resourceType": "MedicationStatement", "status": "intended"}, "ignored", "not taken yet"),
        ({"resourceType": "MedicationRequest", "status": "on-hold"}, "unclear", "it may never have begun"),
        ({"resourceType": "MedicationRequest", "status": "cancelled"}, "ignored", "never given"),
        ({"resourceType": "ServiceRequest", "status": "on-hold"}, "active", "it is asked for"),
        ({"resourceType": "MedicationRequest", "status": "draft"}, "draft", ""),
        ({"resourceType": "MedicationRequest", "status": "active", "doNotPerform": True}, "ignored", "an order not to do it"),
        ({"resourceType": "MedicationRequest", "status": "stopped"}, "unclear", "some of it may have been given"),
        ({"resourceType": "MedicationRequest", "status": "active", "intent": "plan"}, "proposed", "planned is neither ordered nor given"),
        ({"resourceType": "MedicationRequest", "status": "active", "intent": "order"}, "active", ""),
        ({"resourceType": "MedicationRequest", "status": "draft", "intent": "proposal"}, "draft", "a draft is a draft"),
        ({"resourceType": "Procedure", "status": "not-done"}, "not-done", ""),
        ({"resourceType": "Procedure", "status": "preparation"}, "planned", ""),
        ({"resourceType": "Nonsense", "status": "final"}, "ignored", ""),
    ],
)
def test_a_status_means(resource, meaning, _why):
    assert state(resource) == meaning


def explicit(resource):
    return is_explicit(resource, state(resource))


def test_only_confirmed_or_refuted_conditions_and_final_results_are_explicit():
    assert explicit(condition("active", "confirmed"))
    assert explicit(condition("active", "refuted"))
    assert not explicit(condition("active"))
    assert explicit({"resourceType": "Observation", "status": "corrected"})
    assert not explicit({"resourceType": "Observation", "status": "preliminary"})


@pytest.mark.parametrize(
    ("resource", "date"),
    [
        ({"resourceType": "Observation", "issued": "2026-03-03T00:00:00Z", "effectiveDateTime": "2026-03-01"}, "2026-03-01"),
        ({"resourceType": "Observation", "effectivePeriod": {"start": "2026-01", "end": "2026-02"}}, "2026-02"),
        ({"resourceType": "Observation", "effectiveDateTime": "yesterday", "issued": "2026-03-03T00:00:00Z"}, "2026-03-03T00:00:00Z"),
        ({"resourceType": "Observation", "effectivePeriod": "2026"}, None),
        ({"resourceType": "Condition", "recordedDate": "2026-05-01", "onsetDateTime": "2026-04"}, "2026-04"),
        ({"resourceType": "Condition", "onsetAge": {"value": 80}}, None),
        ({"resourceType": "Procedure", "performedString": "last year"}, None),
        ({"resourceType": "Procedure", "performedString": "2025-03"}, "2025-03"),
        ({"resourceType": "Condition", "onsetString": "2021", "recordedDate": "2022-01-01"}, "2021"),
        ({"resourceType": "Procedure", "performedPeriod": {"start": "2025-01-01", "end": "2025-02-01"}}, "2025-02-01"),
        (
            {
                "resourceType": "Condition",
                "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate", "valueDateTime": "2026-01-01"}],
            },
            "2026-01-01",
        ),
    ],
)
def test_the_date_that_orders_a_resource(resource, date):
    found = when(resource)
    assert (found.text if found else None) == date


def test_a_treatment_runs_from_its_start_to_its_end():
    given = {"resourceType": "MedicationAdministration", "effectivePeriod": {"start": "2026-01-01", "end": "2026-01-02"}}
    asked = {"resourceType": "MedicationRequest", "authoredOn": "2026-01-05"}
    assert (str(started(given)), str(ended(given))) == ("2026-01-01", "2026-01-02")
    assert (str(started(asked)), ended(asked)) == ("2026-01-05", None)
