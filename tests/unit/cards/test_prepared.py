"""What is kept from one answer to the next follows from the content alone, and has an end."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

from cds_service.cards import render_cards
from cds_service.cards.once import Once
from cds_service.cards.prepared import prepared
from cds_service.fhirpath import Temporal
from cds_service.model.facts import Evidence
from tests.unit.cards.world import INFO, assessment, knowledge
from tests.unit.plans.world import facts, hook, loaded, order, row


def test_a_value_is_made_once():
    asked = []
    once = Once(lambda key: asked.append(key) or len(asked), room=9)

    assert [once["a"], once["b"], once["a"]] == [1, 2, 1]


def test_there_is_room_for_so_many_and_then_all_begin_anew():
    asked = []
    once = Once(lambda key: asked.append(key) or key, room=2)

    assert [once[key] for key in "abcab"] == list("abcab")
    assert len(once) <= 2
    assert asked == list("abcab")


def texts(value):
    if isinstance(value, dict):
        return {text for item in value.items() for part in item for text in texts(part)}
    if isinstance(value, (list, tuple, frozenset)):
        return {text for part in value for text in texts(part)}
    return {value} if isinstance(value, str) else {repr(value)}


def kept(words):
    said = [(one.path, one.title, dict(one.codes), one._known) for one in words.fact.values()]
    return texts([said, list(words.facts_behind), dict(words.fixed), dict(words.assumptions)])


def test_nothing_of_a_patient_is_kept(tmp_path):
    rows = (
        row(
            "a",
            "%facts.ripe",
            "%facts.colour = 'red'",
            "%facts.note != 'x'",
            "%facts.size < %parameters.maxSize",
            "%facts.day < @2030",
            hooks=("order-sign",),
        ),
    )
    plans = loaded(tmp_path, *rows, hooks=("order-sign",))
    known = knowledge(plans)
    proof = {"note": (Evidence("Observation/marked", "urn:x|marked", "2026-03-04"),)}
    marked = {
        "ripe": True,
        "colour": "red",
        "note": "marked",
        "size": Decimal("4.125"),
        "day": Temporal.parse("2026-03-04"),
        "orders": [order("marked", text="marked")],
    }

    (card,) = render_cards(assessment(plans, facts(**marked, evidence=proof), hook("order-sign", instance="marked")), known)

    assert all(text in str(card) for text in ("marked", "4.125", "2026-03-04"))
    remembered = kept(prepared(known))
    assert {"Note", "deep red", "yes"} <= remembered
    assert not [text for text in remembered if "marked" in text or "4.125" in text or "2026-03-04" in text]


def test_what_is_kept_is_that_of_its_content(tmp_path):
    """A site with its own parameters beside the content's: each answer has its own words."""
    plans = loaded(tmp_path, row("a", "%facts.size < %parameters.maxSize"))
    own, changed = knowledge(plans), knowledge(plans, parameter_info={"maxSize": replace(INFO["maxSize"], value=4, site_file="s")})
    found = assessment(plans, facts(size=Decimal(1)), hook())

    details = [render_cards(found, one)[0]["detail"] for one in (own, changed, own)]

    assert ["Assumption: Largest size = 5 cm" in one for one in details] == [True, False, True]
    assert ["Site setting: Largest size = 4 cm" in one for one in details] == [False, True, False]


def test_answers_do_not_change_what_later_ones_say(tmp_path):
    plans = loaded(tmp_path, row("a", "%facts.ripe"), row("b", "%facts.ripe"))
    known = knowledge(plans)
    found = assessment(plans, facts(ripe=True), hook())
    first = deepcopy(render_cards(found, known))

    render_cards(assessment(plans, facts(ripe=True, size=Decimal(1)), hook(instance="other")), known)

    assert render_cards(found, known) == first
