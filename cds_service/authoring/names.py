"""The facts that criteria may ask about, by name: what an author looks up before writing one."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.model.declaration import FactModel


def name_lines(model: FactModel) -> Iterator[str]:
    """Every declared fact on a line of its own: path, the values that it may have or else its type, and what cards call it."""
    for path, declaration in sorted(model.declarations.items()):
        kind = declaration.type
        values = " | ".join(sorted(kind.codes)) or " ".join(part for part in (kind.name, declaration.unit) if part)
        title = f"  ({declaration.title})" if declaration.title != path else ""
        yield f"{path}: {'list of ' if kind.many else ''}{values}{title}"
