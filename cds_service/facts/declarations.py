"""Reading the fact declarations of the content (``facts/*.yaml``) into the logical model.

An entry names a reader with its options, or an ``expression`` over other facts, and declares the path or paths that it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from cds_service.documents import Unreadable, read_yaml
from cds_service.errors import ContentProblem
from cds_service.fhir.terminology import Terminology
from cds_service.fhirpath.types import PRIMITIVES, Type
from cds_service.model.declaration import OWN_WORDS, Askable, Declaration, FactModel

CONTRARY = frozenset({"later-result", "conflicting-result", "other-primary", "better-placed-record", "emergency", "refutation"})
_FILE = ("facts", "disorders", "checks")
_ENTRY = frozenset({"path", "reader", "options", "expression", "gives", "members", "after", "shows"})
_PATH = frozenset(
    {
        "path",
        "type",
        "title",
        "unit",
        "range",
        "codes",
        "values",
        "many",
        "known",
        "ownWords",
        "internal",
        "closedWorld",
        "contrary",
        "askable",
        "unverified",
        "said",
        "members",
        "shows",
        "bound",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One entry: which reader, with which options, for which paths. ``path`` is the first or common path."""

    file: str
    path: str
    reader: str | None = None
    expression: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    closed_world: tuple[str, ...] = ()
    shows: tuple[str, ...] | None = None

    def member(self, name: str) -> str:
        """The path of what a reader calls ``name``: as the option ``gives`` says, else below the entry's own path."""
        found: str = self.options.get("gives", {}).get(name, f"{self.path}.{name}")
        return found


