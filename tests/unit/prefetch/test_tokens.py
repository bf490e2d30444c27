"""From a template to the query that we ask ourselves."""

from datetime import date

import pytest

from cds_service.hooks.parse import parse_hook_request
from cds_service.prefetch.paths import TokenError
from cds_service.prefetch.tokens import CyclicPrefetch, depends_on, expand, in_order

AS_OF = date(2026, 11, 21)
DRUG = {"resourceType": "Medication", "id": "d1", "code": {"text": "x"}}
DOCTOR = {"resourceType": "Practitioner", "id": "p7", "active": True, "identifier": [{"value": "i1"}, {"value": "i2"}]}
DRAFTS = {
    "resourceType": "Bundle",
    "entry": [
        {
            "fullUrl": "urn:uuid:1",
            "resource": {
                "resourceType": "MedicationRequest",
                "id": "m1",
                "requester": {"reference": "Practitioner/p7"},
                "medicationReference": {"reference": "#d1"},
                "contained": [DRUG],
                "dispenseRequest": {"numberOfRepeatsAllowed": 3},
            },
        },
        {"resource": {"resourceType": "ServiceRequest", "id": "s1", "requester": {"reference": "https://x/fhir/Practitioner/p8"}}},
        {"resource": {"resourceType": "ServiceRequest", "id": "s2", "basedOn": [{"reference": "urn:uuid:1"}, {"display": "none"}]}},
    ],
}
CONTEXT = {"patientId": "p1", "userId": "https://x/fhir/Practitioner/u1", "draftOrders": DRAFTS, "performer": "Organization/o 1", "n": 5}
PRIOR = {"encounter": {"resourceType": "Encounter", "id": "e1", "participant": [{"individual": {"reference": "Practitioner/p9"}}]}}


def call(context=None, prefetch=None):
    body = {"hook": "order-sign", "hookInstance": "i", "context": CONTEXT | (context or {}), "prefetch": prefetch}
    return parse_hook_request(body)


def query(template, context=None, prefetch=None, prior=PRIOR):
    return expand(template, call(context, prefetch), AS_OF, prior)


@pytest.mark.parametrize(
    ("template", "expected", "comment"),
    [
        ("Patient/{{context.patientId}}", "Patient/p1", "a read"),
        ("Patient/{{ context.patientId }}", "Patient/p1", "blanks in the braces"),
        ("Condition?patient={{context.patientId}}", "Condition?patient=p1", "a search"),
        ("Observation?patient={{context.patientId}}&code=s|1,s|2", "Observation?patient=p1&code=s|1,s|2", "the rest is left as it is"),
        ("Task?owner={{context.performer}}", "Task?owner=Organization%2Fo%201", "a reference"),
        ("Task?n={{context.n}}", "Task?n=5", "a number"),
        ("Practitioner/{{userPractitionerId}}", "Practitioner/u1", "the user, by an absolute reference"),
        ("PractitionerRole/{{userPractitionerRoleId}}", None, "the user is of another type"),
        ("Patient/{{userPatientId}}", None, "the user is of another type"),
        ("RelatedPerson/{{userRelatedPersonId}}", None, "the user is of another type"),
        ("Encounter/{{context.encounterId}}", None, "an optional field that did not come"),
        ("Task?x={{context.draftOrders}}", None, "a resource is no value"),
        ("List?patient=1", "List?patient=1", "no token at all"),
    ],
)
def test_tokens_of_2_0(template, expected, comment):
    assert query(template) == expected, comment


@pytest.mark.parametrize(
    ("context", "template", "expected", "comment"),
    [
        ({"patientId": "Patient/p1"}, "Patient/{{context.patientId}}", "Patient/p1", "a reference where the id is due"),
        ({"encounterId": "Encounter/e2"}, "Encounter/{{context.encounterId}}", "Encounter/e2", "a reference where the id is due"),
        (
            {"patientId": "p1&_include=*"},
            "Condition?patient={{context.patientId}}",
            "Condition?patient=p1%26_include%3D%2A",
            "no parameter",
        ),
        ({"patientId": "p1,p2"}, "Condition?patient={{context.patientId}}", "Condition?patient=p1%5C%2Cp2", "one value, not two"),
        ({"patientId": "s|1"}, "Condition?patient={{context.patientId}}", "Condition?patient=s%5C%7C1", "no system"),
        ({"patientId": ".."}, "Patient/{{context.patientId}}", None, "a step up the path"),
        ({"patientId": "../Observation"}, "Patient/{{context.patientId}}", None, "another path"),
        ({"patientId": "p1?_elements=id"}, "Patient/{{context.patientId}}", None, "a query in the place of an id"),
        ({"patientId": "é"}, "Patient/{{context.patientId}}", None, "no FHIR id"),
        ({"userId": "u1"}, "Practitioner/{{userPractitionerId}}", None, "a user without type"),
        ({"flag": True}, "Task?f={{context.flag}}", "Task?f=true", "a boolean"),
        ({"flag": ""}, "Task?f={{context.flag}}", None, "an empty text"),
    ],
)
def test_a_value_stays_in_its_place(context, template, expected, comment):
    assert query(template, context) == expected, comment


