"""What ``iif`` gives where its condition is unknown."""

import pytest

from cds_service.fhirpath import Type
from cds_service.fhirpath.branches import undecided

FACTS = Type("object", children={"open": Type("boolean"), "sure": Type("boolean", known=True)})


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("iif(%facts.open, 'a', 'b')", [({"a"}, {"b"})], "either way"),
        ("iif(%facts.sure, 'a', 'b')", [], "the condition is always known"),
        ("iif(%facts.open, 'a', iif(%facts.open, 'b', 'c'))", [({"a"}, {"b", "c"}), ({"b"}, {"c"})], "each of two"),
        ("iif(%facts.sure, iif(%facts.open, 'a', 'b'), 'c')", [({"a"}, {"b"})], "inside one that is certain"),
        ("iif(%facts.open and %facts.sure, 'a', 'b')", [({"a"}, {"b"})], "partly unknown is unknown"),
        ("iif(%facts.open, 'a')", [], "nothing is said otherwise"),
        ("'a'", [], "no choice at all"),
    ],
)
def test_what_is_said_where_the_condition_is_unknown(text, expected, comment):
    found = [(set(yes), set(otherwise)) for yes, otherwise in undecided(text, {"facts": FACTS})]

    assert found == expected, comment
