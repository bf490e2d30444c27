import pytest

from cds_service.fhir.record import Entry
from tests.unit.facts.staging.fakes import CODES, TEXTS, concept

DAY = "2020-03-01"


def test_three_observations_of_a_day_are_one_set(observations, read, said):
    observations.add("1", "t-c", "=cT3", DAY).add("2", "n-c", "=cN1", DAY).add("3", "m-c", "=cM0", DAY).add("4", "group-c", "=IIIB", DAY)
    reading = read(observations)
    assert said(reading) == [f"c T3 N1 M0 IIIB {DAY}"]
    assert [item.reference for item in reading.sets[0].evidence] == [f"Observation/{n}" for n in "1234"]
    assert reading.sets[0].evidence[0].code == f"{CODES}|=cT3"
    assert reading.issues == ()


@pytest.mark.parametrize(
    ("code", "value", "expected", "comment"),
    [
        ("t-c", "=T3", "c T3", "prefix from the code alone"),
        ("t", "=pT3", "p T3", "prefix from the value alone"),
        ("t", "=T3", "- T3", "no prefix anywhere"),
        ("t-yp", "=T2", "yp T2", "code of staging after treatment"),
        ("t-p", {"valueCodeableConcept": {"text": "ypT2"}}, "yp T2", "the value adds that it is after treatment"),
        ("group-c", {"valueCodeableConcept": concept("c3A", TEXTS)}, "c IIIA", "the code is the text"),
        ("group", {"valueCodeableConcept": concept("3C", TEXTS)}, "- IIIC", "the code is the text, without prefix"),
        ("t", {"valueCodeableConcept": concept("cT1", TEXTS)}, "c T1", "prefix inside such a code"),
        ("t-c", {"valueCodeableConcept": {"text": "T3"}}, "c T3", "text of a CodeableConcept"),
        ("panel", {"valueString": "T3N1bM1a"}, "- T3 N1b M1a", "a string with three axes"),
        ("panel", {"valueString": "ypT2N0"}, "yp T2 N0", "its prefix holds for all of it"),
        ("group", {"valueString": "Stage 4A"}, "- IVA", "a string with a group"),
        ("t", {"valueString": "pT3 pN1b"}, "p T3 N1b", "a string that says more than its code asks"),
        ("t-c", {"valueCoding": {"system": CODES, "code": "=T3"}}, "c T3", "a bare coding"),
    ],
)
def test_shapes_of_a_value(observations, read, said, code, value, expected, comment):
    assert said(read(observations.add("1", code, value))) == [expected], comment


@pytest.mark.parametrize(
    ("value", "comment"),
    [
        (None, "no value"),
        ({"dataAbsentReason": concept("unknown")}, "data absent"),
        ("nothing", "coded as not recorded"),
        ({"valueString": "Nothing known"}, "a listed spelling of not recorded"),
        ({"valueString": " "}, "blank"),
        ({"valueString": "MX"}, "not assessed"),
    ],
)
def test_nothing_recorded_is_no_category_and_no_issue(observations, read, value, comment):
    reading = read(observations.add("1", "m-c", value, DAY))
    assert (reading.sets, reading.issues) == ((), ()), comment


@pytest.mark.parametrize(
    ("code", "value", "issue", "comment"),
    [
        ("t-c", {"valueString": "T3 or T4"}, "staging-unreadable", "a choice"),
        ("t-c", "other", "staging-unreadable", "a code that no map knows"),
        ("t-c", {"valueQuantity": {"value": 3}}, "staging-unreadable", "a number"),
        ("n-c", "=cM0", "staging-mismatch", "a value of another axis"),
        ("t-c", {"valueString": "IIIB"}, "staging-mismatch", "a group where a T should be"),
        ("t", {"valueString": "yT2"}, "staging-prefix", "after treatment, but clinical or pathological?"),
        (
            "t-c",
            {"valueCodeableConcept": {"coding": [{"system": CODES, "code": "=T3"}, {"system": CODES, "code": "=T4"}]}},
            "staging-unreadable",
            "codings disagree",
        ),
    ],
)
def test_what_cannot_be_read_is_an_issue_without_the_value(observations, read, code, value, issue, comment):
    reading = read(observations.add("1", code, value, DAY))
    assert [item.code for item in reading.issues] == [issue], comment
    assert reading.issues[0].where == "Observation/1"
    assert "T3" not in reading.issues[0].text
    assert reading.sets == ()


