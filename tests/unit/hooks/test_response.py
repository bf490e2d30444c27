"""What may leave: CDS Hooks 2.0, and nothing empty."""

import copy

import pytest

from cds_service.hooks.response import InvalidResponse, check_response

UUID = "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10"
CARD = {
    "uuid": UUID,
    "summary": "S",
    "detail": "D",
    "indicator": "info",
    "source": {"label": "L", "url": "https://example.org", "topic": {"system": "s", "code": "c"}},
    "suggestions": [
        {
            "label": "L",
            "uuid": UUID,
            "actions": [{"type": "create", "description": "D", "resource": {"resourceType": "Task", "status": "draft"}}],
        },
        {"label": "L", "uuid": UUID, "actions": [{"type": "delete", "description": "D", "resourceId": "Task/t1"}]},
    ],
    "selectionBehavior": "any",
    "overrideReasons": [{"system": "s", "code": "c", "display": "D"}],
    "links": [{"label": "L", "url": "https://example.org", "type": "absolute"}],
    "extension": {"org.example": {"codes": ["c"], "flag": False, "count": 0}},
}


def changed(path, value):
    card = copy.deepcopy(CARD)
    *steps, last = path
    node = card
    for step in steps:
        node = node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return {"cards": [card]}


@pytest.mark.parametrize("response", [{"cards": []}, {"cards": [CARD]}, changed(("summary",), "x" * 139), changed(("detail",), ...)])
def test_a_sound_answer_passes(response):
    check_response(response)


@pytest.mark.parametrize(
    ("response", "comment"),
    [
        ({}, "no cards"),
        ({"cards": None}, "null for cards"),
        ({"cards": [], "other": 1}, "a field that the standard lacks"),
        (changed(("summary",), "x" * 140), "140 characters"),
        (changed(("summary",), ""), "an empty summary"),
        (changed(("detail",), ""), "an empty detail"),
        (changed(("detail",), None), "null"),
        (changed(("uuid",), ...), "no uuid"),
        (changed(("uuid",), "x"), "a uuid that is none"),
        (changed(("indicator",), "hard-stop"), "an indicator of the past"),
        (changed(("source", "label"), ...), "a source without label"),
        (changed(("source", "url"), "example.org"), "a relative source"),
        (changed(("source", "topic"), {"code": "c"}), "a topic without system"),
        (changed(("selectionBehavior",), ...), "suggestions without selectionBehavior"),
        (changed(("suggestions",), ...), "selectionBehavior without suggestions"),
        (changed(("suggestions",), []), "an empty list"),
        (changed(("suggestions", 0, "uuid"), ...), "a suggestion without uuid"),
        (changed(("suggestions", 0, "actions", 0, "description"), ...), "an action without description"),
        (changed(("suggestions", 0, "actions", 0, "resource"), ...), "create without resource"),
        (changed(("suggestions", 0, "actions", 0, "resource"), {"status": "draft"}), "a resource without type"),
        (changed(("suggestions", 0, "actions", 0, "resource", "note"), []), "an empty list in a resource"),
        (changed(("suggestions", 0, "actions", 0, "resource", "code"), {"text": None}), "null deep in a resource"),
        (changed(("suggestions", 0, "actions", 0, "resourceId"), "Task/t1"), "create with resourceId"),
        (changed(("suggestions", 1, "actions", 0, "resourceId"), ...), "delete without resourceId"),
        (changed(("suggestions", 1, "actions", 0, "resourceId"), "t1"), "delete of a bare id"),
        (changed(("suggestions", 1, "actions", 0, "resource"), {"resourceType": "Task"}), "delete with resource"),
        (changed(("overrideReasons", 0, "display"), ...), "an override reason without display"),
        (changed(("links", 0, "appContext"), "x"), "appContext on an absolute link"),
        (changed(("links", 0, "type"), "other"), "a link of another type"),
        (changed(("extension",), []), "an extension that is no object"),
        (changed(("extension", "org.example", "codes"), []), "an empty list in an extension"),
    ],
)
def test_a_breach_is_caught_and_told_without_values(response, comment):
    with pytest.raises(InvalidResponse) as caught:
        check_response(response)
    assert caught.value.status == 500, comment
    assert "hard-stop" not in str(caught.value), comment


def test_at_most_one_may_recommend_one():
    response = changed(("selectionBehavior",), "at-most-one")
    suggestions = response["cards"][0]["suggestions"]
    suggestions[0]["isRecommended"] = True
    check_response(response)
    suggestions[1]["isRecommended"] = True
    with pytest.raises(InvalidResponse):
        check_response(response)


def test_app_context_belongs_to_smart_links():
    check_response(changed(("links", 0), {"label": "L", "url": "https://example.org", "type": "smart", "appContext": "x"}))
