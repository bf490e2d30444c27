"""What the test content recommends: for each row who gets it, who does not, and for whom it stays open."""

import pytest

from tests.builders.clock import days_before
from tests.second_disease.people import DRUGS, ICD, RXNORM, SNOMED, Person, ask, coded, woman

NEGATIVE = woman().receptor("oestrogen", "Negative").receptor("progesterone", "negative")
OPEN = woman().receptor("stain", "2+")
LOW, FINE = woman().ejection(45), woman().ejection(61)

VIEW = [
    # the person, her cards with their indicators, what they show
    (woman(), {}, "nothing but the tumour is known"),
    (woman().tnm("T2", "N0", "M0"), {"extent-at-a-glance": "info"}, "a stage follows"),
    (woman().tnm("T2", "N0", "M0").category("stage", "IIA"), {"extent-at-a-glance": "info"}, "both stages agree"),
    (
        woman().tnm("T2", "N0", "M0").category("stage", "IIB"),
        {"extent-differs": "warning", "extent-at-a-glance": "info"},
        "the stage on record is another one",
    ),
    (woman().category("stage", "IIB"), {"extent-at-a-glance": "info"}, "nothing to compare it with: open"),
    (woman().deposit("bone"), {"extent-at-a-glance": "info"}, "a deposit"),
    (Person().tumour("left").tumour("right"), {"both-sides": "warning"}, "a tumour on each side"),
    (Person().tumour("left").tumour("left"), {}, "one tumour that two records tell of"),
    (Person().tumour("no side", bodySite=[coded(SNOMED, "73056007")]).tumour("left"), {"both-sides": "warning"}, "one side by body site"),
    (Person().tumour("no side").tumour("left"), {}, "a record without side is no second tumour"),
    (OPEN, {"extent-at-a-glance": "info", "in-situ-missing": "info"}, "2+ is undecided"),
    (OPEN.in_situ(positive=True), {"extent-at-a-glance": "info"}, "decided"),
    (woman().receptor("stain", "3+"), {"extent-at-a-glance": "info"}, "3+ needs nothing more"),
    (woman().receptor("stain", "1+"), {"extent-at-a-glance": "info"}, "1+ needs nothing more"),
]
SIGN = [
    (NEGATIVE, ["tamoxifen"], {"no-receptor": "critical"}, "both are negative"),
    (NEGATIVE, ["trastuzumab"], {"heart-first": "warning"}, "another drug, and no ejection fraction"),
    (NEGATIVE, ["echocardiogram"], {}, "no drug at all"),
    (woman().receptor("oestrogen", "low positive").receptor("progesterone", "negative"), ["tamoxifen"], {}, "low is not negative"),
    (
        woman().receptor("oestrogen", "negative", status="preliminary").receptor("progesterone", "negative", status="preliminary"),
        ["letrozole"],
        {"no-receptor": "warning", "ask-for": "info"},
        "what is not final warns only, and the menopause would decide",
    ),
    (woman().receptor("oestrogen", "negative"), ["tamoxifen"], {"ask-for": "info"}, "the other receptor would decide"),
    (
        NEGATIVE.receptor("oestrogen", "positive"),
        ["tamoxifen"],
        {},
        "two results that differ are neither negative nor missing",
    ),
    (woman().menopause("premenopausal"), ["anastrozole"], {"before-menopause": "warning", "ask-for": "info"}, "before the menopause"),
    (woman().menopause("postmenopausal"), ["anastrozole"], {"ask-for": "info"}, "after it; the receptors are still missing"),
    (woman().menopause("perimenopausal"), ["trastuzumab"], {"heart-first": "warning"}, "nothing about this drug"),
    (woman(), ["trastuzumab"], {"heart-first": "warning"}, "never measured"),
    (woman().ejection(61, days_before(101)), ["trastuzumab"], {"heart-first": "warning"}, "measured too long ago"),
    (woman().ejection(61, days_before(100)), ["trastuzumab"], {}, "measured just in time"),
    (LOW, ["trastuzumab"], {"heart-first": "warning"}, "measured, and low"),
    (woman().ejection(50), ["trastuzumab"], {}, "50 is not below 50"),
    (FINE, ["trastuzumab"], {}, "measured, and fine"),
    (FINE.without("heart"), ["trastuzumab"], {}, "the key did not arrive: whether it was measured is not known"),
]


def indicators(answer):
    return {code: value for card in answer.body["cards"] for code, value in card["extension"]["org.cds-service.card"]["indicators"].items()}


@pytest.mark.parametrize(("person", "expected", "comment"), VIEW)
def test_opening_the_chart(second, person, expected, comment):
    assert indicators(ask(second, person)) == expected, comment