@pytest.mark.parametrize(
    ("token", "expected", "comment"),
    [
        ("context.draftOrders.entry.resource.id", "m1,s1,s2", "several values are joined"),
        ("context.draftOrders.entry.resource.ofType(ServiceRequest).id", "s1,s2", "of one type"),
        ("context.draftOrders.entry.resource.ofType( ServiceRequest ).id", "s1,s2", "blanks around the type"),
        ("context.draftOrders.entry.resource.requester.reference", "Practitioner%2Fp7,https%3A%2F%2Fx%2Ffhir%2FPractitioner%2Fp8", ""),
        ("context.draftOrders.entry.resource.requester.resolve().ofType(Practitioner).id", "p7,p8", "a reference tells type and id"),
        ("context.draftOrders.entry.resource.requester.resolve().ofType(Organization).id", None, "none of the type"),
        ("context.draftOrders.entry.resource.requester.resolve().identifier.value", "i1,i2", "only of the target at hand"),
        ("context.draftOrders.entry.resource.requester.resolve().active", "true", "a boolean"),
        ("context.draftOrders.entry.resource.dispenseRequest.numberOfRepeatsAllowed", "3", "a number"),
        ("context.draftOrders.entry.resource.medication.resolve().code.text", "x", "medication[x], contained"),
        ("context.draftOrders.entry.resource.basedOn.resolve().id", "m1", "by the URL of the entry; a name alone leads nowhere"),
        ("context.draftOrders.entry.resource.requester", None, "a reference is no simple value"),
        ("context.draftOrders.entry.nothing.id", None, "an element that is not there"),
        ("context.patientId.id", None, "an element of a text"),
        ("%encounter.participant.individual.resolve().ofType(Practitioner).id", "p9", "what an earlier key brought"),
        ("%`encounter`.id", "e1", "a quoted key"),
        ("%later.id", None, "a key that brought nothing"),
        ("context.patientId | %encounter.id|context.patientId", "p1,e1", "a union has every value once"),
        ("context.encounterId|context.patientId", "p1", "one side of a union may be empty"),
        ("userPractitionerId|userPractitionerRoleId", "u1", "whatever the user is"),
        ("today()", "2026-11-21", "the day of the assessment"),
        ("today() - 90 days", "2026-08-23", "days ago"),
        ("today()+1 day", "2026-11-22", "a day ahead"),
    ],
)
def test_tokens_of_the_3_0_ballot(token, expected, comment):
    assert query(f"X?a={{{{{token}}}}}", prefetch={"user": DOCTOR}) == (expected and f"X?a={expected}"), comment


def test_a_token_with_too_many_values_is_no_query():
    drafts = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Task", "id": f"t{n}"}} for n in range(101)]}
    assert query("Task?_id={{context.draftOrders.entry.resource.id}}", {"draftOrders": drafts}) is None


@pytest.mark.parametrize(
    "token",
    [
        "", "context", "context.", "patientId", "Patient.id", "context.ofType(Patient)", "context.a.where(b)", "context.a.first()",
        "context.a[0]", "context.a.ofType(practitioner)", "%encounter", "today() - 3 months", "today().x", "userPatientId.id",
        "context.a |", "context.a + 1", "context.a.resolve().", "%1.id",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(token):
    with pytest.raises(TokenError):
        query(f"X?a={{{{{token}}}}}")


def test_a_key_comes_after_those_it_needs():
    templates = {"a": "A?x={{%c.id}}|{{%b.id}}", "b": "B?x={{context.patientId}}", "c": "C?x={{%b.id|%elsewhere.id}}", "d": "D/1"}
    assert list(in_order(templates)) == ["b", "c", "a", "d"]
    assert depends_on(templates["c"]) == {"b", "elsewhere"}


@pytest.mark.parametrize("templates", [{"a": "A?x={{%a.id}}"}, {"a": "A?x={{%b.id}}", "b": "B?x={{%c.id}}", "c": "C?x={{%a.id}}"}])
def test_a_circle_of_keys_is_refused(templates):
    with pytest.raises(CyclicPrefetch, match="a"):
        in_order(templates)
