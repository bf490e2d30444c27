"""Whatever a record holds costs at most its own fact: reading never raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.facts.staging.categories import parse_category_text
from cds_service.facts.staging.reading import read_tnm
from cds_service.fhir.record import Entry
from tests.builders.tiny import seen
from tests.unit.facts.staging.fakes import CODES, concept, words

WORDS = words()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
MEMBERS = (
    "code",
    "status",
    "valueCodeableConcept",
    "valueString",
    "component",
    "hasMember",
    "focus",
    "method",
    "contained",
    "effectiveDateTime",
    "stage",
)


@settings(deadline=None)  # a busy machine is no fault of the reader
@given(st.text(alphabet="TNMtnmcpyraIVXis0123456789ab()+-/ ,.stage", max_size=40))
def test_any_text_is_read_or_refused(text):
    parsed = parse_category_text(text)
    assert parsed is None or parsed.categories


@settings(deadline=None)  # a busy machine is no fault of the reader
@given(st.text(alphabet="TNMtnmcpyraIVXis01234ab() ", max_size=20))
def test_what_is_read_reads_again_as_itself(text):
    parsed = parse_category_text(text)
    for category in parsed.categories if parsed else ():
        (again,) = parse_category_text(category.prefix + category.value).categories
        assert again == category


@settings(deadline=None)  # a busy machine is no fault of the reader
@given(st.sampled_from(MEMBERS), JSON, st.sampled_from(["Observation", "Condition"]))
def test_rubbish_in_one_member(member, rubbish, kind):
    good = {
        "resourceType": kind,
        "id": "1",
        "status": "final",
        "code": concept("t-c"),
        "valueString": "T3",
        "stage": [{"summary": concept("=IVA")}],
    }
    entries = (Entry({**good, member: rubbish}, f"{kind}/1"), Entry(good, f"{kind}/2"))
    reading = read_tnm(seen(entries, WORDS.terminology), WORDS, primary=frozenset({"Condition/1", "Condition/2"}), only_malignancy=True)
    assert any("T3" in one.said("t") or "IVA" in one.said("group") for one in reading.sets)


@pytest.mark.parametrize("value", [[concept("=T3")], {"coding": "=T3"}, {"coding": [None, 3, {"system": CODES}]}, {"text": 3}])
def test_malformed_concepts_are_not_read(value):
    entry = Entry(
        {"resourceType": "Observation", "status": "final", "code": concept("t-c"), "valueCodeableConcept": value}, "Observation/1"
    )
    assert read_tnm(seen((entry,), WORDS.terminology), WORDS, primary=frozenset(), only_malignancy=True).sets == ()
