"""The two libraries that read the published schemas, one to tell what fits and one to explain what does not, are of one mind."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cds_service.hooks.schema import _explaining, _fits, _native, compile_schemas, first_error, schema
from tests.builders import plants

UUID = "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10"
CODING = {"system": "s", "code": "c", "display": "D"}
RESOURCE = {"resourceType": "Task", "status": "draft", "note": [{"text": "t", "at": {"of": [1, False, 0.5]}}]}
CREATE = {"type": "create", "description": "D", "resource": RESOURCE}
DELETE = {"type": "delete", "description": "D", "resourceId": "Task/t1"}
CARD = {
    "uuid": UUID,
    "summary": "S",
    "detail": "D",
    "indicator": "info",
    "source": {"label": "L", "url": "https://example.org", "topic": CODING},
    "suggestions": [{"label": "L", "uuid": UUID, "isRecommended": True, "actions": [CREATE, DELETE]}],
    "selectionBehavior": "at-most-one",
    "overrideReasons": [CODING],
    "links": [{"label": "L", "url": "https://example.org", "type": "smart", "appContext": "x", "autolaunchable": True}],
    "extension": {"org.example": {"codes": ["c"], "flag": False, "count": 0}},
}
REASON = {"reason": CODING, **CODING, "userComment": "u", "extension": {"a": None}}
REPORT = {
    "card": UUID,
    "outcome": "overridden",
    "overrideReason": REASON,
    "overrideReasons": [REASON],
    "acceptedSuggestions": [{"id": UUID}],
}
REQUEST = {
    "hook": "h",
    "hookInstance": UUID,
    "fhirServer": "https://example.org",
    "fhirAuthorization": {},
    "context": {},
    "prefetch": {"a": None},
    "extension": {},
}
SOUND = [
    ("response", None, {"cards": [CARD], "extension": {"a": [1]}}),
    ("feedback", None, {"feedback": [REPORT, REPORT]}),
    ("request", None, REQUEST),
    *(("contexts", hook, plants.context(hook)) for hook in plants.CONTEXTS),
]
# Also what is nearly right: a name or a value of the schemas in a place where it does not belong
WORDS = st.sampled_from(
    ["", "at-most-one", "any", "delete", "absolute", "accepted", "Bundle", "x" * 140, "x" * 300, "https://", UUID, "Task/t1"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


def places(value):
    """Every place in a JSON value: what holds it, and under which name or number."""
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, step
        if isinstance(inner, dict | list):
            yield from places(inner)


@st.composite
def nearly_sound(draw):
    """A message with up to three changes: a value for another, one more, or one less."""
    name, part, sound = draw(st.sampled_from(SOUND))
    message = copy.deepcopy(sound)
    for _ in range(draw(st.integers(0, 3))):
        found = list(places(message))
        if not found:
            break
        holder, step = draw(st.sampled_from(found))
        match draw(st.integers(0, 2)):
            case 0:
                holder[step] = draw(JSON)
            case 1 if isinstance(holder, dict):
                holder[draw(st.sampled_from(["resource", "resourceId", "isRecommended", "null", "order"]))] = draw(JSON)
            case _:
                del holder[step]
    return name, part, message


def published(name, part):
    whole = schema(name)
    return Draft202012Validator(whole if part is None else {"$ref": f"#/$defs/{part}", "$defs": whole["$defs"]})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine says nothing of the schemas
@given(nearly_sound())
def test_what_fits_and_what_can_be_explained_are_the_same(message):
    name, part, instance = message
    sound = published(name, part).is_valid(instance)
    assert _fits(name, instance, part) is sound
    assert _explaining(name, part).is_valid(instance) is sound
    assert (first_error(name, instance, part) is None) is sound


@pytest.mark.parametrize("name", ["request", "contexts", "response", "feedback"])
def test_the_published_schemas_are_schemas(name):
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(("name", "part", "sound"), SOUND)
def test_the_messages_that_are_changed_are_sound(name, part, sound):
    assert first_error(name, sound, part) is None


def test_what_json_cannot_hold_is_left_to_the_explanation():
    assert first_error("request", {**REQUEST, "hook": b"h"}).validator == "type"
    assert first_error("request", {**REQUEST, "hook": "\ud800"}) is None


def test_nothing_is_compiled_in_the_first_request():
    compile_schemas()
    before = (_native.cache_info().misses, _explaining.cache_info().misses)
    for name, part, sound in SOUND:
        first_error(name, sound, part)
        first_error(name, [], part)
    assert (_native.cache_info().misses, _explaining.cache_info().misses) == before
