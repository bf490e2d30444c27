"""Strings (FHIRPath 2.0, 5.6, and the additional functions of the continuous build)."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.standard.arithmetic import MOST_TEXT, joined_text
from cds_service.fhirpath.standard.functions.registry import Function, Site, simple
from cds_service.fhirpath.standard.items import read
from cds_service.fhirpath.standard.part import Env, Part
from cds_service.fhirpath.standard.static import require, system

_TEXT = ("String",)
_NUMBER = ("Integer",)


def _substring(text: str, start: int, length: int | None = None) -> str | None:
    if not 0 <= start < len(text):
        return None
    return text[start:] if length is None else text[start : start + max(0, length)]


def _replaced(text: str, pattern: str, with_: str) -> str:
    found = text.replace(pattern, with_) if len(text) * (len(with_) + 1) <= MOST_TEXT else None
    if found is None:
        raise FhirPathError("replace() would make a text that is too long", 0, "Replace in a shorter text.")
    return found


def _coded(table: dict[str, Callable[[str], str]], *, lenient: bool = False) -> Callable[[str, str], str | None]:
    """``encode`` and its like; ``lenient``: what cannot be decoded is empty. A form that is not known is empty, as the standard says."""

    def coded(text: str, form: str) -> str | None:
        function = table.get(form)
        if function is None:
            return None
        try:
            return function(text)
        except (binascii.Error, UnicodeDecodeError, ValueError):
            if lenient:
                return None
            raise

    return coded


_ENCODE: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "urlbase64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
}
_DECODE: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64decode(text, validate=True).decode(),
    "urlbase64": lambda text: base64.b64decode(text, altchars=b"-_", validate=True).decode(),
    "hex": lambda text: bytes.fromhex(text).decode(),
}
_ESCAPE: dict[str, Callable[[str], str]] = {"html": html.escape, "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1]}
_JSON_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[\"\\/bfnrt])")
_UNESCAPE: dict[str, Callable[[str], str]] = {
    "html": html.unescape,
    "json": lambda text: _JSON_ESCAPE.sub(lambda match: str(json.loads(f'"{match.group()}"')), text),
}


def _to_chars(site: Site) -> Part:
    require(site.source.static, _TEXT, site.node, site.name)
    source = site.source.one
    return site.many(system("String", many=True), lambda env, focus: list(_string(source(env, focus), site)))


def _split(site: Site) -> Part:
    require(site.source.static, _TEXT, site.node, site.name)
    source, separator = site.source.one, site.value(0, *_TEXT)

    def pieces(env: Env, focus: Any) -> list[Any]:
        text, by = _string(source(env, focus), site), separator(env, focus)
        return text.split(by) if by else list(text)

    return site.many(system("String", many=True), pieces)


def _string(value: Any, site: Site) -> str:
    if value is None:
        return ""
    if value.__class__ is not str:
        raise FhirPathError(f"{site.name} needs text", site.node.position, "Convert it with toString().")
    return str(value)


def _join(site: Site) -> Part:
    require(site.source.static, _TEXT, site.node, site.name)
    source = site.source.many
    separator = site.value(0, *_TEXT) if site.arguments else None

    def joined(env: Env, focus: Any) -> str | None:
        between = (separator(env, focus) if separator else None) or ""
        texts = [_string(value, site) for value in map(read, source(env, focus)) if value is not None]
        return joined_text(between.join(texts), site.node.position) if texts else None

    return site.one(system("String"), joined)


FUNCTIONS = {
    "length": simple(len, "Integer", _TEXT),
    "upper": simple(str.upper, "String", _TEXT),
    "lower": simple(str.lower, "String", _TEXT),
    "trim": simple(str.strip, "String", _TEXT),
    "indexOf": simple(str.find, "Integer", _TEXT, _TEXT),
    "lastIndexOf": simple(str.rfind, "Integer", _TEXT, _TEXT),
    "substring": simple(_substring, "String", _TEXT, _NUMBER, _NUMBER, least=1),
    "startsWith": simple(str.startswith, "Boolean", _TEXT, _TEXT),
    "endsWith": simple(str.endswith, "Boolean", _TEXT, _TEXT),
    "contains": simple(str.__contains__, "Boolean", _TEXT, _TEXT),
    "replace": simple(_replaced, "String", _TEXT, _TEXT, _TEXT),
    "encode": simple(_coded(_ENCODE), "String", _TEXT, _TEXT),
    "decode": simple(_coded(_DECODE, lenient=True), "String", _TEXT, _TEXT),
    "escape": simple(_coded(_ESCAPE), "String", _TEXT, _TEXT),
    "unescape": simple(_coded(_UNESCAPE, lenient=True), "String", _TEXT, _TEXT),
    "toChars": Function(_to_chars),
    "split": Function(_split, 1, 1),
    "join": Function(_join, 0, 1),
}
