"""The register of statements: everything that the source documents say, numbered, and the tensions between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.documents import Unreadable, read_yaml
from cds_service.errors import ContentProblem

FILE = "sources/statements.yaml"
TENSIONS = "tensions"
_KEYS = frozenset({"says", "reference", "between", "every-card"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement or tension.

    ``group`` is the id of the source document, or ``tensions``; ``reference`` the number that the source prints, ``none`` without
    one; ``between`` the statements that a tension is about; ``every_card`` the test (``path::name``) that proves a property of
    every card.
    """

    id: str
    group: str
    says: str
    reference: str | None = None
    between: tuple[str, ...] = ()
    every_card: str | None = None

    @property
    def is_tension(self) -> bool:
        """Whether it is a tension rather than a statement of one source."""
        return self.group == TENSIONS


def load_statements(content_dir: Path, problems: list[ContentProblem]) -> Mapping[str, Statement]:
    """The register by id, in the order of the file; what is wrong is added to ``problems``."""
    path = content_dir / FILE
    if not path.is_file():
        problems.append(ContentProblem(FILE, "(file)", "is missing", "list what each source document says: id, words, reference"))
        return {}
    try:
        register = read_yaml(path)
    except Unreadable as error:
        problems.append(error.of(FILE))
        return {}
    if not isinstance(register, Mapping):
        problems.append(ContentProblem(FILE, "(file)", "is not a register", "write each source document's id, and its statements below it"))
        return {}
    found: dict[str, Statement] = {}
    for group, entries in register.items():
        if not isinstance(entries, Mapping):
            problems.append(ContentProblem(FILE, str(group), "is not a list of statements by id", "write 'id: {says: …}' for each"))
            continue
        for name, entry in entries.items():
            if str(name) in found:
                problems.append(ContentProblem(FILE, str(name), "stands twice", "give every statement its own id"))
            elif (statement := _statement(str(group), str(name), entry, problems)) is not None:
                found[statement.id] = statement
    problems.extend(
        ContentProblem(FILE, statement.id, f"'{other}' is no statement", "name ids of this file")
        for statement in found.values()
        for other in statement.between
        if other not in found
    )
    return found


def _statement(group: str, name: str, entry: Any, problems: list[ContentProblem]) -> Statement | None:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("says"), str) or not entry["says"].strip():
        problems.append(ContentProblem(FILE, name, "says nothing", "write 'says' with the statement in our own words"))
        return None
    problems.extend(
        ContentProblem(FILE, name, f"'{key}' is not used", f"use {', '.join(sorted(_KEYS))}")
        for key in sorted(map(str, set(entry) - _KEYS))
    )
    between, proof = entry.get("between", []), entry.get("every-card")
    if not isinstance(between, list):
        problems.append(ContentProblem(FILE, name, "'between' is no list", "list the ids of the statements"))
        between = []
    if proof is not None and not (isinstance(proof, str) and "::" in proof):
        problems.append(ContentProblem(FILE, name, "'every-card' is no test", "write path/of/test.py::name"))
    return Statement(
        id=name,
        group=group,
        says=entry["says"].strip(),
        reference=None if entry.get("reference") is None else str(entry["reference"]),
        between=tuple(str(item) for item in between),
        every_card=proof if isinstance(proof, str) else None,
    )
