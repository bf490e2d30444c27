"""Text from a record inside Markdown: nothing in it may act as markup, and none of it may be long.

Source: CommonMark 0.31 (backslash escapes of ASCII punctuation, entities); GitHub autolinks need unescaped punctuation.
"""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 200
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_PUNCTUATION = frozenset("!\"#$%'()*+,-./:;=?@[\\]^_`{|}~")
_ESCAPES = str.maketrans(_ENTITIES | {character: f"\\{character}" for character in _PUNCTUATION})
_REFERENCE = re.compile(r"[A-Za-z]+(?:/[A-Za-z0-9.\-]{1,64}|#\d+|\[\d+\])\Z")
_DATE = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T[0-9:.Z+-]*)?\Z")
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain_text(text: str, limit: int = MAX_LENGTH) -> str:
    """One line without control, format or private characters, cut (visibly) at ``limit`` characters."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(" " if character.isspace() else character for character in text[: limit * 4] if _is_visible(character))
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _is_visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] != "C"


def escape(text: str, limit: int = MAX_LENGTH) -> str:
    """:func:`plain_text` with ASCII punctuation backslash-escaped and ``< > &`` as entities."""
    return plain_text(text, limit).translate(_ESCAPES)


def entities(text: str) -> str:
    """Text of the content's own, such as a code or a title, with ``< > &`` as entities: its other marks are meant."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def reference(text: str) -> str:
    """A resource reference: as code where it has the usual form, else escaped like any text."""
    return f"`{text}`" if _REFERENCE.match(text) else escape(text, 80)


def day(text: str) -> str:
    """The day (or month, or year) of a FHIR date or dateTime; anything else escaped."""
    match = _DATE.match(text)
    return match.group(1) if match else escape(text, 40)


def unescape(markdown: str) -> str:
    """Take the escapes of :func:`escape` away again, for plain-text renderings."""
    text = _BACKSLASH.sub(r"\1", markdown)
    for character, entity in _ENTITIES.items():
        text = text.replace(entity, character)
    return text
