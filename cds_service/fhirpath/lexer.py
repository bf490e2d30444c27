"""Text to tokens. The grammar is FHIRPath 2.0's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from cds_service.fhirpath.errors import FhirPathError

_TOKENS = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<date>@[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?
        (?:T(?:[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)?)
  | (?P<time>@T[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?)
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<variable>%(?:[A-Za-z_][A-Za-z0-9_]*|`(?:[^`\\]|\\.)+`|'(?:[^'\\]|\\.)+'))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<delimited>`(?:[^`\\]|\\.)+`)
  | (?P<special>\$[A-Za-z]+)
  | (?P<symbol><=|>=|!=|!~|[=<>~+\-&|*/().,{}\[\]])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
DATES = "Write @2024, @2024-05, @2024-05-31 or @2024-05-31T10:00:00Z; times of day are not covered."
_ESCAPES = {"'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/", "r": "\r", "n": "\n", "t": "\t", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is a group of the pattern above or ``end``; ``text`` is as written, or unescaped for strings and names."""

    kind: str
    text: str
    position: int


def tokens(text: str) -> list[Token]:
    """Cut ``text`` into tokens, the last of kind ``end``. Raises :class:`FhirPathError`."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKENS.match(text, position)
        if match is None:
            _unreadable(text, position)
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(_token(kind, match.group(), position))
        position = match.end()
    return [*found, Token("end", "", len(text))]


def _token(kind: str, text: str, position: int) -> Token:
    if kind == "string":
        return Token(kind, _unescaped(text[1:-1], position), position)
    if kind == "delimited":
        return Token(kind, _unescaped(text[1:-1], position), position)
    if kind == "variable":
        name = text[1:]
        return Token(kind, _unescaped(name[1:-1], position) if name[0] in "`'" else name, position)
    return Token(kind, text, position)


def _unescaped(text: str, position: int) -> str:
    def character(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise FhirPathError(f"\\{code} is not an escape", position, r"Use \' \" \` \\ \/ \r \n \t \f or \u and four hex digits.")
        return _ESCAPES[code]

    return _ESCAPE.sub(character, text)


def _unreadable(text: str, position: int) -> NoReturn:
    character = text[position]
    if character in "'`":
        raise FhirPathError("The text is not closed", position, f"Close it with {character}.")
    if character == '"':
        raise FhirPathError('" does not begin a text', position, "Put text in single quotes.")
    if character == "@":
        raise FhirPathError("This is not a date", position, DATES)
    if character == "%":
        raise FhirPathError("% needs the name of a variable", position, "Write %name.")
    raise FhirPathError(f"{character!r} has no meaning here", position, "Remove it, or put text in single quotes.")
