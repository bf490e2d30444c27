"""Regular expressions, with the work that one may do bounded: no pattern of content and no text of a record can stop the service.

Python's engine backtracks. A pattern without a repetition inside a repetition can try no more ways than the product of the counts
of its repetitions and of its alternatives; that product, times the places where it may begin, has a limit for the text at hand.
A repetition inside a repetition, a look-around and a reference back to a group are refused outright.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.functions.registry import Function, Site, simple
from cds_service.fhirpath.standard.part import Part

_LONGEST_PATTERN = 500
_MOST_WORK = 5_000_000
_REMEDY = "Write a simpler pattern, or compare with startsWith(), contains() and their like."
_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<or>\|)"
    r"|(?P<repeat>(?:[*+?]|\{[0-9]{1,4}(?:,[0-9]{0,4})?\})[?+]?)|(?P<other>.)",
    re.DOTALL,
)
_TEXT = ("String",)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that may run: ``counts`` are the ways of each repetition (``None``: as many as the text is long)."""

    regex: re.Pattern[str]
    counts: tuple[int | None, ...]
    alternatives: int

    def check(self, text: str) -> None:
        """Refuse a text over which this might take too long."""
        work = (len(text) + 1) * self.alternatives
        for count in self.counts:
            work *= len(text) + 1 if count is None else min(count, len(text) + 1)
        if work > _MOST_WORK:
            raise FhirPathError("The text is too long for this regular expression", 0, _REMEDY)


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """Compile a regular expression. Raises :class:`FhirPathError` for one that is wrong or might run for too long."""
    if len(text) > _LONGEST_PATTERN:
        raise FhirPathError("The regular expression is too long", 0, f"Use at most {_LONGEST_PATTERN} characters.")
    counts, alternatives = _read(text)
    try:
        return Pattern(re.compile(text, re.DOTALL), tuple(counts), alternatives)
    except (re.error, OverflowError, RecursionError):
        raise FhirPathError("This is not a regular expression that is understood", 0, _REMEDY) from None


def _read(text: str) -> tuple[list[int | None], int]:
    counts: list[int | None] = []
    alternatives = 1
    groups: list[bool] = []  # whether each open group holds a repetition or an alternative
    closed = False  # whether a group that does has just been closed
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "escape" and token[1].isdigit():
            raise FhirPathError("A regular expression refers back to a group", 0, _REMEDY)
        if kind == "set" and re.search(r"\[|--|&&|~~|\|\|", re.sub(r"\\.", "", token[1:])):
            raise FhirPathError("A set of characters has a meaning that differs between engines", 0, r"Write \[ or \- in it.")
        if kind == "open":
            if text.startswith("?", match.end()):
                raise FhirPathError("A regular expression has a group of a kind that is not covered", 0, _REMEDY)
            groups.append(False)
        elif kind == "or":
            alternatives += 1 if not groups else alternatives
            groups = [True] * len(groups)
        elif kind == "repeat":
            if closed and not token.startswith("?"):
                raise FhirPathError("A regular expression repeats what is itself repeated or a choice", 0, _REMEDY)
            counts.append(_ways(token))
            groups = [True] * len(groups)
        closed = kind == "close" and bool(groups) and groups.pop()
    return counts, alternatives


def _ways(token: str) -> int | None:
    """In how many ways a repetition can be taken."""
    if token[0] == "?":
        return 2
    if token[0] in "*+":
        return None
    least, _, most = token[1 : token.index("}")].partition(",")
    if "," not in token:
        return 1
    return None if not most else max(1, int(most) - int(least) + 1)


def _matches(text: str, written: str) -> bool:
    found = pattern(written)
    found.check(text)
    return found.regex.search(text) is not None


def _matches_full(text: str, written: str) -> bool:
    found = pattern(written)
    found.check(text)
    return found.regex.fullmatch(text) is not None


def _replace_matches(text: str, written: str, with_: str) -> str:
    if not written:
        return text
    found = pattern(written)
    found.check(text)
    if (len(text) + 1) * (len(with_) + len(text) * with_.count("$") + 1) > _MOST_WORK:
        raise FhirPathError("replaceMatches() would make a text that is too long", 0, _REMEDY)
    template = re.sub(r"\$(\d{1,2})", r"\\g<\1>", with_.replace("\\", r"\\"))
    try:
        return found.regex.sub(template, text)
    except (re.error, IndexError):
        raise FhirPathError("The replacement refers to a group that the pattern does not have", 0, _REMEDY) from None


def _checked(function: Function) -> Function:
    """A pattern that is written out is checked when the expression is compiled."""

    def build(site: Site) -> Part:
        written = getattr(site.arguments[0], "value", None)
        if isinstance(written, str):
            try:
                pattern(written)
            except FhirPathError as error:
                raise FhirPathError(error.message, site.arguments[0].position, error.remedy) from None
        return function.build(site)

    return Function(build, function.least, function.most)


FUNCTIONS = {
    "matches": _checked(simple(_matches, "Boolean", _TEXT, _TEXT)),
    "matchesFull": _checked(simple(_matches_full, "Boolean", _TEXT, _TEXT)),
    "replaceMatches": _checked(simple(_replace_matches, "String", _TEXT, _TEXT, _TEXT)),
}
