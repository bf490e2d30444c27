"""Reading category texts: ``cT3``, ``ypT2N0``, ``T3N1bM1a``, ``pN0(i-)(sn)``, ``Stage 4A``, ``c3A``.

Source of the notation: TNM classification (UICC, AJCC). The whole text must be understood; otherwise nothing is read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

MAX_LENGTH = 200

_PREFIX = r"(?P<prefix>[yra]{0,2}[cpu]?)"
_CATEGORY = re.compile(
    _PREFIX + r"\s?(?:(?P<t>T(?:X|0|is|[1-4](?:mi|[a-e][1-3]?)?|a))|(?P<n>N(?:X|0[ab]?|[1-3](?:mi|[a-c])?))|(?P<m>M(?:X|0|1[a-d]?)))"
    r"(?![0-9])"
    r"(?P<suffix>(?:\s?\([^()]{1,12}\))*)",
    re.IGNORECASE,
)
_GROUP_WORDS = r"(?:(?:clinical|pathological|pathologic|anatomic|ajcc|uicc|tnm|overall)\s+)*(?:stage(?:\s+group)?|stadium)\s*[:=]?\s*"
_GROUP_VALUE = _PREFIX + r"\s?(?P<number>IV|I{1,3}|[0-4])\s?(?P<letter>[A-D][1-3]?|is|a)?(?![0-9A-Za-z])"
_GROUP_WITH_WORD = re.compile(_GROUP_WORDS + _GROUP_VALUE, re.IGNORECASE)
_BARE_GROUP = re.compile(_GROUP_VALUE + r"\Z", re.IGNORECASE)
# Spelled with its capital: "Pn1" is perineural invasion, "pN1" a node category.
_OTHER_CATEGORY = re.compile(r"(?:Pn|L|V|R|G|S)\s?[0-4X][ab]?(?![0-9A-Za-z])")
_SEPARATOR = re.compile(r"[\s,;()\[\]]+")
_SUFFIXES = {
    "t": re.compile(r"m|s|n|\d{1,2}", re.IGNORECASE),
    "n": re.compile(r"sn|i[+-]|mol[+-]|f|\d{1,3}/\d{1,3}|\d", re.IGNORECASE),
    "m": re.compile(r"i\+|mol\+|0|1|[a-z]{3}", re.IGNORECASE),
}
_ROMAN = ("0", "I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class Category:
    """``axis`` t, n, m or group; ``prefix`` as written (``""``, ``c``, ``yp``, ``r`` …); ``value`` canonical (``T3``, ``IVA``)."""

    axis: str
    prefix: str
    value: str


@dataclass(frozen=True, slots=True)
class CategoryText:
    """What a text says; ``plain`` when it is nothing but one category in its usual spelling."""

    categories: tuple[Category, ...]
    plain: bool


def parse_category_text(text: str, words: frozenset[str] = frozenset()) -> CategoryText | None:
    """Read a text; ``None`` if any part of it is not understood or if it contradicts itself.

    ``words`` are lower-case words that may stand in brackets behind a category, beside the signs of the notation.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip().replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    if not cleaned or len(cleaned) > MAX_LENGTH:
        return None
    bare = _BARE_GROUP.match(cleaned)
    if bare is not None:
        return CategoryText((_group(bare),), plain=True)
    categories: list[Category] = []
    position, tokens = 0, 0
    while position < len(cleaned):
        end = _token(cleaned, position, categories, words)
        if end is None:
            return None
        tokens += _SEPARATOR.match(cleaned, position) is None
        position = end
    categories = _completed(categories)
    if not categories or _contradicts(categories):
        return None
    return CategoryText(tuple(dict.fromkeys(categories)), plain=tokens == 1)


def _token(text: str, position: int, found: list[Category], words: frozenset[str]) -> int | None:
    """Read one token at ``position`` into ``found``; its end, ``None`` if it is not understood."""
    skipped = _SEPARATOR.match(text, position) or _OTHER_CATEGORY.match(text, position)
    if skipped is not None:
        return skipped.end()
    group = _GROUP_WITH_WORD.match(text, position)
    if group is not None:
        found.append(_group(group))
        return group.end()
    match = _CATEGORY.match(text, position)
    category = _category(match, found[-1].prefix if found else "", text[match.end() : match.end() + 1], words) if match else None
    if match is None or category is None:
        return None
    found.append(category)
    return match.end()


def _category(match: re.Match[str], carried: str, follower: str, words: frozenset[str]) -> Category | None:
    axis = next(name for name in ("t", "n", "m") if match[name])
    written: str = match[axis]
    suffixes = [suffix.strip() for suffix in re.findall(r"\(([^()]*)\)", match["suffix"])]
    if any(suffix.lower() not in words and not _SUFFIXES[axis].fullmatch(suffix) for suffix in suffixes):
        return None
    prefix = _prefix(match) or carried
    if not suffixes and _may_be_prefix(written[-1].lower(), prefix) and follower.lower() in ("t", "n", "m"):
        return None  # "T3cN1": the letter may belong to either side
    return Category(axis, prefix, written[0].upper() + _rest(written[1:]))


def _may_be_prefix(letter: str, prefix: str) -> bool:
    return letter == "c" or (letter == "a" and prefix == "a")


def _rest(written: str) -> str:
    return "X" if written.lower() == "x" else written.lower()


def _group(match: re.Match[str]) -> Category:
    number, letter = match["number"].upper(), match["letter"] or ""
    roman = _ROMAN[int(number)] if number.isdigit() else number
    return Category("group", _prefix(match), roman + (letter.lower() if roman == "0" else letter.upper()))


def _prefix(match: re.Match[str]) -> str:
    """As written, with ultrasound (``u``) read as clinical."""
    return (match["prefix"] or "").lower().replace("u", "c")


def _completed(categories: list[Category]) -> list[Category]:
    """A stage group without prefix has the one that all categories beside it have."""
    prefixes = {item.prefix for item in categories if item.axis != "group"}
    if len(prefixes) != 1:
        return categories
    prefix = next(iter(prefixes))
    return [replace(item, prefix=item.prefix or prefix) if item.axis == "group" else item for item in categories]


def _contradicts(categories: list[Category]) -> bool:
    values: dict[tuple[str, str], str] = {}
    return any(values.setdefault((item.axis, item.prefix), item.value) != item.value for item in categories)


def combine_prefix(code: str | None, value: str, descriptors: frozenset[str]) -> tuple[str | None, bool]:
    """The prefix of a category from its Observation code, its value and descriptor Observations; and whether they fit together.

    The code decides between clinical and pathological, because the value's own letter is not reliable there (mCODE);
    ``y``, ``r`` and ``a`` are added from wherever they stand. ``(None, True)``: no prefix is stated.
    """
    base_of_code, base_of_value = (code or "").strip("yra"), value.strip("yra")
    letters = {letter for letter in (code or "") + value if letter in "yra"} | descriptors
    base = base_of_code or base_of_value
    fits = not (base_of_code and base_of_value and base_of_code != base_of_value)
    if "a" in letters:
        return "a", fits and letters == {"a"}
    if not letters:
        return base or None, fits
    if len(letters) > 1 or not base:
        return None, False
    return letters.pop() + base, fits
