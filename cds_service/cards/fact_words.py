"""How declared facts are put into words: what their declarations and the content's words for codes say, without any record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cds_service.cards.words import Piece, piece
from cds_service.model.declaration import Declaration, FactModel
from cds_service.plans.context import PlanContext
from cds_service.plans.markdown import entities, escape
from cds_service.plans.placeholders import YES_NO, display, words

_NONE = "none documented in the record received"
_AS_FAR = "yes, as far as the record received shows"
_WORD = re.compile(r"\w+")
_KEYS = frozenset({bool, str})
_LISTS = frozenset({list, tuple})
_WORDLESS = frozenset({"boolean", "object", "any"})


class Said(NamedTuple):
    """A value in words, and the line that begins with them below the title of the fact."""

    text: str
    line: Piece


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactWords:
    """One declared path.

    ``path`` is written as ``names`` too; ``title`` is as a line begins; ``codes`` are the Markdown for the codes that the path may hold;
    ``is_free``: text of the record may stand in it. Of the objects of a list, ``members`` are those that say something on their own,
    and ``public`` all that are no helpers.
    """

    declaration: Declaration
    context: PlanContext
    path: str
    names: tuple[str, ...]
    title: str
    unit: str
    is_closed_world: bool
    codes: Mapping[str, str]
    is_free: bool
    members: Mapping[str, FactWords]
    public: frozenset[str]
    _known: dict[tuple[Any, bool], Said] = field(default_factory=dict)

    def value(self, tree: Any) -> Any:
        """The value in a tree of facts, ``None`` if unknown. What is in a list is read with the list."""
        try:
            for name in self.names:
                tree = tree[name]
        except (KeyError, TypeError):
            return None
        return tree

    def of(self, value: Any, *, has_evidence: bool) -> Said:
        """A value in words; what was looked for and not found is said to be so."""
        said = self._known.get((value, has_evidence)) if value.__class__ in _KEYS else None
        if said is None:
            said = self.line(self._of(value, has_evidence))
            if value.__class__ is bool or (value.__class__ is str and value in self.codes):  # the content's own, not the record's
                self._known[(value, has_evidence)] = said
        return said

    def line(self, text: str) -> Said:
        """What some words look like in a list of facts."""
        return Said(text, piece(f"- {self.title}: {text}"))

    def _of(self, value: Any, has_evidence: bool) -> str:  # noqa: FBT001 - as in ``of``
        is_empty_list = value.__class__ in _LISTS and not value
        if self.is_closed_world and not has_evidence:
            if value is True:
                return _AS_FAR
            if is_empty_list or value in (False, 0):
                return _NONE
        return "none" if is_empty_list else self.plainly(value)

    def plainly(self, value: Any) -> str:
        """A value or a list of values as Markdown, with the unit."""
        if value.__class__ in _LISTS:
            return ", ".join(dict.fromkeys(map(self._one, value))) + self.unit
        return self._one(value) + self.unit

    def _one(self, value: Any) -> str:
        kind = value.__class__
        if kind is bool:
            return YES_NO[value]
        if kind is str and value in self.codes:
            return self.codes[value]
        text = words(value, (), self.context)
        return escape(text) if self.is_free else entities(text)

    def of_object(self, value: Mapping[str, Any]) -> str | None:
        """One object of a list in the words of its members; ``None`` where none of them says anything."""
        parts: list[str] = []
        for name, member in self.members.items():
            item = value.get(name)
            if item is None or (item.__class__ in _LISTS and not item):
                continue
            if not member.declaration.said:
                parts.append(member.plainly(item))
            elif item is not False:  # a flag by its title alone, a value after it
                title = member.declaration.title
                parts.append(title if item is True else f"{title} {member.plainly(item)}")
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
        path=path,
        names=tuple(path.split(".")),
        title=declaration.title[:1].upper() + declaration.title[1:],
        unit=f" {declaration.unit}" if declaration.unit else "",
        is_closed_world=bool(declaration.closed_world),
        codes={code: mark(display(system, code, context)) for code in kind.codes} if system is not None else {},
        is_free=is_free,
        members={name: fact_words(item.path, context) for name, item in members.items() if _is_worded(item)},
        public=frozenset(name for name, item in members.items() if not item.internal),
    )


def public_paths(paths: Iterable[str], model: FactModel) -> tuple[str, ...]:
    """The paths that explain some others to a reader, each once; members of a list are explained by the list."""
    return tuple(dict.fromkeys(_list_path(shown, model) for path in paths for shown in model.shown(path)))


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


def _unrepeated(parts: Iterable[str]) -> Iterator[str]:
    """The parts without those that say nothing but words of earlier ones, such as a name made of what was just listed."""
    said: set[str] = set()
    for part in parts:
        named = _WORD.findall(part)
        if not named or not said.issuperset(named):
            yield part
        said.update(named)
