"""Two contents, one engine: each is silent on the people of the other."""

import pytest

from cds_service.hooks.parse import parse_hook_request
from cds_service.respond import answer, receive, respond
from tests.builders.clock import AS_OF
from tests.builders.request import request, service_of
from tests.builders.situations import SITUATIONS
from tests.second_disease.people import KEYS, ask, call, drafts, woman

SHIPPED = [pytest.param(*rest, id=f"{rest[1]}: {name}") for name, *rest in SITUATIONS if name != "two primaries"]
WOMEN = [
    woman().tnm("T2", "N0", "M0").category("stage", "IIB").receptor("stain", "2+"),
    woman().deposit("bone").deposit("liver").menopause("premenopausal").ejection(40),
    woman().tumour("right").tnm("T4", "N2", "M1"),
]


def as_asked_by_the_other(patient):
    """The record of a patient of the shipped tests under the keys of the other content."""
    found = {"problems": [], "pathology": [], "heart": [], "drugs": []}
    for resource in patient.resources:
        found[KEYS.get(resource["resourceType"], "pathology")].append(resource)
    bundles = {key: {"resourceType": "Bundle", "entry": [{"resource": one} for one in items]} for key, items in found.items()}
    return {"person": patient.demographics(), **bundles}


def assert_silent(body, service, knowledge):
    """Nothing is said, be the call answered as it is served or the whole of it looked at."""
    invocation = parse_hook_request(body, service)
    assert respond(invocation, knowledge, AS_OF, {}).body == {"cards": []}
    whole = answer(receive(invocation, knowledge, AS_OF, {}), invocation.hook, knowledge, AS_OF)
    assert whole.body == {"cards": []}
    assert whole.assessment.traces, "it was looked at"


@pytest.mark.parametrize(("patient", "hook", "orders"), SHIPPED)
def test_the_second_content_says_nothing_about_patients_of_the_shipped_one(second, patient, hook, orders):
    body = request(patient, hook, orders) | {"hook": "patient-view" if orders is None else "order-sign"}
    assert_silent(body | {"prefetch": as_asked_by_the_other(patient)}, "breast", second)


@pytest.mark.parametrize("person", WOMEN)
@pytest.mark.parametrize("hook", ["patient-view", "order-select", "order-sign"])
def test_the_shipped_content_says_nothing_about_people_of_the_second(knowledge, second, person, hook):
    assert ask(second, person, "trastuzumab").body["cards"], "her own content does"
    body = call(person, None if hook == "patient-view" else drafts("tamoxifen", "trastuzumab")) | {"hook": hook}
    body["context"] |= {"selections": ["MedicationRequest/d1"]} if hook == "order-select" else {}
    given = person.prefetch()
    body["prefetch"] = {"patient": given["person"], "conditions": given["problems"], "staging": given["pathology"]} | dict.fromkeys(
        ("clinical", "molecular", "procedures", "medications", "administrations", "reports", "referrals")
    )
    assert_silent(body, service_of(hook), knowledge)


def test_what_may_belong_to_the_tumour_of_the_other_content_is_not_counted(second):
    [both] = [patient for name, patient, *_ in SITUATIONS if name == "two primaries"]
    body = request(both) | {"prefetch": as_asked_by_the_other(both)}
    facts = respond(parse_hook_request(body, "breast"), second, AS_OF, {}).assessment.facts
    assert (facts.value("covered"), facts.value("deposits")) == (True, ())
    assert facts.value("anatomic.far") is None