def test_the_code_decides_between_clinical_and_pathological_and_the_disagreement_is_told(observations, read, said):
    reading = read(observations.add("1", "t-c", "=pT3"))
    assert said(reading) == ["c T3"]
    assert [item.code for item in reading.issues] == ["staging-prefix"]


def test_several_codings_of_one_value_agree(observations, read, said):
    value = {"valueCodeableConcept": {"coding": [{"system": CODES, "code": "=T1"}, {"system": TEXTS, "code": "cT1"}]}}
    assert said(read(observations.add("1", "t", value))) == ["c T1"]


def test_components_of_a_panel(observations, read, said):
    parts = [{"code": concept("t"), "valueCodeableConcept": concept("=T3")}, {"code": concept("m-c"), "valueString": "M0"}]
    assert said(read(observations.add("1", "panel-p", None, DAY, component=parts))) == [f"c M0 {DAY}", f"p T3 {DAY}"]


def test_components_of_an_observation_that_is_not_a_panel_itself(observations, read, said):
    parts = [{"code": concept("t-c"), "valueCodeableConcept": concept("=T3")}, {"code": concept("other"), "valueString": "x"}]
    assert said(read(observations.add("1", "unlisted", None, DAY, component=parts))) == [f"c T3 {DAY}"]


def test_a_member_takes_day_edition_and_owner_of_its_panel(observations, read, said):
    observations.add(
        "g", "group-c", "=IIIB", "2020-04-01", edition="8", focus=["Condition/main"], hasMember=["Observation/t", "Observation/n"]
    )
    observations.add("t", "t-c", "=cT3", "2020-03-10").add("n", "n-c", "=cN1")
    assert said(read(observations, only=False)) == ["c T3 N1 IIIB ed8 2020-04-01"]


def test_a_member_of_another_prefix_stays_in_a_set_of_its_own(observations, read, said):
    observations.add("g", "group-p", "=IVC", DAY, hasMember=["Observation/m", "Observation/n"])
    observations.add("n", "n-p", "=pN0", DAY).add("m", "m-c", "=cM1", DAY)
    assert said(read(observations)) == [f"p N0 IVC {DAY}", f"c M1 {DAY}"]


def test_a_contained_member(observations, read, said):
    member = {"resourceType": "Observation", "id": "t1", "status": "final", "code": concept("t-c"), "valueString": "T3"}
    reading = read(observations.add("g", "group-c", "=IIIB", DAY, contained=[member], hasMember=["#t1"]))
    assert said(reading) == [f"c T3 IIIB {DAY}"]
    assert reading.sets[0].evidence[1].reference == "Observation/g#t1"


def test_members_that_list_each_other_end(observations, read, said):
    observations.add("1", "panel", None, DAY, hasMember=["Observation/2"]).add("2", "t-c", "=T3", DAY, hasMember=["Observation/1"])
    assert read(observations, only=False).sets == ()
    assert said(read(observations)) == [f"c T3 {DAY}"]


@pytest.mark.parametrize(
    ("status", "kept", "weak"),
    [
        ("final", True, False),
        ("amended", True, False),
        ("corrected", True, False),
        ("preliminary", True, True),
        ("registered", True, True),
        ("cancelled", False, False),
        ("entered-in-error", False, False),
    ],
)
def test_status(observations, read, status, kept, weak):
    sets = read(observations.add("1", "t-c", "=T3", DAY, status=status)).sets
    assert [item.weak for item in sets] == ([weak] if kept else [])
    assert all(item.evidence[0].explicit is not weak for item in sets)


def test_prose_is_weak_and_a_single_category_in_text_is_not(observations, read):
    observations.add("1", "panel", {"valueString": "T3 N1"}, "2020-01-01").add("2", "t-c", {"valueString": "T3"}, "2020-01-02")
    first, second = read(observations).sets
    assert (first.weak, first.evidence[0].confidence) == (True, "text")
    assert (second.weak, second.evidence[0].confidence) == (False, "coded")


