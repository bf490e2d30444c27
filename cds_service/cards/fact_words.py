"""How declared facts are put into words: what their declarations and the content's words for codes say, without any record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.model.declaration import Declaration, FactModel
from cds_service.model.facts import Evidence
from cds_service.plans.context import PlanContext
from cds_service.plans.markdown import entities, escape
from cds_service.plans.placeholders import display, words

_NONE = "none documented in the record received"
_AS_FAR = "yes, as far as the record received shows"
_WORD = re.compile(r"\w+")
_WORDLESS = frozenset({"boolean", "object", "any"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactWords:
    """One declared path.

    ``title`` is as a line begins; ``codes`` are the Markdown for the codes that the path may hold; ``is_free``: text of the record may
    stand in it. Of the objects of a list, ``members`` are those that say something on their own, and ``public`` all that are no helpers.
    """

    declaration: Declaration
    context: PlanContext
    title: str
    codes: Mapping[str, str]
    is_free: bool
    members: Mapping[str, FactWords]
    public: frozenset[str]

    def of(self, value: Any, evidence: Sequence[Evidence]) -> str:
        """A value as Markdown; what was looked for and not found is said to be so."""
        is_empty_list = isinstance(value, (list, tuple)) and not value
        if self.declaration.closed_world and not evidence:
            if is_empty_list or value in (False, 0):
                return _NONE
            if value is True:
                return _AS_FAR
        return "none" if is_empty_list else self.plainly(value)

    def plainly(self, value: Any) -> str:
        """A value or a list of values as Markdown, with the unit."""
        values = value if isinstance(value, (list, tuple)) else (value,)
        text = ", ".join(dict.fromkeys(map(self._one, values)))
        return f"{text} {self.declaration.unit}" if self.declaration.unit else text

    def _one(self, value: Any) -> str:
        if isinstance(value, str) and value in self.codes:
            return self.codes[value]
        text = words(value, (), self.context)
        return escape(text) if self.is_free else entities(text)

    def of_object(self, value: Mapping[str, Any]) -> str | None:
        """One object of a list in the words of its members; ``None`` where none of them says anything."""
        found = ((member, value.get(name)) for name, member in self.members.items())
        parts = [_as_member(member, item) for member, item in found if _is_said(member, item)]
        return ", ".join(_unrepeated(parts)) if parts else None

    def public_part(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """One object of a list without internal helpers and what the content has no name for."""
        return {name: item for name, item in value.items() if name in self.public}


def fact_words(path: str, context: PlanContext) -> FactWords:
    """The words of a declared path. Raises ``KeyError`` for any other."""
    declaration = context.model.declarations[path]
    kind = declaration.type
    is_free = kind.name in ("string", "any") or (kind.name == "code" and not kind.codes)
    system, mark = kind.code_system, escape if is_free else entities
    members = {item.path.rpartition(".")[2]: item for item in _below(path, context.model)}
    return FactWords(
        declaration=declaration,
        context=context,
        title=title(declaration),
        codes={code: mark(display(system, code, context)) for code in kind.codes} if system is not None else {},
        is_free=is_free,
        members={name: fact_words(item.path, context) for name, item in members.items() if _is_worded(item)},
        public=frozenset(name for name, item in members.items() if not item.internal),
    )


def title(declaration: Declaration) -> str:
    """The fact's title as a line begins."""
    return declaration.title[:1].upper() + declaration.title[1:]


def public_paths(path: str, model: FactModel) -> tuple[str, ...]:
    """The paths that explain one to a reader; members of a list are explained by the list."""
    return tuple(dict.fromkeys(_list_path(shown, model) for shown in model.shown(path)))


def _list_path(path: str, model: FactModel) -> str:
    names = path.split(".")
    for number in range(1, len(names)):
        parent = ".".join(names[:number])
        declaration = model.declarations.get(parent)
        if declaration is not None and declaration.type.many:
            return parent
    return path


def _below(path: str, model: FactModel) -> Iterator[Declaration]:
    return (item for name, item in model.declarations.items() if name.rpartition(".")[0] == path)


def _is_worded(declaration: Declaration) -> bool:
    """Members that say something on their own: no flags but those that are to be said, no codes without words."""
    kind = declaration.type
    is_value = not declaration.internal and kind.name not in _WORDLESS and (kind.name != "code" or kind.code_system is not None)
    return declaration.said or is_value


def _is_said(member: FactWords, value: Any) -> bool:
    return value not in (None, [], ()) and not (member.declaration.said and value is False)


def _as_member(member: FactWords, value: Any) -> str:
    """A member by its title alone where it is a flag that is to be said, after its title where it is a value that is."""
    declaration = member.declaration
    if not declaration.said:
        return member.plainly(value)
    return declaration.title if value is True else f"{declaration.title} {member.plainly(value)}"


def _unrepeated(parts: Iterable[str]) -> Iterator[str]:
    """The parts without those that say nothing but words of earlier ones, such as a name made of what was just listed."""
    said: set[str] = set()
    for part in parts:
        named = set(_WORD.findall(part))
        if not named or named - said:
            yield part
        said |= named
