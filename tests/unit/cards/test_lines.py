"""The lines of facts are counted as they are read, and as many are shown as there is room for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.cards.fact_words import Said
from cds_service.cards.lines import FactLines, _line
from cds_service.cards.values import Proof, ShownFact
from cds_service.cards.words import piece, words
from cds_service.model.facts import Evidence

MARKDOWN = st.text(st.sampled_from("ab1 .-`*é"), min_size=1, max_size=12)
PROOFS = st.lists(
    st.builds(lambda day, marked: Proof(Evidence(marked), marked, day, marked, {}), st.just("") | MARKDOWN, MARKDOWN), max_size=4
)


def shown(text, proofs=()):
    return ShownFact(Said(text, piece(f"- Ripe: {text}")), text, tuple(proofs), {})


@given(MARKDOWN, PROOFS, st.sampled_from([1, 2]))
def test_a_line_has_the_words_that_it_says_it_has(text, proofs, references):
    line = _line(shown(text, proofs), references)

    assert line.words == words(line.text)


@pytest.mark.parametrize(
    ("count", "room", "expected", "comment"),
    [
        (8, 16, [8, 0], "all of them, two words each"),
        (9, 19, [8, 1], "eight at most, and three words that say so"),
        (9, 18, [7, 2], "one word less"),
        (8, 15, [6, 2], "what is left out has to be said too"),
        (8, 0, [3, 5], "three in any case"),
    ],
)
def test_as_many_as_there_is_room_for(count, room, expected, comment):
    found = FactLines().fitting([shown(f"v{number}") for number in range(count)], room)

    left = [int(line.split()[2]) for line in found if line.startswith("- and ")]
    assert [len(found) - len(left), sum(left)] == expected, comment