def test_a_code_without_coding_is_read_by_its_spelling_and_is_weak(observations, read, said):
    reading = read(observations.add("1", {"text": "cT category"}, "=T3", DAY))
    assert said(reading) == [f"c T3 {DAY}"]
    assert reading.sets[0].weak
    assert reading.sets[0].evidence[0].confidence == "text"


def test_a_final_value_replaces_a_preliminary_one_of_the_same_day(observations, read, said):
    observations.add("1", "t-c", "=T2", DAY, status="preliminary").add("2", "t-c", "=T3", DAY)
    assert said(read(observations)) == [f"c T3 {DAY}"]


@pytest.mark.parametrize(
    ("first", "second", "expected", "comment"),
    [
        (DAY, DAY, f"c T2/T3? {DAY}", "same day, two values"),
        (f"{DAY}T10:00:00Z", f"{DAY}T10:00:00Z", f"c T2/T3? {DAY}T10:00:00Z", "same instant"),
        (f"{DAY}T10:00:00Z", f"{DAY}T15:00:00Z", f"c T3 {DAY}", "the later hour wins"),
        (f"{DAY}T10:00:00Z", DAY, f"c T2/T3? {DAY}", "without an hour nothing is later"),
        (None, None, "c T2/T3?", "undated"),
    ],
)
def test_two_values_of_one_axis(observations, read, said, first, second, expected, comment):
    reading = read(observations.add("1", "t-c", "=T2", first).add("2", "t-c", "=T3", second))
    assert said(reading) == [expected], comment
    assert [item.path for item in reading.conflicts] == (["[0].t"] if "?" in expected else [])


def test_a_conflict_names_its_own_resources_only(observations, read):
    observations.add("1", "t-c", "=T2", DAY).add("2", "t-c", "=T3", DAY).add("3", "n-c", "=N0", DAY)
    (conflict,) = read(observations).conflicts
    assert (conflict.values, conflict.references) == (("T2", "T3"), ("Observation/1", "Observation/2"))


def test_the_same_value_twice_is_no_conflict(observations, read, said):
    reading = read(observations.add("1", "t-c", "=T3", DAY).add("2", "t-c", "=cT3", DAY))
    assert (said(reading), reading.conflicts) == ([f"c T3 {DAY}"], ())


@pytest.mark.parametrize(
    ("other", "comment"),
    [
        ({"code": "t-p", "value": "=T2", "date": DAY}, "another prefix"),
        ({"code": "t-c", "value": "=T2", "date": "2021-01-01"}, "another day"),
        ({"code": "t-c", "value": "=T2"}, "no day"),
    ],
)
def test_sets_are_not_mixed(observations, read, other, comment):
    reading = read(observations.add("1", "t-c", "=T3", DAY).add("2", **other))
    assert len(reading.sets) == 2, comment
    assert reading.conflicts == ()


def test_two_editions_of_one_day_are_two_sets(observations, read, said):
    observations.add("1", "group-c", "=IVB", DAY, edition="7").add("2", "group-c", "=IVC", DAY, edition="8")
    assert said(read(observations)) == [f"c IVB ed7 {DAY}", f"c IVC ed8 {DAY}"]


def test_a_category_without_edition_joins_the_one_edition_of_its_day(observations, read, said):
    observations.add("1", "t-c", "=T3", DAY, edition="8").add("2", "n-c", "=N1", DAY)
    assert said(read(observations)) == [f"c T3 N1 ed8 {DAY}"]


def test_an_edition_in_words(observations, read, said):
    assert said(read(observations.add("1", "t-c", "=T3", DAY, method={"text": "Eighth"}))) == [f"c T3 ed8 {DAY}"]


