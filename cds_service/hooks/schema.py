"""The JSON Schemas of the CDS Hooks contract, compiled once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

_TYPES = {"object": "an object", "array": "a list", "string": "a string", "boolean": "true or false", "null": "null", "number": "a number"}


@cache
def validator(name: str) -> Draft202012Validator:
    """The compiled validator of ``hooks/schemas/<name>.json``."""
    schema = orjson.loads(files("cds_service.hooks").joinpath("schemas", f"{name}.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def first_error(name: str, instance: object) -> ValidationError | None:
    """The most telling violation of a schema, ``None`` if there is none."""
    compiled = validator(name)
    return None if compiled.is_valid(instance) else best_match(compiled.iter_errors(instance))


def path_of(error: ValidationError) -> str:
    """Where the violation is, as ``context.draftOrders.entry[2]``; keys that a client chose are cut at 64 characters."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{str(step)[:64]}" for step in error.absolute_path]
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
        case _:
            return f"breaks the rule '{error.validator}' of the schema"


def _missing(error: ValidationError) -> str:
    present: Any = error.instance
    wanted: Any = error.validator_value
    return str(next(name for name in wanted if name not in present))
