"""The states of a prefetch value, and which of our keys it answers."""

import pytest

from cds_service.errors import BodyTooLarge
from cds_service.fhir.bundles import each
from cds_service.plans.compiled import CodeFilter, DataRequirement
from cds_service.prefetch.answers import MOST_RESOURCES, State, our_key, read_answers, states

ABSENT, UNAVAILABLE, TRUNCATED, EMPTY, ANSWERED = State

CONDITION = {"resourceType": "Condition", "id": "c1"}
OBSERVATION = {"resourceType": "Observation", "id": "o1"}
REQUIREMENTS = (
    DataRequirement("patient", "Patient"),
    DataRequirement("conditions", "Condition"),
    DataRequirement("clinical", "Observation", (CodeFilter("code", (("s", "1"), ("s", "2"))),)),
    DataRequirement("molecular", "Observation", (CodeFilter("code", (("s", "3"),)),)),
    DataRequirement("reports", "DiagnosticReport", (CodeFilter("category", (("s", "RAD"),)),)),
)


def bundle(*resources, **fields):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": item} for item in resources], **fields}


def outcome(severity="warning", code="informational"):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def outcome_entry(*issue):
    return {"resource": outcome(*issue), "search": {"mode": "outcome"}}


def self_link(url):
    return [{"relation": "self", "url": url}]


def state_of(value, key="conditions", name=None):
    prefetch = {name or key: value, "patient": {"resourceType": "Patient", "id": "p1"}}
    return states(read_answers(prefetch), REQUIREMENTS, {})[key]


@pytest.mark.parametrize(
    ("value", "expected", "comment"),
    [
        (None, EMPTY, "null: looked, and there is nothing"),
        (bundle(), EMPTY, "an empty Bundle"),
        ({"resourceType": "Bundle", "total": 0}, EMPTY, "a Bundle without entries"),
        (bundle(CONDITION), ANSWERED, "data"),
        (CONDITION, ANSWERED, "one resource in place of a Bundle"),
        ([CONDITION], ANSWERED, "a bare list"),
        (bundle(CONDITION, "x"), ANSWERED, "one unreadable entry does not spoil the answer"),
        (bundle(entry=[outcome_entry()]), EMPTY, "nothing but a mild comment, as Epic sends it"),
        (bundle(entry=[outcome_entry("information")]), EMPTY, "nothing but information"),
        (bundle(entry=[{"resource": CONDITION}, outcome_entry()]), ANSWERED, "data with a mild comment"),
        (bundle(entry=[{"resource": CONDITION}, outcome_entry("error")]), TRUNCATED, "data with an error: some may lack"),
        (bundle(CONDITION, link=[{"relation": "next", "url": "u"}]), TRUNCATED, "the first of several pages"),
        (bundle(CONDITION, total=9), TRUNCATED, "fewer entries than the search found"),
        (bundle(entry=[outcome_entry("error")]), UNAVAILABLE, "nothing but an error"),
        (bundle(entry=[outcome_entry("fatal")]), UNAVAILABLE, "nothing but a fatal error"),
        (outcome(), UNAVAILABLE, "an OperationOutcome as the value"),
        (bundle("x", 7), ABSENT, "nothing readable"),
        ({}, ABSENT, "an object that is no resource"),
        ([], ABSENT, "a bare list of nothing: no FHIR, as {}"),
        ([[]], ABSENT, "lists of nothing"),
        ([bundle()], EMPTY, "a list of an empty Bundle"),
        ("", ABSENT, "text"),
        (7, ABSENT, "a number"),
        (bundle(entry=[{"resource": {"resourceType": "OperationOutcome"}}]), UNAVAILABLE, "an outcome without issue says nothing"),
    ],
)
def test_the_states_on_the_wire(value, expected, comment):
    assert state_of(value) is expected, comment


@pytest.mark.parametrize("code", ["security", "login", "forbidden", "suppressed", "timeout", "throttled", "incomplete"])
def test_a_mild_outcome_that_says_not_looked_leaves_the_key_unavailable(code):
    assert state_of(bundle(entry=[outcome_entry("warning", code)])) is UNAVAILABLE


def test_a_key_that_did_not_come_is_absent():
    assert states(read_answers({}), REQUIREMENTS, {})["conditions"] is ABSENT


@pytest.mark.parametrize(
    ("prefetch", "expected", "comment"),
    [
        (dict.fromkeys("abcde"), {EMPTY}, "a null for each of our keys, whatever their names"),
        (dict.fromkeys("abcd"), {ABSENT}, "one less: which of them was not looked for?"),
        ({"conditions": None}, {ABSENT, EMPTY}, "null for one key says nothing of the others"),
        (dict.fromkeys("abcd") | {"e": CONDITION}, {ABSENT, ANSWERED}, "a null under an unknown name beside data"),
    ],
)
def test_a_null_for_every_key_is_an_empty_record(prefetch, expected, comment):
    assert set(states(read_answers(prefetch), REQUIREMENTS, {}).values()) == expected, comment


@pytest.mark.parametrize(
    ("state", "missing", "complete", "comment"),
    [
        (ABSENT, True, False, "unknown, may be asked for"),
        (UNAVAILABLE, True, False, "unknown, must not be asked for again"),
        (TRUNCATED, False, False, "what came is used, what lacks is unknown"),
        (EMPTY, False, True, "known to be nothing"),
        (ANSWERED, False, True, "known"),
    ],
)
def test_five_states_say_what_may_be_concluded(state, missing, complete, comment):
    assert (state.is_missing, state.is_complete) == (missing, complete), comment


