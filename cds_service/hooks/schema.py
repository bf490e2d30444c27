"""The JSON Schemas of the CDS Hooks contract, compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from cds_service.model.hook_library import LIBRARY

_LOOKED_AT = 100
_TYPES = {"object": "an object", "array": "a list", "string": "a string", "boolean": "true or false", "null": "null", "number": "a number"}


def schema(name: str) -> dict[str, Any]:
    """The published schema ``hooks/schemas/<name>.json``."""
    parsed: dict[str, Any] = orjson.loads(files("cds_service.hooks").joinpath("schemas", f"{name}.json").read_bytes())
    return parsed


@cache
def validator(name: str, part: str | None = None) -> Any:
    """The compiled validator of a published schema, or of one of its definitions.

    The recursive definition ``solid`` (nothing empty, all the way down) is checked by a function of ours, and every other
    reference is put in its place: following them took most of the time of an answer.
    """
    published = schema(name)
    Draft202012Validator.check_schema(published)
    definitions = published["$defs"] | {"solid": {"nothingEmpty": True}}
    keywords = {"nothingEmpty": _nothing_empty}
    chosen = published if part is None else definitions[part]
    return extend(Draft202012Validator, keywords)(_inlined(chosen, definitions))  # type: ignore[no-untyped-call]


def compile_schemas() -> None:
    """Compile every schema now, for all workers, and not in somebody's first request."""
    for name in ("request", "response", "feedback"):
        validator(name)
    for hook in LIBRARY:
        validator("contexts", hook)


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema with the definitions in the place of the references to them."""
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(value, definitions) for name, value in part.items() if name != "$defs"}


def _nothing_empty(_validator: Any, _rule: Any, instance: object, _schema: Any) -> Iterator[ValidationError]:
    if not is_solid(instance):
        yield ValidationError("holds null or something empty")


def is_solid(value: object) -> bool:
    """Whether a JSON value holds no null and nothing empty, all the way down."""
    if isinstance(value, dict):
        return bool(value) and all(map(is_solid, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(is_solid, value))
    return value is not None and value != ""


def first_error(name: str, instance: object, part: str | None = None) -> ValidationError | None:
    """The most telling violation of a schema, or of one of its definitions; ``None`` if there is none."""
    compiled = validator(name, part)
    return None if compiled.is_valid(instance) else best_match(_first(compiled.iter_errors(instance)))


def _first(errors: Iterator[ValidationError]) -> Iterator[ValidationError]:
    """So many of the errors, up to a list that is too long: to look at a million items takes half a minute."""
    for error in islice(errors, _LOOKED_AT):
        yield error
        if error.validator == "maxItems":
            return


def path_of(error: ValidationError, root: str = "") -> str:
    """Where the violation is below ``root``, as ``context.draftOrders.entry[2]``.

    Only names that stand in the schema are repeated: one that a client chose could name a person, and is a ``*``.
    """
    ours = set(error.absolute_schema_path)
    parts = [root]
    parts += [f"[{step}]" if isinstance(step, int) else f".{step}" if step in ours else ".*" for step in error.absolute_path]
    if error.validator == "required":
        parts.append(f".{_missing(error)}")
    return "".join(parts).removeprefix(".") or "request"


def explain(error: ValidationError) -> str:
    """What is wrong, in words that hold no value of the instance."""
    limit: Any = error.validator_value
    match error.validator:
        case "required":
            return "is missing"
        case "type":
            names = [limit] if isinstance(limit, str) else [one for one in limit if one != "null"]
            return f"must be {' or '.join(_TYPES.get(name, name) for name in names)}"
        case "minLength":
            return "must not be empty"
        case "maxLength":
            return f"must not be longer than {limit} characters"
        case "const":
            return f"must be {orjson.dumps(limit).decode()}"
        case "enum":
            return f"must be {' or '.join(orjson.dumps(one).decode() for one in limit)}"
        case "maxItems":
            return f"must not hold more than {limit} items"
        case _:
            return f"breaks the rule '{error.validator}' of the schema"


def _missing(error: ValidationError) -> str:
    present: Any = error.instance
    wanted: Any = error.validator_value
    return str(next(name for name in wanted if name not in present))
