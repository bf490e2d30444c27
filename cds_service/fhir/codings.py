"""Reading codes as they are written in real records: system aliases and the spellings of one code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

TEXT_SYSTEM = "https://cds-service.example.org/CodeSystem/text"
_WORD = re.compile(r"[0-9a-z+<>-]+")
_DASH = re.compile(r"(?<![0-9a-z])-+|-+(?=[0-9a-z])")


class Concept(NamedTuple):
    """A code in the spelling and system that the content uses."""

    system: str
    code: str

    def __str__(self) -> str:
        return f"{self.system}|{self.code}"


def normalise_text(text: str) -> str:
    """The form in which the content lists spellings: lower case, punctuation as single spaces, ``+ - < >`` kept at a word's end."""
    folded = text[:400].casefold()
    return " ".join(_WORD.findall(_DASH.sub(" ", folded) if "-" in folded else folded))


def dotted(code: str) -> str:
    """A classification code of letter, digits and dot: upper case, with the dot after the third character (``A123`` -> ``A12.3``)."""
    code = code.strip().upper().rstrip(".")
    if len(code) > 3 and code[0].isalpha() and code[1:3].isdigit() and code[3] not in "./":
        return f"{code[:3]}.{code[3:]}"
    return code


def focus(code: str) -> str:
    """The focus concept of a post-coordinated expression, without its term (``=== 123 |term| : 456 = 789`` -> ``123``)."""
    return re.split(r"[:|+\s)]", code.lstrip(" =<("), maxsplit=1)[0]


def plain(code: str) -> str:
    """A code as it stands, without surrounding blanks."""
    return code.strip()


CODE_FORMS: Mapping[str, Callable[[str], str]] = {"icd": dotted, "snomed": focus, "plain": plain}


def codings(codeable: object) -> list[tuple[str, str]]:
    """(system, code) of a CodeableConcept, a list of them, or a bare Coding; whatever is malformed is passed over."""
    found = []
    for coding in _each(codeable):
        code = coding.get("code") if isinstance(coding, dict) else None
        if isinstance(code, str) and code:
            system = coding.get("system")
            found.append((system if isinstance(system, str) else "", code))
    return found


def named_codings(codeable: object) -> list[tuple[str, str, str | None]]:
    """As :func:`codings`, with the display."""
    found = []
    for coding in _each(codeable):
        code = coding.get("code") if isinstance(coding, dict) else None
        if isinstance(code, str) and code:
            system, display = coding.get("system"), coding.get("display")
            found.append((system if isinstance(system, str) else "", code, display if isinstance(display, str) else None))
    return found


def _each(codeable: object) -> list[Any]:
    """What stands where the codings of a CodeableConcept, of a list of them, or of a bare Coding should; any of it may be malformed."""
    if isinstance(codeable, dict):
        listed = codeable.get("coding")
        if isinstance(listed, list):
            return listed
        return [listed if isinstance(listed, dict) else codeable]
    return [coding for item in codeable for coding in _each(item)] if isinstance(codeable, list) else []


def texts(codeable: object) -> list[str]:
    """The free texts of a CodeableConcept or of a list of them (not the displays, which belong to codes)."""
    if isinstance(codeable, dict):
        text = codeable.get("text")
        return [text] if isinstance(text, str) else []
    if isinstance(codeable, list):
        return [text for item in codeable for text in texts(item)]
    return [codeable] if isinstance(codeable, str) else []


def first_code(element: Any) -> str | None:
    """The code of a status-like element that may come as code, Coding, CodeableConcept or a list of one."""
    if isinstance(element, str):
        return element.strip().lower() or None
    try:  # its usual shape
        code = element["coding"][0]["code"]
        if isinstance(code, str) and code:
            return code.strip().lower()
    except (KeyError, IndexError, TypeError):
        pass
    found = [code for _, code in codings(element)] or texts(element)
    return found[0].strip().lower() if found and found[0] else None
