"""How long a text is for its reader."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.cards.words import block, piece, total, words

TEXTS = st.text() | st.text(st.sampled_from("ab_9 \n\t\x1c\x85\xa0\u2003.-*|±é–"))  # noqa: RUF001 - a dash is no word


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("Water it, then wait.", 4, "marks belong to the word before them"),
        ("- **Ripe:** yes", 2, "marks of Markdown are none"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", 4, "nor the lines of a table"),
        ("1,200 m²; ± 5 %", 3, "numbers are, and what is attached to them"),
        ("été – café", 2, "letters of every alphabet"),  # noqa: RUF001
        ("", 0, "nothing"),
    ],
)
def test_words(text, expected, comment):
    assert words(text) == expected, comment


@given(TEXTS)
def test_a_word_is_what_stands_between_spaces_and_has_a_letter_or_digit(text):
    assert words(text) == sum(re.search(r"\w", part) is not None for part in text.split())


@given(st.lists(TEXTS))
def test_the_words_of_parts_that_stand_on_their_own_add_up(texts):
    assert words("\n".join(texts)) == total(map(piece, texts))


def test_a_heading_stands_only_above_something():
    assert block("Why", ["- a", "- b"]) == "**Why**\n\n- a\n- b"
    assert block("Why", []) == ""
