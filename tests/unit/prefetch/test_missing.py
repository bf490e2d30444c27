"""What a hook call does not bring is asked for, and nothing else; what comes is used as if it had been sent."""

from datetime import date

import pytest

from cds_service.errors import DataUnavailable
from cds_service.fhir.record import NOT_READ
from cds_service.hooks.invocation import Invocation
from cds_service.model.assessment import Hook
from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.prefetch.complete import complete_prefetch
from cds_service.prefetch.fetch import Failure, Fetched
from cds_service.prefetch.missing import MAX_WANTED, reader

REQUIREMENTS = (
    DataRequirement("patient", "Patient"),
    DataRequirement("conditions", "Condition", required=True),
    DataRequirement("labs", "Observation", (CodeFilter("code", (("http://l", "1"),)),)),
)
PATIENT = {"resourceType": "Patient", "id": "p1"}
ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
MILD = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "not-found"}]}


def condition(number, patient="p1"):
    return {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": f"Patient/{patient}"}}


def bundle(*resources, **more):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]} | more


def following(url="next-page"):
    return [{"relation": "self", "url": "s"}, {"relation": "next", "url": url}]


EMPTY = bundle()
ALL = {"patient": Fetched((PATIENT,)), "conditions": Fetched((bundle(condition(1)),)), "labs": Fetched((EMPTY,))}


class Server:
    """A Fetch that answers as told and remembers what it was asked."""

    def __init__(self, answers=ALL):
        self.answers = answers
        self.asked = {}

    def __call__(self, wanted):
        self.asked.update(wanted)
        return {key: self.answers.get(key, Fetched(failure=Failure.FORBIDDEN)) for key in wanted}


def call(prefetch, server, patient="p1", aliases=None, concerns=True):
    invocation = Invocation(hook=Hook(name="patient-view", patient_id=patient), context={}, prefetch=prefetch)
    read = reader(server, invocation, date(2026, 11, 21), lambda: concerns)
    return complete_prefetch(invocation, REQUIREMENTS, aliases or {}, read)


@pytest.mark.parametrize(
    ("prefetch", "asked", "comment"),
    [
        ({}, {"patient", "conditions", "labs"}, "nothing was sent"),
        ({"patient": PATIENT, "conditions": EMPTY, "labs": EMPTY}, set(), "everything was sent"),
        ({"patient": None, "conditions": None, "labs": None}, set(), "the client looked and found nothing"),
        ({"patient": PATIENT, "conditions": EMPTY}, {"labs"}, "one key is absent"),
        ({"patient": PATIENT, "conditions": None, "labs": bundle(MILD)}, set(), "empty, with a comment"),
        ({"patient": PATIENT, "conditions": EMPTY, "labs": ERROR}, set(), "the client failed: asking again would fail again"),
        ({"patient": PATIENT, "conditions": EMPTY, "labs": bundle(ERROR)}, set(), "the same in a Bundle"),
        ({"patient": PATIENT, "conditions": EMPTY, "labs": "x"}, {"labs"}, "nothing that is FHIR"),
        ({"PATIENT-user": PATIENT, "Conditions-user": EMPTY}, {"labs"}, "keys with a suffix are ours"),
        ({"demographics": PATIENT, "problems": bundle(condition(1))}, {"labs"}, "foreign keys are told by what they hold"),
        ({"everything": [PATIENT, condition(1)]}, {"patient", "conditions", "labs"}, "a foreign key may hold only a part"),
        ({"patient": None}, {"conditions", "labs"}, "one null says nothing of the others"),
    ],
)
def test_only_what_is_missing_is_asked_for(prefetch, asked, comment):
    server = Server()
    call(prefetch, server)
    assert set(server.asked) == asked, comment


def test_the_queries_are_those_of_discovery_with_the_patient_filled_in():
    server = Server()
    call({}, server)
    assert server.asked == {
        "patient": "Patient/p1",
        "conditions": "Condition?patient=p1&_count=200",
        "labs": "Observation?patient=p1&code=http://l|1&_count=200",
    }


ENCOUNTER = {"resourceType": "Encounter", "id": "e7", "partOf": {"reference": "Encounter/e1"}}


@pytest.mark.parametrize(
    ("prefetch", "answers", "expected", "comment"),
    [
        ({}, {"visit": Fetched((ENCOUNTER,))}, ["Condition visit", "Encounter/e1"], "one needs what another brings"),
        ({"visit": ENCOUNTER, "conditions": EMPTY}, {}, ["Encounter/e1"], "which may have been sent"),
        ({}, {}, ["Condition visit"], "without it, it cannot be asked"),
    ],
)
def test_a_key_that_needs_another_is_asked_for_after_it(prefetch, answers, expected, comment):
    requirements = (
        DataRequirement("conditions", "Condition", required=True),
        DataRequirement("whole", "Encounter", query="Encounter/{{%visit.partOf.resolve().id}}"),
        DataRequirement("visit", "Encounter", query="Encounter?_id={{context.encounterId}}&_count=1"),
    )
    rounds = []

    def fetch(wanted):
        rounds.append(" ".join(sorted(key if "?" in query else query for key, query in wanted.items())).replace("conditions", "Condition"))
        return {key: {"conditions": ALL["conditions"], **answers}.get(key, Fetched(failure=Failure.NOT_FOUND)) for key in wanted}

    hook = Hook(name="patient-view", patient_id="p1", encounter_id="e7")
    invocation = Invocation(hook=hook, context={}, prefetch=prefetch)
    complete_prefetch(invocation, requirements, {}, reader(fetch, invocation, date(2026, 11, 21), lambda: True))
    assert rounds == expected, comment