def read_declarations(directory: Path, problems: list[ContentProblem]) -> Mapping[str, Mapping[str, Any]]:
    """The files of declarations by name; what is wrong with a file as such is added to ``problems``."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(directory.glob("*.yaml")):
        try:
            loaded = read_yaml(path, exact=True)
        except Unreadable as error:
            problems.append(error.of(path.name))
            continue
        if not isinstance(loaded, Mapping) or set(loaded) - set(_FILE):
            problems.append(ContentProblem(path.name, "(file)", "has something else than it should", f"use the keys {', '.join(_FILE)}"))
            continue
        found[path.name] = loaded
    return found


def load_specs(
    files: Mapping[str, Mapping[str, Any]], terminology: Terminology
) -> tuple[tuple[Spec, ...], FactModel, tuple[ContentProblem, ...]]:
    """Every entry of every file, and the logical model that they declare together."""
    problems: list[ContentProblem] = []
    specs: list[Spec] = []
    declarations: dict[str, Declaration] = {}
    for name, file in files.items():
        for number, entry in enumerate(listed(file, "facts", name, problems)):
            where = f"facts[{number}]"
            if not isinstance(entry, Mapping) or ("reader" in entry) == ("expression" in entry):
                problems.append(ContentProblem(name, where, "needs either a reader or an expression", "name one of them"))
                continue
            if not _well_formed(entry):
                problems.append(ContentProblem(name, where, "gives paths in a form that is not understood", "give each a path and a type"))
                continue
            own = list(_paths(entry))
            for item in own:
                _declare(name, item, declarations, terminology, problems)
            unknown = set(entry) - _ENTRY - (_PATH if "gives" not in entry else frozenset())
            if unknown:
                problems.append(ContentProblem(name, where, f"has unknown keys {sorted(unknown)}", "correct the spelling"))
            specs.append(_spec(name, entry, own))
    problems.extend(_misplaced(specs, declarations))
    model = FactModel(
        declarations=declarations,
        root=_root(declarations),
        orders=_path_of("orders", specs, lambda spec: spec.options.get("of") == "drafts"),
        record=_path_of("record", specs),
    )
    return tuple(specs), model, tuple(problems)


def listed(file: Mapping[str, Any], key: str, name: str, problems: list[ContentProblem]) -> list[Any]:
    """The entries of a file under a key, none where there is no list, which is reported."""
    entries = file.get(key, [])
    if not isinstance(entries, list):
        problems.append(ContentProblem(name, key, "is not a list", "write each entry after '- '"))
        return []
    return entries


def _misplaced(specs: Iterable[Spec], declarations: Mapping[str, Declaration]) -> Iterator[ContentProblem]:
    """Paths below one that holds a value or a list: nothing could be kept there."""
    for spec in specs:
        for path in spec.gives:
            names = path.split(".")
            above = (".".join(names[:number]) for number in range(1, len(names)))
            for parent in above:
                if parent in declarations and (declarations[parent].type.many or declarations[parent].type.name != "object"):
                    yield ContentProblem(spec.file, path, f"stands below '{parent}', which is no object", "give it a path beside that one")


def _path_of(reader: str, specs: Iterable[Spec], fits: Callable[[Spec], bool] = lambda _: True) -> str | None:
    """What the content calls that which a reader reads for the service itself."""
    return next((spec.path for spec in specs if spec.reader == reader and fits(spec)), None)


def _well_formed(entry: Mapping[str, Any]) -> bool:
    """Whether an entry and everything that it gives are mappings with a path, and its options are a mapping."""
    given = entry.get("gives", [entry])
    items = (
        [*given, *(member for item in given if isinstance(item, Mapping) for member in item.get("members", ()))]
        if isinstance(given, list)
        else [None]
    )
    return all(isinstance(item, Mapping) and isinstance(item.get("path"), str) for item in items) and isinstance(
        entry.get("options", {}), Mapping
    )


def _paths(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in entry.get("gives", [entry]):
        yield item
        for member in item.get("members", ()):
            yield {**member, "path": f"{item['path']}.{member['path']}", "internal": member.get("internal", item.get("internal", False))}


def _spec(file: str, entry: Mapping[str, Any], own: list[Mapping[str, Any]]) -> Spec:
    tops = [item for item in own if not any(item["path"].startswith(f"{other['path']}.") and other.get("many") for other in own)]
    closed = next((tuple(item["closedWorld"]) for item in tops if "closedWorld" in item), ())
    return Spec(
        file=file,
        path=str(entry.get("path", own[0]["path"] if own else "")),
        reader=str(entry["reader"]) if "reader" in entry else None,
        expression=entry.get("expression"),
        options=entry.get("options", {}),
        after=tuple(entry.get("after", ())),
        gives=tuple(item["path"] for item in tops),
        closed_world=closed,
        shows=tuple(entry["shows"]) if "shows" in entry else None,
    )


def _declare(
    file: str, item: Mapping[str, Any], declarations: dict[str, Declaration], terminology: Terminology, problems: list[ContentProblem]
) -> None:
    path = item.get("path")
    problem = _path_problem(item, declarations, terminology)
    if problem is not None or not isinstance(path, str):
        problems.append(ContentProblem(file, str(path), problem or "has no path", "see the README of the facts folder"))
        return
    codes = item.get("codes")
    declarations[path] = Declaration(
        path=path,
        type=Type(
            name=item["type"],
            many=bool(item.get("many", False)),
            codes=terminology.codes(codes) if codes else frozenset(str(value) for value in item.get("values", ())),
            known=bool(item.get("known", False)),
            code_system=OWN_WORDS if item.get("ownWords") else codes,
            unit=item.get("unit"),
            limits=_limits(item.get("range")),
        ),
        title=str(item.get("title", path)),
        unit=item.get("unit"),
        internal=bool(item.get("internal", False)),
        closed_world=tuple(item.get("closedWorld", ())),
        contrary=tuple(item.get("contrary", ())),
        askable=_askable(path, item.get("askable")),
        depends=tuple(item.get("shows", ())),
        unverified=item.get("unverified"),
        said=bool(item.get("said", False)),
        bound=item.get("bound"),
    )


def _path_problem(item: Mapping[str, Any], declarations: Mapping[str, Declaration], terminology: Terminology) -> str | None:
    """What is wrong with the declaration of one path, if anything."""
    checks = (
        (item.get("path") in declarations, "is declared twice"),
        (item.get("type") not in PRIMITIVES | {"object"}, f"has the unknown type '{item.get('type')}'"),
        (bool(set(item) - _PATH - _ENTRY), f"has unknown keys {sorted(set(item) - _PATH - _ENTRY)}"),
        ("codes" in item and not terminology.codes(item["codes"]), f"names the unknown code system '{item.get('codes')}'"),
        (bool(set(item.get("contrary", ())) - CONTRARY), "names an unknown kind of contrary evidence"),
        ("range" in item and not _is_range(item), "has a range that is not two numbers, or null for no limit, of a number"),
        (not item.get("internal") and "title" not in item and "." in str(item.get("path")), "has no title for the cards"),
    )
    return next((text for wrong, text in checks if wrong), None)


def _is_range(item: Mapping[str, Any]) -> bool:
    limits = item["range"]
    return item.get("type") in ("integer", "decimal") and isinstance(limits, list) and len(limits) == 2 and all(map(_is_limit, limits))


def _is_limit(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _limits(limits: Any) -> tuple[Decimal | None, Decimal | None]:
    low, high = limits or (None, None)
    return (None if low is None else Decimal(str(low)), None if high is None else Decimal(str(high)))


def _askable(path: str, value: Any) -> Askable | None:
    if value is None or value is False:
        return None
    options = value if isinstance(value, Mapping) else {}
    return Askable(
        name=str(options.get("as", path)),
        missing=tuple(options.get("missing", ())),
        unless=options.get("unless"),
        only_conflicting=bool(options.get("onlyConflicting", False)),
    )


def _root(declarations: Mapping[str, Declaration]) -> Type:
    tree: dict[str, Any] = {}
    for path, declaration in declarations.items():
        node = tree
        *parents, last = path.split(".")
        for name in parents:
            node = node.setdefault(name, {"type": None, "members": {}})["members"]
        node.setdefault(last, {"type": None, "members": {}})["type"] = declaration.type
    return Type("object", children={name: _typed(node) for name, node in tree.items()}, known=False)


def _typed(node: Mapping[str, Any]) -> Type:
    own: Type | None = node["type"]
    children = {name: _typed(child) for name, child in node["members"].items()}
    if own is None:
        return Type("object", children=children)
    if not children:
        return own
    if own.known:  # members of what is always known are known as well
        children = {name: replace(t, known=True) for name, t in children.items()}
    return Type("object", many=own.many, children=children, known=own.known)
