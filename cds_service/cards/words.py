"""Parts of a card's Markdown with the words that its reader counts in them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_LETTERS = string.ascii_letters + string.digits + "_"
_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f "
#: ASCII with every letter or digit as an "a" and every space as a blank; all else is a mark
_KINDS = bytes(ord("a") if chr(number) in _LETTERS else ord(" ") for number in range(256))
_MARKS = bytes(number for number in range(128) if chr(number) not in _LETTERS + _SPACES)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


class Piece(NamedTuple):
    """A part of the Markdown and its words."""

    text: str
    words: int


def words(text: str) -> int:
    """Words as a reader counts them, what stands between spaces and has a letter or digit: marks of Markdown are none."""
    if not text.isascii():
        text = _BEYOND_ASCII.sub(_kind, text)
    return (b" " + text.encode("ascii").translate(_KINDS, _MARKS)).count(b" a")


def _kind(found: re.Match[str]) -> str:
    character = found.group()
    return "a" if character.isalnum() else " " if character.isspace() else "-"


def piece(text: str) -> Piece:
    """A part of the Markdown, counted."""
    return Piece(text, words(text))


def total(pieces: Iterable[Piece]) -> int:
    """The words of some parts that spaces or lines separate."""
    return sum(part.words for part in pieces)


def block(heading: str, lines: Sequence[str]) -> str:
    """Lines below a heading; nothing where there are none."""
    return "\n".join([f"**{heading}**", "", *lines]) if lines else ""