@pytest.mark.parametrize(
    ("dates", "expected", "comment"),
    [
        ({"effectiveDateTime": "2020-01-02", "issued": "2020-01-05T00:00:00Z"}, "2020-01-02", "effective before issued"),
        ({"effectivePeriod": {"start": "2020-01-01", "end": "2020-01-03"}}, "2020-01-03", "end of a period"),
        ({"effectivePeriod": {"start": "2020-01-01"}}, "2020-01-01", "start of an open period"),
        ({"effectiveInstant": "2020-01-04T10:00:00Z"}, "2020-01-04T10:00:00Z", "instant"),
        ({"issued": "2020-01-05T10:00:00Z"}, "2020-01-05T10:00:00Z", "issued, without effective"),
        ({"effectiveDateTime": "2020"}, "2020", "a year"),
        ({}, None, "undated"),
    ],
)
def test_dates(observations, read, dates, expected, comment):
    (one,) = read(observations.add("1", "t-c", "=T3", **dates)).sets
    assert (one.date.text if one.date else None) == expected, comment


def test_sets_are_ordered_by_date_then_reference_and_undated_last(observations, read, said):
    observations.add("4", "t-c", "=T4").add("3", "t-c", "=T3", "2021-01-01").add("2", "t-p", "=T2", "2020-01-01").add(
        "1", "t-c", "=T1", "2020-01-01"
    )
    assert said(read(observations)) == ["c T1 2020-01-01", "p T2 2020-01-01", "c T3 2021-01-01", "c T4"]


def test_order_of_entries_does_not_matter(observations, read):
    observations.add("1", "t-c", "=T3", DAY).add("2", "t-c", "=T2", DAY).add("3", "n-p", "=N1", DAY).condition(
        "main", {"summary": concept("=IIIB")}
    )
    forward = read(observations)
    observations.entries.reverse()
    assert read(observations) == forward


@pytest.mark.parametrize(
    ("focus", "only", "complete", "expected", "issues", "comment"),
    [
        (["Condition/main"], False, True, True, 0, "names the primary"),
        (["http://host/fhir/Condition/main/_history/2"], False, True, True, 0, "absolute and versioned"),
        (["Condition/other"], True, True, False, 0, "names another disease"),
        (["Condition/other", "Condition/main"], False, True, True, 0, "names both"),
        (["Condition/gone"], True, True, True, 0, "names one that is not there, and there is only one"),
        (["Condition/gone"], True, False, False, 1, "names one that was not received, and may be another"),
        (["Condition/gone"], False, True, False, 1, "names one that is not there, and there are several"),
        ([], True, False, True, 0, "names none, and there is only one"),
        ([], False, True, False, 1, "names none, and there are several"),
        (["BodyStructure/b1"], True, False, True, 0, "names no disease"),
        (["BodyStructure/b1"], False, True, False, 1, "names no disease, and there are several"),
    ],
)
def test_attribution_by_focus(observations, read, focus, only, complete, expected, issues, comment):
    other = Entry({"resourceType": "Condition", "id": "other"}, "Condition/other")
    observations.add("1", "t-c", "=T3", DAY, focus=focus).entries.append(other)
    reading = read(observations, only=only, complete=complete)
    assert (bool(reading.sets), len(reading.issues)) == (expected, issues), comment


def test_a_focus_is_found_through_the_bundle(observations, read):
    observations.condition("main").add("1", "t-c", "=T3", DAY, focus=["urn:uuid:5"])
    targets = {"urn:uuid:5": observations.entries[0].resource}
    assert len(read(observations, only=False, targets=targets).sets) == 1


@pytest.mark.parametrize(("name", "expected"), [("main", 1), ("other", 0)])
def test_attribution_by_the_stage_that_names_the_observation(observations, read, name, expected):
    observations.add("1", "t-c", "=T3", DAY).condition(name, {"assessment": [{"reference": "Observation/1"}]})
    assert len(read(observations, only=False).sets) == expected


def test_descriptors_hold_for_the_panel_that_lists_them(observations, read, said):
    observations.add("g", "group-p", "=I", DAY, hasMember=["Observation/t", "Observation/y"]).add("t", "t-p", "=T2")
    observations.add("y", "descriptor", "is-y", DAY).add("other", "t-p", "=T3", DAY)
    assert said(read(observations)) == [f"yp T2 I {DAY}", f"p T3 {DAY}"]