def test_what_was_read_is_used_as_if_it_had_been_sent():
    record = call({"labs": EMPTY}, Server())
    assert record.patient == PATIENT
    assert [entry.reference for entry in record.of("Condition")] == ["Condition/c1"]
    assert record.answered == {"patient", "conditions", "labs"}
    assert (record.unavailable, record.truncated, record.issues) == ((), (), ())


def test_resources_of_another_patient_are_left_out():
    server = Server({**ALL, "conditions": Fetched((bundle(condition(1), condition(2, "p2")),))})
    record = call({}, server)
    assert [entry.reference for entry in record.of("Condition")] == ["Condition/c1"]
    assert [issue.code for issue in record.issues] == ["another-subject"]


def test_what_could_not_be_read_is_unknown_and_said():
    record = call({"conditions": EMPTY}, Server({"patient": ALL["patient"], "labs": Fetched(failure=Failure.TIMEOUT)}))
    assert record.unavailable == ("labs",)
    [issue] = record.issues
    assert (issue.code, issue.where, issue.text) == (NOT_READ, "labs", "Not answered in time by the FHIR server")


def test_an_error_inside_a_read_bundle_is_no_answer():
    record = call({"patient": PATIENT, "conditions": EMPTY}, Server({"labs": Fetched((bundle(ERROR),))}))
    assert record.unavailable == ("labs",)


@pytest.mark.parametrize("failure", Failure)
def test_without_the_required_key_the_reason_is_told(failure):
    with pytest.raises(DataUnavailable) as caught:
        call({}, Server({"conditions": Fetched(failure=failure)}))
    assert caught.value.where == "prefetch.conditions"
    assert failure.problem in caught.value.problem
    assert failure.remedy in caught.value.remedy


def test_a_patient_who_cannot_be_named_cannot_be_asked_for():
    server = Server()
    with pytest.raises(DataUnavailable) as caught:
        call({}, server, patient=None)
    assert server.asked == {}
    assert Failure.NO_QUERY.problem in caught.value.problem


@pytest.mark.parametrize(("prefetch", "ends"), [({}, True), ({"conditions": EMPTY}, False)])
def test_what_cannot_matter_is_not_asked_for(prefetch, ends):
    server = Server()
    if ends:
        with pytest.raises(DataUnavailable):
            call(prefetch, server, concerns=False)
    else:
        assert call(prefetch, server, concerns=False).unavailable == ("patient", "labs")
    assert server.asked == {}


# Pages of what was prefetched


def pages(*answers):
    return {"patient": PATIENT, "labs": EMPTY, "conditions": bundle(condition(1), link=following(), total=3)}, Server(
        {"conditions": Fetched(*answers)}
    )


def test_the_pages_after_the_first_are_read():
    prefetch, server = pages((bundle(condition(2)), bundle(condition(3))))
    record = call(prefetch, server)
    assert server.asked == {"conditions": "next-page"}
    assert len(record.of("Condition")) == 3
    assert "conditions" in record.answered


@pytest.mark.parametrize(
    ("answer", "resources", "comment"),
    [
        (((), Failure.LINK), 1, "the link leads elsewhere"),
        (((bundle(condition(2), link=following()),), Failure.TIMEOUT), 2, "no time for the third"),
        (((bundle(condition(2), ERROR),),), 2, "the second comes with an error"),
        (((bundle(condition(2)),),), 2, "fewer than announced"),
    ],
)
def test_pages_that_do_not_come_leave_the_key_incomplete(answer, resources, comment):
    prefetch, server = pages(*answer)
    record = call(prefetch, server)
    assert len(record.of("Condition")) == resources, comment
    assert record.truncated == ("conditions",), comment


def test_pages_under_a_name_of_the_client_are_read_too():
    prefetch = {"patient": PATIENT, "labs": EMPTY, "problems": bundle(condition(1), link=following())}
    server = Server({"problems": Fetched((bundle(condition(2)),))})
    record = call(prefetch, server, aliases={"problems": "conditions"})
    assert (server.asked, len(record.of("Condition"))) == ({"problems": "next-page"}, 2)
    assert record.truncated == ()


def test_pages_whose_shape_is_odd():
    prefetch = {"patient": PATIENT, "labs": EMPTY, "conditions": {"resourceType": "Bundle", "link": following(), "entry": 7}}
    record = call(prefetch, Server({"conditions": Fetched(({"resourceType": "Bundle", "entry": {"resource": condition(1)}},))}))
    assert len(record.of("Condition")) == 1


def test_a_call_cannot_make_us_read_without_end():
    links = {f"x{number}": bundle(condition(number), link=following()) for number in range(100)}
    server = Server()
    call({**links, "conditions": EMPTY}, server)
    assert len(server.asked) == MAX_WANTED
