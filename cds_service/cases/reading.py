"""YAML files of the cases and of their phrases, read strictly: what is not understood is named, never skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cds_service.documents import Unreadable, read_yaml
from cds_service.plans.problems import Place, Problems


def yaml_files(paths: Iterable[Path], content_dir: Path, problems: Problems) -> Iterator[Path]:
    """The ``*.yaml`` among files, in order; anything else but Markdown is a problem, since it would be passed over."""
    for path in sorted(paths):
        if path.suffix == ".yaml":
            yield path
        elif path.suffix != ".md":
            problems.at(path.relative_to(content_dir).as_posix()).add("is not read here", "name it *.yaml, or keep it elsewhere")


def read_file(path: Path, place: Place, allowed: Iterable[str]) -> Mapping[str, Any]:
    """The mapping in a YAML file, empty where it cannot be used."""
    try:
        loaded = read_yaml(path)
    except Unreadable as error:
        place.problems.add(error.of(place.file))
        return {}
    return mapping(loaded, place, allowed)


def mapping(value: Any, place: Place, allowed: Iterable[str]) -> Mapping[str, Any]:
    """A mapping with known keys only; else a problem, and what can be used."""
    if not isinstance(value, Mapping):
        place.add("is not a mapping", f"write it with these keys: {', '.join(allowed)}")
        return {}
    known = list(allowed)
    for key in (key for key in value if key not in known):
        near = get_close_matches(str(key), known, 1)
        place.child(str(key)).add("is not known here", f"did you mean {near[0]}?" if near else f"use: {', '.join(known)}")
    return {key: item for key, item in value.items() if key in known}


def text(value: Any, place: Place, *, required: bool = False) -> str:
    """A text, or a problem and the empty text."""
    if isinstance(value, str) and value.strip():
        return " ".join(value.split())
    if required or value is not None:
        place.add("is not a text", "write it in words")
    return ""


def texts(value: Any, place: Place) -> tuple[str, ...]:
    """One text or a list of texts."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    found = []
    for number, item in enumerate(items):
        if isinstance(item, str) and item.strip():
            found.append(" ".join(item.split()))
        else:
            place.child(f"[{number}]").add("is not a text", 'write it in words; a text with ": " in it needs quotes')
    return tuple(found)
