"""A card's detail as a reader's Markdown renderer takes it."""

from __future__ import annotations

from markdown_it import MarkdownIt

_PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
#: What the details of cards are made of; a quotation, a numbered list, a heading or HTML comes only of a value taken for markup.
MEANT = frozenset({"paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td", "strong"})
_WITHOUT_PAIR = frozenset({"inline", "text", "text_special", "softbreak", "code_inline"})


def structure(detail: str) -> frozenset[str]:
    """The kinds of Markdown that a detail holds, blocks and inline; a list inside a list is a ``nested_list``."""
    found = set()
    for token in _PARSER.parse(detail):
        found.update(_kind(part.type) for part in (token, *(token.children or ())))
        if token.type == "list_item_open" and token.level > 1:
            found.add("nested_list")
    return frozenset(found - _WITHOUT_PAIR)


def not_meant(detail: str) -> frozenset[str]:
    """What a renderer makes of a detail and nobody meant; empty where all is well."""
    return structure(detail) - MEANT


def _kind(token: str) -> str:
    return token.removesuffix("_open").removesuffix("_close")
