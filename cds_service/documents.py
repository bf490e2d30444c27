"""Reading the files that people write as content: YAML and text, strictly, so that whatever is wrong with a file can be named."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from cds_service.errors import ContentProblem

_MERGE = "tag:yaml.org,2002:merge"


class Unreadable(Exception):
    """A file that is not what its name says: ``where`` in it ("line 3", or "(file)"), ``str(error)`` what is wrong, ``remedy``."""

    def __init__(self, problem: str, remedy: str, where: str = "(file)") -> None:
        super().__init__(problem)
        self.where = where
        self.remedy = remedy

    def of(self, file: str) -> ContentProblem:
        """The same, said of a file of the content."""
        return ContentProblem(file, self.where, str(self), self.remedy)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises :class:`Unreadable`."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unreadable("is not text in UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})", "make it a file that can be read") from None


def read_yaml(path: Path, *, exact: bool = False) -> Any:
    """What a YAML file holds, ``None`` if it is empty. Raises :class:`Unreadable`.

    Dates stay texts, a key stands once and is a single word or text, and nothing refers to itself. ``exact`` gives decimals instead
    of floats.
    """
    text = read_text(path)
    try:
        return yaml.load(text, Loader=_Exact if exact else _Strict)  # noqa: S506 both are safe loaders
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"line {mark.line + 1}" if mark else "(file)"
        raise Unreadable(
            f"is not YAML ({problem or 'unreadable'})", "correct the indentation, or put the text into quotes", where
        ) from None
    except (ValueError, InvalidOperation, RecursionError):
        raise Unreadable("is not YAML (a value is none of its type, or is nested too deeply)", "put the value into quotes") from None


class _Strict(yaml.CSafeLoader):
    """YAML whose dates stay texts, and in which a key stands once."""


class _Exact(_Strict):
    """The same, with exact decimals."""


def _written(loader: Any, node: Any) -> str:
    return str(loader.construct_scalar(node))


def _decimal(loader: Any, node: Any) -> Decimal:
    return Decimal(_written(loader, node))


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    taken: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ConstructorError(None, None, "a key is a list or a mapping", key.start_mark)
        if key.tag != _MERGE and key.value in taken:
            raise ConstructorError(None, None, f"the key '{key.value}' stands twice", key.start_mark)
        taken.add(key.value)
    loader.flatten_mapping(node)
    return {loader.construct_object(key): loader.construct_object(value, deep=True) for key, value in node.value}


def _list(loader: Any, node: Any) -> list[Any]:
    return [loader.construct_object(item, deep=True) for item in node.value]


# Built at once and not, as by default, in two steps: so what refers to itself is refused.
_Strict.add_constructor("tag:yaml.org,2002:map", _mapping)
_Strict.add_constructor("tag:yaml.org,2002:seq", _list)
_Strict.add_constructor("tag:yaml.org,2002:timestamp", _written)
_Exact.add_constructor("tag:yaml.org,2002:float", _decimal)
