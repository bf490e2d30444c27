"""Whatever is written, the answer is an expression or a FhirPathError; whatever is read, a collection or a FhirPathError."""

from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhirpath import FhirPathError, Quantity, Temporal
from tests.unit.fhirpath.example_model import FACTS, compiled

PIECES = [
    *"()[]{}.,+-&|=<>*/~ ",
    *(
        "%facts",
        "%fired",
        "%order",
        "%parameters.limit",
        "%odd",
        "$this",
        "$index",
        "'a'",
        "'",
        "`x`",
        "@2024",
        "@2024-05-31T10:00Z",
        "@T1",
        "1",
        "2.5",
    ),
    *(
        " and ",
        " or ",
        " implies ",
        " in ",
        " contains ",
        "<=",
        "!=",
        "!~",
        ".not()",
        ".exists(",
        ".where(",
        ".count()",
        ".empty()",
        "iif(",
        "true",
        "{}",
    ),
    *(f".{name}" for name in FACTS.children),
    *("//", "/*", "*/", "\\", '"', "%", "\x00", "\U0001f600"),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
    | st.just(Temporal.parse("2024-05"))
    | st.just(Quantity(Decimal(1), "mm")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "colour", "weight", "sound", "tags"]), inner, max_size=3)
    ),
    max_leaves=8,
)
EXPRESSIONS = [
    "%facts.yes and %facts.no.not() or %facts.raw",
    "%facts.number < %facts.size",
    "%facts.raw = %facts.names and %facts.raw < %facts.amount",
    "%facts.paint.colour in %facts.colours",
    "%facts.raw contains %facts.day",
    "%facts.parts.where(sound and weight > 1).tags.exists($this = %facts.name)",
    "iif(%facts.raw, %facts.name + 'a', %facts.raw.a & 'b')",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_text_compiles_or_is_refused(text):
    with suppress(FhirPathError):
        assert compiled(text).text == text


def read_by(text):
    """An expression with values for the facts that it reads, or with anything in the place of the facts."""
    names = {path.split(".")[1] for path in compiled(text).reads if path.startswith("facts.")}
    return st.tuples(st.just(text), st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(names), VALUES)) | VALUES)


@given(st.sampled_from(EXPRESSIONS).flatmap(read_by))
@settings(max_examples=200, deadline=None)
def test_any_value_gives_a_collection_or_is_refused(drawn):
    text, facts = drawn
    expression = compiled(text)
    with suppress(FhirPathError):
        result = expression({"facts": facts})
        assert isinstance(result, list)
        assert None not in result
        assert expression.causes({"facts": facts}) <= expression.reads


def said(text, facts):
    try:
        return compiled(text)({"facts": facts})
    except FhirPathError:
        return "refused"


@given(VALUES)
def test_a_text_written_out_is_in_whatever_holds_the_same_text_of_a_fact(value):
    facts = {"raw": value, "name": "a"}
    assert said("'a' in %facts.raw", facts) == said("%facts.name in %facts.raw", facts)
