"""What stands between ``{{`` and ``}}``: the tokens of CDS Hooks 2.0 and the small FHIRPath of the 3.0 ballot, parsed.

A token is one path or several joined by ``|``. A path starts at the context, at a user token, at ``today()`` or at ``%key`` (what an
earlier prefetch key brought), and goes on with element names, ``ofType(Type)`` and ``resolve()``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# CDS Hooks 2.0, "Prefetch tokens": user token -> the resource type that ``context.userId`` must have
USER_TOKENS = {
    "userPractitionerId": "Practitioner",
    "userPractitionerRoleId": "PractitionerRole",
    "userPatientId": "Patient",
    "userRelatedPersonId": "RelatedPerson",
}
CONTEXT, TODAY = "context", "today()"

_TOKEN = re.compile(r"{{(.*?)}}", re.DOTALL)
_TODAY = re.compile(r"today\(\)(?:\s*(?P<sign>[+-])\s*(?P<days>\d{1,5})\s+days?)?\Z")
_ROOT = re.compile(r"(?:%(?:(?P<key>[A-Za-z_]\w*)|`(?P<quoted>[^`]+)`)|(?P<word>[A-Za-z]\w*))")
_STEP = re.compile(r"\.(?:(?P<resolve>resolve\(\))|ofType\(\s*(?P<type>[A-Z][A-Za-z]+)\s*\)|(?P<name>[A-Za-z_]\w*)(?!\w|\())")


class TokenError(ValueError):
    """A token that is neither of CDS Hooks 2.0 nor of the 3.0 ballot; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class OfType:
    """``ofType(type)``: only the resources of a type."""

    type: str


@dataclass(frozen=True, slots=True)
class Resolve:
    """``resolve()``: the targets of references."""


Step = str | OfType | Resolve


@dataclass(frozen=True, slots=True)
class Path:
    """One path: ``root`` is ``context``, a user token, ``today()`` (``days`` later), or ``%`` and a prefetch key."""

    root: str
    steps: tuple[Step, ...] = ()
    days: int = 0

    @property
    def key(self) -> str | None:
        """The prefetch key that the path starts from, if it starts from one."""
        return self.root[1:] if self.root.startswith("%") else None

    @property
    def is_plain(self) -> bool:
        """Whether CDS Hooks 2.0 knows it: a user token, or one field of the context."""
        return self.root in USER_TOKENS or (self.root == CONTEXT and len(self.steps) == 1)


@dataclass(frozen=True, slots=True)
class Token:
    """What stands in one pair of braces: ``text`` as written and its paths."""

    text: str
    paths: tuple[Path, ...]

    @property
    def is_plain(self) -> bool:
        """Whether CDS Hooks 2.0 knows it."""
        return len(self.paths) == 1 and self.paths[0].is_plain


def token_texts(template: str) -> list[str]:
    """What stands in the braces of a template, trimmed, in order."""
    return [text.strip() for text in _TOKEN.findall(template)]


@lru_cache(maxsize=1024)
def split(template: str) -> tuple[str | Token, ...]:
    """A template as literal text and tokens, in order. Raises :class:`TokenError`."""
    parts: list[str | Token] = []
    for number, text in enumerate(_TOKEN.split(template)):
        if number % 2:
            parts.append(parse_token(text.strip()))
        elif text:
            parts.append(text)
    return tuple(parts)


def parse_token(text: str) -> Token:
    """Read one token, without its braces. Raises :class:`TokenError`."""
    return Token(text, tuple(_path(part.strip()) for part in text.split("|")))


def _path(text: str) -> Path:
    moved = _TODAY.match(text)
    if moved is not None:
        return Path(TODAY, days=int(moved["days"] or 0) * (-1 if moved["sign"] == "-" else 1))
    root = _ROOT.match(text)
    if root is None:
        raise TokenError(f"'{text}' is no token")
    steps = _steps(text, root.end())
    key = root["key"] or root["quoted"]
    if key is not None:
        if not steps:
            raise TokenError(f"'{text}' names no element of the prefetched resource")
        return Path(f"%{key}", steps)
    word = root["word"]
    if word in USER_TOKENS and not steps:
        return Path(word)
    if word != CONTEXT or not steps or not isinstance(steps[0], str):
        raise TokenError(f"'{text}' does not start with context., a user token, today() or %key")
    return Path(CONTEXT, steps)


def _steps(text: str, position: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise TokenError(f"'{text}' goes on with something else than an element, ofType(Type) or resolve()")
        steps.append(Resolve() if match["resolve"] else OfType(match["type"]) if match["type"] else match["name"])
        position = match.end()
    return tuple(steps)