@pytest.mark.parametrize(
    ("key", "expected", "comment"),
    [
        ("conditions", "conditions", "the same"),
        ("Conditions", "conditions", "upper and lower case are one"),
        ("conditions-user", "conditions", "a site's suffix"),
        ("CONDITIONS-USER-2", "conditions", "two suffixes"),
        ("problem-list", "conditions", "an alias"),
        ("problem-list-user", "conditions", "an alias with a suffix"),
        ("problems", None, "unknown"),
        ("user-conditions", None, "a prefix is no suffix"),
    ],
)
def test_a_client_may_name_our_keys_its_way(key, expected, comment):
    assert our_key(key, ["conditions", "clinical"], {"Problem-List": "conditions", "x": "gone"}) == expected, comment


@pytest.mark.parametrize(
    ("value", "key", "expected", "comment"),
    [
        (bundle(CONDITION), "conditions", ANSWERED, "only one template asks for the type"),
        (bundle(OBSERVATION), "clinical", TRUNCATED, "two templates ask for the type: used, but proves nothing complete"),
        (bundle(CONDITION, OBSERVATION), "conditions", TRUNCATED, "a mixed Bundle: used, but proves nothing complete"),
        (bundle(link=self_link("https://x/fhir/Condition?patient=p1")), "conditions", EMPTY, "empty, told by its query"),
        (bundle(CONDITION, link=self_link("https://x/Condition?patient=p1&category=a")), "conditions", TRUNCATED, "a narrower query"),
        (
            bundle(OBSERVATION, link=self_link("https://x/Observation?patient=p1")),
            "molecular",
            ANSWERED,
            "a query without filter covers all",
        ),
        (
            bundle(OBSERVATION, link=self_link("https://x/Observation?code=s%7C2,s%7C1,s%7C3")),
            "clinical",
            ANSWERED,
            "all our codes and more",
        ),
        (bundle(OBSERVATION, link=self_link("https://x/Observation?code=s%7C2")), "clinical", TRUNCATED, "not all our codes"),
        (bundle(OBSERVATION, link=self_link("https://x/Observation?patient=p1&date=gt2026")), "clinical", TRUNCATED, "only of late"),
        (bundle(CONDITION, link=self_link("https://x/Observation?patient=p1")), "conditions", TRUNCATED, "found by another search"),
        (bundle(), "conditions", ABSENT, "empty, and nothing tells of what"),
        (bundle(OBSERVATION), "conditions", ABSENT, "another type"),
        (outcome("error"), "conditions", ABSENT, "an error about we know not what"),
    ],
)
def test_a_value_under_an_unknown_name_is_told_by_what_it_holds(value, key, expected, comment):
    assert state_of(value, key, name="theirs") is expected, comment


def test_a_value_that_is_named_for_a_key_decides_it_alone():
    prefetch = {"conditions": bundle(CONDITION), "theirs": bundle(CONDITION, total=9)}
    assert states(read_answers(prefetch), REQUIREMENTS, {})["conditions"] is ANSWERED


@pytest.mark.parametrize(
    ("first", "second", "expected", "comment"),
    [
        (bundle(CONDITION), bundle(), ANSWERED, "both complete"),
        (bundle(CONDITION), outcome(), TRUNCATED, "one of two failed"),
        (bundle(CONDITION), {}, TRUNCATED, "one of two is unreadable"),
        (bundle(CONDITION, total=9), None, TRUNCATED, "one of two is a part"),
        (outcome(), {}, UNAVAILABLE, "neither came, and one is known to fail"),
    ],
)
def test_a_key_that_arrives_twice_is_complete_only_if_both_are(first, second, expected, comment):
    for one, other in ((first, second), (second, first)):
        prefetch = {"conditions": one, "conditions-user": other}
        assert states(read_answers(prefetch), REQUIREMENTS, {})["conditions"] is expected, comment


def test_what_was_only_included_does_not_make_a_bundle_mixed():
    value = bundle(entry=[{"resource": CONDITION}, {"resource": OBSERVATION, "search": {"mode": "include"}}])
    assert state_of(value, name="theirs") is ANSWERED


def test_places_are_told_by_our_names_or_by_number():
    found = read_answers({"conditions": [1], "Margaret-4711": [1], "conditions-Margaret": [1]}, ["conditions"])
    assert [item.where for answer in found for item in each(answer.places)] == [
        "prefetch.conditions[0]",
        "prefetch[1][0]",
        "prefetch[2][0]",
    ]


@pytest.mark.parametrize(
    ("prefetch", "comment"),
    [
        ({"conditions": [1] * (MOST_RESOURCES + 1)}, "one value"),
        ({f"k{number}": [1] for number in range(MOST_RESOURCES + 1)}, "many values"),
        ({f"k{number}": None for number in range(MOST_RESOURCES + 1)}, "many values that hold nothing"),
        ({"a": [1] * MOST_RESOURCES, "b": [1]}, "two values"),
    ],
)
def test_more_resources_than_a_record_has_are_not_looked_at(prefetch, comment):
    with pytest.raises(BodyTooLarge) as caught:
        read_answers(prefetch)
    assert caught.value.where == "prefetch", comment


def test_as_many_as_allowed_are_read():
    assert len(read_answers({"a": [1] * (MOST_RESOURCES - 1), "b": None})[0].places) == MOST_RESOURCES - 1
