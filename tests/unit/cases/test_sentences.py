"""From sentences to resources, and what is said of sentences that are not understood."""

from dataclasses import replace

import pytest

from cds_service.cases.people import LeaveOut, drafts_of, record_of
from cds_service.cases.phrases import RECORD
from cds_service.cases.sentences import SentenceError, read_sentence
from tests.unit.cases import garden

REFUTED = {"verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]}}
ACTIVE = {"text": "active"}


def soil(code, status=ACTIVE, **more):
    coding = {"system": "urn:plants", "code": code} | ({"display": "Wet soil"} if code == "wet" else {})
    return {"resourceType": "Condition", "code": {"coding": [coding]}} | ({"clinicalStatus": status} if status else {}) | more


def bed(*codes):
    named = {"B1": {"display": "Roses"}}
    return [{"coding": [{"system": "urn:beds", "code": code, **named.get(code, {})}]} for code in codes]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return garden.book(tmp_path_factory.mktemp("garden") / "content")


@pytest.mark.parametrize(
    ("sentence", "expected", "comment"),
    [
        ("dry soil", [soil("dry", onsetDateTime="2026-11-09")], "the phrase's own date; an optional part leaves nothing behind"),
        ("  Dry   SOIL ", [soil("dry", onsetDateTime="2026-11-09")], "case and spaces do not matter"),
        ("wet soil in the rose bed", [soil("wet", onsetDateTime="2026-11-09", bodySite=bed("B1"))], "a slot with columns"),
        ("dry soil, undated", [soil("dry")], "no date, no element"),
        ("dry soil, 2026-10", [soil("dry", onsetDateTime="2026-10")], "a date of its own"),
        (
            "dry soil, from 2026-01 until 2026-02",
            [soil("dry", onsetDateTime="2026-01", onsetPeriod={"start": "2026-01", "end": "2026-02"})],
            "an end makes a period",
        ),
        ("dry + wet soil, undated", [soil("dry"), soil("wet")], "several at once"),
        ("mixed soil, undated", [soil("dry"), soil("wet")], "a word that stands for several"),
        ("dry soil, undated, doubtful", [soil("dry", {"text": "doubtful"})], "a modifier replaces"),
        ("dry soil, undated, without status", [soil("dry", None)], "a modifier removes"),
        ("dry soil in the herb bed, undated, also in the herb bed", [soil("dry", bodySite=bed("B2", "B2"))], "a modifier adds"),
        ("wet soil, undated, in words", [soil("wet") | {"code": {"text": "Wet soil"}}], "a modifier reads what it changes"),
        ("no dry soil", [soil("dry", None, **REFUTED, onsetDateTime="2026-11-18")], "a phrase that means another"),
        ("no dry soil, undated", [soil("dry", None, **REFUTED)], "and hands the date down"),
        (
            'note "a, b"',
            [{"resourceType": "Observation", "valueString": "a, b, seen by p1"}],
            "a comma in quotes separates nothing",
        ),
        ('remark "x"', [{"resourceType": "Observation", "valueString": "x, seen by p1"}], "another way to say it"),
        (
            "height 3",
            [{"resourceType": "Observation", "id": "height", "valueQuantity": {"value": 3, "system": "urn:units"}}],
            "a quantity without unit is kept",
        ),
        (
            "height 1.5 hose",
            [
                {
                    "resourceType": "Observation",
                    "id": "height",
                    "valueQuantity": {"value": 1.5, "unit": "hose", "system": "urn:units", "code": "hose"},
                }
            ],
            "a slot with a name of its own",
        ),
        ("sown 2 years ago", [{"resourceType": "Patient", "birthDate": "2024-11-21"}], "a day as a slot"),
    ],
)
def test_a_sentence_gives_resources(book, sentence, expected, comment):
    assert list(read_sentence(book, sentence)) == expected, comment


def test_a_phrase_may_mean_several(book):
    assert list(read_sentence(book, "drought everywhere in wet, 2025")) == [
        soil("wet", onsetDateTime="2025"),
        soil("dry", onsetDateTime="2025", bodySite=bed("B1")),
        soil("dry", onsetDateTime="2025", bodySite=bed("B2")),
    ]


@pytest.mark.parametrize(
    ("sentence", "problem", "remedy", "comment"),
    [
        ("dri soil", "'dri' is not in the table 'soil', which has for example: dry", "'{soil} soil[ in the {bed}]'", "an unknown word"),
        ("dry soil in the bed", "'bed' is not in the table 'bed'", "'{soil} soil[ in the {bed}]'", "the second slot"),
        ("heigth 3", "'heigth 3' is no known phrase", "the nearest is 'height {number}", "a typing mistake"),
        ("quite windy", "'quite windy' is no known phrase", "the nearest is 'windy'", "a table whose words are whole sentences"),
        ("sown last week", "'last week' is no day", "'sown {day}'", "a built-in slot"),
        ("dry soil, doubtfull", "'doubtfull' is no known modifier or date", "the nearest is 'doubtful'", "an unknown modifier"),
        ("dry soil, also in the rose bed + herb bed", "says several things at once", "without +", "a modifier says one thing"),
        ("height 3, doubtful", "'doubtful' cannot be said of this (Observation)", "leave it out", "of another resource"),
        (
            "dry soil, also in the tulip bed",
            "'tulip bed' is not in the table 'bed'",
            "'also in the {bed}'",
            "an unknown word in a modifier",
        ),
    ],
)
def test_what_is_not_understood_is_named_with_the_nearest(book, sentence, problem, remedy, comment):
    with pytest.raises(SentenceError) as caught:
        read_sentence(book, sentence)
    assert problem in str(caught.value), comment
    assert remedy in caught.value.remedy, comment


def test_a_sentence_that_two_phrases_say_is_refused(book):
    twice = replace(book, phrases={RECORD: (*book.phrases[RECORD], replace(book.phrases[RECORD][0], note="again"))})
    with pytest.raises(SentenceError, match="can be read in several ways"):
        read_sentence(twice, "dry soil")


def test_a_record_is_the_patient_and_the_rest_with_ids_of_their_own(book):
    sown, *others = record_of(book, ["dry soil", "sown 2025", "wet soil", "height 1", "height 2", {"resourceType": "Group", "patient": {}}])
    assert sown == {"resourceType": "Patient", "id": "p1", "birthDate": "2025"}
    assert [item["id"] for item in others] == ["condition", "condition-2", "height", "height-2", "group"]
    assert ["subject" in item for item in others] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("sentences", "heights", "comment"),
    [
        (["the old garden"], [3], "the sentences of a whole patient"),
        (["the OLD garden"], [3], "case does not matter"),
        (["the young garden"], [1], "one that starts from another, and leaves out"),
        (["the old garden", LeaveOut("height")], [], "left out here"),
        (["the old garden", LeaveOut("height"), "height 2"], [2], "and said anew"),
        (["the old garden", "height 2"], [3, 2], "said besides"),
    ],
)
def test_a_whole_patient_can_be_changed(book, sentences, heights, comment):
    found = [item["valueQuantity"]["value"] for item in record_of(book, sentences) if item["resourceType"] == "Observation"]
    assert found == heights, comment


@pytest.mark.parametrize("words", ["heigh", "weight", "soil"])
def test_leaving_out_what_was_not_said_is_a_mistake(book, words):
    with pytest.raises(SentenceError, match="nothing said before begins with") as caught:
        record_of(book, ["the old garden", LeaveOut(words)])
    assert caught.value.remedy == "before it was said: dry soil in the rose bed; height 3 hose, 2026-10"


def test_drafts_say_whether_they_are_selected(book):
    (first, chosen), (second, not_chosen) = drafts_of(book, ["water with the can", "water with the hose, not selected"])
    assert (first["id"], second["id"]) == ("draft-1", "draft-2")
    assert (chosen, not_chosen) == (True, False)
    assert second == {
        "resourceType": "ServiceRequest",
        "id": "draft-2",
        "status": "draft",
        "authoredOn": "2026-11-21",
        "code": {"text": "hose"},
        "subject": {"reference": "Patient/p1"},
    }


def test_nothing_is_left_out_of_drafts(book):
    with pytest.raises(SentenceError, match="nothing can be left out here"):
        drafts_of(book, [LeaveOut("water")])
