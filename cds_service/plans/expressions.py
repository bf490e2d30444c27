"""Compiling the content's expressions once, with every refusal reported where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cds_service.fhirpath import Expression, FhirPathError, Type, compile_expression
from cds_service.model.declaration import OWN_WORDS
from cds_service.plans.compiled import BASE, INDICATORS, Criterion, Placeholder, Template
from cds_service.plans.environment import type_at
from cds_service.plans.problems import Place

LANGUAGE = "text/fhirpath"
UNKNOWN_IS_NO = f"{BASE}/StructureDefinition/unknown-is-no"
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Compiler:
    """Compiles expressions against the types of the variables; the same text is compiled only once."""

    def __init__(self, variables: Mapping[str, Type]) -> None:
        self.variables = variables
        self._cache: dict[tuple[str, bool, bool], Expression | FhirPathError] = {}

    def criterion(self, condition: Mapping[str, Any], place: Place, *, strict: bool = True) -> Criterion | None:
        """A ``condition`` element. ``strict``: nothing in it may turn "unknown" into "no" unless it says so."""
        if condition.get("kind") != "applicability":
            place.child("kind").add("is not applicability", "use applicability; start and stop conditions are not covered")
        element = condition.get("expression")
        unknown_is_no = isinstance(element, Mapping) and extension_value(element, UNKNOWN_IS_NO) is True
        text = self._text(element, place.child("expression"))
        if text is None:
            return None
        compiled = self._compile(text, place.child("expression.expression"), strict=strict, unknown_is_no=unknown_is_no)
        if compiled is None:
            return None
        if compiled.type.many or compiled.type.name not in ("boolean", "any"):
            place.child("expression.expression").add(
                "is not a condition", "compare it with something, so that it is true, false or unknown"
            )
            return None
        description = element.get("description") if isinstance(element, Mapping) else None
        if not isinstance(description, str) or not description:
            place.child("expression.description").add("is missing", "say in plain words what the criterion asks; traces show it")
        return Criterion(str(description), compiled, unknown_is_no)

    def value(self, element: object, place: Place) -> Placeholder | None:
        """An Expression element that gives a value."""
        text = self._text(element, place)
        return None if text is None else self.placeholder(text, place.child("expression"))

    def placeholder(self, text: str, place: Place) -> Placeholder | None:
        """An expression whose result becomes text."""
        compiled = self._compile(text, place, strict=False, unknown_is_no=False)
        if compiled is None:
            return None
        if compiled.type.name == "object":
            place.add("is an object, which has no words", "name the member to be shown")
            return None
        types = [found for path in sorted(compiled.reads) if (found := type_at(self.variables, path)) is not None]
        trusted = not any(_is_free_text(item) for item in types)
        systems = tuple(dict.fromkeys((item.code_system, item.codes) for item in types if item.code_system is not None))
        return Placeholder(compiled, trusted, systems)

    def template(self, text: str, place: Place) -> Template:
        """A paragraph with ``{{ expression }}`` placeholders."""
        parts: list[str | Placeholder] = []
        end = 0
        for match in _PLACEHOLDER.finditer(text):
            parts.append(text[end : match.start()])
            found = self.placeholder(match.group(1).strip(), place)
            if found is not None:
                parts.append(found)
            end = match.end()
        parts.append(text[end:])
        if any("{{" in part or "}}" in part for part in parts if isinstance(part, str)):
            place.add("has a placeholder that is not closed or not opened", "write {{ expression }}")
        return Template(tuple(part for part in parts if part))

    def _text(self, element: object, place: Place) -> str | None:
        if not isinstance(element, Mapping):
            place.add("is missing", "write an expression with language, expression and description")
            return None
        if element.get("language") != LANGUAGE:
            place.child("language").add(f"is not {LANGUAGE}", f"write the expression in {LANGUAGE}")
            return None
        text = element.get("expression")
        if not isinstance(text, str) or not text.strip():
            place.child("expression").add("is missing", "write the expression")
            return None
        return text

    def _compile(self, text: str, place: Place, *, strict: bool, unknown_is_no: bool) -> Expression | None:
        key = (text, strict, unknown_is_no)
        if key not in self._cache:
            self._cache[key] = _compiled(text, self.variables, strict=strict, unknown_is_no=unknown_is_no)
        found = self._cache[key]
        if isinstance(found, FhirPathError):
            place.add(f"{found} in: {text}", found.remedy)
            return None
        return found


def _compiled(text: str, variables: Mapping[str, Type], *, strict: bool, unknown_is_no: bool) -> Expression | FhirPathError:
    try:
        return compile_expression(text, variables=variables, strict_unknown=strict, unknown_is_no=unknown_is_no)
    except FhirPathError as error:
        return error


def extension_values(element: Mapping[str, Any], url: str) -> tuple[Any, ...]:
    """The values of all extensions with a URL."""
    extensions = element.get("extension")
    if not isinstance(extensions, list):
        return ()
    return tuple(
        value
        for extension in extensions
        if isinstance(extension, Mapping) and extension.get("url") == url
        for name, value in extension.items()
        if name.startswith("value")
    )


def extension_value(element: Mapping[str, Any], url: str) -> Any:
    """The value of the first extension with a URL, or ``None``."""
    return next(iter(extension_values(element, url)), None)


def _is_free_text(item: Type) -> bool:
    """Whether a path may hold what somebody typed: neither closed codes, nor words that the content composed of its own."""
    return item.name in ("string", "any") or (item.name == "code" and not item.codes and item.code_system != OWN_WORDS)


def indicator(element: Mapping[str, Any], url: str, place: Place) -> str | None:
    """The indicator that an extension names, ``None`` without one; any other word is reported."""
    value = extension_value(element, url)
    if value is None:
        return None
    if value in INDICATORS.values():
        return str(value)
    allowed = ", ".join(dict.fromkeys(INDICATORS.values()))
    place.child(f"extension[{url.rsplit('/', 1)[1]}]").add(f"'{value}' is no indicator", f"use valueCode with one of: {allowed}")
    return None
