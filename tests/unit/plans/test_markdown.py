"""Text from a record is only text, wherever it stands in Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cds_service.plans.markdown import day, escape, plain_text, reference, unescape

PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
LINKING = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@given(st.text(max_size=400))
def test_escaped_text_is_rendered_as_itself_and_nothing_else(text):
    plain = plain_text(text)

    (paragraph,) = PARSER.parseInline(f"x{escape(text)}x")

    assert {token.type for token in paragraph.children} <= {"text", "text_special"}
    assert "".join(token.content for token in paragraph.children) == f"x{plain}x"


@given(st.text(max_size=400))
def test_escaped_text_is_one_paragraph_wherever_it_starts(text):
    kinds = {token.type for token in LINKING.parse(escape(text))}

    assert kinds <= {"paragraph_open", "inline", "paragraph_close"}


@given(st.text(max_size=2000))
def test_escaped_text_is_short_visible_and_comes_back(text):
    assert len(plain_text(text)) <= 200
    assert not re.search(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]", escape(text))
    assert unescape(escape(text)) == plain_text(text)


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("<script>", "&lt;script&gt;", "markup"),
        ("a\nb\tc", "a b c", "one line"),
        ("[x](http://e.example)", r"\[x\]\(http\:\/\/e\.example\)", "a link"),
        ("www.e.example", r"www\.e\.example", "an address that GitHub would link"),
        ("a | b", r"a \| b", "a table cell"),
        ("\u202eabc", "abc", "no reordering of text"),
        ("é → ∅", "é → ∅", "other characters stay"),
    ],
)
def test_examples(text, expected, comment):
    assert escape(text) == expected, comment


def test_a_cut_is_seen():
    assert plain_text("x" * 201) == "x" * 199 + "…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Condition/c-1", "`Condition/c-1`"),
        ("Condition#3", "`Condition#3`"),
        ("draftOrders[0]", "`draftOrders[0]`"),
        ("Condition/`x`", r"Condition\/\`x\`"),
        ("urn:uuid:1", r"urn\:uuid\:1"),
    ],
)
def test_references(text, expected):
    assert reference(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("2026-03-04T10:00:00+01:00", "2026-03-04"), ("2026-03", "2026-03"), ("2026", "2026"), ("soon*", r"soon\*")]
)
def test_days(text, expected):
    assert day(text) == expected
