"""The evidence of a path and of what lies below it."""

import pytest

from cds_service.model.facts import Evidence, Facts

A, B, C = (Evidence(f"Observation/{name}") for name in "abc")
FACTS = Facts(evidence={"leaf": (A,), "leaf.shade": (B,), "leaves[0].shade": (A, B), "leaves[1].shade": (B, C), "leafless": (C,)})


@pytest.mark.parametrize(
    ("path", "evidence", "why"),
    [
        ("leaf", (A, B), "its own, then that of its members"),
        ("leaf.shade", (B,), "a member alone"),
        ("leaves", (A, B, C), "every element, each resource once"),
        ("leaves[1]", (B, C), "one element"),
        ("leafless", (C,), "a longer name is another path"),
        ("tree", (), "nothing"),
    ],
)
def test_evidence_of_a_path(path, evidence, why):
    assert FACTS.evidence_of(path) == evidence, why


@pytest.mark.parametrize(
    ("path", "elements", "why"),
    [
        ("leaves", {0: (A, B), 1: (B, C)}, "by number"),
        ("leaf", {}, "no list"),
        ("tree", {}, "nothing"),
    ],
)
def test_evidence_of_the_elements_of_a_list(path, elements, why):
    assert FACTS.evidence_of_elements(path) == elements, why
