"""The JSON Schemas of the CDS Hooks contract: what fits them is told by one library, what is wrong by another.

Nearly everything fits, so that is told natively (jsonschema-rs, below a microsecond for a request); ``jsonschema`` explains the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema_rs import Draft202012Validator as NativeValidator

from cds_service.model.hook_library import LIBRARY

_LOOKED_AT = 100
_TYPES = {"object": "an object", "array": "a list", "string": "a string", "boolean": "true or false", "null": "null", "number": "a number"}


def schema(name: str) -> dict[str, Any]:
    """The published schema ``hooks/schemas/<name>.json``."""
    parsed: dict[str, Any] = orjson.loads(files("cds_service.hooks").joinpath("schemas", f"{name}.json").read_bytes())
    return parsed


def compile_schemas() -> None:
    """Compile every schema now, for all workers, and not in somebody's first request."""
    for name, part in (("request", None), ("response", None), ("feedback", None), *(("contexts", hook) for hook in LIBRARY)):
        _native(name, part)
        _explaining(name, part)


def first_error(name: str, instance: object, part: str | None = None) -> ValidationError | None:
    """The most telling violation of a schema, or of one of its definitions; ``None`` if there is none."""
    return None if _fits(name, instance, part) else best_match(_first(_explaining(name, part).iter_errors(instance)))


def _fits(name: str, instance: object, part: str | None) -> bool:
    try:
        return _native(name, part).is_valid(instance)
    except ValueError:  # something that no JSON text can hold: the other library decides
        return False


@cache
def _native(name: str, part: str | None) -> NativeValidator:
    published = schema(name)
    return NativeValidator(published if part is None else {"$ref": f"#/$defs/{part}", "$defs": published["$defs"]})


@cache
def _explaining(name: str, part: str | None) -> Draft202012Validator:
    """The schema for ``jsonschema``, which takes long to follow references: each is replaced by what it names, once."""
    published = schema(name)
    definitions = published["$defs"]
    chosen = published if part is None else definitions[part]
    return Draft202012Validator({**_inlined(chosen, definitions), "$defs": definitions})


def _inlined(part: Any, definitions: dict[str, Any], within: tuple[str, ...] = ()) -> Any:
    """A schema with definitions in the place of the references to them, but for those of a definition to itself."""
    if isinstance(part, list):
        return [_inlined(item, definitions, within) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return part if name in within else _inlined(definitions[name], definitions, (*within, name))
    return {name: _inlined(value, definitions, within) for name, value in part.items() if name != "$defs"}


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
        case "minLength" | "minItems" | "minProperties":
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
