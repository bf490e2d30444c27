"""Feedback as EHRs send it, and as the standard has it."""

from datetime import UTC, datetime

import pytest

from cds_service.errors import BodyTooLarge, MalformedRequest
from cds_service.hooks.feedback import CardFeedback, Reason, parse_feedback

CODED = {"system": "urn:r", "code": "too-late", "display": "Too late"}
REASON = Reason("too-late", "urn:r", "Too late")
CARD = {"card": "c1", "outcome": "overridden"}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read(**members):
    [report] = parse_feedback({"feedback": [CARD | members]})
    return report


def test_an_accepted_card_names_the_suggestions_taken():
    report = read(outcome="accepted", acceptedSuggestions=[{"id": "s1"}, {"id": "s2"}], outcomeTimestamp="2026-11-21T12:00:00Z")
    assert report == CardFeedback(card="c1", outcome="accepted", outcome_time=NOON, accepted=("s1", "s2"))


@pytest.mark.parametrize(
    ("members", "reasons", "comment", "why"),
    [
        ({"overrideReason": {"reason": CODED, "userComment": "x"}}, (REASON,), "x", "as the standard has it"),
        ({"overrideReasons": {"reason": CODED}}, (REASON,), None, "Epic: the plural"),
        ({"overrideReasons": [{"reason": CODED}, {"reason": {"code": "b"}}]}, (REASON, Reason("b")), None, "several"),
        ({"overrideReason": [{"reason": CODED}]}, (REASON,), None, "a list of one"),
        ({"overrideReasons": CODED}, (REASON,), None, "the coding itself"),
        ({"overrideReason": {"reason": CODED}, "overrideReasons": {"reason": {"code": "b"}}}, (REASON, Reason("b")), None, "both names"),
        ({"overrideReason": {"userComment": "x"}}, (), "x", "a comment alone"),
        ({"overrideReason": {"reason": {"display": "Too late"}}}, (), None, "no code"),
        ({"overrideReasons": [{"userComment": "x"}, {"userComment": "y"}]}, (), "x\ny", "two comments"),
        ({"overrideReason": {}}, (), None, "empty"),
        ({"overrideReason": None, "overrideReasons": []}, (), None, "null, none"),
        ({"acceptedSuggestions": None}, (), None, "null"),
        ({}, (), None, "no reason at all"),
    ],
)
def test_reasons_come_in_many_shapes(members, reasons, comment, why):
    report = read(**members)
    assert (report.reasons, report.comment) == (reasons, comment), why


def test_what_stands_in_place_of_a_reason_is_kept():
    report = read(overrideReasons={"extension": {"com.example.reason": "7"}})
    assert (report.reasons, report.extension) == ((), '{"com.example.reason":"7"}')
    both = read(overrideReasons=[{"extension": {"b": 1}}, {"extension": {"a": 1}}])
    assert both.extension == '[{"b":1},{"a":1}]'


@pytest.mark.parametrize(
    ("told", "moment", "why"),
    [
        ("2026-11-21T12:00:00Z", NOON, "as the standard has it"),
        ("2026-11-21T12:00:00.000000000Z", NOON, "with nanoseconds"),
        ("2026-11-21T13:00:00+01:00", NOON, "with another zone"),
        ("2026-11-21T12:00:00", NOON, "without zone: UTC"),
        (" 2026-11-21T12:00:00Z ", NOON, "with spaces"),
        ("yesterday", None, "no time"),
        ("0001-01-01T00:00:00+14:00", None, "before all time"),
        (1795262400, None, "a number"),
        (None, None, "null"),
    ],
)
def test_a_time_that_cannot_be_read_costs_only_itself(told, moment, why):
    assert read(outcomeTimestamp=told).outcome_time == moment, why


def test_a_body_may_report_on_many_cards_and_what_is_unknown_is_tolerated():
    body = {"feedback": [CARD | {"card": str(number), "more": 1} for number in range(1000)], "extension": {"x": 1}}
    assert [report.card for report in parse_feedback(body)] == [str(number) for number in range(1000)]
    assert parse_feedback({"feedback": []}) == ()


@pytest.mark.parametrize(
    ("body", "where", "says"),
    [
        ([], "request", "must be an object"),
        ({}, "feedback", "is missing"),
        ({"feedback": CARD}, "feedback", "must be a list"),
        ({"feedback": ["c1"]}, "feedback[0]", "must be an object"),
        ({"feedback": [CARD, {"outcome": "accepted"}]}, "feedback[1].card", "is missing"),
        ({"feedback": [{"card": "c1"}]}, "feedback[0].outcome", "is missing"),
        ({"feedback": [CARD | {"outcome": "ignored"}]}, "feedback[0].outcome", 'must be "accepted" or "overridden"'),
        ({"feedback": [CARD | {"card": 7}]}, "feedback[0].card", "must be a string"),
        ({"feedback": [CARD | {"card": ""}]}, "feedback[0].card", "must not be empty"),
        ({"feedback": [CARD | {"card": "x" * 257}]}, "feedback[0].card", "must not be longer than 256 characters"),
        ({"feedback": [CARD | {"acceptedSuggestions": [{}]}]}, "feedback[0].acceptedSuggestions[0].id", "is missing"),
        ({"feedback": [CARD | {"acceptedSuggestions": [{"id": "x"}] * 101}]}, "feedback[0].acceptedSuggestions", "more than 100 items"),
        ({"feedback": [CARD | {"overrideReason": "no"}]}, "feedback[0].overrideReason", "must be an object or a list"),
        ({"feedback": [CARD | {"overrideReason": {"reason": {"code": 1}}}]}, "feedback[0].overrideReason.reason.code", "must be a string"),
        (
            {"feedback": [CARD | {"overrideReasons": [{"userComment": "x" * 4001}]}]},
            "feedback[0].overrideReasons[0].userComment",
            "must not be longer than 4000 characters",
        ),
        (
            {"feedback": [CARD | {"overrideReason": {"extension": {"x": "y" * 4000}}}]},
            "feedback[0].overrideReason.extension",
            "is longer than 4000 characters",
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(body, where, says):
    with pytest.raises(MalformedRequest) as caught:
        parse_feedback(body)
    assert caught.value.where == where
    assert says in caught.value.problem


def test_too_many_at_once_are_too_large():
    with pytest.raises(BodyTooLarge) as caught:
        parse_feedback({"feedback": [CARD] * 1001})
    assert (caught.value.where, caught.value.remedy) == ("feedback", "Send at most 1000 reports at once.")


def test_what_was_written_is_not_printed_by_accident():
    assert "secret" not in repr(read(overrideReason={"userComment": "secret", "extension": {"x": "secret"}}))


def test_an_extension_that_cannot_be_written_again_is_refused():
    nested = {}
    for _ in range(300):
        nested = {"x": nested}
    with pytest.raises(MalformedRequest, match="nested too deeply") as caught:
        read(overrideReason={"extension": nested})
    assert caught.value.where == "feedback[0].overrideReason.extension"
