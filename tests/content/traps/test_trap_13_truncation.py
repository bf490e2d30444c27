"""Trap 13: an answer with a next link is incomplete, so nothing is called absent; outcome entries are passed over; null is no data."""

import pytest

from tests.builders import patient, request
from tests.builders.answer import answer_to
from tests.builders.expect import differences
from tests.builders.tables import rows

RECORD = patient().rectum().metastasis("para-aortic-node")
NEXT = {"link": [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]}


def outcome(severity, code):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def entry(severity="warning", code="informational"):
    return {"search": {"mode": "outcome"}, "resource": outcome(severity, code)}


@pytest.mark.parametrize(
    ("key", "change", "facts", "cards", "why"),
    rows(
        ("medications", {}, {"systemicLines": 0, "record.complete": True}, "+systemic-therapy-first-line", "complete: none documented"),
        (
            "medications",
            NEXT,
            {"systemicLines": None, "record.truncated": ["medications"], "record.complete": False},
            "-systemic-therapy-first-line",
            "a next link: unknown",
        ),
        ("medications", {"total": 7}, {"systemicLines": None}, "-systemic-therapy-first-line", "a total above what came"),
        ("molecular", {}, {"biomarkers.kras": "not-tested"}, "", "complete: no test documented"),
        ("molecular", NEXT, {"biomarkers.kras": None}, "", "a next link: whether there is a test is not known"),
        ("conditions", {}, {"paraAortic.soleDistantSite": True}, "+para-aortic-surgery-candidacy", "complete: no other site documented"),
        ("conditions", NEXT, {"paraAortic.soleDistantSite": None}, "-para-aortic-surgery-candidacy", "a next link: there may be one"),
        ("reports", {}, {"imaging.ctComplete": False}, "", "complete: no CT documented"),
        ("reports", NEXT, {"imaging.ctComplete": None}, "", "a next link"),
        ("procedures", NEXT, {"review.multidisciplinary": None, "primary.resected": None}, "", "a next link"),
        (
            "medications",
            {"entry": [entry()]},
            {"systemicLines": 0, "record.complete": True},
            "+systemic-therapy-first-line",
            "an outcome entry that only comments is passed over",
        ),
        (
            "medications",
            {"entry": [entry("error", "exception")]},
            {"systemicLines": None},
            "-systemic-therapy-first-line",
            "one that says that the search failed: unknown",
        ),
        (
            "medications",
            {"entry": [entry("warning", "suppressed")]},
            {"systemicLines": None},
            "-systemic-therapy-first-line",
            "one that says that something was held back",
        ),
    ),
)
def test_trap_13_truncation(knowledge, key, change, facts, cards, why):
    body = request(RECORD)
    body["prefetch"][key] |= change

    assert differences(answer_to(knowledge, body), facts, f"+staging-summary {cards}") == [], why


@pytest.mark.parametrize(
    ("value", "lines", "unavailable", "why"),
    rows(
        (None, 0, [], "null: the search was made and found nothing"),
        (outcome("error", "exception"), None, ["medications"], "an OperationOutcome in place of the answer"),
        ("absent", None, ["medications"], "the key is not there at all"),
    ),
)
def test_trap_13_what_was_not_supplied(knowledge, value, lines, unavailable, why):
    body = request(RECORD)
    if value == "absent":
        del body["prefetch"]["medications"]
    else:
        body["prefetch"]["medications"] = value

    facts = {"systemicLines": lines, "record.unavailable": unavailable}
    assert differences(answer_to(knowledge, body), facts, "+staging-summary") == [], why