@pytest.mark.parametrize(("letter", "expected"), [("y", "yp T2"), ("r", "rp T2"), ("a", "a T2")])
def test_a_descriptor_in_no_panel_holds_for_its_day(observations, read, said, letter, expected):
    observations.add("t", "t-p", "=T2", DAY).add("d", "descriptor", f"is-{letter}", DAY).add("later", "t-p", "=T3", "2021-01-01")
    assert said(read(observations)) == [f"{expected} {DAY}", "p T3 2021-01-01"]


def test_a_stage_on_the_condition_is_undated(observations, read, said):
    reading = read(observations.condition("main", {"summary": concept("=IVA")}))
    assert said(reading) == ["- IVA"]
    assert reading.sets[0].evidence[0].reference == "Condition/main"


def test_a_stage_takes_date_prefix_and_edition_of_its_assessment(observations, read, said):
    observations.add("t", "t-c", "=T3", "2020-01-01").add("g", "group-c", None, DAY, edition="8")
    observations.condition(
        "main", {"summary": concept("=IVA"), "assessment": [{"reference": "Observation/t"}, {"reference": "Observation/g"}]}
    )
    assert said(read(observations)) == ["c T3 2020-01-01", f"c IVA ed8 {DAY}"]


def test_a_stage_that_differs_from_its_assessment_is_a_conflict(observations, read, said):
    observations.add("g", "group-c", "=IIIB", DAY).condition(
        "main", {"summary": concept("=IVA"), "assessment": [{"reference": "Observation/g"}]}
    )
    assert said(read(observations)) == [f"c IIIB/IVA? {DAY}"]


@pytest.mark.parametrize(
    ("stage", "expected", "comment"),
    [
        ({"type": concept("group-c")}, "c IVA", "clinical by its type"),
        ({"type": concept("ed-8")}, "- IVA ed8", "edition by its type"),
        ({"assessment": [{"reference": "Observation/gone"}]}, "- IVA", "assessment not received"),
        ({"assessment": [{"display": "see note"}]}, "- IVA", "assessment without reference"),
    ],
)
def test_what_else_a_stage_says(observations, read, said, stage, expected, comment):
    assert said(read(observations.condition("main", {"summary": concept("=IVA"), **stage}))) == [expected], comment


def test_an_erroneous_assessment_dates_nothing(observations, read, said):
    observations.add("g", "group-c", "=IIIB", DAY, status="entered-in-error")
    observations.condition("main", {"summary": concept("=IVA"), "assessment": [{"reference": "Observation/g"}]})
    assert said(read(observations)) == ["- IVA"]


def test_stages_of_other_conditions_are_left_alone(observations, read):
    assert read(observations.condition("other", {"summary": concept("=IVA")})).sets == ()


def test_unreadable_and_missing_summaries(observations, read):
    reading = read(observations.condition("main", {"summary": {"text": "advanced"}}, {"type": concept("ed-8")}, "rubbish"))
    assert reading.sets == ()
    assert [item.code for item in reading.issues] == ["staging-unreadable"]


def test_other_observations_are_not_read(observations, read):
    observations.entries.append(Entry({"resourceType": "Observation", "status": "final"}, "Observation/0"))
    reading = read(observations.add("1", "unlisted", {"valueString": "T3"}, DAY))
    assert (reading.sets, reading.issues) == ((), ())


def test_the_sets_of_two_primaries_are_never_mixed(observations, read):
    observations.condition("left").condition("right")
    observations.add("t", "t-c", "=T2", "2020-01-01", focus=["Condition/left"])
    observations.add("n", "n-c", "=N1", "2020-01-01", focus=["Condition/right"])
    observations.add("panel", "panel", None, "2020-01-01", focus=["Condition/left"], hasMember=["Observation/m"])
    observations.add("m", "m-c", "=M0", "2020-01-01")
    owners = {"Condition/left": "left", "Condition/right": "right"}
    sets = read(observations, primary=tuple(owners), owners=owners).sets
    assert [(one.owner, one.t, one.n, one.m) for one in sets] == [("left", "T2", None, "M0"), ("right", None, "N1", None)]


def test_a_stage_group_may_have_any_words(observations, read, said):
    """A staging without TNM: the content's map names the group, and the words stand for themselves."""
    assert said(read(observations.add("g", "group", "group:extensive", DAY))) == [f"- extensive {DAY}"]