@pytest.mark.parametrize(("person", "orders", "expected", "comment"), SIGN)
def test_signing_orders(second, person, orders, expected, comment):
    assert indicators(ask(second, person, *orders)) == expected, comment


@pytest.mark.parametrize(
    ("person", "orders", "code", "comment"),
    [
        (woman().category("stage", "IIB"), [], "extent-differs", "no categories to work a stage out of"),
        (woman("no side"), [], "both-sides", "no side is named"),
        (woman(), [], "in-situ-missing", "no stain"),
        (woman(), ["anastrozole"], "before-menopause", "the menopausal state is not known"),
        (FINE.without("heart"), ["trastuzumab"], "heart-first", "the ejection fraction did not arrive"),
    ],
)
def test_what_is_not_known_stays_open(second, person, orders, code, comment):
    [trace] = [one for one in ask(second, person, *orders).assessment.traces if one.code == code]
    values = [criterion.value for criterion in trace.criteria]
    assert (False in values, None in values) == (False, True), comment


def test_a_card_says_everything_in_words_of_this_content(second):
    [card] = ask(second, OPEN).body["cards"][1:]
    assert card["summary"] == "HER2 stain 2+ without in situ hybridisation: HER2 is open"
    assert card["source"] == {
        "label": "Textbook B: Drugs for breast tumours (fictional, for tests) (Feb 2020)",
        "topic": {"system": "https://second-disease.example.org/CodeSystem/advice", "code": "in-situ-missing"},
    }
    assert "- HER2 stain score: 2+ (" in card["detail"]
    assert "- In situ hybridisation documented: none documented in the record received" in card["detail"]
    assert "Textbook B (date: Feb 2020; review: none: it does not exist): no reference given [B-4]" in card["detail"]
    assert [reason["code"] for reason in card["overrideReasons"]] == ["other-plan", "known", "not-mine"]


def test_a_suggestion_creates_an_order_of_this_content(second):
    [card] = ask(second, woman(), "trastuzumab").body["cards"]
    [suggestion] = card["suggestions"]
    [action] = suggestion["actions"]
    assert (action["type"], action["resource"]["code"]["text"]) == ("create", "Echocardiogram")
    assert action["resource"]["subject"] == {"reference": "Patient/w1"}
    assert action["resource"]["instantiatesCanonical"] == ["https://second-disease.example.org/ActivityDefinition/echocardiogram|0.1.0"]
    [card] = ask(second, woman(), "trastuzumab", "echocardiogram").body["cards"]
    assert "suggestions" not in card, "it is drafted already"


def test_a_suggestion_withdraws_the_draft(second):
    [card] = ask(second, NEGATIVE.ejection(60), "trastuzumab", "tamoxifen").body["cards"]
    [suggestion] = card["suggestions"]
    assert suggestion["actions"] == [{"type": "delete", "description": "Withdraw this draft", "resourceId": "MedicationRequest/d2"}]
    assert "- Draft order: `MedicationRequest/d2`" in card["detail"]


@pytest.mark.parametrize(
    ("days", "given", "comment"),
    [
        (14, [("tamoxifen", "trastuzumab")], "two weeks apart still belong together"),
        (15, [("tamoxifen",), ("trastuzumab",)], "a day more, and the second is a step of its own"),
    ],
)
def test_drugs_that_start_together_are_one_treatment(second, days, given, comment):
    person = woman()
    for drug, on in (("tamoxifen", days_before(60)), ("trastuzumab", days_before(60 - days))):
        code = coded(RXNORM, DRUGS[drug])
        person = person.add("MedicationRequest", status="active", intent="order", authoredOn=on, medicationCodeableConcept=code)
    found = ask(second, person).assessment.facts.value("given")
    assert [one["agents"] for one in found] == given, comment


def test_what_did_not_arrive_is_named_by_this_content_s_keys(second):
    [card] = ask(second, woman().tnm("T2", "N0", "M0").without("drugs", "heart")).body["cards"]
    assert "- Not received: heart, drugs" in card["detail"]


@pytest.mark.parametrize(
    ("person", "user", "comment"),
    [
        (NEGATIVE.but(deceasedBoolean=True), "Practitioner/p1", "she has died"),
        (NEGATIVE.but(birthDate="2012-01-01"), "Practitioner/p1", "a child"),
        (NEGATIVE, "Patient/w1", "she asks herself"),
        (Person().condition(ICD, "C34.90"), "Practitioner/p1", "another tumour"),
        (Person().tumour("left", clinical="resolved"), "Practitioner/p1", "it is over"),
    ],
)
def test_out_of_scope_there_is_no_card(second, person, user, comment):
    for orders in ((), ("tamoxifen", "trastuzumab")):
        assert ask(second, person, *orders, user=user).body == {"cards": []}, comment
